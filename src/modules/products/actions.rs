//! The verbs of a product itself.

use super::{
    Manage, Product, Status,
    data::{Embedding, General, Link, Sale, Settings},
    items::{self, data::NewItem},
    lifecycle::{Action, By, Move, RULES},
    store::{self, ProductRow},
    templates::{self, data::NewTemplate},
    touched::SaleTurned,
};
use crate::{
    kit::{
        db::Tx,
        done::Done,
        event::Event,
        id::{Id, Kind},
        lifecycle::{NoMove, plan},
        problem::{Problem, Result},
        violation::{Violation, Why, Words},
    },
    modules::images::{self, Picture},
    t,
};

/// Makes a draft with an item and templates to begin with.
pub fn create(tx: &mut Tx<'_, Manage>, general: &General) -> Result<Id<Product>> {
    let vendor = tx.account()?;
    let id = store::insert(tx, &vendor, general)?;
    seed(tx, &id)?;
    tx.record(Event::new("product.created", &id).note(&general.name))?;
    Ok(id)
}

/// What a product begins with.
pub fn seed<P>(tx: &mut Tx<'_, P>, id: &Id<Product>) -> Result<()> {
    items::store::insert(tx, id, &NewItem::default_item())?;
    for template in NewTemplate::seeds() {
        templates::store::insert(tx, id, &template)?;
    }
    Ok(())
}

fn locked(tx: &mut Tx<'_, Manage>, id: &Id<Product>, revision: i32) -> Result<ProductRow> {
    let row = store::lock(tx, id)?;
    if row.revision == revision { Ok(row) } else { Err(Problem::overtaken("this product")) }
}

/// Changes General. `icon`: none keeps it, none inside takes it away.
pub fn update(
    tx: &mut Tx<'_, Manage>,
    id: &Id<Product>,
    revision: i32,
    general: &General,
    icon: Option<Option<&Picture>>,
) -> Result<()> {
    locked(tx, id, revision)?;
    if let Some(Some(picture)) = icon {
        images::keep(tx, picture)?;
    }
    store::set_general(tx, id, general, icon.map(|icon| icon.map(|picture| picture.hash.as_str())))?;
    tx.record(Event::new("product.updated", id).note(&general.name))
}

/// Changes settings.
///
/// # Errors
/// [`Problem::Invalid`] when pay as you go shall end and the product has items that are paid so.
pub fn set_settings(tx: &mut Tx<'_, Manage>, id: &Id<Product>, revision: i32, settings: &Settings) -> Result<()> {
    locked(tx, id, revision)?;
    if settings.usage_schema.is_none() && items::store::any_ppu(tx, id)? {
        let why = Why::new("used", "The product has pay-as-you-go items, so this must stay on");
        return Err(Violation::new("usage_schema", why).into());
    }
    store::set_settings(tx, id, settings)?;
    tx.record(Event::new("product.settings_changed", id))
}

pub fn set_embedding(tx: &mut Tx<'_, Manage>, id: &Id<Product>, revision: i32, embedding: &Embedding) -> Result<()> {
    locked(tx, id, revision)?;
    store::set_embedding(tx, id, embedding)?;
    tx.record(Event::new("product.embedding_changed", id))
}

/// Adds a link; its product.
pub fn add_link(tx: &mut Tx<'_, Manage>, id: &Id<Product>, link: &Link) -> Result<Id<Product>> {
    store::lock(tx, id)?;
    if !store::insert_link(tx, id, link)? {
        return Err(Problem::refused("Limit reached", "A product can have up to 20 links. Remove one first."));
    }
    store::touch(tx, id)?;
    tx.record(Event::new("product.link_added", id).note(&link.title))?;
    Ok(id.clone())
}

pub fn remove_link(tx: &mut Tx<'_, Manage>, id: &Id<Product>, place: i32) -> Result<Done> {
    store::lock(tx, id)?;
    let Some(title) = store::delete_link(tx, id, place)? else { return Ok(Done::Same(())) };
    store::touch(tx, id)?;
    tx.record(Event::new("product.link_removed", id).note(title))?;
    Ok(Done::Changed(()))
}

/// Where a product or an item stands now.
pub fn standing<K: Kind>(id: &Id<K>, status: Status) -> Words {
    t!("{id} is {status}.", id, status = Words::within(status))
}

fn planned(tx: &Tx<'_, Manage>, row: &ProductRow, action: Action) -> Result<Move> {
    plan(RULES, row.status, action, By::Vendor, tx.at).map_err(|no| match no {
        NoMove::WrongPart => Problem::NotFound,
        NoMove::WrongStatus => {
            Problem::stale("This product was changed by someone else", standing(&row.id, row.status)).decided(&row.id)
        }
    })
}

/// Ends the sale: no new listings, a warning on new orders. Subscriptions continue. Companies that see the product are told.
///
/// # Errors
/// [`Problem::Invalid`] for a replacement that is not for sale.
pub fn end_sale(tx: &mut Tx<'_, Manage>, id: &Id<Product>, sale: &Sale) -> Result<()> {
    let row = store::lock(tx, id)?;
    let planned = planned(tx, &row, Action::EndSale)?;
    let vendor = tx.account()?;
    let (replacement, note) = (sale.among(&store::replacements(tx, &vendor, id)?)?, &sale.note);
    store::advance(tx, id, &planned)?;
    store::set_sale_words(tx, id, replacement.as_ref(), note)?;
    tx.record(Event::new("product.sale_ended", id).moved(planned.from(), planned.to()).note(note))?;
    tx.follow("sale", &SaleTurned { product: id.clone(), ended: true })
}

pub fn restore(tx: &mut Tx<'_, Manage>, id: &Id<Product>) -> Result<()> {
    let row = store::lock(tx, id)?;
    let planned = planned(tx, &row, Action::Restore)?;
    store::set_sale_words(tx, id, None, "")?;
    store::advance(tx, id, &planned)?;
    tx.record(Event::new("product.restored", id).moved(planned.from(), planned.to()))?;
    tx.follow("sale", &SaleTurned { product: id.clone(), ended: false })
}

/// Deletes a draft, for good.
pub fn delete(tx: &mut Tx<'_, Manage>, id: &Id<Product>) -> Result<()> {
    let row = store::lock(tx, id)?;
    if row.status != Status::Draft {
        return Err(Problem::refused("This product cannot be deleted", KEPT));
    }
    store::delete(tx, id)?;
    tx.record(Event::new("product.deleted", id).note(&row.name))
}

/// Why a product that was published stays.
pub const KEPT: &str =
    "It was published, so listings and subscriptions may depend on it. You can end its sale instead.";
