//! Statements about tier accounts. [`owned_by`] is the one tenancy condition.

mod kept;
mod nodes;

pub use kept::{New, Version, advance, insert_all, update_all, versions};
pub use nodes::{
    FOUND, Node, POSSIBLE, Possible, SHOWN, Standing, Subtree, around, below, count_possible, duplicates, path,
    possible_customer, possible_customers, possible_parents, roots, standings, subtree,
};

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{dsl::auto_type, prelude::*, sql_types::Text};
use uuid::Uuid;

use super::{
    Status, TierAccount, Type,
    data::{Data, PhoneNumber},
    snapshot::{Changed, PARENT},
};
use crate::{
    kit::{
        actor::{Account, User},
        db::{Looks, Read, Tx},
        id::Id,
        problem::Result,
        statement::statement,
    },
    schema::{tier_account_sight, tier_accounts},
};

/// An account is its owner's.
#[auto_type(no_type_alias)]
fn owned_by<'a>(account: &'a Id<Account>) -> _ {
    tier_accounts::owner_id.eq(account)
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = tier_accounts)]
pub struct AccountRow {
    pub id: Id<TierAccount>,
    pub type_: Type,
    pub status: Status,
    pub parent_id: Option<Id<TierAccount>>,
    pub name: String,
    pub external_id: String,
    pub external_uid: Uuid,
    pub tax_id: String,
    pub country: String,
    pub state: String,
    pub city: String,
    pub postal_code: String,
    pub address_line1: String,
    pub address_line2: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    phone: String,
    phone_extension: String,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl AccountRow {
    pub fn data(&self) -> Data {
        Data {
            name: self.name.clone(),
            external_id: self.external_id.clone(),
            external_uid: Some(self.external_uid),
            tax_id: self.tax_id.clone(),
            country: self.country.clone(),
            state: self.state.clone(),
            city: self.city.clone(),
            postal_code: self.postal_code.clone(),
            address_line1: self.address_line1.clone(),
            address_line2: self.address_line2.clone(),
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            email: self.email.clone(),
            phone: PhoneNumber { number: self.phone.clone(), extension: self.phone_extension.clone() },
        }
    }
}

pub fn find<P>(read: &mut Read<'_, P>, id: &Id<TierAccount>) -> Result<AccountRow> {
    let me = &read.actor.identity.company.id;
    Ok(tier_accounts::table
        .filter(tier_accounts::id.eq(id))
        .filter(owned_by(me))
        .select(AccountRow::as_select())
        .first(read.conn)?)
}

/// What is known of an account whose sight was checked, or that a locked object names.
pub fn data_of<P>(tx: &mut Tx<'_, P>, id: &Id<TierAccount>) -> Result<Data> {
    Ok(tier_accounts::table.find(id).select(AccountRow::as_select()).first::<AccountRow>(tx.conn)?.data())
}

/// Whether a company may look at an account: its own, or one that live subscriptions of its products use.
#[auto_type(no_type_alias)]
pub fn seen_by<'a>(account: &'a Id<Account>) -> _ {
    let own: diesel::dsl::Eq<tier_accounts::owner_id, &'a Id<Account>> = owned_by(account);
    own.or(diesel::dsl::exists(
        tier_account_sight::table
            .filter(tier_account_sight::viewer_id.eq(account))
            .filter(tier_account_sight::tier_account_id.eq(tier_accounts::id)),
    ))
}

/// Those of these accounts that the actor's company may look at.
pub fn seen<P>(read: &mut Read<'_, P>, ids: &[&Id<TierAccount>]) -> Result<Vec<Id<TierAccount>>> {
    Ok(tier_accounts::table
        .filter(tier_accounts::id.eq_any(ids))
        .filter(seen_by(&read.actor.identity.company.id))
        .select(tier_accounts::id)
        .load(read.conn)?)
}

/// An account to look at, and whether it is the company's own.
pub fn look<P>(read: &mut Read<'_, P>, id: &Id<TierAccount>) -> Result<(AccountRow, bool)> {
    let me = &read.actor.identity.company.id;
    Ok(tier_accounts::table
        .filter(tier_accounts::id.eq(id))
        .filter(seen_by(me))
        .select((AccountRow::as_select(), owned_by(me)))
        .first(read.conn)?)
}

/// Those of these accounts that are the actor's company's own, and active.
pub fn active<P>(read: &mut Read<'_, P>, ids: &[&str]) -> Result<Vec<AccountRow>> {
    Ok(tier_accounts::table
        .filter(tier_accounts::id.eq_any(ids))
        .filter(owned_by(&read.actor.identity.company.id))
        .filter(tier_accounts::status.eq(Status::Active))
        .select(AccountRow::as_select())
        .load(read.conn)?)
}

/// For whom a change is made, and in whose name its version is kept.
#[derive(Debug, Clone)]
pub struct Owner {
    pub id: Id<Account>,
    pub author: String,
    pub author_id: Id<User>,
}

impl Owner {
    /// The actor's company, by the actor.
    pub fn of<P>(tx: &Tx<'_, P>) -> Result<Self> {
        let identity = tx.who.member()?;
        let (company, person) = (&identity.company, &identity.person);
        Ok(Self { id: company.id.clone(), author: person.name.clone(), author_id: person.id.clone() })
    }
}

pub fn lock<P>(tx: &mut Tx<'_, P>, owner: &Owner, id: &Id<TierAccount>) -> Result<AccountRow> {
    Ok(tier_accounts::table
        .filter(tier_accounts::id.eq(id))
        .filter(owned_by(&owner.id))
        .select(AccountRow::as_select())
        .for_update()
        .first(tx.conn)?)
}

/// Locks accounts of the company, in one order for everybody; those it does not have are left out.
pub fn lock_all<P>(
    tx: &mut Tx<'_, P>,
    owner: &Owner,
    ids: &[Id<TierAccount>],
) -> Result<HashMap<Id<TierAccount>, AccountRow>> {
    let rows: Vec<AccountRow> = tier_accounts::table
        .filter(tier_accounts::id.eq_any(ids))
        .filter(owned_by(&owner.id))
        .order(tier_accounts::id)
        .select(AccountRow::as_select())
        .for_update()
        .load(tx.conn)?;
    Ok(rows.into_iter().map(|row| (row.id.clone(), row)).collect())
}

/// Changes of a company's trees go one after the other, so that two moves cannot make a circle together.
pub fn lock_trees<P>(tx: &mut Tx<'_, P>, owner: &Owner) -> Result<()> {
    statement("SELECT pg_advisory_xact_lock(hashtextextended('tier accounts of ' || $1, 0))")
        .bind::<Text, _>(owner.id.as_str())
        .execute(tx.conn)?;
    Ok(())
}

/// Nobody changes the company's trees until the transaction ends; others may hold them as well.
pub fn hold_trees<P>(tx: &mut Tx<'_, P>, owner: &Id<Account>) -> Result<()> {
    statement("SELECT pg_advisory_xact_lock_shared(hashtextextended('tier accounts of ' || $1, 0))")
        .bind::<Text, _>(owner.as_str())
        .execute(tx.conn)?;
    Ok(())
}

/// Which accounts of the company bear these keys.
pub fn bearers<P>(tx: &mut Tx<'_, P>, owner: &Owner, uids: &[Uuid]) -> Result<HashMap<Uuid, Id<TierAccount>>> {
    if uids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = tier_accounts::table
        .filter(owned_by(&owner.id))
        .filter(tier_accounts::external_uid.eq_any(uids))
        .select((tier_accounts::external_uid, tier_accounts::id))
        .load(tx.conn)?;
    Ok(found.into_iter().collect())
}

/// Names the parents in differences, which keep their ids alone.
pub fn name_parents<'a, P>(read: &mut Read<'_, P>, changes: impl IntoIterator<Item = &'a mut Changed>) -> Result<()> {
    let mut changes: Vec<&mut Changed> = changes.into_iter().filter(|one| one.label == PARENT).collect();
    if changes.is_empty() {
        return Ok(());
    }
    let wanted: Vec<String> = changes.iter().flat_map(|one| [one.old.to_string(), one.new.to_string()]).collect();
    let named: HashMap<String, String> = tier_accounts::table
        .filter(tier_accounts::id.eq_any(wanted))
        .select((tier_accounts::id, tier_accounts::name))
        .load(read.conn)?
        .into_iter()
        .collect();
    for one in &mut changes {
        one.name_parents(&named);
    }
    Ok(())
}

/// How many active accounts stand right below one.
pub fn children(look: &mut impl Looks, id: &Id<TierAccount>) -> Result<i64> {
    Ok(tier_accounts::table
        .filter(tier_accounts::parent_id.eq(id))
        .filter(tier_accounts::status.eq(Status::Active))
        .count()
        .get_result(look.conn())?)
}

/// How many live subscriptions use an account, in whichever role it is used most.
pub fn live_subscriptions(look: &mut impl Looks, id: &Id<TierAccount>) -> Result<i64> {
    use crate::schema::tier_account_uses as uses;
    let live: Vec<(String, i64)> = uses::table
        .filter(uses::tier_account_id.eq(id))
        .filter(uses::live.gt(0))
        .group_by(uses::role)
        .select((uses::role, diesel::dsl::sum(uses::live).assume_not_null()))
        .load(look.conn())?;
    Ok(live.into_iter().map(|(_, live)| live).max().unwrap_or(0))
}
