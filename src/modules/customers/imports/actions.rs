//! The verbs of imports: what people do. What the job does of it is in [`super::job`].

use uuid::Uuid;

use super::{
    FileKind, State,
    store::{self, Locked},
};
use crate::{
    accounts,
    kit::{
        actor::Account,
        db::Tx,
        done::Done,
        event::Event,
        id::Id,
        problem::{Problem, Result},
        secret::sha256_hex,
        shown::Shown,
    },
    mail,
    modules::customers::{Manage, letters::Mail},
};

/// A file that somebody sends.
pub struct Sent {
    pub file_name: String,
    pub kind: FileKind,
    pub bytes: Vec<u8>,
    sha256: String,
}

impl Sent {
    pub fn new(file_name: String, kind: FileKind, bytes: Vec<u8>) -> Self {
        let sha256 = sha256_hex(&bytes);
        Self { file_name, kind, bytes, sha256 }
    }
}

/// Stores a file for the job to check. The same file leads to its earlier import, and rows not yet applied are checked again.
pub fn begin(tx: &mut Tx<'_, Manage>, sent: &Sent) -> Result<Done<Uuid>> {
    if let Some((before, state)) = store::of_file(tx, &sent.sha256)? {
        store::keep_file(tx, before, &sent.bytes)?;
        return Ok(check_again(tx, before, state)?.map(|()| before));
    }
    match store::insert(tx, &sent.file_name, sent.kind, &sent.sha256, &sent.bytes)? {
        Some(made) => {
            tx.record(Event::new("customer_import.sent", made).note(&sent.file_name))?;
            Ok(Done::Changed(made))
        }
        // a colleague sent it in this moment
        None => {
            let there = store::of_file(tx, &sent.sha256)?;
            there.map(|(id, _)| Done::Same(id)).ok_or_else(|| Problem::internal("an import that was there is gone"))
        }
    }
}

/// Checks the rows that were not applied once more, as if the file had been sent again.
pub fn again(tx: &mut Tx<'_, Manage>, id: Uuid) -> Result<Done> {
    let Locked { state, .. } = store::lock(tx, id)?;
    if !store::has_file(tx, id)? {
        return Err(Problem::refused("This file is no longer available", "Upload it again to check it."));
    }
    check_again(tx, id, state)
}

fn check_again(tx: &mut Tx<'_, Manage>, id: Uuid, state: State) -> Result<Done> {
    let again = match state {
        State::Reading | State::Applying => false,
        State::Checked | State::Refused => true,
        State::Stopped | State::Done => store::anything_left(tx, id)?,
    };
    if !again {
        return Ok(Done::Same(()));
    }
    store::reopen(tx, id)?;
    tx.record(Event::new("customer_import.sent_again", id))?;
    Ok(Done::Changed(()))
}

/// What the page of a checked import shows, so that Apply does that and nothing else.
pub fn shown(id: Uuid, round: i32) -> Shown {
    Shown::new().part("the check", format!("{id} {round}"))
}

/// Lets the job apply an import as it was checked.
pub fn apply(tx: &mut Tx<'_, Manage>, id: Uuid, sent: &str) -> Result<Done> {
    let Locked { state, round } = store::lock(tx, id)?;
    shown(id, round).check(sent, "Nothing was applied")?;
    match state {
        State::Checked => {
            store::begin_applying(tx, id)?;
            tx.record(Event::new("customer_import.started", id))?;
            Ok(Done::Changed(()))
        }
        // pressed twice
        State::Applying | State::Done | State::Stopped => Ok(Done::Repeated(())),
        State::Reading | State::Refused => Err(Problem::refused(
            "This import cannot be applied",
            "Its file has not been checked. Nothing was applied.",
        )),
    }
}

/// Stops the job between two pieces of work: what was applied stays, the rest is left as it was.
pub fn stop(tx: &mut Tx<'_, Manage>, id: Uuid) -> Result<Done> {
    let Locked { state, round } = store::lock(tx, id)?;
    if state != State::Applying {
        return Ok(Done::Same(()));
    }
    store::end(tx, id, State::Stopped, "")?;
    let owner = tx.account()?;
    tell_vendors(tx, id, round, &owner)?;
    tx.record(Event::new("customer_import.stopped", id))?;
    Ok(Done::Changed(()))
}

/// The vendors that an import asked to take changes over get one letter each, however many changes there are.
pub(super) fn tell_vendors<P>(tx: &mut Tx<'_, P>, id: Uuid, round: i32, owner: &Id<Account>) -> Result<()> {
    let company = accounts::store::name(tx.conn, owner)?;
    for (vendor, changes) in store::asked(tx, id, round)? {
        let mail = Mail::CustomersChanged { vendor, owner: owner.clone(), company: company.clone(), changes };
        mail::tell(tx, &mail)?;
    }
    Ok(())
}

/// Forgets an import of which nothing was applied.
pub fn discard(tx: &mut Tx<'_, Manage>, id: Uuid) -> Result<()> {
    let Locked { state, .. } = store::lock(tx, id)?;
    if state == State::Applying || store::anything_applied(tx, id)? {
        return Err(Problem::refused(
            "This import cannot be discarded",
            "It was applied, so its results must be kept.",
        ));
    }
    store::delete(tx, id)?;
    tx.record(Event::new("customer_import.discarded", id))
}
