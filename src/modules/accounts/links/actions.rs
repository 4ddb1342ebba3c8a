//! The verbs of links.

use super::{
    Manage,
    data::Tile,
    store::{self, MOST},
};
use crate::{
    kit::{
        db::Tx,
        done::Done,
        event::Event,
        problem::{Problem, Result},
    },
    modules::accounts,
    t,
};

/// Adds a link behind all others.
///
/// # Errors
/// A refusal when the company has as many as it may.
pub fn add(tx: &mut Tx<'_, Manage>, tile: &Tile) -> Result<i64> {
    let company = accounts::store::lock(tx)?;
    if store::all(tx, &company.id)?.len() >= MOST {
        let words = t!("A company can have up to {n} links. Remove one first.", n = MOST);
        return Err(Problem::refused("Limit reached", words));
    }
    let number = store::insert(tx, tile)?;
    tx.record(Event::new("account.link_added", &company.id).note(said(tile)).private())?;
    Ok(number)
}

fn said(tile: &Tile) -> String {
    format!("{}, {}", tile.title, tile.url)
}

/// Changes a link. `revision` is the one that the form was opened on.
///
/// # Errors
/// [`Problem::Overtaken`] when somebody saved meanwhile.
pub fn change(tx: &mut Tx<'_, Manage>, number: i64, revision: i32, tile: &Tile) -> Result<Done> {
    let row = store::lock(tx, number)?;
    if row.tile == *tile {
        return Ok(Done::Same(()));
    }
    if row.revision != revision {
        return Err(Problem::overtaken("this link"));
    }
    store::update(tx, number, tile)?;
    let company = tx.account()?;
    tx.record(Event::new("account.link_changed", &company).note(said(tile)).private())?;
    Ok(Done::Changed(()))
}

/// Takes a link away.
pub fn remove(tx: &mut Tx<'_, Manage>, number: i64) -> Result<()> {
    let row = store::lock(tx, number)?;
    store::delete(tx, number)?;
    let company = tx.account()?;
    tx.record(Event::new("account.link_removed", &company).note(said(&row.tile)).private())
}

/// Moves a link one place: before the one before it, or behind the one behind it.
pub fn shift(tx: &mut Tx<'_, Manage>, number: i64, earlier: bool) -> Result<Done> {
    let company = accounts::store::lock(tx)?;
    let rows = store::all(tx, &company.id)?;
    let mut numbers: Vec<i64> = rows.iter().map(|row| row.number).collect();
    let at = numbers.iter().position(|one| *one == number).ok_or(Problem::NotFound)?;
    let other = if earlier { at.checked_sub(1) } else { Some(at + 1).filter(|next| *next < numbers.len()) };
    let (Some(other), Some(row)) = (other, rows.get(at)) else { return Ok(Done::Same(())) };
    numbers.swap(at, other);
    store::arrange(tx, &numbers)?;
    tx.record(Event::new("account.link_moved", &company.id).note(&row.tile.title).private())?;
    Ok(Done::Changed(()))
}
