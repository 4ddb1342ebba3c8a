//! Requests that are locked, their subscriptions before them, and moved in sets.

use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Text, Timestamptz},
};

use super::RequestRow;
use crate::{
    kit::{
        db::Tx,
        id::Id,
        problem::{Problem, Result},
        statement::statement,
    },
    modules::orders::{
        fulfillment::{Request, lifecycle::Move},
        subscriptions::{self, Subscription, store::SubscriptionRow},
    },
    schema::fulfillment_requests,
};

/// Locks a request of the actor's company, and its subscription before it.
pub fn lock<P>(tx: &mut Tx<'_, P>, id: &Id<Request>) -> Result<(RequestRow, SubscriptionRow)> {
    let of: Id<Subscription> =
        fulfillment_requests::table.find(id).select(fulfillment_requests::subscription_id).first(tx.conn)?;
    let of = subscriptions::store::lock(tx, &of)?;
    Ok((hold(tx, id)?, of))
}

/// Locks a request for a rule or a form's link, and its subscription before it.
pub fn lock_any<P>(tx: &mut Tx<'_, P>, id: &Id<Request>) -> Result<(RequestRow, SubscriptionRow)> {
    let of: Id<Subscription> =
        fulfillment_requests::table.find(id).select(fulfillment_requests::subscription_id).first(tx.conn)?;
    let of = subscriptions::store::lock_any(tx, &of)?;
    Ok((hold(tx, id)?, of))
}

fn hold<P>(tx: &mut Tx<'_, P>, id: &Id<Request>) -> Result<RequestRow> {
    Ok(fulfillment_requests::table.find(id).select(RequestRow::as_select()).for_update().first(tx.conn)?)
}

/// Holds the contract of a request's subscription: before the subscription, as everybody does who ends one.
pub fn hold_contract<P>(tx: &mut Tx<'_, P>, id: &Id<Request>) -> Result<()> {
    let of: Option<Id<Subscription>> =
        fulfillment_requests::table.find(id).select(fulfillment_requests::subscription_id).first(tx.conn).optional()?;
    of.map_or(Ok(()), |of| subscriptions::store::hold_contract(tx, &of))
}

/// Scheduled requests whose time has come, with their subscriptions locked. Those that somebody else holds are left for the next
/// time, so that two programs share the work.
pub fn take_due<P>(tx: &mut Tx<'_, P>, most: i64) -> Result<Vec<Id<Request>>> {
    Ok(statement(
        "SELECT r.id FROM fulfillment_requests r JOIN subscriptions s ON s.id = r.subscription_id \
         WHERE r.status = 'scheduled' AND r.planned_at <= $1 ORDER BY r.planned_at, r.id LIMIT $2 \
         FOR UPDATE OF s SKIP LOCKED",
    )
    .bind::<Timestamptz, _>(tx.at)
    .bind::<BigInt, _>(most)
    .values::<Text, _>(tx.conn)?)
}

/// Moves a set of locked requests that stand in one status, with one reason.
pub fn advance_all<P>(tx: &mut Tx<'_, P>, ids: &[Id<Request>], planned: &Move, reason: &str) -> Result<()> {
    let ids: Vec<&str> = ids.iter().map(Id::as_str).collect();
    let moved = statement(
        "UPDATE fulfillment_requests SET status = $3, reason = $4, updated_at = $5 WHERE id = ANY($1) AND status = $2",
    )
    .bind::<Array<Text>, _>(&ids)
    .bind::<Text, _>(planned.from())
    .bind::<Text, _>(planned.to())
    .bind::<Text, _>(reason)
    .bind::<Timestamptz, _>(planned.at())
    .execute(tx.conn)?;
    if moved == ids.len() { Ok(()) } else { Err(Problem::internal("a locked request moved under its lock")) }
}
