//! When what a contract rests on is removed or paused: the contract stays, nothing new is ordered, and both sides are told, once.

use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{Bool, Text, Timestamptz},
};

use super::letters::Mail;
use crate::{
    kit::{
        actor::Account,
        db::{System, Tx},
        event::Event,
        id::Id,
        problem::Result,
        statement::statement,
    },
    mail,
    modules::{contracts::Contract, listings::Changed},
};

/// A contract by which something can be ordered no more, or again.
#[derive(Debug, Clone, QueryableByName)]
struct Touched {
    #[diesel(sql_type = Text)]
    contract: Id<Contract>,
    #[diesel(sql_type = Text)]
    issuer: Id<Account>,
    #[diesel(sql_type = Text)]
    enroller: Id<Account>,
    #[diesel(sql_type = Text)]
    product: String,
    #[diesel(sql_type = Bool)]
    paused: bool,
}

/// What is read of those that were touched.
const READ: &str = "x.contract_id AS contract, c.issuer_id AS issuer, x.enroller_id AS enroller, l.paused_at IS NOT NULL AS paused, \
    (SELECT coalesce(v.name, p.id) FROM products p LEFT JOIN product_versions v ON v.product_id = p.id AND v.number = p.public_version \
     WHERE p.id = x.product_id) AS product";

/// Active contracts on this product of this distributor, with their listings.
const OF: &str = "FROM contracts c, listings l WHERE c.id = x.contract_id AND l.id = x.listing_id AND x.distributor_id = $1 \
    AND x.product_id = $2 AND x.open AND c.status = 'active'";

/// What is listed of a product has changed: whoever sells it by syndication learns that it is gone, paused, or back.
pub fn listed(tx: &mut Tx<'_, System>, happened: &Changed) -> Result<()> {
    let stopped: Vec<Touched> = statement(format!(
        "UPDATE contract_sources x SET stopped_at = $3 {OF} AND x.stopped_at IS NULL \
         AND (l.status <> 'listed' OR l.paused_at IS NOT NULL) RETURNING {READ}"
    ))
    .bind::<Text, _>(&happened.owner)
    .bind::<Text, _>(&happened.product)
    .bind::<Timestamptz, _>(tx.at)
    .load(tx.conn)?;
    for one in stopped {
        tx.record(Event::new("contract.sale_stopped", &one.contract).note(&one.product))?;
        for account in [&one.enroller, &one.issuer] {
            let told = Mail::SaleStopped {
                contract: one.contract.clone(),
                account: account.clone(),
                product: one.product.clone(),
                paused: one.paused,
            };
            mail::tell(tx, &told)?;
        }
    }
    let resumed: Vec<Touched> = statement(format!(
        "UPDATE contract_sources x SET stopped_at = NULL {OF} AND x.stopped_at IS NOT NULL \
         AND l.status = 'listed' AND l.paused_at IS NULL RETURNING {READ}"
    ))
    .bind::<Text, _>(&happened.owner)
    .bind::<Text, _>(&happened.product)
    .load(tx.conn)?;
    for one in resumed {
        tx.record(Event::new("contract.sale_resumed", &one.contract).note(&one.product))?;
        for account in [&one.enroller, &one.issuer] {
            let told = Mail::SaleResumed {
                contract: one.contract.clone(),
                account: account.clone(),
                product: one.product.clone(),
            };
            mail::tell(tx, &told)?;
        }
    }
    Ok(())
}
