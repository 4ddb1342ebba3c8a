//! The verbs of contacts.

use super::{
    Manage,
    data::Contact,
    store::{self, MOST},
};
use crate::{
    kit::{
        choice::Choice as _,
        db::Tx,
        done::Done,
        event::Event,
        problem::{Problem, Result},
    },
    modules::accounts,
    t,
};

fn said(contact: &Contact) -> String {
    format!("{}, {}, {}", contact.kind.key(), contact.name, contact.email)
}

/// Names a contact.
///
/// # Errors
/// A refusal when the company names as many as it may.
pub fn add(tx: &mut Tx<'_, Manage>, contact: &Contact) -> Result<i64> {
    let company = accounts::store::lock(tx)?;
    if store::all(tx, &company.id)?.len() >= MOST {
        let words = t!("A company can have up to {n} contacts. Remove one first.", n = MOST);
        return Err(Problem::refused("Limit reached", words));
    }
    let number = store::insert(tx, contact)?;
    tx.record(Event::new("account.contact_added", &company.id).note(said(contact)).private())?;
    Ok(number)
}

/// Changes a contact. `revision` is the one that the form was opened on.
///
/// # Errors
/// [`Problem::Overtaken`] when somebody saved meanwhile.
pub fn change(tx: &mut Tx<'_, Manage>, number: i64, revision: i32, contact: &Contact) -> Result<Done> {
    let row = store::lock(tx, number)?;
    if row.contact == *contact {
        return Ok(Done::Same(()));
    }
    if row.revision != revision {
        return Err(Problem::overtaken("this contact"));
    }
    store::update(tx, number, contact)?;
    let company = tx.account()?;
    tx.record(Event::new("account.contact_changed", &company).note(said(contact)).private())?;
    Ok(Done::Changed(()))
}

/// Takes a contact away.
pub fn remove(tx: &mut Tx<'_, Manage>, number: i64) -> Result<()> {
    let row = store::lock(tx, number)?;
    store::delete(tx, number)?;
    let company = tx.account()?;
    tx.record(Event::new("account.contact_removed", &company).note(said(&row.contact)).private())
}
