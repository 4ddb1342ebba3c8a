//! The verbs of groups.

use super::{
    Manage,
    data::{General, Scope},
    store::{self, GroupRow},
};
use crate::{
    accounts::Group,
    kit::{
        db::Tx,
        done::Done,
        event::Event,
        id::Id,
        problem::{Problem, Result},
        security::Kind,
    },
    modules::people::reach,
};

fn hold_all(tx: &Tx<'_, Manage>, permissions: &[String]) -> Result<()> {
    reach::hold_all(tx.who.member()?, permissions)
}

/// A group that can be changed.
///
/// # Errors
/// A refusal for Administrators, which is built in.
pub fn own(row: GroupRow) -> Result<GroupRow> {
    match row.administrators {
        true => Err(Problem::refused(
            "This group cannot be changed",
            "Administrators can do everything. The group is built in, so that every company has one.",
        )),
        false => Ok(row),
    }
}

/// Makes a group.
///
/// # Errors
/// [`Problem::Invalid`] for a name that another group of the company bears; a refusal for permissions that the person lacks.
pub fn create(tx: &mut Tx<'_, Manage>, (general, scope): (&General, &Scope)) -> Result<Id<Group>> {
    hold_all(tx, &scope.permissions)?;
    store::free(tx, &general.name, None)?;
    let id = store::insert(tx, general, &scope.permissions)?;
    tx.record(Event::new("group.created", &id).note(&general.name).private())?;
    granted(tx, &id, &scope.permissions)?;
    Ok(id)
}

/// Changes a group. `revision` is the revision the form was opened with.
///
/// # Errors
/// As [`create`]; a refusal when the group has permissions that the person lacks.
pub fn update(
    tx: &mut Tx<'_, Manage>,
    id: &Id<Group>,
    revision: i32,
    (general, scope): (&General, &Scope),
) -> Result<Done> {
    let row = own(store::lock(tx, id)?)?;
    if row.general() == *general && row.permissions == scope.permissions {
        return Ok(Done::Same(()));
    }
    if row.revision != revision {
        return Err(Problem::overtaken("this group"));
    }
    let of = |these: &[String], other: &[String]| -> Vec<String> {
        these.iter().filter(|key| !other.contains(key)).cloned().collect()
    };
    let (added, taken) = (of(&scope.permissions, &row.permissions), of(&row.permissions, &scope.permissions));
    hold_all(tx, &added)?;
    hold_all(tx, &row.permissions)?;
    store::free(tx, &general.name, Some(id))?;
    store::update(tx, id, general, &scope.permissions)?;
    if row.general() != *general {
        tx.record(Event::new("group.updated", id).note(&general.name).private())?;
    }
    let changes = added.iter().map(|key| format!("+ {key}")).chain(taken.iter().map(|key| format!("- {key}")));
    let changes: Vec<String> = changes.collect();
    if !changes.is_empty() {
        tx.record(Event::new("group.permissions_changed", id).note(changes.join(", ")).private())?;
    }
    granted(tx, id, &added)?;
    Ok(Done::Changed(()))
}

/// Records that the group's members can do more.
fn granted(tx: &mut Tx<'_, Manage>, id: &Id<Group>, permissions: &[String]) -> Result<()> {
    match permissions {
        [] => Ok(()),
        _ => tx.secure(Kind::RightsRose, None, &format!("{id} with {}", permissions.join(", "))),
    }
}

/// Takes a group away: its members lose what it alone allowed.
pub fn delete(tx: &mut Tx<'_, Manage>, id: &Id<Group>) -> Result<()> {
    let row = own(store::lock(tx, id)?)?;
    hold_all(tx, &row.permissions)?;
    store::delete(tx, id)?;
    tx.record(Event::new("group.deleted", id).note(&row.name).private())
}
