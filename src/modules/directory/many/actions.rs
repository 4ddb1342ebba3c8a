//! The verbs of sheets of partners: what people do. What the job does of it is in [`super::job`].

use uuid::Uuid;

use super::{State, read::Sheet, store};
use crate::{
    kit::{
        db::Tx,
        done::Done,
        event::Event,
        id::Id,
        problem::{Problem, Result},
        shown::Shown,
    },
    modules::{
        agreements::{
            self, Agreement,
            documents::{self, Document},
        },
        contracts::{Create, Manage, data::Parameters, terms},
    },
};

/// A sheet that somebody sends, read.
#[derive(Debug)]
pub struct Sent {
    pub file_name: String,
    pub agreement: Id<Agreement>,
    pub said: Parameters,
    pub sheet: Sheet,
}

/// Keeps a sheet with what would become of each row. Nothing else is changed.
pub fn begin(tx: &mut Tx<'_, Create>, sent: &Sent) -> Result<Uuid> {
    let issuer = tx.account()?;
    agreements::store::type_of(tx, &issuer, &sent.agreement)?;
    let standing = store::standing(tx, &issuer, &sent.sheet.lines)?;
    let id = store::insert(tx, &sent.file_name, (&sent.agreement, &sent.said), &sent.sheet, &standing)?;
    tx.record(Event::new("partner_sheet.sent", id).note(&sent.file_name))?;
    Ok(id)
}

/// What the page of a sheet shows: whoever runs it is bound to the version that all its contracts offer.
pub fn shown(id: Uuid, agreement: &str, document: &Document) -> Shown {
    terms::version(agreement, document).part("the sheet", id)
}

/// Lets the job invite the partners of a sheet, on the version that was shown. Links live so many days.
///
/// # Errors
/// Refused when the agreement has no active version; stale when another one is active than was shown.
pub fn run(tx: &mut Tx<'_, Create>, id: Uuid, sent: &str, link_days: i32) -> Result<Done> {
    let issuer = tx.account()?;
    let (state, agreement) = store::lock(tx, id)?;
    let (version, _) = agreements::store::active(tx, &issuer, &agreement)?.ok_or_else(|| {
        Problem::refused(
            "Nobody was invited",
            "The agreement no longer has an active version. Activate one, or upload the sheet for another agreement.",
        )
    })?;
    let name = agreements::store::name(tx, &agreement)?;
    let document = documents::find(tx.conn, &agreement, version)?;
    shown(id, &name, &document).check(sent, "Nobody was invited")?;
    if !matches!(state, State::Checked | State::Stopped) {
        // pressed twice
        return Ok(Done::Repeated(()));
    }
    store::begin_running(tx, id, &terms::version(&name, &document).token(), link_days)?;
    tx.record(Event::new("partner_sheet.started", id))?;
    Ok(Done::Changed(()))
}

/// Lets the job email the links that were made of a sheet: all, or those of rows with these numbers. How many.
pub fn mail(tx: &mut Tx<'_, Manage>, id: Uuid, numbers: Option<&[i32]>, link_days: i32) -> Result<Done<usize>> {
    let (state, _) = store::lock(tx, id)?;
    if state.runs() {
        return Ok(Done::Same(0));
    }
    let marked = store::begin_mailing(tx, id, numbers, link_days)?;
    if marked == 0 {
        return Ok(Done::Same(0));
    }
    tx.record(Event::new("partner_sheet.mailed", id))?;
    Ok(Done::Changed(marked))
}
