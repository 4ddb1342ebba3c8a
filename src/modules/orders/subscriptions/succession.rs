//! What was ordered under a contract moves to its successor.

use diesel::{
    PgConnection, QueryableByName, RunQueryDsl as _,
    sql_types::{BigInt, Text, Timestamptz},
};

use super::{Status, Subscription};
use crate::{
    kit::{
        choice::Choice as _,
        consequence::{Consequences, Foretold},
        db::{System, Tx},
        effect::Effect,
        event::Event,
        id::Id,
        problem::{Problem, Result},
        statement::statement,
    },
    modules::contracts::renewal::estate::{Succeeded, Succession},
};

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// What would go over: all that is not over.
pub fn look(conn: &mut PgConnection, _: &Consequences, ahead: &Succession) -> Result<Foretold> {
    let ordered: Count =
        statement("SELECT count(*) FROM subscriptions WHERE contract_id = $1 AND status <> 'terminated'")
            .bind::<Text, _>(&ahead.from)
            .get_result(conn)?;
    let ordered = usize::try_from(ordered.count).map_err(Problem::internal)?;
    let live = Status::ALL.iter().filter(|one| **one != Status::Terminated);
    let live: String = live.map(|one| format!("status={}&", one.key())).collect();
    let effect = Effect::counted(
        "subscription.taken_over",
        ordered,
        "{n} subscription moves to the new contract and can still be changed.",
        "{n} subscriptions move to the new contract and can still be changed.",
    );
    let effect = effect.map(|effect| effect.at(format!("/subscriptions?{live}contract={}", ahead.from)));
    Ok(Foretold { effects: effect.into_iter().collect(), shown: ordered.to_string() })
}

/// Hands them over; what is over keeps the contract under which it was. The caller holds both contracts.
pub fn carry_out(tx: &mut Tx<'_, System>, happened: &Succeeded) -> Result<()> {
    #[derive(QueryableByName)]
    struct Moved {
        #[diesel(sql_type = Text)]
        id: Id<Subscription>,
    }
    let moved: Vec<Moved> = statement(
        "UPDATE subscriptions SET contract_id = $2, updated_at = $3 WHERE contract_id = $1 AND status <> 'terminated' RETURNING id",
    )
    .bind::<Text, _>(&happened.from)
    .bind::<Text, _>(&happened.to)
    .bind::<Timestamptz, _>(tx.at)
    .load(tx.conn)?;
    let note = happened.note();
    tx.record_all(moved.iter().map(|one| Event::new("subscription.taken_over", &one.id).note(&note)))
}
