//! The verbs of marketplaces.

use super::{
    Manage, Marketplace,
    data::{NewMarketplace, none_reached},
    store,
};
use crate::{
    kit::{
        db::{Looks, Tx},
        effect::Effect,
        event::Event,
        id::Id,
        problem::{Problem, Result},
    },
    modules::{
        images::{self, Picture},
        listings,
    },
};

/// Makes a marketplace.
///
/// # Errors
/// [`Problem::Invalid`] for a name that another marketplace of the company bears, and for no hub or one that is not the company's.
pub fn create(tx: &mut Tx<'_, Manage>, new: &NewMarketplace) -> Result<Id<Marketplace>> {
    fits(tx, new, None)?;
    let id = store::insert(tx, new)?;
    tx.record(Event::new("marketplace.created", &id).note(&new.general.name))?;
    Ok(id)
}

fn fits(tx: &mut Tx<'_, Manage>, new: &NewMarketplace, but: Option<&Id<Marketplace>>) -> Result<()> {
    if new.hubs.is_empty() {
        return Err(none_reached().into());
    }
    store::free(tx, &new.general.name, but)
}

/// Changes a marketplace. `revision` is the one that the form was opened on; `logo`: none keeps it, none inside takes it away.
///
/// # Errors
/// As [`create`].
pub fn update(
    tx: &mut Tx<'_, Manage>,
    id: &Id<Marketplace>,
    revision: i32,
    new: &NewMarketplace,
    logo: Option<Option<&Picture>>,
) -> Result<()> {
    let row = store::lock(tx, id)?;
    if row.revision != revision {
        return Err(Problem::overtaken("this marketplace"));
    }
    fits(tx, new, Some(id))?;
    store::update(tx, id, new)?;
    if let Some(logo) = logo {
        if let Some(picture) = logo {
            images::keep(tx, picture)?;
        }
        store::set_logo(tx, id, logo.map(|picture| picture.hash.as_str()))?;
    }
    tx.record(Event::new("marketplace.updated", id).note(&new.general.name))
}

/// What keeps a marketplace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// So many products are listed on it, or were, or are asked to be.
    Listings(usize),
    /// So many distribution agreements name it.
    Agreements(usize),
    /// So many service agreements cover it.
    Catalogs(usize),
    /// So many syndication contracts sell there, or did.
    Syndication(usize),
}

impl Keeps {
    /// In words, with what can be done about it.
    pub fn effect(self) -> Option<Effect> {
        match self {
            Self::Listings(count) => Effect::touched(
                count,
                "{n} product is or was listed on it, or has a request for it.",
                "{n} products are or were listed on it, or have requests for it.",
            )
            .map(|effect| effect.then("A record of what was listed there must be kept.")),
            Self::Agreements(count) => {
                Effect::touched(count, "{n} distribution agreement uses it.", "{n} distribution agreements use it.")
                    .map(|effect| effect.then("Delete distribution agreements first."))
            }
            Self::Catalogs(count) => {
                Effect::touched(count, "{n} service agreement includes it.", "{n} service agreements include it.")
                    .map(|effect| effect.then("Change its marketplaces first."))
            }
            Self::Syndication(count) => Effect::touched(
                count,
                "{n} syndication contract is or was for it.",
                "{n} syndication contracts are or were for it.",
            )
            .map(|effect| effect.then("A record of what was sold there must be kept.")),
        }
    }
}

/// What keeps a marketplace; `None` when it can be deleted.
pub fn keeps(look: &mut impl Looks, id: &Id<Marketplace>) -> Result<Option<Keeps>> {
    let listed = listings::store::on_marketplace(look, id)?;
    if listed > 0 {
        return Ok(Some(Keeps::Listings(listed)));
    }
    let named = store::naming(look, id)?;
    let many = |count: i64, keeps: fn(usize) -> Keeps| usize::try_from(count).ok().filter(|n| *n > 0).map(keeps);
    Ok(many(named.distribution, Keeps::Agreements)
        .or_else(|| many(named.catalogs, Keeps::Catalogs))
        .or_else(|| many(named.syndication, Keeps::Syndication)))
}

/// Deletes a marketplace that nothing rests on.
pub fn delete(tx: &mut Tx<'_, Manage>, id: &Id<Marketplace>) -> Result<()> {
    let row = store::lock(tx, id)?;
    if let Some(why) = keeps(tx, id)?.and_then(Keeps::effect) {
        return Err(Problem::refused("This marketplace cannot be deleted", why.whole()));
    }
    store::delete(tx, id)?;
    tx.record(Event::new("marketplace.deleted", id).note(&row.general.name))
}
