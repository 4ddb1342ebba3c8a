//! Who may see another company's product. One row for each viewer, product and reason, written by the acts that open
//! and close it, so that every list is one equality on an index.

use diesel::{
    dsl::auto_type,
    prelude::*,
    sql_types::{Text, Timestamptz},
};

use super::Product;
use crate::{
    kit::{
        actor::Account,
        db::{Looks, Tx},
        id::Id,
        problem::Result,
        statement::statement,
    },
    schema::{products, sight},
};

/// Why the owner of a marketplace sees a product: it has a listing there that is listed, or was asked for, under an Active
/// distribution contract. The one place that says so; a test holds the rows against it.
/// It is seen as a test while all of these are.
pub const LISTING: &str = "SELECT CASE WHEN bool_or(l.environment = 'production') THEN 'production' ELSE 'test' END AS environment \
    FROM listings l JOIN contracts c ON c.id = l.contract_id \
    WHERE l.product_id = $2 AND l.owner_id = $1 AND c.status = 'active' \
    AND (l.status = 'listed' OR EXISTS (SELECT FROM listing_requests r WHERE r.listing_id = l.id)) HAVING count(*) > 0";

/// Opens or closes the sight of `viewer` on a product, as its listings now say.
pub fn settle<P>(tx: &mut Tx<'_, P>, viewer: &Id<Account>, product: &Id<Product>) -> Result<()> {
    statement(format!(
        "DELETE FROM sight WHERE viewer_id = $1 AND product_id = $2 AND why = 'listing' AND NOT EXISTS ({LISTING})"
    ))
    .bind::<Text, _>(viewer)
    .bind::<Text, _>(product)
    .execute(tx.conn)?;
    statement(format!(
        "INSERT INTO sight AS s (viewer_id, product_id, why, since, environment) \
         SELECT $1, $2, 'listing', $3, shown.environment FROM ({LISTING}) shown ON CONFLICT (viewer_id, product_id, why) \
         DO UPDATE SET environment = excluded.environment WHERE s.environment <> excluded.environment"
    ))
    .bind::<Text, _>(viewer)
    .bind::<Text, _>(product)
    .bind::<Timestamptz, _>(tx.at)
    .execute(tx.conn)?;
    Ok(())
}

/// Whether a company has the product whose row is read among its own: what only a catalog offers stands there alone.
#[auto_type(no_type_alias)]
pub fn seen_by<'a>(account: &'a Id<Account>) -> _ {
    let by: diesel::dsl::Eq<sight::viewer_id, &'a Id<Account>> = sight::viewer_id.eq(account);
    let own: diesel::dsl::NotEq<sight::why, &'static str> = sight::why.ne("catalog");
    diesel::dsl::exists(sight::table.filter(by).filter(own).filter(sight::product_id.eq(products::id)))
}

/// Whether anybody but its vendor sees the product.
pub fn seen(look: &mut impl Looks, product: &Id<Product>) -> Result<bool> {
    let seen = sight::table.filter(sight::product_id.eq(product));
    Ok(diesel::select(diesel::dsl::exists(seen)).get_result(look.conn())?)
}

/// Everybody but its vendor who has the product among its own.
pub fn viewers(look: &mut impl Looks, product: &Id<Product>) -> Result<Vec<Id<Account>>> {
    Ok(sight::table
        .filter(sight::product_id.eq(product))
        .filter(sight::why.ne("catalog"))
        .select(sight::viewer_id)
        .distinct()
        .order(sight::viewer_id)
        .load(look.conn())?)
}
