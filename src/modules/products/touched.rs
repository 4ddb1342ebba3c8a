//! What is about to happen to a product or a part of it. Modules that build on products say what of theirs it touches
//! (`src/consequences.rs`); the pages of these acts show it.

use std::sync::Arc;

use super::{Product, items::Item, sight, store::ProductRow};
use crate::{
    kit::{
        actor::Identity,
        consequence::Foretold,
        db::Read,
        effect::{self, Effect},
        id::Id,
        problem::Result,
    },
    t,
};

/// A product, and who asks what is touched: links lead where that person may go.
#[derive(Debug, Clone)]
pub struct About {
    pub product: Id<Product>,
    pub asker: Arc<Identity>,
}

/// Its sale ends: no new listings, existing use continues.
pub struct SaleEnds(pub About);
/// Its sale ended or was restored: companies that see it are told.
pub struct SaleTurned {
    pub product: Id<Product>,
    pub ended: bool,
}
/// Its vendor is no longer asked about changes of customers.
pub struct SyncEnds(pub About);
/// Its subscriptions can no longer be suspended.
pub struct HoldEnds(pub About);
/// The values of its ordering parameters are no longer changed with a subscription.
pub struct ValuesFixed(pub About);
/// A version of it is hidden, or shown.
pub struct VersionTurns {
    pub about: About,
    pub number: i32,
}
/// An item of it is no longer sold.
pub struct ItemSaleEnds {
    pub about: About,
    pub item: Id<Item>,
}

fn about<P>(read: &Read<'_, P>, product: &Id<Product>) -> About {
    About { product: product.clone(), asker: read.actor.identity.clone() }
}

/// What the modules above say to it.
fn told<P, X: 'static>(read: &mut Read<'_, P>, ahead: &X) -> Result<Vec<Effect>> {
    let followed: Vec<Foretold> = read.consequences()?.foresee(read.conn, ahead)?;
    Ok(effect::all(followed, Some("")))
}

/// What the end of the sale touches.
pub fn at_end_of_sale<P>(read: &mut Read<'_, P>, product: &Id<Product>) -> Result<Vec<Effect>> {
    let mut effects = vec![Effect::from(t!("It can no longer be listed on other marketplaces."))];
    effects.extend(Effect::touched(
        sight::viewers(read, product)?.len(),
        "{n} company that can see it will get an email.",
        "{n} companies that can see it will get an email.",
    ));
    effects.extend(told(read, &SaleEnds(about(read, product)))?);
    Ok(effects)
}

/// What switching a setting off touches, for each that is on.
pub fn at_switching_off<P>(read: &mut Read<'_, P>, row: &ProductRow) -> Result<Vec<Effect>> {
    let mut effects = Vec::new();
    if row.tier_accounts_sync {
        effects.push(t!("Without Tier Accounts Sync, you will no longer be asked about customer changes.").into());
        effects.extend(told(read, &SyncEnds(about(read, &row.id)))?);
    }
    if row.administrative_hold {
        effects.push(t!("Without Administrative Hold, subscriptions can no longer be suspended.").into());
        effects.extend(told(read, &HoldEnds(about(read, &row.id)))?);
    }
    if row.editable_ordering_parameters {
        effects.extend(told(read, &ValuesFixed(about(read, &row.id)))?);
    }
    Ok(effects)
}

/// What hiding or showing a version changes, apart from who sees it.
pub fn at_turning<P>(read: &mut Read<'_, P>, product: &Id<Product>, number: i32) -> Result<Vec<Effect>> {
    told(read, &VersionTurns { about: about(read, product), number })
}

/// What the end of an item's sale touches.
pub fn at_end_of_items_sale<P>(read: &mut Read<'_, P>, product: &Id<Product>, item: &Id<Item>) -> Result<Vec<Effect>> {
    told(read, &ItemSaleEnds { about: about(read, product), item: item.clone() })
}
