//! What of this module a change of a product touches.

use diesel::{
    PgConnection, QueryableByName, RunQueryDsl as _,
    sql_types::{BigInt, Text},
};

use super::{View, letters::Mail};
use crate::{
    kit::{
        consequence::{Consequences, Foretold},
        db::{System, Tx},
        effect::Effect,
        problem::{Problem, Result},
        statement::statement,
    },
    mail,
    modules::products::{
        sight,
        touched::{SaleEnds, SaleTurned},
    },
};

/// Listings that stay, and requests that are stuck, when the sale of a product ends.
pub fn by_end_of_sale(conn: &mut PgConnection, _: &Consequences, SaleEnds(ahead): &SaleEnds) -> Result<Foretold> {
    #[derive(QueryableByName)]
    struct Counts {
        #[diesel(sql_type = BigInt)]
        listed: i64,
        #[diesel(sql_type = BigInt)]
        drafts: i64,
    }
    let counts: Counts = statement(
        "SELECT (SELECT count(*) FROM listings WHERE product_id = $1 AND status = 'listed') AS listed, \
         (SELECT count(*) FROM listing_requests WHERE product_id = $1 AND type = 'new' AND status = 'draft') AS drafts",
    )
    .bind::<Text, _>(&ahead.product)
    .get_result(conn)?;
    let number = |count: i64| usize::try_from(count).map_err(Problem::internal);
    let (product, leads) = (&ahead.product, |path: String| ahead.asker.leads::<View>(&path));
    let listed =
        Effect::touched(number(counts.listed)?, "{n} listing stays as it is.", "{n} listings stay as they are.")
            .map(|effect| effect.at_if(leads(format!("listings?status=listed&q={product}"))));
    let drafts = Effect::touched(
        number(counts.drafts)?,
        "{n} listing request can no longer be submitted again.",
        "{n} listing requests can no longer be submitted again.",
    )
    .map(|effect| effect.at_if(leads(format!("listing-requests?status=draft&type=new&q={product}"))));
    Ok(listed.into_iter().chain(drafts).collect::<Vec<_>>().into())
}

/// Tells everybody who sees a product that its sale has ended, or that it is for sale again.
pub fn tell(tx: &mut Tx<'_, System>, turned: &SaleTurned) -> Result<()> {
    for account in sight::viewers(tx, &turned.product)? {
        let product = turned.product.clone();
        let letter = match turned.ended {
            true => Mail::SaleEnded { product, account: account.clone() },
            false => Mail::SaleRestored { product, account: account.clone() },
        };
        mail::tell(tx, &letter)?;
    }
    Ok(())
}
