//! The verbs of notes. Each is one transaction.

use super::store;
use crate::{
    input,
    kit::{
        actor::Account,
        db::Tx,
        done::Done,
        event::Event,
        id::Id,
        input::kinds::Text,
        problem::{Problem, Result},
    },
    modules::directory::Manage,
};

input! {
    /// What a note says.
    pub struct Note, DraftNote {
        "" {
            text: String = Text(2_000, 6), "Note", at "text", missing "Enter a note",
                hint "Only your company sees it. Up to 2,000 characters.";
        }
    }
}

/// Adds a note on a partner.
///
/// # Errors
/// Not found unless the company has, or had, this partner.
pub fn add(tx: &mut Tx<'_, Manage>, partner: &Id<Account>, note: &Note) -> Result<i64> {
    if !store::is_partner(tx, partner)? {
        return Err(Problem::NotFound);
    }
    let number = store::insert(tx, partner, &note.text)?;
    tx.record(Event::new("partner.note_added", partner).private())?;
    Ok(number)
}

/// Changes a note. `revision` is the one that the form was opened on.
///
/// # Errors
/// Refused for a note of somebody else; overtaken when it was saved meanwhile.
pub fn change(
    tx: &mut Tx<'_, Manage>,
    (partner, number): (&Id<Account>, i64),
    revision: i32,
    note: &Note,
) -> Result<Done> {
    let row = store::lock(tx, partner, number)?;
    if row.author_id != tx.person()? {
        return Err(Problem::refused(
            "This note cannot be changed",
            "Only its author can change it. You can delete it.",
        ));
    }
    if row.text == note.text {
        return Ok(Done::Same(()));
    }
    if row.revision != revision {
        return Err(Problem::overtaken("this note"));
    }
    store::update(tx, number, &note.text)?;
    tx.record(Event::new("partner.note_changed", partner).private())?;
    Ok(Done::Changed(()))
}

/// Takes a note away, whoever wrote it.
pub fn delete(tx: &mut Tx<'_, Manage>, partner: &Id<Account>, number: i64) -> Result<()> {
    store::lock(tx, partner, number)?;
    store::delete(tx, number)?;
    tx.record(Event::new("partner.note_deleted", partner).private())
}
