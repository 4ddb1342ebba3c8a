//! The verbs of what was filled in.

use super::{
    Outcome,
    judge::{self, judge},
    sheet::{Layout, Row},
    store::{self, Upload},
};
use crate::{
    kit::{
        db::Tx,
        done::Done,
        event::Event,
        id::Id,
        problem::{Problem, Result},
        shown::Shown,
    },
    modules::usage::{
        Review, Status, UsageFile,
        actions::moved,
        closings::{self, actions::settle},
        store::{self as files, FileRow},
    },
};

/// Locks a file of which it can be said how its records were billed.
fn billable(tx: &mut Tx<'_, Review>, id: &Id<UsageFile>) -> Result<FileRow> {
    let file = files::lock(tx, id)?;
    if matches!(file.status, Status::Accepted | Status::Closed) { Ok(file) } else { Err(moved(&file)) }
}

/// Checks rows against the records of a file and keeps them; gives their number. Nothing of a record changes.
///
/// # Errors
/// [`Problem::Stale`] for a file that was not accepted.
pub fn check(
    tx: &mut Tx<'_, Review>,
    id: &Id<UsageFile>,
    file_name: &str,
    (layout, rows): (Layout, Vec<Row>),
) -> Result<i32> {
    let file = billable(tx, id)?;
    let numbers: Vec<i32> = rows.iter().filter_map(|row| judge::named(id, row).ok()).collect();
    let known = store::known(tx, id, &numbers)?;
    let judged = judge(id, &layout, rows, &known);
    let number = store::keep(tx, &file, file_name, &judged)?;
    tx.record(Event::new("usage_file.billing_checked", id).private().note(file_name))?;
    Ok(number)
}

/// What the page of checked rows shows, so that just that is applied.
pub fn shown(file: &FileRow, upload: &Upload) -> Shown {
    Shown::new()
        .part("the records", format!("{} {}", file.id, file.revision))
        .part("the check", format!("{} {} {}", upload.number, upload.closes, upload.changes))
}

/// Applies checked rows: closes records, and says otherwise how others were billed. The last record closes the file. `sent` says what the page
/// showed.
///
/// # Errors
/// [`Problem::Refused`] while a row is wrong; [`Problem::Stale`] when anything of the file was billed since the rows were checked.
pub fn apply(tx: &mut Tx<'_, Review>, id: &Id<UsageFile>, number: i32, sent: &str) -> Result<Done> {
    let file = billable(tx, id)?;
    let upload = store::find(tx, id, number)?;
    // pressed twice
    if upload.applied_at.is_some() {
        return Ok(Done::Repeated(()));
    }
    shown(&file, &upload).check(sent, "Nothing was changed")?;
    if upload.wrong > 0 {
        return Err(Problem::refused("This file has errors", "Correct its rows and upload it again."));
    }
    if upload.revision != file.revision {
        return Err(outdated());
    }
    if upload.work() == 0 {
        return Ok(Done::Same(()));
    }
    let (close, change) =
        (store::closings(tx, id, number, Outcome::Close)?, store::closings(tx, id, number, Outcome::Change)?);
    let closed = closings::store::close(tx, id, &close)?.len();
    let changed = closings::store::bill(tx, id, &change)?.len();
    if (closed, changed) != (close.len(), change.len()) {
        return Err(Problem::internal("records changed under the lock of their file"));
    }
    store::applied(tx, id, number)?;
    tx.record(Event::new("usage_file.billing_applied", id).note((closed + changed).to_string()))?;
    if closed > 0 {
        settle(tx, id)?;
    }
    Ok(Done::Changed(()))
}

/// Rows that were checked against what is not so any more.
pub fn outdated() -> Problem {
    Problem::stale(
        "The billing of this file has changed",
        "It changed after your file was checked. Upload your file again.",
    )
}
