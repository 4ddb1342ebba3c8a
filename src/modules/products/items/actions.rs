//! The verbs of items. Each locks the product first.

use uuid::Uuid;

use super::{
    Item, Type,
    forms::NewItem,
    store::{self, ItemRow},
};
use crate::{
    kit::{
        db::Tx,
        event::Event,
        id::Id,
        lifecycle::{NoMove, plan},
        problem::{Problem, Result},
        wizard::{claim_form, finish},
    },
    modules::products::{
        self, Manage, Product, Status,
        lifecycle::{Action, By, Move, RULES},
        store::ProductRow,
    },
};

/// Another item of the product has the name, or the part number.
#[derive(Debug, Clone, Copy)]
pub struct Taken {
    pub name: bool,
    pub mpn: bool,
}

pub type Outcome<T> = std::result::Result<T, Taken>;

fn free(tx: &mut Tx<'_, Manage>, product: &Id<Product>, new: &NewItem, but: Option<&Id<Item>>) -> Result<Outcome<()>> {
    let (name, mpn) = store::taken(tx, product, new, but)?;
    if name || mpn {
        tx.replayed();
        return Ok(Err(Taken { name, mpn }));
    }
    Ok(Ok(()))
}

/// Adds a draft item. The same `form` sent twice makes one.
pub fn create(tx: &mut Tx<'_, Manage>, form: Uuid, product: &Id<Product>, new: &NewItem) -> Result<Outcome<Id<Item>>> {
    let row = products::store::lock(tx, product)?;
    if let Some(made) = claim_form(tx, form)? {
        tx.replayed();
        return Ok(Ok(made));
    }
    if new.type_ == Type::Ppu && row.usage_schema.is_none() {
        return Err(no_usage(product));
    }
    if let Err(taken) = free(tx, product, new, None)? {
        return Ok(Err(taken));
    }
    let id = store::insert(tx, product, new)?;
    finish(tx, form, id.as_str())?;
    products::store::touch(tx, product)?;
    tx.record(Event::new("product.item_added", product).note(format!("{} ({id})", new.name)))?;
    Ok(Ok(id))
}

/// Pay as you go is off.
pub fn no_usage(product: &Id<Product>) -> Problem {
    Problem::refused(
        "Pay as you go is off",
        format!(
            "{product} has no usage schema, so it cannot have pay-as-you-go items. Choose one in its settings first."
        ),
    )
}

fn locked(tx: &mut Tx<'_, Manage>, product: &Id<Product>, id: &Id<Item>) -> Result<(ProductRow, ItemRow)> {
    let row = products::store::lock(tx, product)?;
    Ok((row, store::find(tx.conn, product, id)?))
}

fn stale(id: &Id<Item>) -> Problem {
    Problem::stale(
        "Somebody else changed this item",
        format!("While you were writing, {id} was changed. Your words were not saved."),
    )
}

/// Changes a draft whole, and of any other item its words. `revision` is the one that the form was opened on.
pub fn update(
    tx: &mut Tx<'_, Manage>,
    product: &Id<Product>,
    id: &Id<Item>,
    revision: i32,
    new: &NewItem,
) -> Result<Outcome<()>> {
    let (_, item) = locked(tx, product, id)?;
    if item.revision != revision {
        return Err(stale(id));
    }
    if let Err(taken) = free(tx, product, new, Some(id))? {
        return Ok(Err(taken));
    }
    let whole = NewItem { type_: item.type_, ..new.clone() };
    let words = NewItem {
        precision: item.precision,
        unit: item.unit,
        period: item.period,
        commitment: item.commitment,
        ..whole.clone()
    };
    store::update(tx, id, if item.status == Status::Draft { &whole } else { &words })?;
    products::store::touch(tx, product)?;
    tx.record(Event::new("product.item_changed", product).note(format!("{} ({id})", new.name)))?;
    Ok(Ok(()))
}

/// Deletes a draft.
pub fn delete(tx: &mut Tx<'_, Manage>, product: &Id<Product>, id: &Id<Item>) -> Result<()> {
    let (_, item) = locked(tx, product, id)?;
    if item.status != Status::Draft {
        return Err(Problem::refused("This item cannot be deleted", KEPT));
    }
    store::delete(tx, id)?;
    products::store::touch(tx, product)?;
    tx.record(Event::new("product.item_deleted", product).note(format!("{} ({id})", item.name)))
}

/// Why an item that was published stays.
pub const KEPT: &str = "A version contains it, so subscriptions may rest on it. You can end its sale.";

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
        NoMove::WrongStatus => Problem::stale(
            "This item has moved meanwhile",
            format!("{} is {}.", item.id, item.status.to_string().to_lowercase()),
        ),
    })
}

/// Ends the sale of a published item. It may still be ordered where it is needed; what is subscribed lives on.
pub fn end_sale(
    tx: &mut Tx<'_, Manage>,
    product: &Id<Product>,
    id: &Id<Item>,
    replacement: Option<&Id<Item>>,
    note: &str,
) -> Result<()> {
    let (_, item) = locked(tx, product, id)?;
    let planned = planned(tx, &item, Action::EndSale)?;
    if let Some(other) = replacement {
        store::find(tx.conn, product, other)?;
    }
    store::advance(tx, id, &planned, replacement, note)?;
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
