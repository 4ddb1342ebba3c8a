//! The expiry date of a contract: both sides are told in advance, then it terminates automatically.

use chrono::{DateTime, Utc};

use super::{
    Status, ending,
    lifecycle::{Action, Part},
    store,
};
use crate::{
    kit::{
        db::{System, Tx},
        event::Event,
        lifecycle::plan,
        problem::{Problem, Result},
    },
    mail,
    modules::contracts::letters::Mail,
};

/// Days before the end on which both sides are told.
const REMINDERS: [i32; 3] = [30, 7, 1];
/// Contracts worked through in one transaction.
const BATCH: i64 = 100;
/// What is written on a contract that ended this way.
const NOTE: &str = "expired";

/// Terminates Active contracts whose day has passed; returns how many, at most a batch.
pub fn terminate_due(tx: &mut Tx<'_, System>) -> Result<usize> {
    let due = store::due(tx, BATCH)?;
    for contract in &due {
        // one above it that is due as well has taken it along
        if store::lock_any(tx, &contract.id)?.status != Status::Active {
            continue;
        }
        let planned = plan(contract.rules(), contract.status, Action::Expire, Part::System, tx.at)
            .map_err(|_| Problem::internal("a due contract is Active"))?;
        let ending = ending::find(tx, contract)?;
        store::advance(tx, &contract.id, &planned, NOTE)?;
        tx.record(Event::new("contract.expired", &contract.id).moved(planned.from(), planned.to()).note(NOTE))?;
        for account in std::iter::once(&contract.issuer_id).chain(contract.signee_id.as_ref()) {
            let told = Mail::ContractTerminated {
                contract: contract.id.clone(),
                account: account.clone(),
                note: NOTE.to_owned(),
            };
            mail::tell(tx, &told)?;
        }
        ending.carry_out(tx)?;
    }
    Ok(due.len())
}

/// Tells both sides of contracts that end soon, once for each of [`REMINDERS`]; returns how many were told.
pub fn remind(tx: &mut Tx<'_, System>) -> Result<usize> {
    let soon = store::ending(tx, REMINDERS[0], BATCH)?;
    let mut told = 0;
    for (contract, reminded) in soon {
        let Some(days) = reminder(tx.at, contract.expire_at, reminded) else { continue };
        store::set_reminded(tx, &contract.id, days)?;
        for account in std::iter::once(&contract.issuer_id).chain(contract.signee_id.as_ref()) {
            let mail = Mail::ContractExpires { contract: contract.id.clone(), account: account.clone(), days };
            mail::tell(tx, &mail)?;
        }
        told += 1;
    }
    Ok(told)
}

/// The reminder that is due now, if it was not sent yet.
fn reminder(now: DateTime<Utc>, end: Option<DateTime<Utc>>, reminded: Option<i32>) -> Option<i32> {
    let left = (end? - now).num_hours();
    REMINDERS
        .into_iter()
        .rev()
        .find(|days| left >= 0 && left <= i64::from(*days) * 24)
        .filter(|days| reminded.is_none_or(|before| *days < before))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn each_reminder_is_sent_once() {
        let now: DateTime<Utc> = "2026-11-21T12:00:00Z".parse().unwrap();
        let end = |hours| Some(now + TimeDelta::hours(hours));
        assert_eq!(reminder(now, end(24 * 40), None), None);
        assert_eq!(reminder(now, end(24 * 20), None), Some(30));
        assert_eq!(reminder(now, end(24 * 20), Some(30)), None);
        assert_eq!(reminder(now, end(24 * 6), Some(30)), Some(7));
        assert_eq!(reminder(now, end(5), Some(7)), Some(1));
        assert_eq!(reminder(now, end(5), Some(1)), None);
        assert_eq!(reminder(now, end(-1), None), None);
    }
}
