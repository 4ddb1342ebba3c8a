//! What two companies have to do with each other besides contracts: products, subscriptions, and what happened.

use diesel::{QueryableByName, prelude::*, sql_types::Text};

use super::View;
use crate::{
    kit::{
        actor::{Account, Role},
        db::Read,
        environment::Environment,
        id::Id,
        problem::Result,
        statement::statement,
    },
    modules::{
        contracts,
        events::{Entry, store::Row},
        listings, orders,
    },
};

/// Rows that a tab shows; the lists behind it have all.
const SHOWN: i64 = 50;

/// A product of a vendor on a marketplace of the actor's company.
#[derive(Debug, Clone, QueryableByName)]
pub struct Listed {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub product: String,
    #[diesel(sql_type = Text)]
    pub product_id: String,
    #[diesel(sql_type = Text)]
    pub marketplace: String,
    #[diesel(sql_type = Text)]
    pub status: listings::Status,
    #[diesel(sql_type = Text)]
    pub environment: Environment,
}

/// What a vendor lists on marketplaces of the actor's company, the latest first. Products are named as their newest public version is.
pub fn listed(read: &mut Read<'_, View>, vendor: &Id<Account>) -> Result<Vec<Listed>> {
    Ok(statement(format!(
        "SELECT l.id, coalesce(v.name, '') AS product, l.product_id, m.name AS marketplace, l.status, l.environment \
         FROM listings l JOIN marketplaces m ON m.id = l.marketplace_id JOIN products p ON p.id = l.product_id \
         LEFT JOIN product_versions v ON v.product_id = p.id AND v.number = p.public_version \
         WHERE l.owner_id = $1 AND l.vendor_id = $2 ORDER BY l.created_at DESC, l.id DESC LIMIT {SHOWN}"
    ))
    .bind::<Text, _>(read.actor.account())
    .bind::<Text, _>(vendor)
    .load(read.conn)?)
}

/// A product that a partner sells by a syndication contract of the actor's company.
#[derive(Debug, Clone, QueryableByName)]
pub struct Sold {
    /// The contract.
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub product: String,
    #[diesel(sql_type = Text)]
    pub product_id: String,
    #[diesel(sql_type = Text)]
    pub marketplace: String,
    #[diesel(sql_type = Text)]
    pub status: contracts::Status,
    #[diesel(sql_type = Text)]
    pub environment: Environment,
}

/// What a partner sells of what the actor's company offers it, the latest first.
pub fn sold(read: &mut Read<'_, View>, partner: &Id<Account>) -> Result<Vec<Sold>> {
    Ok(statement(format!(
        "SELECT c.id, coalesce(v.name, '') AS product, s.product_id, m.name AS marketplace, c.status, c.kind AS environment \
         FROM contract_sources s JOIN contracts c ON c.id = s.contract_id JOIN marketplaces m ON m.id = s.target_id \
         JOIN products p ON p.id = s.product_id \
         LEFT JOIN product_versions v ON v.product_id = p.id AND v.number = p.public_version \
         WHERE s.enroller_id = $2 AND s.open AND c.issuer_id = $1 ORDER BY c.created_at DESC, c.id DESC LIMIT {SHOWN}"
    ))
    .bind::<Text, _>(read.actor.account())
    .bind::<Text, _>(partner)
    .load(read.conn)?)
}

/// A subscription in which both companies have a part.
#[derive(Debug, Clone, QueryableByName)]
pub struct Subscribed {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub customer: String,
    #[diesel(sql_type = Text)]
    pub product: String,
    #[diesel(sql_type = Text)]
    pub status: orders::Status,
    #[diesel(sql_type = Text)]
    pub environment: Environment,
}

/// Subscriptions that the actor's company bought or distributes and in which the partner is vendor or buyer, the latest first.
pub fn subscribed(read: &mut Read<'_, View>, partner: (&Id<Account>, Role)) -> Result<Vec<Subscribed>> {
    let (id, role) = partner;
    // each is one equality on an index
    let sides: &[(&str, &str)] = match role {
        Role::Vendor => &[("buyer_id", "vendor_id"), ("distributor_id", "vendor_id")],
        _ => &[("distributor_id", "buyer_id")],
    };
    let sides = sides.iter().map(|(mine, theirs)| {
        format!("(SELECT {COLUMNS} FROM subscriptions WHERE {mine} = $1 AND {theirs} = $2 ORDER BY created_at DESC, id DESC LIMIT {SHOWN})")
    });
    let sides = sides.collect::<Vec<_>>().join(" UNION ");
    Ok(statement(format!(
        "SELECT s.id, s.customer_name AS customer, v.name AS product, s.status, s.environment FROM ({sides}) s \
         JOIN product_versions v ON v.product_id = s.product_id AND v.number = s.version \
         ORDER BY s.created_at DESC, s.id DESC LIMIT {SHOWN}"
    ))
    .bind::<Text, _>(read.actor.account())
    .bind::<Text, _>(id)
    .load(read.conn)?)
}

/// What is read of subscriptions: some of their columns have no equality, which a union asks.
const COLUMNS: &str = "id, customer_name, product_id, version, status, environment, created_at";

/// What happened between the two: to their contracts, and to what the actor's company keeps of the partner. The newest first.
pub fn happened(read: &mut Read<'_, View>, partner: &Id<Account>) -> Result<Vec<Entry>> {
    let rows: Vec<Row> = statement(
        "WITH all_of_it AS MATERIALIZED (SELECT e.* FROM events e WHERE e.object = ANY(ARRAY( \
         (SELECT c.id FROM contracts c WHERE c.issuer_id = $1 AND c.signee_id = $2 ORDER BY c.created_at DESC LIMIT 200) \
         UNION ALL SELECT $2)) AND (e.private_to_id = $1 OR e.private_to_id IS NULL AND e.object <> $2)) \
         SELECT e.number, e.at, e.name, e.actor_kind AS kind, e.actor_name AS actor, e.account_id AS account, a.name AS company, \
         e.note, e.moved_to AS moved, e.cause FROM all_of_it e LEFT JOIN accounts a ON a.id = e.account_id \
         ORDER BY e.number DESC LIMIT 100",
    )
    .bind::<Text, _>(read.actor.account())
    .bind::<Text, _>(partner)
    .load(read.conn)?;
    let zone = read.actor.zone();
    Ok(rows.into_iter().map(|row| row.entry(zone)).collect())
}
