//! The verbs of hubs.

use uuid::Uuid;

use super::{
    Hub, Manage,
    store::{self, NewHub, Taken},
};
use crate::kit::{
    db::Tx,
    effect::Effect,
    event::Event,
    id::Id,
    problem::{Problem, Result},
    wizard::{claim_form, finish},
};

/// A new or changed hub; or the field whose value another hub of the company has.
pub type Outcome<T> = std::result::Result<T, Taken>;

/// Registers a hub. The same `form` sent twice makes one.
pub fn register(tx: &mut Tx<'_, Manage>, form: Uuid, new: &NewHub) -> Result<Outcome<Id<Hub>>> {
    if let Some(made) = claim_form(tx, form)? {
        tx.replayed();
        return Ok(Ok(made));
    }
    if let Some(taken) = store::taken(tx, new, None)? {
        tx.replayed();
        return Ok(Err(taken));
    }
    let id = store::insert(tx, new)?;
    finish(tx, form, id.as_str())?;
    tx.record(Event::new("hub.registered", &id).note(&new.name))?;
    Ok(Ok(id))
}

/// Changes a hub. `revision` is the one that the form was opened on.
pub fn update(tx: &mut Tx<'_, Manage>, id: &Id<Hub>, revision: i32, new: &NewHub) -> Result<Outcome<()>> {
    let hub = store::lock(tx, id)?;
    if (&hub.name, &hub.instance, &hub.description) == (&new.name, &new.instance, &new.description) {
        tx.replayed();
        return Ok(Ok(()));
    }
    if hub.revision != revision {
        return Err(Problem::stale(
            "Somebody else changed this hub",
            format!("While you were writing, {id} was changed. Your words were not saved."),
        ));
    }
    if let Some(taken) = store::taken(tx, new, Some(id))? {
        tx.replayed();
        return Ok(Err(taken));
    }
    store::update(tx, id, new)?;
    tx.record(Event::new("hub.updated", id).note(&new.name))?;
    Ok(Ok(()))
}

/// What keeps a hub; `None` when it can be removed.
pub fn keeps(conn: &mut diesel::PgConnection, id: &Id<Hub>) -> Result<Option<Effect>> {
    let reached = Effect::touched(
        store::marketplaces(conn, id)?.len(),
        "marketplace is reached through it",
        "marketplaces are reached through it",
    );
    if let Some(reached) = reached {
        return Ok(Some(reached.then("Take it out of them first.")));
    }
    let ordered = Effect::touched(
        store::ordered(conn, id)?,
        "subscription was ordered through it",
        "subscriptions were ordered through it",
    );
    Ok(ordered.map(|ordered| ordered.then("It stays known for as long as they are.")))
}

/// Removes a hub that no marketplace uses, and through which nothing was ordered.
pub fn remove(tx: &mut Tx<'_, Manage>, id: &Id<Hub>) -> Result<()> {
    let hub = store::lock(tx, id)?;
    if let Some(why) = keeps(tx.conn, id)? {
        return Err(Problem::refused("This hub cannot be removed", why.words));
    }
    store::delete(tx, id)?;
    tx.record(Event::new("hub.removed", id).note(&hub.name))
}
