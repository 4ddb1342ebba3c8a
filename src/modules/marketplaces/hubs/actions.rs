//! The verbs of hubs.

use super::{Hub, Manage, data::NewHub, store};
use crate::kit::{
    db::{Looks, Tx},
    done::Done,
    effect::Effect,
    event::Event,
    id::Id,
    problem::{Problem, Result},
};

/// Registers a hub.
///
/// # Errors
/// [`Problem::Invalid`] for a name or an instance ID that another hub of the company bears.
pub fn register(tx: &mut Tx<'_, Manage>, new: &NewHub) -> Result<Id<Hub>> {
    store::free(tx, new, None)?;
    let id = store::insert(tx, new)?;
    tx.record(Event::new("hub.registered", &id).note(&new.name))?;
    Ok(id)
}

/// Changes a hub. `revision` is the one that the form was opened on.
///
/// # Errors
/// As [`register`].
pub fn update(tx: &mut Tx<'_, Manage>, id: &Id<Hub>, revision: i32, new: &NewHub) -> Result<Done> {
    let hub = store::lock(tx, id)?;
    if hub.data == *new {
        return Ok(Done::Same(()));
    }
    if hub.revision != revision {
        return Err(Problem::overtaken("this hub"));
    }
    store::free(tx, new, Some(id))?;
    store::update(tx, id, new)?;
    tx.record(Event::new("hub.updated", id).note(&new.name))?;
    Ok(Done::Changed(()))
}

/// What keeps a hub; `None` when it can be removed.
pub fn keeps(look: &mut impl Looks, id: &Id<Hub>) -> Result<Option<Effect>> {
    let reached =
        Effect::touched(store::marketplaces(look, id)?.len(), "{n} marketplace uses it.", "{n} marketplaces use it.");
    if let Some(reached) = reached {
        return Ok(Some(reached.then("Remove the hub from them first.")));
    }
    let ordered = Effect::touched(
        store::ordered(look, id)?,
        "{n} subscription was ordered through it.",
        "{n} subscriptions were ordered through it.",
    );
    Ok(ordered.map(|ordered| ordered.then("It must be kept as long as they are.")))
}

/// Removes a hub that no marketplace uses, and through which nothing was ordered.
pub fn remove(tx: &mut Tx<'_, Manage>, id: &Id<Hub>) -> Result<()> {
    let hub = store::lock(tx, id)?;
    if let Some(why) = keeps(tx, id)? {
        return Err(Problem::refused("This hub cannot be removed", why.whole()));
    }
    store::delete(tx, id)?;
    tx.record(Event::new("hub.removed", id).note(&hub.data.name))
}
