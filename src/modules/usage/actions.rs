//! The verbs of usage files: what people do. What the job does of it is in [`super::job`].

use std::io::{Read as Input, Seek};

use uuid::Uuid;

use super::{
    Report, Review, Status, UsageFile,
    check::Record,
    chunks,
    data::{Acceptance, Billing, Details, Rejection},
    dynamic::{self, Described},
    fault::Fault,
    job,
    letters::Mail,
    lifecycle::{Action, EDITABLE, Move, Part, RULES},
    mapping::{
        self,
        data::Mapping,
        engine::Facts,
        exact::{Exact, NumberFormat},
        preview::{self, Preview},
        store::Chosen,
    },
    read::{self, Beside, Others},
    rules,
    store::{self, Control, FileRow, Placed},
    years,
};
use crate::{
    kit::{
        choice::Choice as _,
        db::{Read, Tx},
        done::Done,
        event::Event,
        id::Id,
        lifecycle::plan,
        pieces,
        problem::{Problem, Result},
        secret::sha256_hex,
        shown::Shown,
        violation::{Violation, Why},
    },
    mail,
    modules::{
        customers::imports::{FileKind, read::Raw},
        ids::Listing,
        products::UsageSchema,
        queue,
    },
    t,
};

/// A report that somebody sends: it lies in the database already, and counts for nothing until the act keeps it.
#[derive(Debug, Clone)]
pub struct Sent {
    pub file_name: String,
    pub kind: FileKind,
    pub upload: Uuid,
}

impl Sent {
    /// A small report, brought in with the act itself.
    pub fn small<P>(tx: &mut Tx<'_, P>, file_name: String, kind: FileKind, bytes: &[u8]) -> Result<Self> {
        let upload = pieces::put_all(tx, &sha256_hex(bytes), bytes)?;
        Ok(Self { file_name, kind, upload })
    }
}

pub(super) fn moved(file: &FileRow) -> Problem {
    Problem::moved(&file.id, file.status)
}

/// A file with amounts says in which currency they are.
fn has_currency(schema: UsageSchema, new: &Details) -> Result<()> {
    if !schema.has_amounts() || new.currency.is_some() {
        return Ok(());
    }
    Err(Violation::new("currency", Why::missing("Choose the currency of the amounts")).into())
}

/// Begins a file.
///
/// # Errors
/// [`Problem::Invalid`] when usage of the product cannot be reported there, or a currency is missing.
pub fn create(tx: &mut Tx<'_, Report>, listing: &Id<Listing>, new: &Details) -> Result<Id<UsageFile>> {
    let place = store::hold_place(tx, listing)?.ok_or_else(|| {
        Violation::new("listing", Why::new("closed", "Usage of this product can no longer be reported"))
    })?;
    has_currency(place.schema, new)?;
    let id = store::insert(tx, &place, new)?;
    tx.record(Event::new("usage_file.created", &id).note(&new.name))?;
    Ok(id)
}

/// Changes the details of a file. `revision` is the revision the form was opened with. The report is checked again when something that its
/// rows were checked against changes.
///
/// # Errors
/// As [`create`]; [`Problem::Stale`] once it was submitted. The records of a Ready file were checked against its period.
pub fn update(tx: &mut Tx<'_, Report>, id: &Id<UsageFile>, revision: i32, new: &Details) -> Result<Done> {
    let file = store::lock(tx, id)?;
    if !EDITABLE.contains(&file.status) {
        return Err(moved(&file));
    }
    let before = Details::of(&file);
    if before == *new {
        return Ok(Done::Same(()));
    }
    if file.revision != revision {
        return Err(Problem::overtaken("this file"));
    }
    has_currency(file.schema, new)?;
    if file.status == Status::Ready && !before.same_times(new) {
        const WORDS: &str = "The records were checked against this period. Create another file for a different period";
        return Err(Violation::new("from", Why::new("checked", WORDS)).into());
    }
    store::update(tx, id, new)?;
    let changed = Event::new("usage_file.updated", id).note(&new.name);
    let currency = before.currency != new.currency;
    let again = match file.status {
        Status::Invalid => currency || !before.same_times(new),
        // a mapping may have compared the currency of each row with it
        Status::Ready => currency && mapping::store::used(tx, id)?.is_some(),
        _ => false,
    };
    if !again || years::is_archived(tx, id)? {
        tx.record(changed)?;
        return Ok(Done::Changed(()));
    }
    let planned = plan(RULES, file.status, Action::Upload, Part::Vendor, tx.at).map_err(|_| moved(&file))?;
    store::renew_upload(tx, id)?;
    store::advance(tx, id, &planned)?;
    tx.record(changed.moved(planned.from(), planned.to()))?;
    Ok(Done::Changed(()))
}

/// Keeps an upload; the job checks it.
///
/// # Errors
/// [`Problem::Stale`] where none is expected; [`Problem::Refused`] when the records of the file's year were archived.
pub fn upload(tx: &mut Tx<'_, Report>, id: &Id<UsageFile>, sent: &Sent) -> Result<()> {
    let file = store::lock(tx, id)?;
    let planned = plan(RULES, file.status, Action::Upload, Part::Vendor, tx.at).map_err(|_| moved(&file))?;
    if years::is_archived(tx, id)? {
        return Err(years::closed(id));
    }
    store::keep_upload(tx, id, sent)?;
    store::advance(tx, id, &planned)?;
    tx.record(Event::new("usage_file.uploaded", id).moved(planned.from(), planned.to()).note(&sent.file_name))
}

/// Has the report of an Invalid file checked again, with its mapping as it is now: what its rows name may be there by now. `sent` says what the
/// page showed.
///
/// # Errors
/// [`Problem::Stale`] where no errors were found; [`Problem::Refused`] when the records of the file's year were archived.
pub fn check_again(tx: &mut Tx<'_, Report>, id: &Id<UsageFile>, sent: &str) -> Result<()> {
    let file = store::lock(tx, id)?;
    if file.status != Status::Invalid {
        return Err(moved(&file));
    }
    let planned = agreed(&file, Action::Upload, Part::Vendor, tx.at, sent)?;
    if years::is_archived(tx, id)? {
        return Err(years::closed(id));
    }
    mapping::store::renew(tx, id)?;
    store::renew_upload(tx, id)?;
    store::advance(tx, id, &planned)?;
    tx.record(Event::new("usage_file.rechecked", id).moved(planned.from(), planned.to()))
}

/// Where an upload names the file that has the same report, so as to go on all the same.
pub const REPEATS: &str = "repeats";

/// Keeps an upload, what it is read with, and what it should come to. `known` is the file that its sender knows to have the same report.
///
/// # Errors
/// As [`upload`]; [`Problem::Invalid`] at [`REPEATS`] while the latest other file with the same report is not the one that is known.
pub fn upload_controlled(
    tx: &mut Tx<'_, Report>,
    id: &Id<UsageFile>,
    sent: &Sent,
    (chosen, control): (Option<&Chosen>, Control),
    known: Option<&Id<UsageFile>>,
) -> Result<()> {
    store::hold_report(tx, sent.upload)?;
    match chosen {
        Some(chosen) => mapping::actions::upload(tx, id, sent, chosen)?,
        None => upload(tx, id, sent)?,
    }
    if let Some(other) = store::reported_elsewhere(tx, id, sent.upload)? {
        if known != Some(&other.id) {
            return Err(repeated(&other.id).into());
        }
        store::keep_repeats(tx, id, &other.id)?;
        tx.record(Event::new("usage_file.repeated", id).note(other.id.as_str()))?;
    }
    store::keep_control(tx, id, control)
}

/// That another file has the report already, and how to go on.
fn repeated(other: &Id<UsageFile>) -> Violation {
    let words = t!("{file} already has this report. Send its ID here to upload the report anyway", file = other);
    Violation::new(REPEATS, Why::new("repeated", words))
}

/// Whether an upload was refused only because another file has the same report.
pub fn is_repeated(problem: &Problem) -> bool {
    matches!(problem, Problem::Invalid(wrong) if wrong.iter().all(|one| one.at == REPEATS))
}

/// What a check found that keeps nothing.
pub struct Tried {
    pub rows: usize,
    /// Rows that are wrong.
    pub wrong: usize,
    /// Records, and what they come to: their amounts, or their quantities where they have none.
    pub records: u32,
    pub total: Exact,
    pub faults: Vec<Placed>,
    /// Of a report that is read through a mapping: where its rows went.
    pub preview: Option<Preview>,
    /// Items that the product does not have, which the report would make.
    pub items: Vec<Described>,
    /// What is told of the report beside its rows.
    pub beside: Beside,
}

/// The rows that are checked while somebody waits.
pub const MOST_TRIED: usize = 1_000;
/// Bytes that each of them may have on the average: all of them are held.
pub const TRIED_BYTES: usize = 16 * 1024;

/// What was read of a report that is only tried out: its rows, or what is wrong with it as a whole.
pub type Opened = Result<Rows, Vec<Fault>>;

/// Rows of the standard format, or what a mapping made of a report.
#[expect(clippy::large_enum_variant, reason = "one at a time is held while somebody waits")]
pub enum Rows {
    Standard(job::Rows, Beside),
    Mapped(preview::Rows),
}

/// Reads a report that is tried out, through its mapping if it has one. Takes a while and needs no database. None when it has more rows than
/// are checked while somebody waits, or longer ones.
pub fn open(
    file: &mut (impl Input + Seek),
    schema: UsageSchema,
    through: Option<(&Mapping, &Facts)>,
) -> Option<Opened> {
    if let Some(through) = through {
        return match preview::read(file, through) {
            Ok(rows) => (!rows.more()).then_some(Ok(Rows::Mapped(rows))),
            Err(faults) => Some(Err(faults)),
        };
    }
    let (mut rows, mut weight) = (job::Rows::new(), 0);
    let read = read::read(file, schema, |layout, line| {
        weight += line.weight();
        rows.push((layout.clone(), line));
        rows.len() <= MOST_TRIED && weight <= MOST_TRIED * TRIED_BYTES
    });
    if rows.len() > MOST_TRIED || weight > MOST_TRIED * TRIED_BYTES {
        return None;
    }
    Some(read.map(|(_, beside)| Rows::Standard(rows, beside)))
}

/// Keeps a report that is only tried out, with more rows than are checked while somebody waits; the job checks it.
///
/// # Errors
/// When nothing can be uploaded now.
pub fn try_later(
    tx: &mut Tx<'_, Report>,
    id: &Id<UsageFile>,
    sent: &Sent,
    with: (Option<&Chosen>, Control),
) -> Result<()> {
    let file = store::lock(tx, id)?;
    plan(RULES, file.status, Action::Upload, Part::Vendor, tx.at).map_err(|_| moved(&file))?;
    store::keep_trial(tx, id, sent, with)
}

/// Checks what was read of a report as an upload is checked, and keeps nothing of it.
///
/// # Errors
/// When nothing can be uploaded now.
pub fn try_out(read: &mut Read<'_, Report>, id: &Id<UsageFile>, opened: Opened, control: Control) -> Result<Tried> {
    let file = store::find(read, id)?.row;
    plan(RULES, file.status, Action::Upload, Part::Vendor, read.actor.now()).map_err(|_| moved(&file))?;
    let opened = match opened {
        Ok(opened) => opened,
        Err(faults) => {
            let faults = faults.into_iter().map(of_file).collect();
            let (records, total, beside) = (0, Exact::ZERO, Beside::default());
            return Ok(Tried { rows: 0, wrong: 0, records, total, faults, preview: None, items: Vec::new(), beside });
        }
    };
    let mut checker = job::checker(read, &file)?;
    match opened {
        Rows::Standard(rows, beside) => {
            let items = dynamic::pretend(read, &file, &mut checker, &rows)?;
            let (records, mut faults, wrong) = job::judge(read, &file, &mut checker, &rows)?;
            let total = records.iter().map(worth).fold(Exact::ZERO, |all, one| all + one);
            let records = u32::try_from(records.len()).unwrap_or(u32::MAX);
            if wrong == 0 {
                let differs = store::against_control((control, Control::default()), records, total);
                faults.extend(differs.into_iter().map(of_file));
            }
            Ok(Tried { rows: rows.len(), wrong, records, total, faults, preview: None, items, beside })
        }
        Rows::Mapped(rows) => preview::check(read, &file, &mut checker, rows),
    }
}

/// What a record counts for in a sum: its amount, or its quantity where it has none.
pub(super) fn worth(record: &Record) -> Exact {
    let number = record.amount.unwrap_or(record.quantity).to_string();
    Exact::of(&Raw::Text(number), NumberFormat::Point).unwrap_or_default()
}

/// A fault of a file as a whole.
pub fn of_file(fault: Fault) -> Placed {
    Placed { number: 0, letters: String::new(), others: Others::default(), fault }
}

/// What the pages of acts show of a file, so that they do just that.
pub fn shown(file: &FileRow) -> Shown {
    let amount = file.amount.as_deref().unwrap_or_default();
    Shown::new()
        .part("the records", format!("{} {} {} {amount}", file.id, file.round, file.records))
        .part("the period", format!("{} {}", file.period_from, file.period_to))
        .part("the currency", file.currency.as_deref().unwrap_or_default())
        .part("the closed records", file.closed)
}

/// What the page shows that asks before a file is taken away.
pub fn shown_before_it_goes(file: &FileRow) -> Shown {
    shown(file).part("the file", format!("{} {}", file.status.key(), file.revision))
}

/// Plans what an act of one side does, on exactly what its page showed.
fn agreed(file: &FileRow, action: Action, part: Part, at: chrono::DateTime<chrono::Utc>, sent: &str) -> Result<Move> {
    let planned = plan(RULES, file.status, action, part, at).map_err(|_| moved(file))?;
    shown(file).check(sent, "Nothing was done")?;
    Ok(planned)
}

/// Hands a file over to the owner of the marketplace. `sent` says what the page showed. The owner hears of it unless a rule of its own decides
/// first.
pub fn submit(tx: &mut Tx<'_, Report>, id: &Id<UsageFile>, sent: &str) -> Result<()> {
    let file = store::lock(tx, id)?;
    let planned = agreed(&file, Action::Submit, Part::Vendor, tx.at, sent)?;
    store::show(tx, id)?;
    store::advance(tx, id, &planned)?;
    tx.record(Event::new("usage_file.submitted", id).moved(planned.from(), planned.to()))?;
    if rules::store::ask(tx, &file)? {
        return Ok(());
    }
    let company = tx.who.member()?.company.name.clone();
    tell_owner(tx, &file, company)
}

/// Tells the owner of the marketplace that `company` has submitted a file.
pub fn tell_owner<P>(tx: &mut Tx<'_, P>, file: &FileRow, company: String) -> Result<()> {
    let told =
        Mail::UsageSubmitted { file: file.id.clone(), owner: file.owner_id.clone(), company, name: file.name.clone() };
    mail::tell(tx, &told)
}

/// Tells the vendor what became of its file.
pub(super) fn tell<P>(tx: &mut Tx<'_, P>, file: &FileRow, now: Status, note: &str) -> Result<()> {
    let told = Mail::UsageDecided {
        file: file.id.clone(),
        vendor: file.vendor_id.clone(),
        name: file.name.clone(),
        outcome: now.to_string(),
        note: note.to_owned(),
    };
    mail::tell(tx, &told)
}

/// Locks a file that a list showed, one of several: what was agreed on is what stood there, as its `revision` says. What the file shows.
///
/// # Errors
/// [`Problem::Stale`] when it waits with other figures than the list had.
pub fn listed<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>, revision: &str) -> Result<Shown> {
    let file = store::lock(tx, id)?;
    if file.status == Status::Pending && file.revision.to_string() != revision {
        return Err(Problem::stale(
            "This file has changed",
            t!("It changed after you opened this list. Check it before you decide."),
        ));
    }
    Ok(shown(&file))
}

/// Takes a file as the ground of bills. `sent` says what the page showed.
pub fn accept(tx: &mut Tx<'_, Review>, id: &Id<UsageFile>, said: &Acceptance, sent: &str) -> Result<()> {
    let file = store::lock(tx, id)?;
    queue::held::undecided(tx, id)?;
    let planned = agreed(&file, Action::Accept, Part::Owner, tx.at, sent)?;
    let event = Event::new("usage_file.accepted", id).note(&said.note);
    decided(tx, &file, &planned, (&said.note, event))
}

/// What a decision does to a locked file, whether a person or a rule decided. The vendor reads `note`.
pub fn decided<P>(tx: &mut Tx<'_, P>, file: &FileRow, planned: &Move, (note, event): (&str, Event)) -> Result<()> {
    store::say(tx, &file.id, note)?;
    store::advance(tx, &file.id, planned)?;
    if planned.to() == Status::Accepted {
        chunks::actions::make(tx, file)?;
    }
    tx.record(event.moved(planned.from(), planned.to()))?;
    tell(tx, file, planned.to(), note)
}

/// Sends a file back. `sent` says what the page showed.
pub fn reject(tx: &mut Tx<'_, Review>, id: &Id<UsageFile>, said: &Rejection, sent: &str) -> Result<()> {
    let file = store::lock(tx, id)?;
    queue::held::undecided(tx, id)?;
    let planned = agreed(&file, Action::Reject, Part::Owner, tx.at, sent)?;
    let event = Event::new("usage_file.rejected", id).note(&said.note);
    decided(tx, &file, &planned, (&said.note, event))
}

/// Says that a file was billed: all its records that are open, and all its chunks. `sent` says what the page showed.
pub fn close(tx: &mut Tx<'_, Review>, id: &Id<UsageFile>, billing: &Billing, sent: &str) -> Result<()> {
    let file = store::lock(tx, id)?;
    let planned = agreed(&file, Action::Close, Part::Owner, tx.at, sent)?;
    store::bill(tx, id, billing)?;
    store::advance(tx, id, &planned)?;
    chunks::actions::close_all(tx, id)?;
    tx.record(
        Event::new("usage_file.closed", id).moved(planned.from(), planned.to()).note(&billing.billing_reference),
    )?;
    tell(tx, &file, planned.to(), "")
}

/// Changes how a closed file was billed. `revision` is the revision the form was opened with.
pub fn bill_again(tx: &mut Tx<'_, Review>, id: &Id<UsageFile>, revision: i32, billing: &Billing) -> Result<Done> {
    let file = store::lock(tx, id)?;
    if file.status != Status::Closed {
        return Err(moved(&file));
    }
    if file.billing_reference.is_empty() {
        return Err(not_alone());
    }
    if file.billing() == *billing {
        return Ok(Done::Same(()));
    }
    if file.revision != revision {
        return Err(Problem::overtaken("this file"));
    }
    store::bill(tx, id, billing)?;
    tx.record(Event::new("usage_file.billed_again", id).note(&billing.billing_reference))?;
    Ok(Done::Changed(()))
}

/// Why it cannot be said for a closed file how it was billed.
pub fn not_alone() -> Problem {
    Problem::refused(
        "This file has no billing of its own",
        "Its records or hubs were closed one by one, each with its own billing.",
    )
}

/// Takes a file away that nobody else has seen. `sent` says what the page showed.
pub fn delete(tx: &mut Tx<'_, Report>, id: &Id<UsageFile>, sent: &str) -> Result<()> {
    let file = store::lock(tx, id)?;
    if !file.can_go() {
        return Err(Problem::refused("This file cannot be deleted", keeps(&file)));
    }
    shown_before_it_goes(&file).check(sent, "Nothing was deleted")?;
    store::delete(tx, id)?;
    tx.record(Event::new("usage_file.deleted", id).note(&file.name))
}

/// What keeps a file.
pub fn keeps(file: &FileRow) -> crate::kit::words::Words {
    if file.submitted_at.is_some() {
        "The distributor has seen it, so it must be kept.".into()
    } else {
        "It is being checked. Wait until the check is complete.".into()
    }
}
