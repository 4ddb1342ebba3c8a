//! The verbs of items. Each locks the product first.

use super::{
    Item, Type,
    data::NewItem,
    store::{self, ItemRow},
};
use crate::{
    kit::{
        db::Tx,
        event::Event,
        id::Id,
        lifecycle::{NoMove, plan},
        problem::{Problem, Result},
    },
    modules::products::{
        self, Manage, Product, Status,
        actions::standing,
        data::Sale,
        lifecycle::{Action, By, Move, RULES},
        store::ProductRow,
    },
    t,
};

/// Adds a draft item.
///
/// # Errors
/// [`Problem::Invalid`] for a name or a part number that another item of the product has.
pub fn create(tx: &mut Tx<'_, Manage>, product: &Id<Product>, new: &NewItem) -> Result<Id<Item>> {
    let row = products::store::lock(tx, product)?;
    if new.type_ == Type::Ppu && row.usage_schema.is_none() {
        return Err(no_usage(product));
    }
    store::free(tx, product, new, None)?;
    let id = store::insert(tx, product, new)?;
    products::store::touch(tx, product)?;
    tx.record(Event::new("product.item_added", product).note(format!("{} ({id})", new.name)))?;
    Ok(id)
}

/// Pay as you go is off.
pub fn no_usage(product: &Id<Product>) -> Problem {
    Problem::refused(
        "Pay as you go is off",
        t!(
            "{product} has no usage schema, so it cannot have pay-as-you-go items. Choose a schema in its settings first.",
            product
        ),
    )
}

fn locked(tx: &mut Tx<'_, Manage>, product: &Id<Product>, id: &Id<Item>) -> Result<(ProductRow, ItemRow)> {
    let row = products::store::lock(tx, product)?;
    Ok((row, store::find(tx, product, id)?))
}

/// Changes a draft whole, and of any other item its words. `revision` is the revision the form was opened with.
///
/// # Errors
/// As [`create`].
pub fn update(
    tx: &mut Tx<'_, Manage>,
    product: &Id<Product>,
    id: &Id<Item>,
    revision: i32,
    new: &NewItem,
) -> Result<()> {
    let (_, item) = locked(tx, product, id)?;
    if item.revision != revision {
        return Err(Problem::overtaken("this item"));
    }
    store::free(tx, product, new, Some(id))?;
    let whole = NewItem { type_: item.type_, ..new.clone() };
    let words = NewItem {
        name: new.name.clone(),
        mpn: new.mpn.clone(),
        description: new.description.clone(),
        ..NewItem::of(&item)
    };
    store::update(tx, id, if item.status == Status::Draft && !item.dynamic { &whole } else { &words })?;
    products::store::touch(tx, product)?;
    tx.record(Event::new("product.item_changed", product).note(format!("{} ({id})", new.name)))
}

/// Deletes a draft.
pub fn delete(tx: &mut Tx<'_, Manage>, product: &Id<Product>, id: &Id<Item>) -> Result<()> {
    let (_, item) = locked(tx, product, id)?;
    lasts(&item)?;
    if item.status != Status::Draft {
        return Err(Problem::refused("This item cannot be deleted", KEPT));
    }
    store::delete(tx, id)?;
    products::store::touch(tx, product)?;
    tx.record(Event::new("product.item_deleted", product).note(format!("{} ({id})", item.name)))
}

/// A dynamic item is no offer, so neither does its sale end nor does it go.
///
/// # Errors
/// For a dynamic item.
pub fn lasts(item: &ItemRow) -> Result<()> {
    if !item.dynamic {
        return Ok(());
    }
    Err(Problem::refused(
        "This item is dynamic",
        "Usage files create it and report it. Only its name, part number and description can change.",
    ))
}

/// Why an item that was published stays.
pub const KEPT: &str = "It is part of a version, so subscriptions may depend on it. You can end its sale instead.";

/// Moves an item one place earlier or later among those of its type.
pub fn reorder(tx: &mut Tx<'_, Manage>, product: &Id<Product>, id: &Id<Item>, earlier: bool) -> Result<()> {
    let (_, item) = locked(tx, product, id)?;
    store::swap(tx, &item, earlier)?;
    products::store::touch(tx, product)?;
    tx.record(Event::new("product.items_reordered", product).note(item.name))
}

fn planned(tx: &Tx<'_, Manage>, item: &ItemRow, action: Action) -> Result<Move> {
    plan(RULES, item.status, action, By::Vendor, tx.at).map_err(|no| match no {
        NoMove::WrongPart => Problem::NotFound,
        NoMove::WrongStatus => Problem::stale("This item was changed by someone else", standing(&item.id, item.status)),
    })
}

/// Ends the sale of a published item. It may still be ordered where it is needed; what is subscribed lives on.
///
/// # Errors
/// [`Problem::Invalid`] for a replacement that is not for sale.
pub fn end_sale(tx: &mut Tx<'_, Manage>, product: &Id<Product>, id: &Id<Item>, sale: &Sale) -> Result<()> {
    let (_, item) = locked(tx, product, id)?;
    lasts(&item)?;
    let planned = planned(tx, &item, Action::EndSale)?;
    let replacement = sale.among(&store::replacements(tx, product, id)?)?;
    store::advance(tx, id, &planned, replacement.as_ref(), &sale.note)?;
    products::store::touch(tx, product)?;
    tx.record(Event::new("product.item_sale_ended", product).note(format!("{} ({id})", item.name)))
}

pub fn restore(tx: &mut Tx<'_, Manage>, product: &Id<Product>, id: &Id<Item>) -> Result<()> {
    let (_, item) = locked(tx, product, id)?;
    let planned = planned(tx, &item, Action::Restore)?;
    store::advance(tx, id, &planned, None, "")?;
    products::store::touch(tx, product)?;
    tx.record(Event::new("product.item_restored", product).note(format!("{} ({id})", item.name)))
}
