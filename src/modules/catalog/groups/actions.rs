//! The verbs of product groups. What they change for partners is settled in the same transaction.

use super::{Manage, ProductGroup, data::NewGroup, store};
use crate::{
    kit::{
        db::{Looks, Tx},
        done::Done,
        effect::Effect,
        event::Event,
        id::Id,
        problem::{Problem, Result},
        violation::{Violation, Why},
    },
    modules::{
        catalog::{noted, sight},
        ids::Product,
    },
};

/// Makes a group.
pub fn create(tx: &mut Tx<'_, Manage>, new: &NewGroup) -> Result<Id<ProductGroup>> {
    let id = store::insert(tx, new)?;
    tx.record(Event::new("product_group.created", &id).note(&new.name))?;
    Ok(id)
}

/// Changes what a group is called. `revision` is the one that the form was opened on.
pub fn update(tx: &mut Tx<'_, Manage>, id: &Id<ProductGroup>, revision: i32, new: &NewGroup) -> Result<Done> {
    let group = store::lock(tx, id)?;
    if group.data == *new {
        return Ok(Done::Same(()));
    }
    if group.revision != revision {
        return Err(Problem::overtaken("this product group"));
    }
    store::update(tx, id, new)?;
    tx.record(Event::new("product_group.updated", id).note(&new.name))?;
    Ok(Done::Changed(()))
}

/// What keeps a group; `None` when it can be deleted.
pub fn keeps(look: &mut impl Looks, id: &Id<ProductGroup>) -> Result<Option<Effect>> {
    let carried =
        Effect::touched(store::carriers(look, id)?, "{n} agreement includes it.", "{n} agreements include it.");
    Ok(carried.map(|carried| carried.then("Remove the group from them first.")))
}

/// Deletes a group that no agreement carries.
pub fn delete(tx: &mut Tx<'_, Manage>, id: &Id<ProductGroup>) -> Result<()> {
    let group = store::lock(tx, id)?;
    if let Some(why) = keeps(tx, id)? {
        return Err(Problem::refused("This product group cannot be deleted", why.whole()));
    }
    store::delete(tx, id)?;
    tx.record(Event::new("product_group.deleted", id).note(&group.data.name))
}

/// Puts products into a group.
///
/// # Errors
/// Invalid at `products` when the company sells one of them no more.
pub fn add(tx: &mut Tx<'_, Manage>, id: &Id<ProductGroup>, products: &[Id<Product>]) -> Result<Done> {
    store::lock(tx, id)?;
    let put = store::put(tx, id, products)?;
    if put.is_empty() {
        let why = Why::new("unknown", "These products are already in the group, or you no longer sell them");
        return Err(Violation::new("products", why).into());
    }
    changed(tx, id, "product_group.products_added", &put)
}

/// Takes products out of a group.
pub fn remove(tx: &mut Tx<'_, Manage>, id: &Id<ProductGroup>, products: &[Id<Product>]) -> Result<Done> {
    store::lock(tx, id)?;
    let taken = store::take(tx, id, products)?;
    if taken.is_empty() {
        return Ok(Done::Same(()));
    }
    changed(tx, id, "product_group.products_removed", &taken)
}

fn changed<P>(
    tx: &mut Tx<'_, P>,
    id: &Id<ProductGroup>,
    event: &'static str,
    products: &[Id<Product>],
) -> Result<Done> {
    store::touch(tx, id)?;
    tx.record(Event::new(event, id).note(noted(products)))?;
    sight::contains(tx, id, products)?;
    Ok(Done::Changed(()))
}
