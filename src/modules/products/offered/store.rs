//! Statements about products that another company showed. [`seen_by`] is the one condition of sight.

use chrono::{DateTime, Utc};
use diesel::{dsl::auto_type, prelude::*};

use crate::{
    kit::{actor::Account, db::Read, environment::Environment, id::Id, problem::Result},
    modules::products::{Product, Status},
    schema::{accounts, products, sight},
};

#[auto_type(no_type_alias)]
fn seen_by<'a>(account: &'a Id<Account>) -> _ {
    sight::viewer_id.eq(account)
}

/// What is live of a product; the rest stands in its newest public version.
#[derive(Debug, Clone, Queryable)]
pub struct OfferedRow {
    pub id: Id<Product>,
    pub vendor_id: Id<Account>,
    pub vendor: String,
    pub status: Status,
    pub end_of_sale_note: String,
    pub replacement_id: Option<Id<Product>>,
    pub version: i32,
    pub since: DateTime<Utc>,
    /// A test while every listing that shows it is one.
    pub environment: Environment,
}

pub fn find<P>(read: &mut Read<'_, P>, id: &Id<Product>) -> Result<OfferedRow> {
    let me = &read.actor.identity.company.id;
    Ok(sight::table
        .inner_join(products::table.on(products::id.eq(sight::product_id)))
        .inner_join(accounts::table.on(accounts::id.eq(products::vendor_id)))
        .filter(seen_by(me))
        .filter(products::id.eq(id))
        .filter(products::public_version.is_not_null())
        .select((
            products::id,
            accounts::id,
            accounts::name,
            products::status,
            products::end_of_sale_note,
            products::replacement_id,
            products::public_version.assume_not_null(),
            sight::since,
            sight::environment,
        ))
        .first(read.conn)?)
}

/// Whether the actor's company sees a product: a replacement that it does not see stays unnamed.
pub fn sees<P>(read: &mut Read<'_, P>, id: &Id<Product>) -> Result<bool> {
    let me = &read.actor.identity.company.id;
    let seen = sight::table.filter(seen_by(me)).filter(sight::product_id.eq(id));
    Ok(diesel::select(diesel::dsl::exists(seen)).get_result(read.conn)?)
}
