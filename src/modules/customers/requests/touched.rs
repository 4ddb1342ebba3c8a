//! Which changes of customers a change of a product touches.

use diesel::{
    PgConnection,
    sql_types::{BigInt, Text},
};

use crate::{
    kit::{
        consequence::{Consequences, Foretold},
        effect::Effect,
        problem::{Problem, Result},
        statement::statement,
    },
    modules::{customers::View, products::touched::SyncEnds},
};

/// Changes that still wait for the vendor when it is asked about no new ones.
pub fn by_end_of_sync(conn: &mut PgConnection, _: &Consequences, SyncEnds(about): &SyncEnds) -> Result<Foretold> {
    let count =
        statement("SELECT count(*) AS n FROM tier_account_requests WHERE product_id = $1 AND status = 'pending'");
    let n = count.bind::<Text, _>(&about.product).value::<BigInt, i64>(conn)?;
    let list = about.asker.leads::<View>(&format!("customer-requests?status=pending&product={}", about.product));
    let effect = Effect::touched(
        usize::try_from(n).map_err(Problem::internal)?,
        "{n} request in your queue stays open.",
        "{n} requests in your queue stay open.",
    );
    Ok(effect.map(|effect| effect.at_if(list)).into_iter().collect::<Vec<_>>().into())
}
