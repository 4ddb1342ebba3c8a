//! Who stands above a subscription: the customer and its resellers, as they were when something was ordered for them.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{
    kit::{
        actor::{Account, Permission},
        db::{Read, Tx},
        id::Id,
        problem::Result,
        viewer::Viewer,
        words::Words,
    },
    modules::customers::{self, TierAccount, data::Data, store::AccountRow},
    t,
};

/// An account as it was when something was ordered for it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Tier {
    pub id: Id<TierAccount>,
    pub version: i32,
    #[serde(flatten)]
    pub data: Data,
}

impl Tier {
    fn of(row: &AccountRow) -> Self {
        Self { id: row.id.clone(), version: row.version, data: row.data() }
    }
}

/// The customer and the resellers above it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Tiers {
    pub customer: Tier,
    pub tier1: Tier,
    pub tier2: Option<Tier>,
}

impl Tiers {
    /// Roles and accounts, from the customer upwards.
    pub fn all(&self) -> Vec<(Words, &Tier)> {
        let level = |level: usize| t!("Tier {level}", level);
        let mut all = vec![(t!("Customer"), &self.customer), (level(1), &self.tier1)];
        all.extend(self.tier2.as_ref().map(|tier| (level(2), tier)));
        all
    }
}

/// The tiers of an active customer of `owner`, held as they are until the transaction ends; `None` when it is no such customer.
pub fn hold_tiers<P>(tx: &mut Tx<'_, P>, owner: &Id<Account>, customer: &Id<TierAccount>) -> Result<Option<Tiers>> {
    use crate::schema::tier_accounts;
    customers::store::hold_trees(tx, owner)?;
    let path = customers::store::path(tx, customer)?;
    let mut ids: Vec<String> = path.iter().rev().take(3).map(|node| node.id.clone()).collect();
    ids.sort();
    let rows: Vec<AccountRow> = tier_accounts::table
        .filter(tier_accounts::id.eq_any(&ids))
        .filter(tier_accounts::owner_id.eq(owner))
        .filter(tier_accounts::status.eq(customers::Status::Active))
        .order(tier_accounts::id)
        .select(AccountRow::as_select())
        .for_share()
        .load(tx.conn)?;
    Ok(chain(&path, &rows))
}

/// The tiers of a customer as they stand now.
pub fn tiers<P>(read: &mut Read<'_, P>, customer: &Id<TierAccount>) -> Result<Option<Tiers>> {
    let path = customers::store::path(read, customer)?;
    let ids: Vec<&str> = path.iter().rev().take(3).map(|node| node.id.as_str()).collect();
    let rows = customers::store::active(read, &ids)?;
    Ok(if rows.len() == ids.len() { chain(&path, &rows) } else { None })
}

fn chain(path: &[customers::store::Node], rows: &[AccountRow]) -> Option<Tiers> {
    let row = |place: usize| {
        let node = path.len().checked_sub(place).and_then(|at| path.get(at))?;
        rows.iter().find(|row| row.id.as_str() == node.id)
    };
    let customer = row(1).filter(|row| row.type_ == customers::Type::Customer)?;
    Some(Tiers { customer: Tier::of(customer), tier1: Tier::of(row(2)?), tier2: row(3).map(Tier::of) })
}

/// A tier as a page shows it.
pub struct ShownTier {
    pub role: Words,
    pub name: String,
    pub id: String,
    pub version: i32,
    /// Its page, for who may open it.
    pub href: Option<String>,
    pub lines: Vec<(&'static str, Words)>,
}

/// The tiers as they were ordered; those of them that the actor's company has `seen` are linked.
pub fn shown_tiers<P: Permission>(actor: &Viewer<P>, tiers: &Tiers, seen: &[Id<TierAccount>]) -> Vec<ShownTier> {
    let may = actor.may::<customers::View>();
    let all = tiers.all().into_iter();
    let shown = all.map(|(role, tier)| ShownTier {
        role,
        name: tier.data.name.clone(),
        id: tier.id.to_string(),
        version: tier.version,
        href: (may && seen.contains(&tier.id)).then(|| actor.url(&format!("customers/{}", tier.id))),
        lines: tier.data.lines().skip(1).filter(|(_, value)| !value.is_empty()).collect(),
    });
    shown.collect()
}
