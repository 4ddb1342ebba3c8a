//! Statements about groups. [`owned_by`] is the one tenancy condition.

use chrono::{DateTime, Utc};
use diesel::{dsl::auto_type, prelude::*};

use super::data::General;
use crate::{
    accounts::{Group, store::draw},
    kit::{
        actor::{Account, User},
        constraint::{Constraints, named},
        db::{Looks, Read, Tx},
        id::Id,
        problem::Result,
        violation::{Violation, Why},
    },
    schema::{group_members, groups, users},
};

/// A group is its company's alone.
#[auto_type(no_type_alias)]
fn owned_by<'a>(account: &'a Id<Account>) -> _ {
    groups::account_id.eq(account)
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = groups)]
pub struct GroupRow {
    pub id: Id<Group>,
    pub name: String,
    pub description: String,
    /// Built in: holds every permission.
    pub administrators: bool,
    pub permissions: Vec<String>,
    pub created_at: DateTime<Utc>,
    pub revision: i32,
}

impl GroupRow {
    pub fn general(&self) -> General {
        General { name: self.name.clone(), description: self.description.clone() }
    }
}

/// Groups that a company may have; their list is short, and so are lists to choose from.
const MOST: i64 = 200;

/// All groups of a company, Administrators first, then by name.
pub fn all(look: &mut impl Looks, account: &Id<Account>) -> Result<Vec<GroupRow>> {
    Ok(groups::table
        .filter(owned_by(account))
        .order((groups::administrators.desc(), groups::name, groups::id))
        .limit(MOST)
        .select(GroupRow::as_select())
        .load(look.conn())?)
}

/// The group Administrators of a company, which every company has.
pub fn administrators(look: &mut impl Looks, account: &Id<Account>) -> Result<Id<Group>> {
    Ok(groups::table.filter(owned_by(account)).filter(groups::administrators).select(groups::id).first(look.conn())?)
}

pub fn find<P>(read: &mut Read<'_, P>, id: &Id<Group>) -> Result<GroupRow> {
    let me = &read.actor.identity.company.id;
    Ok(groups::table.filter(groups::id.eq(id)).filter(owned_by(me)).select(GroupRow::as_select()).first(read.conn)?)
}

pub fn lock<P>(tx: &mut Tx<'_, P>, id: &Id<Group>) -> Result<GroupRow> {
    let me = tx.account()?;
    Ok(groups::table
        .filter(groups::id.eq(id))
        .filter(owned_by(&me))
        .select(GroupRow::as_select())
        .for_update()
        .first(tx.conn)?)
}

/// A member of a group.
#[derive(Debug, Clone, Queryable)]
pub struct Member {
    pub id: Id<User>,
    pub name: String,
    pub email: String,
}

/// Who is in a group, by name.
pub fn members<P>(read: &mut Read<'_, P>, id: &Id<Group>) -> Result<Vec<Member>> {
    let me = &read.actor.identity.company.id;
    Ok(group_members::table
        .inner_join(users::table)
        .filter(group_members::group_id.eq(id))
        .filter(group_members::account_id.eq(me))
        .order((users::name, users::id))
        .select((users::id, users::name, users::email.assume_not_null()))
        .limit(500)
        .load(read.conn)?)
}

/// How many are in a group.
pub fn count(look: &mut impl Looks, id: &Id<Group>) -> Result<usize> {
    let count: i64 = group_members::table.filter(group_members::group_id.eq(id)).count().get_result(look.conn())?;
    Ok(usize::try_from(count).unwrap_or_default())
}

/// The keys that two acts at once can break, and what the later one is told.
pub const KEYS: Constraints = &[("groups_account_id_name_key", || name_taken().into())];

fn name_taken() -> Violation {
    Violation::new("name", Why::new("taken", "Another of your groups already has this name"))
}

/// Whether none of the company's other groups bears this name.
///
/// # Errors
/// [`Invalid`](crate::kit::problem::Problem::Invalid) when one does.
pub fn free<P>(tx: &mut Tx<'_, P>, name: &str, but: Option<&Id<Group>>) -> Result<()> {
    let me = tx.account()?;
    let others: Vec<Id<Group>> =
        groups::table.filter(owned_by(&me)).filter(groups::name.eq(name)).select(groups::id).load(tx.conn)?;
    match others.iter().any(|other| Some(other) != but) {
        true => Err(name_taken().into()),
        false => Ok(()),
    }
}

pub fn insert<P>(tx: &mut Tx<'_, P>, general: &General, permissions: &[String]) -> Result<Id<Group>> {
    let me = tx.account()?;
    draw("UG", |id| {
        diesel::insert_into(groups::table)
            .values((
                groups::id.eq(id),
                groups::account_id.eq(&me),
                groups::name.eq(&general.name),
                groups::description.eq(&general.description),
                groups::permissions.eq(permissions),
                groups::created_at.eq(tx.at),
            ))
            .on_conflict(groups::id)
            .do_nothing()
            .execute(tx.conn)
            .map_err(named(KEYS))
    })
}

/// Changes a group that [`lock`] holds.
pub fn update<P>(tx: &mut Tx<'_, P>, id: &Id<Group>, general: &General, permissions: &[String]) -> Result<()> {
    diesel::update(groups::table.find(id))
        .set((
            groups::name.eq(&general.name),
            groups::description.eq(&general.description),
            groups::permissions.eq(permissions),
            groups::revision.eq(groups::revision + 1),
        ))
        .execute(tx.conn)
        .map_err(named(KEYS))?;
    Ok(())
}

/// Takes away a group that [`lock`] holds: its members lose it, and so do invitations.
pub fn delete<P>(tx: &mut Tx<'_, P>, id: &Id<Group>) -> Result<()> {
    diesel::delete(group_members::table.filter(group_members::group_id.eq(id))).execute(tx.conn)?;
    diesel::delete(groups::table.find(id)).execute(tx.conn)?;
    Ok(())
}
