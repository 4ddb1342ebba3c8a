//! The verbs of closings. All of them lock the file first, so of two people who close its last records the later one closes the file.

use super::store::{self, Closing};
use crate::{
    kit::{
        db::Tx,
        done::Done,
        event::Event,
        id::Id,
        lifecycle::plan,
        problem::{Problem, Result},
    },
    modules::usage::{
        Review, UsageFile,
        actions::{self as files, moved},
        chunks,
        data::Billing,
        lifecycle::{Action, Part, RULES},
        record_id,
        store::{self as all, FileRow},
    },
    t,
};

/// Locks a file whose records can be closed.
///
/// # Errors
/// [`Problem::Stale`] when it was not accepted, or is closed.
pub fn open(tx: &mut Tx<'_, Review>, id: &Id<UsageFile>) -> Result<FileRow> {
    let file = all::lock(tx, id)?;
    plan(RULES, file.status, Action::Close, Part::Owner, tx.at).map_err(|_| moved(&file))?;
    Ok(file)
}

/// Closes one record of an accepted file. The last one closes the file.
///
/// # Errors
/// [`Problem::Stale`] when it is closed already.
pub fn close(tx: &mut Tx<'_, Review>, id: &Id<UsageFile>, number: i32, billing: &Billing) -> Result<()> {
    let file = open(tx, id)?;
    let record = record_id(&file.id, number);
    if store::billed(tx, id, number)?.closed {
        return Err(Problem::stale(
            "This record is already closed",
            t!("{record} was closed after you opened this page.", record),
        ));
    }
    store::close(tx, id, &[Closing { number, billing: billing.clone() }])?;
    tx.record(Event::new("usage_file.record_closed", id).note(said(&record, billing)))?;
    settle(tx, id)
}

/// Closes those of several records that are open; gives the rows of those that were. Nothing of a file that cannot be closed now.
///
/// # Errors
/// [`Problem::NotFound`] for a file that the company does not see, [`Problem::Stale`] for one that was not accepted, or is closed.
pub fn close_many(tx: &mut Tx<'_, Review>, id: &Id<UsageFile>, closings: &[Closing]) -> Result<Vec<i32>> {
    open(tx, id)?;
    let closed = store::close(tx, id, closings)?;
    if !closed.is_empty() {
        tx.record(Event::new("usage_file.records_closed", id).note(closed.len().to_string()))?;
        settle(tx, id)?;
    }
    Ok(closed)
}

/// Says otherwise how a record was billed that was closed on its own. `revision` is that of the closing that the form was opened on.
///
/// # Errors
/// [`Problem::Refused`] when it was not closed on its own.
pub fn bill_again(
    tx: &mut Tx<'_, Review>,
    id: &Id<UsageFile>,
    (number, revision): (i32, i32),
    billing: &Billing,
) -> Result<Done> {
    all::lock(tx, id)?;
    let now = store::billed(tx, id, number)?;
    if !now.own {
        return Err(not_alone());
    }
    if now.billing() == *billing {
        return Ok(Done::Same(()));
    }
    if now.closing != revision {
        return Err(Problem::overtaken("this record"));
    }
    store::bill(tx, id, &[Closing { number, billing: billing.clone() }])?;
    let record = record_id(id, number);
    tx.record(Event::new("usage_file.record_billed_again", id).note(said(&record, billing)))?;
    Ok(Done::Changed(()))
}

/// Why it cannot be said for a record alone how it was billed.
pub fn not_alone() -> Problem {
    Problem::refused(
        "This record has no billing of its own",
        t!("Only the billing of a record that was closed on its own can be changed."),
    )
}

/// What the trail says of a closing.
pub fn said(what: &str, billing: &Billing) -> String {
    format!("{what}: {}", billing.billing_reference)
}

/// What follows once records of a locked file were closed: with its last open record a chunk is closed, and the file.
pub fn settle(tx: &mut Tx<'_, Review>, id: &Id<UsageFile>) -> Result<()> {
    let file = all::lock(tx, id)?;
    chunks::actions::settle(tx, id)?;
    if file.closed < file.records {
        return Ok(());
    }
    let planned = plan(RULES, file.status, Action::Close, Part::Owner, tx.at).map_err(|_| moved(&file))?;
    all::advance(tx, id, &planned)?;
    tx.record(Event::new("usage_file.closed", id).moved(planned.from(), planned.to()))?;
    files::tell(tx, &file, planned.to(), "")
}
