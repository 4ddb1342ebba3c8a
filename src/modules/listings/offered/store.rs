//! Statements about products that another company showed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    kit::{actor::Account, db::Read, environment::Environment, id::Id, problem::Result},
    modules::products::{Product, Status, UsageSchema},
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
}

pub fn find<P>(read: &mut Read<'_, P>, id: &Id<Product>) -> Result<OfferedRow> {
    let me = &read.actor.identity.company.id;
    let others = diesel::alias!(sight as others);
    Ok(sight::table
        .inner_join(products::table.on(products::id.eq(sight::product_id)))
        .inner_join(accounts::table.on(accounts::id.eq(products::vendor_id)))
        .left_join(
            others.on((others.field(sight::product_id).nullable().eq(products::replacement_id))
                .and(others.field(sight::viewer_id).eq(sight::viewer_id))),
        )
        .filter(sight::viewer_id.eq(me))
        .filter(products::id.eq(id))
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
        ))
        .first(read.conn)?)
}
