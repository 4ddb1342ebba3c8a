//! What is done with a request of any kind.

use chrono::{DateTime, Utc};

use super::{Assigned, Move, Queue, Standing as _, Talks, Waiting as _, held, store};
use crate::{
    input,
    kit::{
        actor::Company,
        db::Tx,
        event::Event,
        id::Id,
        input::{Input as _, kinds::Line},
        lifecycle::{NoMove, plan_as},
        problem::{Problem, Result},
    },
    mail,
    modules::conversation::{self, Message},
};

/// The actor's company.
fn company<P>(tx: &Tx<'_, P>) -> Result<Company> {
    Ok(tx.who.member()?.company.clone())
}

/// The move that `action` makes of a locked request when somebody with these parts does it.
///
/// # Errors
/// [`Problem::NotFound`] when the act is never theirs, [`Problem::Stale`] when it is not possible now.
pub fn planned<Q: Queue>(row: &Q::Row, action: Q::Action, parts: &[Q::Part], at: DateTime<Utc>) -> Result<Move<Q>> {
    plan_as(Q::RULES, row.status(), action, parts, at).map_err(|no| match no {
        NoMove::WrongPart => Problem::NotFound,
        NoMove::WrongStatus => Problem::moved(row.id(), row.status()),
    })
}

/// A request of the actor's company, locked with what it is of, and the move that `action` makes of it.
///
/// # Errors
/// As [`planned`]; [`Problem::Stale`] when somebody of the company has just decided otherwise, see [`held`].
pub fn taken<Q: Queue, P>(tx: &mut Tx<'_, P>, id: &Id<Q::Kind>, action: Q::Action) -> Result<(Q::Row, Q::Of, Move<Q>)> {
    let (row, of) = Q::lock(tx, id)?;
    held::undecided(tx, id)?;
    let planned = planned::<Q>(&row, action, &Q::parts(&row, &of, &company(tx)?), tx.at)?;
    Ok((row, of, planned))
}

/// Takes a request over, or gives it back.
pub fn assign<Q: Assigned>(tx: &mut Tx<'_, Q::Process>, id: &Id<Q::Kind>, to_me: bool) -> Result<()> {
    let (row, _) = Q::lock(tx, id)?;
    if !row.status().open() {
        return Err(Problem::moved(id, row.status()));
    }
    let person = tx.who.member()?.person.clone();
    store::assign::<Q, _>(tx, id, to_me.then_some(&person.id))?;
    let (assigned, unassigned) = Q::ASSIGNED;
    tx.record(Event::new(if to_me { assigned } else { unassigned }, id).note(person.name).private())
}

/// Says something on a request; the other party is told.
pub fn say<Q: Talks>(tx: &mut Tx<'_, Q::Talk>, id: &Id<Q::Kind>, said: &Message) -> Result<()> {
    let (row, of) = Q::lock(tx, id)?;
    conversation::add(tx, id, &said.text)?;
    let company = company(tx)?;
    let account = Q::other(&row, &of, &company);
    if account == company.id {
        return Ok(());
    }
    let told = Q::discussed(id, account.clone(), company.name);
    mail::tell(tx, &told)
}

input! {
    /// Why something fails, is refined, cancelled or revoked.
    pub struct Reason, DraftReason {
        "" { reason: String = Line(500), "Reason", at "reason", missing "Enter a reason", hint "Up to 500 characters."; }
    }
}

/// The reason of an act, on one line.
///
/// # Errors
/// [`Problem::Invalid`] at `reason` when there is none, or when it has more than 500 characters.
pub fn reason(given: &str) -> Result<String> {
    Reason::read(&[given.to_owned()]).map(|read| read.reason).map_err(Problem::Invalid)
}
