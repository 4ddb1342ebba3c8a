//! Filling in, asking and answering.

use super::Asks;
use crate::{
    kit::{
        db::Tx,
        event::Event,
        id::Id,
        problem::{Problem, Result},
        secret,
        violation::{Violation, Violations, none_left},
    },
    modules::{
        orders::questions::of_phase,
        products::parameters::{
            Parameter, Phase, inquiry,
            store::ParameterRow,
            values::{self, Values},
        },
        queue::{self, Move, Waiting as _, With},
        service,
    },
};

/// What is wrong with values that are `given` of parameters of one phase, where `now` are those that there are.
///
/// # Errors
/// When a secret cannot be opened.
pub fn wrong<P>(tx: &Tx<'_, P>, rows: &[ParameterRow], now: &Values, given: &Values) -> Result<Violations> {
    let vault = tx.vault()?;
    Ok(values::wrong(rows, now, given, &vault))
}

/// The violations of required values that are not there.
pub fn missing(rows: &[ParameterRow], values: &Values) -> Violations {
    let missing = values::missing(rows, values).into_iter();
    missing.map(|row| Violation::new(values::place(&row.id), values::needed(row))).collect()
}

/// Whoever works on a request that is nobody's from now on.
fn taker<A: Asks, P>(tx: &Tx<'_, P>, row: &A::Row) -> With {
    With { assignee_id: tx.taker(row.assignee()), ..With::default() }
}

/// Fills in what the vendor knows, while the request is with it.
pub fn fill_in<A: Asks>(tx: &mut Tx<'_, A::Process>, id: &Id<A::Kind>, given: &Values) -> Result<()> {
    let (row, of) = A::lock(tx, id)?;
    queue::held::undecided(tx, id)?;
    if !A::fillable(row.status()) {
        return Err(Problem::moved(id, row.status()));
    }
    let mut all = A::values(&row)?;
    let rows = of_phase(&A::parameters(tx, &row, &of)?, Phase::Fulfillment);
    none_left(wrong(tx, &rows, &all, given)?)?;
    all.take(given);
    let with = With { parameter_values: Some(all.json()?), ..taker::<A, _>(tx, &row) };
    queue::keep::<A, _>(tx, id, &with)?;
    tx.record(Event::new(A::FILLED_IN, id))
}

/// Asks for data: which values are wrong, and what the vendor says.
///
/// # Errors
/// [`Problem::Invalid`] at `question`, or at the value of which the words are too long or which is not asked for.
pub fn inquire<A: Asks>(
    tx: &mut Tx<'_, A::Process>,
    id: &Id<A::Kind>,
    question: &str,
    blamed: &[(Id<Parameter>, String)],
) -> Result<()> {
    let (row, of, planned) = queue::taken::<A, _>(tx, id, A::INQUIRE)?;
    let rows = of_phase(&A::parameters(tx, &row, &of)?, Phase::Ordering);
    let (question, blamed) = inquiry::asked(question, blamed, &rows).map_err(Problem::Invalid)?;
    let mut values = A::values(&row)?;
    values.forgive();
    for (parameter, words) in &blamed {
        values.blame(parameter, words);
    }
    let with = With {
        parameter_values: Some(values.json()?),
        question: Some(question.clone()),
        answered: Some(false),
        form_nonce: Some(A::nonce(&row).map_or_else(secret::nonce, <[u8]>::to_vec)),
        ..taker::<A, _>(tx, &row)
    };
    queue::advance::<A, _>(tx, id, &planned, &with)?;
    tx.record(Event::new(A::INQUIRED, id).moved(planned.from(), planned.to()).note(&question))?;
    A::ask(tx, &row, &of)?;
    A::tell_buyer(tx, &row, &of, planned.to(), &question)
}

/// The data is there, with a reply in words or none: back to the vendor. By the buyer, or by the vendor on behalf of whoever was asked.
pub fn answer<A: Asks, P>(tx: &mut Tx<'_, P>, id: &Id<A::Kind>, given: (&Values, &str)) -> Result<()> {
    let (row, of, planned) = queue::taken::<A, _>(tx, id, A::ANSWER)?;
    answered::<A, P>(tx, (&row, &of), &planned, given)
}

/// By whoever has the form's link, which was checked; the request is locked.
pub fn answer_by_link<A: Asks, P>(
    tx: &mut Tx<'_, P>,
    (row, of): (&A::Row, &A::Of),
    given: (&Values, &str),
) -> Result<()> {
    let planned = queue::planned::<A>(row, A::ANSWER, &[A::CUSTOMER], tx.at)?;
    answered::<A, P>(tx, (row, of), &planned, given)
}

fn answered<A: Asks, P>(
    tx: &mut Tx<'_, P>,
    (row, of): (&A::Row, &A::Of),
    planned: &Move<A>,
    (given, reply): (&Values, &str),
) -> Result<()> {
    let rows = of_phase(&A::parameters(tx, row, of)?, Phase::Ordering);
    let mut all = A::values(row)?;
    let mut against = wrong(tx, &rows, &all, given)?;
    all.forgive();
    all.take(given);
    against.extend(missing(&rows, &all));
    none_left(against)?;
    let vendor = A::vendor(row, of).clone();
    let with = With {
        parameter_values: Some(all.json()?),
        answered: Some(true),
        due_at: Some(service::due(tx, &vendor)?),
        ..With::default()
    };
    queue::advance::<A, P>(tx, row.id(), planned, &with)?;
    tx.record(Event::new(A::ANSWERED, row.id()).moved(planned.from(), planned.to()).note(reply))?;
    A::tell_vendor(tx, row, of)
}
