//! What companies may look at by their contracts: what the catalogs of their service contracts offer, and what they sell by syndication.
//!
//! Two texts say what the rows of `sight` should be; the acts that can change it settle what they touch, in their own transaction. Whoever
//! settles holds the catalogs of the companies concerned first, so that of two at once the later one sees what both did.

use diesel::{
    PgConnection, QueryableByName,
    prelude::*,
    sql_types::{Array, Text, Timestamptz},
};

use crate::{
    kit::{
        db::{System, Tx},
        id::Id,
        problem::Result,
        statement::statement,
    },
    modules::{
        agreements::Agreement,
        contracts::{Began, ending::Ended, renewal::estate::Succeeded},
        ids::{Product, ProductGroup},
        listings::Changed,
    },
};

/// What the catalogs of the companies `$1` offer of the products `$2`: what the groups of their Active service contracts carry, as far as the
/// issuer has it listed on a marketplace that the agreement covers, or sells it by syndication what is listed elsewhere. What is paused is
/// not offered, and nobody is offered what is listed on their own marketplaces. It is a test while all of that is.
pub const CATALOG: &str = "SELECT c.signee_id AS viewer_id, o.product_id, min(greatest(c.kind, o.environment)) AS environment \
    FROM contracts c JOIN agreement_groups g ON g.agreement_id = c.agreement_id \
    JOIN product_group_members m ON m.group_id = g.group_id AND m.product_id = ANY ($2) \
    JOIN (SELECT l.owner_id, l.product_id, l.marketplace_id, l.environment, l.owner_id AS distributor_id FROM listings l \
        WHERE l.status = 'listed' AND l.paused_at IS NULL UNION ALL \
        SELECT k.enroller_id, k.product_id, k.target_id, greatest(kc.kind, kl.environment), kl.owner_id FROM contract_sources k \
        JOIN contracts kc ON kc.id = k.contract_id AND kc.status = 'active' \
        JOIN listings kl ON kl.id = k.listing_id AND kl.status = 'listed' AND kl.paused_at IS NULL) o \
    ON o.owner_id = c.issuer_id AND o.product_id = m.product_id AND o.distributor_id <> c.signee_id \
    WHERE c.type = 'service' AND c.status = 'active' AND c.signee_id = ANY ($1) \
    AND (NOT EXISTS (SELECT FROM agreement_marketplaces a WHERE a.agreement_id = c.agreement_id) \
        OR EXISTS (SELECT FROM agreement_marketplaces a WHERE a.agreement_id = c.agreement_id AND a.marketplace_id = o.marketplace_id)) \
    GROUP BY c.signee_id, o.product_id";

/// What the companies `$1` sell of the products `$2` by Active syndication contracts, whether or not it is listed now.
pub const SYNDICATION: &str = "SELECT k.enroller_id AS viewer_id, k.product_id, min(c.kind) AS environment \
    FROM contract_sources k JOIN contracts c ON c.id = k.contract_id AND c.status = 'active' \
    WHERE k.enroller_id = ANY ($1) AND k.product_id = ANY ($2) GROUP BY k.enroller_id, k.product_id";

/// Opens and closes the sight of companies on products, as contracts, groups and listings now say.
fn settle<P>(tx: &mut Tx<'_, P>, viewers: &[String], products: &[String]) -> Result<()> {
    if viewers.is_empty() || products.is_empty() {
        return Ok(());
    }
    for (why, truth) in [("catalog", CATALOG), ("syndication", SYNDICATION)] {
        statement(format!(
            "WITH seen AS MATERIALIZED ({truth}) DELETE FROM sight s WHERE s.why = '{why}' AND s.viewer_id = ANY ($1) \
             AND s.product_id = ANY ($2) AND NOT EXISTS (SELECT FROM seen t WHERE t.viewer_id = s.viewer_id AND t.product_id = s.product_id)"
        ))
        .bind::<Array<Text>, _>(viewers)
        .bind::<Array<Text>, _>(products)
        .planned_anew(true)
        .execute(tx.conn)?;
        // what is there already is not inserted again, since each row looks up the words of its product
        statement(format!(
            "INSERT INTO sight AS s (viewer_id, product_id, why, since, environment) \
             SELECT t.viewer_id, t.product_id, '{why}', $3, t.environment FROM ({truth}) t \
             WHERE NOT EXISTS (SELECT FROM sight k WHERE k.viewer_id = t.viewer_id AND k.product_id = t.product_id AND k.why = '{why}' \
             AND k.environment = t.environment) \
             ON CONFLICT (viewer_id, product_id, why) DO UPDATE SET environment = excluded.environment"
        ))
        .bind::<Array<Text>, _>(viewers)
        .bind::<Array<Text>, _>(products)
        .bind::<Timestamptz, _>(tx.at)
        .planned_anew(true)
        .execute(tx.conn)?;
    }
    Ok(())
}

/// Companies whose catalogs change one after the other.
#[derive(QueryableByName)]
struct Held {
    #[diesel(sql_type = Array<Text>)]
    issuers: Vec<String>,
}

/// Whose sight of what may have changed.
#[derive(QueryableByName)]
struct Touched {
    #[diesel(sql_type = Array<Text>)]
    viewers: Vec<String>,
    #[diesel(sql_type = Array<Text>)]
    products: Vec<String>,
}

/// Lets nobody else settle the catalogs of these companies until the transaction ends.
fn hold(conn: &mut PgConnection, issuers: &[String]) -> Result<()> {
    statement(
        "SELECT pg_advisory_xact_lock(hashtextextended('catalog of ' || o.id, 0)) \
         FROM (SELECT DISTINCT i.id FROM unnest($1::text[]) i (id) ORDER BY i.id) o",
    )
    .bind::<Array<Text>, _>(issuers)
    .execute(conn)?;
    Ok(())
}

/// Settles what `touched` finds for `of`, while the catalogs of those that `held` finds are held. Both texts have `$1`, an array.
fn settle_of<P>(tx: &mut Tx<'_, P>, of: &[String], held: &'static str, touched: &'static str) -> Result<()> {
    let Held { issuers } = statement(held).bind::<Array<Text>, _>(of).get_result(tx.conn)?;
    hold(tx.conn, &issuers)?;
    let Touched { viewers, products } = statement(touched).bind::<Array<Text>, _>(of).get_result(tx.conn)?;
    settle(tx, &viewers, &products)
}

/// Who has an Active service contract on one of the agreements `$1`, and what their groups carry.
const ON_AGREEMENTS: &str = "SELECT \
    ARRAY(SELECT DISTINCT c.signee_id FROM contracts c WHERE c.agreement_id = ANY ($1) AND c.status = 'active') AS viewers, \
    ARRAY(SELECT DISTINCT m.product_id FROM agreement_groups g JOIN product_group_members m ON m.group_id = g.group_id \
        WHERE g.agreement_id = ANY ($1)) AS products";

const OWNERS: &str = "SELECT ARRAY(SELECT a.owner_id FROM agreements a WHERE a.id = ANY ($1)) AS issuers";

/// Whose catalogs change with the contracts `$1`: held at once, so that two who hold some of the same wait in one order.
const OF_CONTRACTS: &str = "SELECT ARRAY(SELECT c.issuer_id FROM contracts c WHERE c.id = ANY ($1) AND c.type = 'service' \
    UNION SELECT k.enroller_id FROM contract_sources k WHERE k.contract_id = ANY ($1)) AS issuers";

/// Contracts have begun or ended.
fn contracts<P>(tx: &mut Tx<'_, P>, ids: &[String]) -> Result<()> {
    settle_of(
        tx,
        ids,
        OF_CONTRACTS,
        "SELECT ARRAY(SELECT DISTINCT c.signee_id FROM contracts c WHERE c.id = ANY ($1) AND c.type = 'service' \
         AND c.signee_id IS NOT NULL) AS viewers, \
         ARRAY(SELECT DISTINCT m.product_id FROM contracts c JOIN agreement_groups g ON g.agreement_id = c.agreement_id \
         JOIN product_group_members m ON m.group_id = g.group_id WHERE c.id = ANY ($1) AND c.type = 'service') AS products",
    )?;
    settle_of(
        tx,
        ids,
        OF_CONTRACTS,
        // the partner itself, and whoever finds it in a catalog of that partner
        "SELECT ARRAY(SELECT k.enroller_id FROM contract_sources k WHERE k.contract_id = ANY ($1) UNION \
         SELECT c.signee_id FROM contract_sources k JOIN contracts c ON c.issuer_id = k.enroller_id AND c.type = 'service' \
         AND c.status = 'active' WHERE k.contract_id = ANY ($1)) AS viewers, \
         ARRAY(SELECT DISTINCT k.product_id FROM contract_sources k WHERE k.contract_id = ANY ($1)) AS products",
    )
}

/// A service or syndication contract has become Active.
pub fn began(tx: &mut Tx<'_, System>, happened: &Began) -> Result<()> {
    contracts(tx, &[happened.contract.to_string()])
}

/// A contract has ended, with what stood only while it did.
pub fn ended(tx: &mut Tx<'_, System>, happened: &Ended) -> Result<()> {
    let along = happened.carrying.iter().map(ToString::to_string);
    let ids: Vec<_> = std::iter::once(happened.contract.to_string()).chain(along).collect();
    contracts(tx, &ids)
}

/// A contract goes on as another. What a syndication contract is about becomes the successor's, and others go through that.
pub fn succeeded(tx: &mut Tx<'_, System>, happened: &Succeeded) -> Result<()> {
    let taken = statement(
        "INSERT INTO contract_sources (contract_id, agreement_id, product_id, vendor_id, listing_id, marketplace_id, distributor_id, \
         through_id, enroller_id, target_id) \
         SELECT $2, c.agreement_id, k.product_id, k.vendor_id, k.listing_id, k.marketplace_id, k.distributor_id, \
         k.through_id, k.enroller_id, k.target_id \
         FROM contract_sources k JOIN contracts c ON c.id = $2 WHERE k.contract_id = $1",
    )
    .bind::<Text, _>(&happened.from)
    .bind::<Text, _>(&happened.to)
    .execute(tx.conn)?;
    if taken > 0 {
        statement("UPDATE contract_sources SET through_id = $2 WHERE through_id = $1 AND open")
            .bind::<Text, _>(&happened.from)
            .bind::<Text, _>(&happened.to)
            .execute(tx.conn)?;
    }
    contracts(tx, &[happened.from.to_string(), happened.to.to_string()])
}

/// What is listed of a product on a company's marketplaces has changed: its own catalogs have it or not, and those of whoever sells it by
/// syndication on the same listing.
pub fn listed(tx: &mut Tx<'_, System>, happened: &Changed) -> Result<()> {
    settle_of(
        tx,
        &[happened.owner.to_string(), happened.product.to_string()],
        "SELECT ARRAY(SELECT ($1::text[])[1] UNION SELECT k.enroller_id FROM contract_sources k \
         WHERE k.distributor_id = ($1::text[])[1] AND k.product_id = ($1::text[])[2] AND k.open) AS issuers",
        "SELECT ARRAY(SELECT DISTINCT c.signee_id FROM contracts c WHERE c.type = 'service' AND c.status = 'active' \
         AND c.issuer_id IN (SELECT ($1::text[])[1] UNION SELECT k.enroller_id FROM contract_sources k \
         WHERE k.distributor_id = ($1::text[])[1] AND k.product_id = ($1::text[])[2] AND k.open)) AS viewers, \
         ARRAY[($1::text[])[2]] AS products",
    )
}

/// The marketplaces that an agreement covers have changed.
pub fn covers<P>(tx: &mut Tx<'_, P>, agreement: &Id<Agreement>) -> Result<()> {
    settle_of(tx, &[agreement.to_string()], OWNERS, ON_AGREEMENTS)
}

/// An agreement carries these groups, or does so no more.
pub fn carries<P>(tx: &mut Tx<'_, P>, agreement: &Id<Agreement>, groups: &[Id<ProductGroup>]) -> Result<()> {
    let of: Vec<_> = std::iter::once(agreement.to_string()).chain(groups.iter().map(ToString::to_string)).collect();
    settle_of(
        tx,
        &of,
        OWNERS,
        "SELECT ARRAY(SELECT DISTINCT c.signee_id FROM contracts c WHERE c.agreement_id = ($1::text[])[1] AND c.status = 'active') AS viewers, \
         ARRAY(SELECT DISTINCT m.product_id FROM product_group_members m WHERE m.group_id = ANY ($1)) AS products",
    )
}

/// A group has these products, or has them no more.
pub fn contains<P>(tx: &mut Tx<'_, P>, group: &Id<ProductGroup>, products: &[Id<Product>]) -> Result<()> {
    let of: Vec<_> = std::iter::once(group.to_string()).chain(products.iter().map(ToString::to_string)).collect();
    settle_of(
        tx,
        &of,
        "SELECT ARRAY(SELECT g.owner_id FROM product_groups g WHERE g.id = ($1::text[])[1]) AS issuers",
        "SELECT ARRAY(SELECT DISTINCT c.signee_id FROM agreement_groups g JOIN contracts c ON c.agreement_id = g.agreement_id \
         AND c.type = 'service' AND c.status = 'active' WHERE g.group_id = ($1::text[])[1]) AS viewers, \
         ($1::text[])[2:] AS products",
    )
}
