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

/// The sentence about a product's subscriptions, with a link to those that `filter` finds.
fn told(about: &About, filter: &str, effect: Option<Effect>) -> Foretold {
    let list = about.asker.leads::<View>(&format!("subscriptions?{filter}&product={}", about.product));
    effect.map(|effect| effect.at_if(list)).into_iter().collect::<Vec<_>>().into()
}

const IN_USE: &str = "status=active&status=suspended&status=terminating";

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

const COUNT: &str = "SELECT count(*) AS n FROM subscriptions s WHERE product_id = $1 AND status IN ('active', 'suspended', 'terminating')";

impl Count {
    fn number(&self) -> Result<usize> {
        usize::try_from(self.n).map_err(Problem::internal)
    }
}

fn in_use(conn: &mut PgConnection, about: &About) -> Result<usize> {
    statement(COUNT).bind::<Text, _>(&about.product).get_result::<Count>(conn)?.number()
}

pub fn by_end_of_sale(conn: &mut PgConnection, _: &Consequences, SaleEnds(about): &SaleEnds) -> Result<Foretold> {
    let n = in_use(conn, about)?;
    let effect = Effect::touched(n, "{n} subscription continues.", "{n} subscriptions continue.");
    Ok(told(about, IN_USE, effect))
}

pub fn by_fixed_values(
    conn: &mut PgConnection,
    _: &Consequences,
    ValuesFixed(about): &ValuesFixed,
) -> Result<Foretold> {
    let n = in_use(conn, about)?;
    let effect = Effect::touched(
        n,
        "{n} subscription will only be able to change its ordering parameters while they are editable.",
        "{n} subscriptions will only be able to change their ordering parameters while they are editable.",
    );
    Ok(told(about, IN_USE, effect))
}

pub fn by_end_of_hold(conn: &mut PgConnection, _: &Consequences, HoldEnds(about): &HoldEnds) -> Result<Foretold> {
    let count = statement("SELECT count(*) AS n FROM subscriptions WHERE product_id = $1 AND status = 'suspended'");
    let n = count.bind::<Text, _>(&about.product).get_result::<Count>(conn)?.number()?;
    let effect = Effect::touched(
        n,
        "{n} suspended subscription can still be resumed.",
        "{n} suspended subscriptions can still be resumed.",
    );
    Ok(told(about, "status=suspended", effect))
}

pub fn by_turning(conn: &mut PgConnection, _: &Consequences, ahead: &VersionTurns) -> Result<Foretold> {
    let count = statement(format!("{COUNT} AND version = $2"));
    let n = count
        .bind::<Text, _>(&ahead.about.product)
        .bind::<Integer, _>(ahead.number)
        .get_result::<Count>(conn)?
        .number()?;
    let effect = Effect::touched(
        n,
        "{n} subscription uses this version and will keep it.",
        "{n} subscriptions use this version and will keep it.",
    );
    Ok(told(&ahead.about, IN_USE, effect))
}

pub fn by_end_of_items_sale(conn: &mut PgConnection, _: &Consequences, ahead: &ItemSaleEnds) -> Result<Foretold> {
    let count = statement(format!(
        "{COUNT} AND EXISTS (SELECT FROM subscription_items i WHERE i.subscription_id = s.id AND i.item_id = $2 AND i.quantity <> 0)"
    ));
    let n =
        count.bind::<Text, _>(&ahead.about.product).bind::<Text, _>(&ahead.item).get_result::<Count>(conn)?.number()?;
    let effect = Effect::touched(
        n,
        "{n} subscription with this item continues and can still be changed.",
        "{n} subscriptions with this item continue and can still be changed.",
    );
    Ok(told(&ahead.about, IN_USE, effect))
}
