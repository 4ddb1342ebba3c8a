//! Statements about the catalog. A company sees a product in it by its row of `sight` with the reason `catalog`, and enrolls by what
//! [`offers`] says now.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Bool, Int4, Nullable, Text, Timestamptz},
};

use crate::{
    kit::{
        actor::Account,
        choice::Choice as _,
        db::{Looks, Read},
        environment::Environment,
        id::Id,
        problem::Result,
        statement::statement,
    },
    modules::{
        accounts::store::Presented,
        agreements::{Agreement, Type},
        contracts::{Contract, Purpose, Status},
        ids::{Listing, Marketplace},
        products::{Category, Product, Status as ProductStatus},
    },
    schema::accounts,
};

/// A product as the first page of the catalog shows it, with how many its category has.
#[derive(Debug, Clone, QueryableByName)]
pub struct Tile {
    #[diesel(sql_type = Text)]
    pub category: Category,
    #[diesel(sql_type = BigInt)]
    pub count: i64,
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub icon: Option<String>,
    #[diesel(sql_type = Text)]
    pub about: String,
    #[diesel(sql_type = Text)]
    pub vendor: String,
    #[diesel(sql_type = Text)]
    pub environment: Environment,
}

/// So many of each category stand on the first page.
const SHOWN: usize = 4;
/// Nobody counts further.
pub const COUNTED: i64 = 1_000;

/// The newest products of each category that has any. Each category is read from its own place in the index.
pub fn tiles<P>(read: &mut Read<'_, P>) -> Result<Vec<Tile>> {
    let categories: Vec<&str> = Category::ALL.iter().map(|one| one.key()).collect();
    let most = COUNTED + 1;
    Ok(statement(format!(
        "SELECT k.category, n.count, s.product_id AS id, v.name, v.icon, \
         coalesce(v.snapshot->'general'->>'short_description', '') AS about, a.name AS vendor, s.environment \
         FROM unnest($2) WITH ORDINALITY AS k (category, place) CROSS JOIN LATERAL (SELECT count(*) AS count FROM \
         (SELECT FROM sight c WHERE c.viewer_id = $1 AND c.why = 'catalog' AND c.category = k.category AND c.search <> '' LIMIT {most}) c) n \
         CROSS JOIN LATERAL (SELECT t.product_id, t.since, t.environment \
         FROM sight t WHERE t.viewer_id = $1 AND t.why = 'catalog' AND t.category = k.category AND t.search <> '' \
         ORDER BY t.since DESC, t.product_id DESC LIMIT {SHOWN}) s JOIN products p ON p.id = s.product_id \
         JOIN product_versions v ON v.product_id = p.id AND v.number = p.public_version JOIN accounts a ON a.id = p.vendor_id \
         ORDER BY k.place, s.since DESC, s.product_id DESC"
    ))
    .bind::<Text, _>(&read.actor.identity.company.id)
    .bind::<Array<Text>, _>(categories)
    .load(read.conn)?)
}

/// What a company has to have before the catalog is of use.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct Ready {
    /// An agreement that it signed carries a group of products.
    #[diesel(sql_type = Bool)]
    pub groups: bool,
    /// It has a hub of its own.
    #[diesel(sql_type = Bool)]
    pub hub: bool,
    /// It has a marketplace of its own.
    #[diesel(sql_type = Bool)]
    pub marketplace: bool,
}

/// What the actor's company has of that.
pub fn ready<P>(read: &mut Read<'_, P>) -> Result<Ready> {
    Ok(statement(
        "SELECT EXISTS (SELECT FROM contracts c JOIN agreement_groups g ON g.agreement_id = c.agreement_id \
         WHERE c.signee_id = $1 AND c.status = 'active' AND c.type = 'service') AS groups, \
         EXISTS (SELECT FROM hubs h WHERE h.owner_id = $1) AS hub, \
         EXISTS (SELECT FROM marketplaces m WHERE m.owner_id = $1) AS marketplace",
    )
    .bind::<Text, _>(&read.actor.identity.company.id)
    .get_result(read.conn)?)
}

/// What is live of a product in the catalog; the rest stands in its newest public version.
#[derive(Debug, Clone, QueryableByName)]
pub struct ProductRow {
    #[diesel(sql_type = Text)]
    pub id: Id<Product>,
    #[diesel(sql_type = Text)]
    pub vendor_id: Id<Account>,
    #[diesel(sql_type = Text)]
    pub vendor: String,
    #[diesel(sql_type = Text)]
    pub status: ProductStatus,
    #[diesel(sql_type = Text)]
    pub end_of_sale_note: String,
    #[diesel(sql_type = Int4)]
    pub version: i32,
    #[diesel(sql_type = Timestamptz)]
    pub since: DateTime<Utc>,
    /// A test while all that offers it is one.
    #[diesel(sql_type = Text)]
    pub environment: Environment,
    /// The company has it in its own Products.
    #[diesel(sql_type = Bool)]
    pub sold: bool,
}

/// A product of the catalog of the actor's company.
pub fn find<P>(read: &mut Read<'_, P>, id: &Id<Product>) -> Result<ProductRow> {
    Ok(statement(
        "SELECT p.id, p.vendor_id, a.name AS vendor, p.status, p.end_of_sale_note, p.public_version AS version, s.since, s.environment, \
         EXISTS (SELECT FROM sight o WHERE o.viewer_id = $1 AND o.product_id = p.id AND o.why <> 'catalog') AS sold \
         FROM sight s JOIN products p ON p.id = s.product_id JOIN accounts a ON a.id = p.vendor_id \
         WHERE s.viewer_id = $1 AND s.why = 'catalog' AND p.id = $2 AND p.public_version IS NOT NULL",
    )
    .bind::<Text, _>(&read.actor.identity.company.id)
    .bind::<Text, _>(id)
    .get_result(read.conn)?)
}

/// What a vendor says of itself.
pub fn profile<P>(read: &mut Read<'_, P>, vendor: &Id<Account>) -> Result<Presented> {
    Ok(accounts::table.find(vendor).select(Presented::as_select()).first(read.conn)?)
}

/// An agreement in which a company may enroll for a product, with what it would rest on and the company's latest contract by it.
#[derive(Debug, Clone, QueryableByName)]
pub struct Offer {
    #[diesel(sql_type = Text)]
    pub product: Id<Product>,
    /// The product's name.
    #[diesel(sql_type = Text)]
    pub called: String,
    #[diesel(sql_type = Text)]
    pub agreement: Id<Agreement>,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub description: String,
    #[diesel(sql_type = Text)]
    pub owner_id: Id<Account>,
    #[diesel(sql_type = Text)]
    pub owner: String,
    #[diesel(sql_type = Int4)]
    pub version: i32,
    /// Where its document is, when that is held elsewhere.
    #[diesel(sql_type = Nullable<Text>)]
    pub link: Option<String>,
    /// As the service contract is meant.
    #[diesel(sql_type = Text)]
    pub kind: Purpose,
    /// The service contract that carries it.
    #[diesel(sql_type = Text)]
    pub service: Id<Contract>,
    #[diesel(sql_type = Text)]
    pub listing: Id<Listing>,
    #[diesel(sql_type = Text)]
    pub vendor_id: Id<Account>,
    #[diesel(sql_type = Text)]
    pub distributor_id: Id<Account>,
    #[diesel(sql_type = Text)]
    pub marketplace_id: Id<Marketplace>,
    #[diesel(sql_type = Text)]
    pub marketplace: String,
    /// The contract by which the owner of the agreement itself sells the product, where it is not the distributor.
    #[diesel(sql_type = Nullable<Text>)]
    pub through: Option<Id<Contract>>,
    /// The marketplaces that the agreement covers and where the product is sold.
    #[diesel(sql_type = Text)]
    pub covered: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub contract: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub status: Option<Status>,
}

/// Where the owner of an agreement `a` sells the product `p`: what is listed on its marketplaces, and what it sells by syndication. Paused
/// listings offer nothing.
const SOURCES: &str = "\
    SELECT l.id, l.vendor_id, l.owner_id, l.marketplace_id, NULL::text AS through, l.marketplace_id AS place, d.kind FROM listings l \
    JOIN contracts d ON d.id = l.contract_id AND d.status = 'active' \
    WHERE l.owner_id = a.owner_id AND l.product_id = p.id AND l.status = 'listed' AND l.paused_at IS NULL UNION ALL \
    SELECT l.id, l.vendor_id, l.owner_id, l.marketplace_id, x.contract_id, x.target_id, d.kind FROM contract_sources x \
    JOIN contracts k ON k.id = x.contract_id AND k.status = 'active' \
    JOIN listings l ON l.id = x.listing_id AND l.status = 'listed' AND l.paused_at IS NULL \
    JOIN contracts d ON d.id = l.contract_id AND d.status = 'active' \
    WHERE x.enroller_id = a.owner_id AND x.product_id = p.id AND x.open";

/// The agreements of this type, syndication or referral, that company `viewer` may enroll in for these products, by products and names.
/// One row for each product and agreement: where it is sold in several places, the first that is no test.
pub fn offers(
    look: &mut impl Looks,
    viewer: &Id<Account>,
    products: &[Id<Product>],
    type_: Type,
) -> Result<Vec<Offer>> {
    let products: Vec<&str> = products.iter().map(Id::as_str).collect();
    Ok(statement(format!(
        "SELECT DISTINCT ON (v.name, p.id, a.name, a.id) p.id AS product, v.name AS called, a.id AS agreement, a.name, a.description, \
         a.owner_id, o.name AS owner, n.number AS version, n.link, c.kind, c.id AS service, s.id AS listing, s.vendor_id, \
         s.owner_id AS distributor_id, m.id AS marketplace_id, m.name AS marketplace, s.through, \
         (SELECT string_agg(DISTINCT q.name, ', ' ORDER BY q.name) FROM ({SOURCES}) z JOIN marketplaces q ON q.id = z.place \
          WHERE NOT EXISTS (SELECT FROM agreement_marketplaces e WHERE e.agreement_id = c.agreement_id) \
          OR EXISTS (SELECT FROM agreement_marketplaces e WHERE e.agreement_id = c.agreement_id AND e.marketplace_id = z.place)) AS covered, \
         mine.id AS contract, mine.status \
         FROM contracts c JOIN agreements a ON a.parent_id = c.agreement_id AND a.type = $3 JOIN accounts o ON o.id = a.owner_id \
         JOIN agreement_versions n ON n.agreement_id = a.id AND n.status = 'active' \
         JOIN products p ON p.id = ANY($2) JOIN product_versions v ON v.product_id = p.id AND v.number = p.public_version \
         JOIN LATERAL ({SOURCES}) s ON true JOIN marketplaces m ON m.id = s.marketplace_id \
         LEFT JOIN LATERAL (SELECT k.id, k.status FROM ( \
          SELECT x.contract_id FROM contract_sources x WHERE x.enroller_id = $1 AND x.product_id = p.id AND x.agreement_id = a.id UNION ALL \
          SELECT y.contract_id FROM contract_referrals y WHERE y.enroller_id = $1 AND y.product_id = p.id AND y.agreement_id = a.id) w \
          JOIN contracts k ON k.id = w.contract_id ORDER BY k.created_at DESC, k.id DESC LIMIT 1) mine ON true \
         WHERE c.signee_id = $1 AND c.type = 'service' AND c.status = 'active' AND s.owner_id <> $1 \
         AND EXISTS (SELECT FROM agreement_groups g JOIN product_group_members i ON i.group_id = g.group_id \
          WHERE g.agreement_id = c.agreement_id AND i.product_id = p.id) \
         AND (NOT EXISTS (SELECT FROM agreement_groups g WHERE g.agreement_id = a.id) \
          OR EXISTS (SELECT FROM agreement_groups g JOIN product_group_members i ON i.group_id = g.group_id \
          WHERE g.agreement_id = a.id AND i.product_id = p.id)) \
         AND (NOT EXISTS (SELECT FROM agreement_marketplaces e WHERE e.agreement_id = c.agreement_id) \
          OR EXISTS (SELECT FROM agreement_marketplaces e WHERE e.agreement_id = c.agreement_id AND e.marketplace_id = s.place)) \
         ORDER BY v.name, p.id, a.name, a.id, s.kind = 'test', s.through NULLS FIRST, s.id"
    ))
    .bind::<Text, _>(viewer)
    .bind::<Array<Text>, _>(products)
    .bind::<Text, _>(type_)
    .load(look.conn())?)
}
