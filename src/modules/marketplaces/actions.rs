//! The verbs of marketplaces.

use uuid::Uuid;

use super::{
    Manage, Marketplace,
    store::{self, NewMarketplace},
    wizard::Answers,
};
use crate::{
    kit::{
        db::Tx,
        event::Event,
        id::Id,
        problem::{Problem, Result},
        wizard,
    },
    modules::{
        images::{self, Picture},
        listings,
    },
};

/// Another marketplace of the company bears the name.
#[derive(Debug)]
pub struct NameTaken;

pub type Outcome<T> = std::result::Result<T, NameTaken>;

/// Finishes a wizard: once, however often its last step is sent.
pub fn create(tx: &mut Tx<'_, Manage>, asked: Uuid, new: &NewMarketplace) -> Result<Outcome<()>> {
    let saved = wizard::lock::<Answers, _>(tx, asked)?;
    if saved.finished_as.is_some() {
        tx.replayed();
        return Ok(Ok(()));
    }
    if store::taken(tx, &new.general.name, None)? {
        tx.replayed();
        return Ok(Err(NameTaken));
    }
    let id = store::insert(tx, new)?;
    wizard::finish(tx, asked, id.as_str())?;
    tx.record(Event::new("marketplace.created", &id).note(&new.general.name))?;
    Ok(Ok(()))
}

/// Changes a marketplace. `revision` is the one that the form was opened on; `logo`: none keeps it, none inside takes it away.
pub fn update(
    tx: &mut Tx<'_, Manage>,
    id: &Id<Marketplace>,
    revision: i32,
    new: &NewMarketplace,
    logo: Option<Option<&Picture>>,
) -> Result<Outcome<()>> {
    let row = store::lock(tx, id)?;
    if row.revision != revision {
        return Err(Problem::stale(
            "Somebody else changed this marketplace",
            format!("While you were writing, {id} was changed. Your words were not saved."),
        ));
    }
    if store::taken(tx, &new.general.name, Some(id))? {
        tx.replayed();
        return Ok(Err(NameTaken));
    }
    store::update(tx, id, new)?;
    if let Some(logo) = logo {
        if let Some(picture) = logo {
            images::keep(tx.conn, picture, tx.at)?;
        }
        store::set_logo(tx, id, logo.map(|picture| picture.hash.as_str()))?;
    }
    tx.record(Event::new("marketplace.updated", id).note(&new.general.name))?;
    Ok(Ok(()))
}

/// Why a marketplace cannot be deleted, in words; `None` when it can.
pub fn keeps(conn: &mut diesel::PgConnection, id: &Id<Marketplace>) -> Result<Option<&'static str>> {
    if listings::store::on_marketplace(conn, id)? {
        return Ok(Some("Vendors have listed products on it, or asked to. What was listed where is kept."));
    }
    Ok(store::has_agreements(conn, id)?.then_some("A distribution agreement names it. Delete that agreement first."))
}

/// Deletes a marketplace that nothing rests on.
pub fn delete(tx: &mut Tx<'_, Manage>, id: &Id<Marketplace>) -> Result<()> {
    let row = store::lock(tx, id)?;
    if let Some(why) = keeps(tx.conn, id)? {
        return Err(Problem::refused("This marketplace cannot be deleted", why));
    }
    store::delete(tx, id)?;
    tx.record(Event::new("marketplace.deleted", id).note(&row.name))
}
