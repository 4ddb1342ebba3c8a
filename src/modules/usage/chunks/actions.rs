//! The verbs of chunks. All of them lock the file first.

use super::{
    Status,
    data::Naming,
    lifecycle::{Action, Move, RULES},
    store::{self, ChunkRow},
};
use crate::{
    kit::{
        choice::Choice as _,
        db::Tx,
        done::Done,
        event::Event,
        id::Id,
        lifecycle::plan,
        problem::{Problem, Result},
        shown::Shown,
    },
    modules::usage::{
        Review, UsageFile,
        closings::{self, actions::said},
        data::Billing,
        lifecycle::Part,
        store::{self as files, FileRow},
    },
};

/// What the program does with every chunk that stands there.
fn by_itself<P>(tx: &Tx<'_, P>, now: Status, action: Action) -> Result<Move> {
    plan(RULES, now, action, Part::System, tx.at).map_err(|_| Problem::internal("a rule of chunks is missing"))
}

/// Makes the chunks of a locked file that is accepted.
pub fn make<P>(tx: &mut Tx<'_, P>, file: &FileRow) -> Result<()> {
    let planned = by_itself(tx, Status::Draft, Action::Build)?;
    store::make(tx, &file.id)?;
    store::build(tx, &file.id, file.records, &planned)
}

/// Closes the chunks of a locked file that have no open record left.
pub fn settle<P>(tx: &mut Tx<'_, P>, file: &Id<UsageFile>) -> Result<()> {
    let planned = by_itself(tx, Status::Ready, Action::Close)?;
    store::close_rest(tx, file, &planned, false)
}

/// Closes all chunks of a locked file, which is closed itself.
pub fn close_all<P>(tx: &mut Tx<'_, P>, file: &Id<UsageFile>) -> Result<()> {
    let planned = by_itself(tx, Status::Ready, Action::Close)?;
    store::close_rest(tx, file, &planned, true)
}

fn moved(chunk: &ChunkRow) -> Problem {
    Problem::moved(&chunk.id, chunk.status)
}

/// What the page shows that asks before a chunk is closed, so that the bill is of just that.
pub fn shown(chunk: &ChunkRow) -> Shown {
    let amount = chunk.amount.as_deref().unwrap_or_default();
    Shown::new()
        .part("the records", format!("{} {} {amount}", chunk.id, chunk.records))
        .part("the closed records", format!("{} {}", chunk.status.key(), chunk.closed))
}

/// Closes a chunk: all its records that are open. The last one closes the file. `sent` says what the page showed.
///
/// # Errors
/// [`Problem::Stale`] when it is closed already, or is not as it was shown.
pub fn close(tx: &mut Tx<'_, Review>, id: &Id<UsageFile>, number: i32, billing: &Billing, sent: &str) -> Result<()> {
    let file = files::lock(tx, id)?;
    let (chunk, _) = store::find(tx, id, number)?;
    let planned = plan(RULES, chunk.status, Action::Close, Part::Owner, tx.at).map_err(|_| moved(&chunk))?;
    shown(&chunk).check(sent, "Nothing was done")?;
    store::close(tx, &chunk, billing, &planned)?;
    let open = usize::try_from(chunk.records - chunk.closed).map_err(Problem::internal)?;
    closings::store::counted(tx, &file.id, open)?;
    tx.record(Event::new("usage_file.chunk_closed", id).private().note(said(chunk.id.as_str(), billing)))?;
    closings::actions::settle(tx, id)
}

/// Changes the external ID of a chunk. `revision` is the revision the form was opened with.
pub fn name(
    tx: &mut Tx<'_, Review>,
    id: &Id<UsageFile>,
    (number, revision): (i32, i32),
    naming: &Naming,
) -> Result<Done> {
    files::lock(tx, id)?;
    let (chunk, _) = store::find(tx, id, number)?;
    if chunk.naming() == *naming {
        return Ok(Done::Same(()));
    }
    if chunk.revision != revision {
        return Err(Problem::overtaken("this hub's usage"));
    }
    store::name(tx, &chunk, naming)?;
    tx.record(Event::new("usage_file.chunk_named", id).private().note(chunk.id.as_str()))?;
    Ok(Done::Changed(()))
}

/// Changes how a closed chunk was billed. `revision` is the revision the form was opened with.
///
/// # Errors
/// [`Problem::Refused`] when it was not billed as a whole.
pub fn bill_again(
    tx: &mut Tx<'_, Review>,
    id: &Id<UsageFile>,
    (number, revision): (i32, i32),
    billing: &Billing,
) -> Result<Done> {
    files::lock(tx, id)?;
    let (chunk, _) = store::find(tx, id, number)?;
    if chunk.billing_reference.is_empty() {
        return Err(not_alone());
    }
    if chunk.billing() == *billing {
        return Ok(Done::Same(()));
    }
    if chunk.revision != revision {
        return Err(Problem::overtaken("this hub's usage"));
    }
    store::bill(tx, &chunk, billing)?;
    tx.record(Event::new("usage_file.chunk_billed_again", id).private().note(said(chunk.id.as_str(), billing)))?;
    Ok(Done::Changed(()))
}

/// Why it cannot be said for a chunk how it was billed.
pub fn not_alone() -> Problem {
    Problem::refused(
        "This hub has no billing of its own",
        "Only the billing of a hub whose records were closed together can be changed.",
    )
}
