//! The deadline of a version has passed: both sides are told, once. Nothing ends by it.

use super::{
    letters::Mail,
    store::{self, Passed},
};
use crate::{
    kit::{
        db::{System, Tx},
        event::Event,
        problem::Result,
    },
    mail,
};

/// Versions worked through in one transaction.
const BATCH: i64 = 10;

/// Tells the owner of each version whose deadline has passed, and the signees who have not signed it; returns how many versions these are.
pub fn tell(tx: &mut Tx<'_, System>) -> Result<usize> {
    let passed = store::passed(tx, BATCH)?;
    for one in &passed {
        tell_one(tx, one)?;
    }
    Ok(passed.len())
}

fn tell_one(tx: &mut Tx<'_, System>, passed: &Passed) -> Result<()> {
    let Passed { agreement, version, owner } = passed;
    store::set_told(tx, passed)?;
    let outstanding = store::outstanding(tx, agreement, *version)?;
    if outstanding.is_empty() {
        return Ok(());
    }
    let note = format!("Version {version}, {} outstanding", outstanding.len());
    tx.record(Event::new("agreement.deadline_passed", agreement).note(note))?;
    let mut letters = vec![Mail::SignaturesOverdue {
        agreement: agreement.clone(),
        owner: owner.clone(),
        version: *version,
        outstanding: outstanding.len(),
    }];
    letters.extend(outstanding.into_iter().map(|one| Mail::VersionOverdue {
        contract: one.contract,
        signee: one.signee,
        version: *version,
    }));
    mail::tell_all(tx, &letters)
}
