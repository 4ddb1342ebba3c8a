//! The verbs of a campaign. Each is one transaction: what is kept, events, mail.

use chrono::{DateTime, Utc};

use super::{data::Deadline, store};
use crate::{
    kit::{
        db::Tx,
        done::Done,
        event::Event,
        id::Id,
        problem::{Problem, Result},
        shown::Shown,
        time::Zone,
        violation::{Violation, Why},
    },
    mail,
    modules::{
        agreements::{self, Manage, letters::Mail},
        contracts,
        ids::{Agreement, Contract},
    },
};

/// What the page of an act shows of the version that it is about.
pub fn shown(version: i32, due: Option<DateTime<Utc>>) -> Shown {
    Shown::new()
        .part("the active version", version)
        .part("the deadline", due.map_or_else(String::new, |at| at.to_rfc3339()))
}

/// That there is nothing to sign.
pub fn none_active() -> Problem {
    Problem::refused("There is nothing to sign", "The agreement has no active version. Activate one first.")
}

/// Reminds the signees of Active contracts on an earlier version, all or only these, and says how many were: each at most once a day.
/// `sent` is what the page showed, as [`shown`] makes it.
///
/// # Errors
/// Stale when another version is active by now, or another deadline.
pub fn remind(
    tx: &mut Tx<'_, contracts::Manage>,
    id: &Id<Agreement>,
    only: Option<&[Id<Contract>]>,
    sent: &str,
) -> Result<Done<usize>> {
    let me = tx.account()?;
    agreements::store::type_of(tx, &me, id)?;
    let Some((version, _)) = agreements::store::active(tx, &me, id)? else { return Err(none_active()) };
    let due = agreements::deadline::due(tx.conn, id, version)?;
    shown(version, due).check(sent, "Nobody was reminded")?;
    let asked = store::ask(tx, id, version, only)?;
    if asked.is_empty() {
        return Ok(Done::Same(0));
    }
    let note = format!("Version {version}");
    tx.record_all(asked.iter().map(|one| Event::new("contract.signature_asked", &one.contract).note(&note)))?;
    let letters: Vec<Mail> = asked
        .iter()
        .map(|one| Mail::VersionOffered {
            contract: one.contract.clone(),
            signee: one.signee.clone(),
            agreement: id.clone(),
            version,
            reminder: true,
        })
        .collect();
    mail::tell_all(tx, &letters)?;
    Ok(Done::Changed(asked.len()))
}

/// Sets, changes or removes the deadline of the active version. `sent` is what the form showed, as [`shown`] makes it.
///
/// # Errors
/// Invalid when the day has gone by; stale when another version is active by now, or somebody else has set another deadline.
pub fn set_deadline(tx: &mut Tx<'_, Manage>, id: &Id<Agreement>, said: &Deadline, sent: &str) -> Result<Done> {
    let me = tx.account()?;
    agreements::store::type_of(tx, &me, id)?;
    let Some(version) = agreements::store::active_number(tx, id)? else { return Err(none_active()) };
    let now = agreements::deadline::due(tx.conn, id, version)?;
    let zone = tx.who.member()?.person.zone;
    let due = said.due_on.and_then(|day| zone.end_of(day));
    if due == now {
        return Ok(Done::Same(()));
    }
    if due.is_some_and(|at| at <= tx.at) {
        return Err(Violation::new("due_on", Why::new("past", "The deadline must be today or later")).into());
    }
    shown(version, now).check(sent, "Nothing was saved")?;
    store::set_due(tx, id, version, due)?;
    let event = match due {
        Some(at) => Event::new("agreement.deadline_set", id)
            .note(format!("Version {version}, until {}", Zone::UTC.day(at).words)),
        None => Event::new("agreement.deadline_removed", id).note(format!("Version {version}")),
    };
    tx.record(event)?;
    Ok(Done::Changed(()))
}
