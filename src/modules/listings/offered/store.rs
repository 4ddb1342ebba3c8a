//! Statements about products that another company showed.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Int4, Text, Timestamptz},
};

use crate::{
    kit::{actor::Account, db::Read, environment::Environment, id::Id, problem::Result, statement::statement},
    modules::{
        contracts::Contract,
        products::{Product, Status, UsageSchema},
    },
    schema::{accounts, products, sight},
};

/// What is live of a product; the rest stands in its newest public version.
#[derive(Debug, Clone, Queryable)]
pub struct OfferedRow {
    pub id: Id<Product>,
    pub vendor_id: Id<Account>,
    pub vendor: String,
    pub status: Status,
    pub end_of_sale_note: String,
    /// What takes its place, when the viewer sees it too.
    pub replacement_id: Option<Id<Product>>,
    pub version: i32,
    pub since: DateTime<Utc>,
    /// A test while every listing that shows it is one.
    pub environment: Environment,
    /// How its usage is reported, if at all.
    pub usage_schema: Option<UsageSchema>,
    /// Why it is seen: `listing`, or `syndication`.
    why: String,
}

impl OfferedRow {
    /// Whether the company sells it by syndication.
    pub fn syndicated(&self) -> bool {
        self.why == "syndication"
    }
}

pub fn find<P>(read: &mut Read<'_, P>, id: &Id<Product>) -> Result<OfferedRow> {
    let me = &read.actor.identity.company.id;
    let others = diesel::alias!(sight as others);
    Ok(sight::table
        .inner_join(products::table.on(products::id.eq(sight::product_id)))
        .inner_join(accounts::table.on(accounts::id.eq(products::vendor_id)))
        .left_join(
            others.on((others.field(sight::product_id).nullable().eq(products::replacement_id))
                .and(others.field(sight::viewer_id).eq(sight::viewer_id))
                .and(others.field(sight::why).ne("catalog"))),
        )
        .filter(sight::viewer_id.eq(me))
        .filter(products::id.eq(id))
        .filter(sight::why.ne("catalog"))
        .filter(products::public_version.is_not_null())
        .select((
            products::id,
            accounts::id,
            accounts::name,
            products::status,
            products::end_of_sale_note,
            others.field(sight::product_id).nullable(),
            products::public_version.assume_not_null(),
            sight::since,
            sight::environment,
            products::usage_schema,
            sight::why,
        ))
        // "syndication" before "listing": there is more to say of it
        .order(sight::why.desc())
        .first(read.conn)?)
}

/// A contract by which a company sells a product, and what its vendor said of each version that came since.
#[derive(Debug, Clone, QueryableByName)]
pub struct SoldRow {
    #[diesel(sql_type = Text)]
    pub contract: Id<Contract>,
    #[diesel(sql_type = Text)]
    pub distributor: String,
    /// The company's own marketplace.
    #[diesel(sql_type = Text)]
    pub target: String,
    /// Why nothing new can be ordered: `removed` or `paused`; empty while it can.
    #[diesel(sql_type = Text)]
    pub stopped: String,
    #[diesel(sql_type = Text)]
    pub pause_note: String,
}

/// The Active contracts by which the actor's company sells a product.
pub fn sold<P>(read: &mut Read<'_, P>, id: &Id<Product>) -> Result<Vec<SoldRow>> {
    Ok(statement(
        "SELECT x.contract_id AS contract, d.name AS distributor, t.name AS target, l.pause_note, \
         CASE WHEN l.status <> 'listed' THEN 'removed' WHEN l.paused_at IS NOT NULL THEN 'paused' ELSE '' END AS stopped \
         FROM contract_sources x JOIN contracts c ON c.id = x.contract_id AND c.status = 'active' \
         JOIN listings l ON l.id = x.listing_id JOIN accounts d ON d.id = x.distributor_id JOIN marketplaces t ON t.id = x.target_id \
         WHERE x.enroller_id = $1 AND x.product_id = $2 AND x.open ORDER BY t.name, x.contract_id LIMIT 100",
    )
    .bind::<Text, _>(&read.actor.identity.company.id)
    .bind::<Text, _>(id)
    .load(read.conn)?)
}

/// A version that came after the company began to sell the product.
#[derive(Debug, Clone, QueryableByName)]
pub struct NewsRow {
    #[diesel(sql_type = Int4)]
    pub number: i32,
    #[diesel(sql_type = Text)]
    pub changes: String,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
}

/// The public versions of a product that came since, the newest first.
pub fn since<P>(read: &mut Read<'_, P>, id: &Id<Product>, since: DateTime<Utc>) -> Result<Vec<NewsRow>> {
    Ok(statement(
        "SELECT v.number, v.changes, v.created_at FROM product_versions v WHERE v.product_id = $1 AND v.public AND v.created_at > $2 \
         ORDER BY v.number DESC LIMIT 100",
    )
    .bind::<Text, _>(id)
    .bind::<Timestamptz, _>(since)
    .load(read.conn)?)
}
