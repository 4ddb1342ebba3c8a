//! The verbs of a product itself.

use uuid::Uuid;

use super::{
    Manage, Product, Status, UsageSchema,
    forms::{Embedding, General, Link, Settings},
    items::{self, forms::NewItem},
    lifecycle::{Action, By, Move, RULES},
    sight,
    store::{self, ProductRow},
    templates::{self, forms::NewTemplate},
};
use crate::{
    kit::{
        actor::Account,
        db::Tx,
        event::Event,
        id::Id,
        lifecycle::{NoMove, plan},
        problem::{Problem, Result},
        wizard::{claim_form, finish},
    },
    modules::{
        images::{self, Picture},
        listings,
        mail::{self, Mail},
    },
};

/// Makes a draft with an item and templates to begin with. The same `form` sent twice makes one.
pub fn create(tx: &mut Tx<'_, Manage>, form: Uuid, general: &General) -> Result<Id<Product>> {
    if let Some(made) = claim_form(tx, form)? {
        tx.replayed();
        return Ok(made);
    }
    let vendor = tx.who.identity().ok_or(Problem::NotFound)?.company.id.clone();
    let id = store::insert(tx, &vendor, general)?;
    seed(tx, &id)?;
    finish(tx, form, id.as_str())?;
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

/// The form was opened on another state.
fn stale(row: &ProductRow) -> Problem {
    Problem::stale(
        "Somebody else changed this product",
        format!("While you were writing, {} was changed. Your words were not saved.", row.id),
    )
}

fn locked(tx: &mut Tx<'_, Manage>, id: &Id<Product>, revision: i32) -> Result<ProductRow> {
    let row = store::lock(tx, id)?;
    if row.revision == revision { Ok(row) } else { Err(stale(&row)) }
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
        images::keep(tx.conn, picture, tx.at)?;
    }
    store::set_general(tx, id, general, icon.map(|icon| icon.map(|picture| picture.hash.as_str())))?;
    tx.record(Event::new("product.updated", id).note(&general.name))
}

/// Why pay as you go stays on; `None` when it may go.
pub fn keeps_usage(
    conn: &mut diesel::PgConnection,
    id: &Id<Product>,
    schema: Option<UsageSchema>,
) -> Result<Option<&'static str>> {
    let kept = schema.is_none() && items::store::any_ppu(conn, id)?;
    Ok(kept.then_some("The product has pay-as-you-go items, so it stays on"))
}

/// Changes settings; says no at the field when a rule is against it.
pub fn set_settings(
    tx: &mut Tx<'_, Manage>,
    id: &Id<Product>,
    revision: i32,
    settings: &Settings,
) -> Result<std::result::Result<(), &'static str>> {
    locked(tx, id, revision)?;
    if let Some(why) = keeps_usage(tx.conn, id, settings.usage_schema)? {
        tx.replayed();
        return Ok(Err(why));
    }
    store::set_settings(tx, id, settings)?;
    tx.record(Event::new("product.settings_changed", id))?;
    Ok(Ok(()))
}

pub fn set_embedding(tx: &mut Tx<'_, Manage>, id: &Id<Product>, revision: i32, embedding: &Embedding) -> Result<()> {
    locked(tx, id, revision)?;
    store::set_embedding(tx, id, embedding)?;
    tx.record(Event::new("product.embedding_changed", id))
}

/// Adds a link. The same `form` sent twice adds one.
pub fn add_link(tx: &mut Tx<'_, Manage>, form: Uuid, id: &Id<Product>, link: &Link) -> Result<()> {
    store::lock(tx, id)?;
    if claim_form::<Product, _>(tx, form)?.is_some() {
        tx.replayed();
        return Ok(());
    }
    if !store::insert_link(tx, id, link)? {
        return Err(Problem::refused(
            "There is no free place",
            "A product has at most twenty links. Remove one first.",
        ));
    }
    finish(tx, form, id.as_str())?;
    store::touch(tx, id)?;
    tx.record(Event::new("product.link_added", id).note(&link.title))
}

pub fn remove_link(tx: &mut Tx<'_, Manage>, id: &Id<Product>, place: i32) -> Result<()> {
    store::lock(tx, id)?;
    let Some(title) = store::delete_link(tx, id, place)? else {
        tx.replayed();
        return Ok(());
    };
    store::touch(tx, id)?;
    tx.record(Event::new("product.link_removed", id).note(title))
}

fn planned(tx: &Tx<'_, Manage>, row: &ProductRow, action: Action) -> Result<Move> {
    plan(RULES, row.status, action, By::Vendor, tx.at).map_err(|no| match no {
        NoMove::WrongPart => Problem::NotFound,
        NoMove::WrongStatus => Problem::stale(
            "This product has moved meanwhile",
            format!("{} is {}.", row.id, row.status.to_string().to_lowercase()),
        ),
    })
}

/// Ends the sale: no new listing, a warning on new orders; what is subscribed lives on. Whoever sees the product is told.
pub fn end_sale(
    tx: &mut Tx<'_, Manage>,
    id: &Id<Product>,
    replacement: Option<&Id<Product>>,
    note: &str,
) -> Result<()> {
    let row = store::lock(tx, id)?;
    let planned = planned(tx, &row, Action::EndSale)?;
    store::advance(tx, id, &planned)?;
    store::set_sale_words(tx, id, replacement, note)?;
    tx.record(Event::new("product.sale_ended", id).moved(planned.from(), planned.to()).note(note))?;
    tell(tx, &row, |product, account| Mail::SaleEnded { product, account })
}

pub fn restore(tx: &mut Tx<'_, Manage>, id: &Id<Product>) -> Result<()> {
    let row = store::lock(tx, id)?;
    let planned = planned(tx, &row, Action::Restore)?;
    store::set_sale_words(tx, id, None, "")?;
    store::advance(tx, id, &planned)?;
    tx.record(Event::new("product.restored", id).moved(planned.from(), planned.to()))?;
    tell(tx, &row, |product, account| Mail::SaleRestored { product, account })
}

fn tell(tx: &mut Tx<'_, Manage>, row: &ProductRow, mail: impl Fn(Id<Product>, Id<Account>) -> Mail) -> Result<()> {
    for viewer in sight::viewers(tx.conn, &row.id)? {
        mail::outbox::queue_for_holders(tx, &viewer, listings::MANAGE, &mail(row.id.clone(), viewer.clone()))?;
    }
    Ok(())
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
pub const KEPT: &str = "It was published, so listings and subscriptions may rest on it. You can end its sale.";
