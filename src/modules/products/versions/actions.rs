//! The verbs of versions. Each locks the product first.

use super::{
    data::{Fork, Visibility},
    store,
};
use crate::{
    kit::{
        db::{Looks, Read, Tx},
        done::Done,
        effect::Effect,
        event::Event,
        id::Id,
        lifecycle::plan,
        problem::{Problem, Result},
        words::Words,
    },
    modules::products::{
        self, Manage, Product, Status, items,
        lifecycle::{Action, By, RULES},
        sight,
        store::ProductRow,
        touched,
    },
    t,
};

/// One of the things that a version needs, and whether it is there.
#[derive(Debug, Clone)]
pub struct Need {
    pub words: &'static str,
    pub about: &'static str,
    /// Where it is mended, below the product's page.
    pub at: &'static str,
    pub met: bool,
}

/// Everything that Fork Master needs, met or not.
pub fn needs(look: &mut impl Looks, row: &ProductRow) -> Result<Vec<Need>> {
    Ok(needed(row, store::parts(look, &row.id)?))
}

/// The same of a product of which is known whether it is distributed, and whether there are media and items.
pub fn needed(row: &ProductRow, (distributed, media, items): (bool, bool, bool)) -> Vec<Need> {
    vec![
        Need {
            words: "An active distribution contract",
            about: "Enroll in a distributor's agreement. The distributor then approves it",
            at: "contract",
            met: distributed,
        },
        Need { words: "A category", about: "What the product is for", at: "edit", met: row.category.is_some() },
        Need { words: "Main media", about: "At least one image or video", at: "media", met: media },
        Need { words: "An item", about: "What can be ordered", at: "items", met: items },
    ]
}

/// Freezes Master as the next version; its number. `after` is the newest version that the form knew.
pub fn fork(tx: &mut Tx<'_, Manage>, product: &Id<Product>, after: i32, fork: &Fork) -> Result<i32> {
    let row = products::store::lock(tx, product)?;
    if row.version != after {
        return Err(Problem::stale(
            t!("Version {number} was created after you opened this page", number = row.version),
            "Someone forked Master after you opened the form. Check that version before you create another.",
        ));
    }
    let missing: Vec<_> =
        needs(tx, &row)?.into_iter().filter(|need| !need.met).map(|need| Words::new(need.words)).collect();
    let (Some(category), []) = (row.category, missing.as_slice()) else {
        return Err(Problem::refused(
            "Master cannot be forked yet",
            t!("Still missing: {needs}.", needs = Words::all_of(missing.iter().map(Words::within))),
        ));
    };
    let author = tx.person()?;
    let snapshot = store::master(tx, &row)?;
    let number = row.version + 1;
    let (public, changes) = (fork.visibility == Visibility::Public, &fork.changes);
    store::insert(tx, product, number, (category, &snapshot), (public, changes), &author)?;
    let publish = plan(RULES, Status::Draft, Action::Publish, By::Vendor, tx.at)
        .map_err(|_| Problem::internal("a draft can be published"))?;
    items::store::publish_drafts(tx, product, &publish)?;
    let status = if row.status == Status::Draft { publish.to() } else { row.status };
    store::settle(tx, product, status)?;
    let event = Event::new("product.forked", product).note(format!("Version {number}: {changes}"));
    tx.record(if status == row.status { event } else { event.moved(row.status, status) })?;
    Ok(number)
}

/// Why a version cannot become private; `None` when it can: somebody would be left without any.
pub fn keeps_public(look: &mut impl Looks, row: &ProductRow, number: i32) -> Result<Option<Words>> {
    let others = store::all(look, &row.id)?.iter().any(|one| one.public && one.number != number);
    let seen = !others && sight::seen(look, &row.id)?;
    Ok(seen.then(|| {
        t!("It is the only public version, and distributors can see the product. Make another version public first.")
    }))
}

/// What showing or hiding a version changes.
#[derive(Debug, Clone)]
pub struct SightChange {
    /// Companies that see the product.
    pub viewers: usize,
    /// The version that they see afterwards.
    pub after: Option<i32>,
    /// What keeps the version that is hidden.
    pub touched: Vec<Effect>,
}

/// What would change if the version's visibility were turned.
pub fn changes_sight<P>(read: &mut Read<'_, P>, row: &ProductRow, number: i32) -> Result<SightChange> {
    let public = |one: &store::VersionRow| if one.number == number { !one.public } else { one.public };
    Ok(SightChange {
        viewers: sight::viewers(read, &row.id)?.len(),
        after: store::all(read, &row.id)?.iter().filter(|one| public(one)).map(|one| one.number).max(),
        touched: touched::at_turning(read, &row.id, number)?,
    })
}

/// Shows a version to distributors, or hides it from them.
pub fn set_public(tx: &mut Tx<'_, Manage>, product: &Id<Product>, number: i32, public: bool) -> Result<Done> {
    let row = products::store::lock(tx, product)?;
    let (version, _) = store::find(tx, product, number)?;
    if version.public == public {
        return Ok(Done::Same(()));
    }
    if !public && let Some(why) = keeps_public(tx, &row, number)? {
        return Err(Problem::refused("This version must stay public", why));
    }
    store::set_public(tx, product, number, public)?;
    store::settle(tx, product, row.status)?;
    let event = if public { "product.version_shown" } else { "product.version_hidden" };
    tx.record(Event::new(event, product).note(format!("Version {number}")))?;
    Ok(Done::Changed(()))
}
