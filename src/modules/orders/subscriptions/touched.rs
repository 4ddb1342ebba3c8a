//! Which subscriptions in use a change of a product touches.

use diesel::{
    PgConnection, QueryableByName, RunQueryDsl as _,
    sql_types::{BigInt, Integer, Text},
};

use super::View;
use crate::{
    kit::{
        consequence::{Consequences, Foretold},
        effect::Effect,
        problem::{Problem, Result},
        statement::statement,
    },
    modules::products::touched::{About, HoldEnds, ItemSaleEnds, SaleEnds, ValuesFixed, VersionTurns},
};

/// One sentence about so many subscriptions of a product, with a link to those that `filter` finds.
fn told(about: &About, n: i64, filter: &str, one: &'static str, many: &'static str) -> Result<Foretold> {
    let n = usize::try_from(n).map_err(Problem::internal)?;
    let list = about.asker.leads::<View>(&format!("subscriptions?{filter}&product={}", about.product));
    Ok(Effect::touched(n, one, many).map(|effect| effect.at_if(list)).into_iter().collect::<Vec<_>>().into())
}

const IN_USE: &str = "status=active&status=suspended&status=terminating";

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

const COUNT: &str = "SELECT count(*) AS n FROM subscriptions s WHERE product_id = $1 AND status IN ('active', 'suspended', 'terminating')";

fn in_use(conn: &mut PgConnection, about: &About) -> Result<i64> {
    Ok(statement(COUNT).bind::<Text, _>(&about.product).get_result::<Count>(conn)?.n)
}

pub fn by_end_of_sale(conn: &mut PgConnection, _: &Consequences, SaleEnds(about): &SaleEnds) -> Result<Foretold> {
    let n = in_use(conn, about)?;
    told(about, n, IN_USE, "{n} subscription continues", "{n} subscriptions continue")
}

pub fn by_fixed_values(
    conn: &mut PgConnection,
    _: &Consequences,
    ValuesFixed(about): &ValuesFixed,
) -> Result<Foretold> {
    let n = in_use(conn, about)?;
    told(
        about,
        n,
        IN_USE,
        "{n} subscription can change the values of its ordering parameters only while they are editable",
        "{n} subscriptions can change the values of their ordering parameters only while they are editable",
    )
}

pub fn by_end_of_hold(conn: &mut PgConnection, _: &Consequences, HoldEnds(about): &HoldEnds) -> Result<Foretold> {
    let count = statement("SELECT count(*) AS n FROM subscriptions WHERE product_id = $1 AND status = 'suspended'");
    let n = count.bind::<Text, _>(&about.product).get_result::<Count>(conn)?.n;
    told(
        about,
        n,
        "status=suspended",
        "{n} suspended subscription can still be resumed",
        "{n} suspended subscriptions can still be resumed",
    )
}

pub fn by_turning(conn: &mut PgConnection, _: &Consequences, ahead: &VersionTurns) -> Result<Foretold> {
    let count = statement(format!("{COUNT} AND version = $2"));
    let n = count.bind::<Text, _>(&ahead.about.product).bind::<Integer, _>(ahead.number).get_result::<Count>(conn)?.n;
    told(
        &ahead.about,
        n,
        IN_USE,
        "{n} subscription is based on this version and keeps it",
        "{n} subscriptions are based on this version and keep it",
    )
}

pub fn by_end_of_items_sale(conn: &mut PgConnection, _: &Consequences, ahead: &ItemSaleEnds) -> Result<Foretold> {
    let count = statement(format!(
        "{COUNT} AND EXISTS (SELECT FROM subscription_items i WHERE i.subscription_id = s.id AND i.item_id = $2 AND i.quantity <> 0)"
    ));
    let n = count.bind::<Text, _>(&ahead.about.product).bind::<Text, _>(&ahead.item).get_result::<Count>(conn)?.n;
    told(
        &ahead.about,
        n,
        IN_USE,
        "{n} subscription with this item continues and can still be changed",
        "{n} subscriptions with this item continue and can still be changed",
    )
}
