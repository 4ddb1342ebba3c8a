//! The verbs of media. Each locks the product first.

use super::{MOST, Medium, data::NewMedium, store};
use crate::{
    kit::{
        db::Tx,
        event::Event,
        id::Id,
        problem::{Problem, Result},
    },
    modules::{
        images::{self, Picture},
        products::{self, Manage, Product},
    },
};

/// Why there can be no more.
pub const FULL: &str = "A product has at most eight images and videos. Remove one first.";

/// Adds a medium behind the others.
pub fn add(tx: &mut Tx<'_, Manage>, product: &Id<Product>, new: &NewMedium, picture: &Picture) -> Result<Id<Medium>> {
    products::store::lock(tx, product)?;
    let there = store::all(tx, product)?.len();
    if there >= MOST {
        return Err(Problem::refused("Limit reached", FULL));
    }
    images::keep(tx, picture)?;
    let position = i32::try_from(there).map_err(Problem::internal)? + 1;
    let id = store::insert(tx, product, position, new, &picture.hash)?;
    changed(tx, product, "product.medium_added", &new.alt)?;
    Ok(id)
}

pub fn update(
    tx: &mut Tx<'_, Manage>,
    product: &Id<Product>,
    id: &Id<Medium>,
    new: &NewMedium,
    picture: Option<&Picture>,
) -> Result<()> {
    products::store::lock(tx, product)?;
    let row = store::find(tx, product, id)?;
    if row.type_ != new.type_ {
        return Err(Problem::NotFound);
    }
    if let Some(picture) = picture {
        images::keep(tx, picture)?;
    }
    store::update(tx, id, new, picture.map(|picture| picture.hash.as_str()))?;
    changed(tx, product, "product.medium_changed", &new.alt)
}

pub fn remove(tx: &mut Tx<'_, Manage>, product: &Id<Product>, id: &Id<Medium>) -> Result<()> {
    products::store::lock(tx, product)?;
    let row = store::find(tx, product, id)?;
    store::delete(tx, id)?;
    let left: Vec<_> = store::all(tx, product)?.into_iter().map(|one| one.id).collect();
    store::renumber(tx, &left)?;
    changed(tx, product, "product.medium_removed", &row.alt)
}

/// Moves a medium one place earlier or later.
pub fn reorder(tx: &mut Tx<'_, Manage>, product: &Id<Product>, id: &Id<Medium>, earlier: bool) -> Result<()> {
    products::store::lock(tx, product)?;
    let mut order: Vec<_> = store::all(tx, product)?.into_iter().map(|one| one.id).collect();
    let at = order.iter().position(|one| one == id).ok_or(Problem::NotFound)?;
    let other = if earlier { at.checked_sub(1) } else { Some(at + 1).filter(|other| *other < order.len()) };
    if let Some(other) = other {
        order.swap(at, other);
        store::renumber(tx, &order)?;
    }
    changed(tx, product, "product.media_reordered", "")
}

fn changed(tx: &mut Tx<'_, Manage>, product: &Id<Product>, event: &'static str, note: &str) -> Result<()> {
    products::store::touch(tx, product)?;
    tx.record(Event::new(event, product).note(note))
}
