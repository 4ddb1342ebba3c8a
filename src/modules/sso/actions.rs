//! The verbs of a company's identity provider.

use serde_json::Value;

use super::{
    Manage,
    data::{Mapped, Setup},
    entering::changed,
    sealing::sealed_for,
    store::{self, ProviderRow},
};
use crate::{
    access::providers,
    accounts::Group,
    kit::{
        db::Tx,
        done::Done,
        event::Event,
        id::Id,
        input::Input as _,
        problem::{Problem, Result},
        security::Kind,
        typed,
        violation::{Violation, Why, Words},
    },
    modules::people::{
        groups::store::{self as groups, GroupRow},
        store::take_turn,
    },
    t,
};

/// Said to whoever would take the way in away that the company demands.
pub fn required() -> Problem {
    Problem::refused(
        "Single sign-on is required in your company",
        "Users could no longer sign in. Stop requiring it first.",
    )
}

/// The groups that were chosen are the company's, and none that makes somebody an administrator.
fn chosen(all: &[GroupRow], said: &Setup) -> Result<Vec<(String, Id<Group>)>> {
    let known = |id: &Id<Group>| store::grantable(all).any(|group| group.id == *id);
    if !said.groups.iter().all(known) {
        return Err(Violation::new("groups", Why::new("choice", "Choose groups from the list")).into());
    }
    let meant = |Mapped { value, group }: &Mapped| -> Result<(String, Id<Group>)> {
        let why = match all.iter().find(|one| one.name == *group) {
            Some(found) if found.administrators => {
                Why::new("administrators", "Administrators can't be chosen by a claim. Make people administrators here")
            }
            Some(found) => return Ok((value.clone(), found.id.clone())),
            None => {
                let words = Words::new("{name} is not one of your groups");
                Why::new("group", words.with("name", typed::apart(group)))
            }
        };
        Err(Violation::new("claims", why).into())
    };
    said.claims.iter().map(meant).collect()
}

/// Whether it is the same provider, which means the same people.
fn is_same(row: &ProviderRow, said: &Setup) -> bool {
    row.issuer == said.issuer && row.client == said.client_id
}

/// Keeps what is said of the company's provider, and what the provider says of itself (`discovery`). `revision` is the one that the form was
/// opened on, 0 where there was none.
///
/// # Errors
/// [`Problem::Overtaken`] when it was changed meanwhile; [`Problem::Invalid`] without a secret, and for groups that are none of the company's; a
/// refusal of what would take away the way in that the company demands.
pub fn set_up(tx: &mut Tx<'_, Manage>, revision: i32, said: &Setup, discovery: &Value) -> Result<Done> {
    let account = tx.account()?;
    take_turn(tx, &account)?;
    let row = store::lock(tx, &account)?;
    if row.as_ref().map_or(0, |row| row.revision) != revision {
        return Err(Problem::overtaken("single sign-on"));
    }
    let mapped = chosen(&groups::all(tx, &account)?, said)?;
    if row.as_ref().is_some_and(|row| row.enforced_at.is_some() && !(said.active && is_same(row, said))) {
        return Err(required());
    }
    let sealed = match (&row, said.client_secret.as_str()) {
        (Some(row), "") if is_same(row, said) => store::sealed(row).to_owned(),
        (_, "") => return Err(Violation::new("client_secret", Why::missing("Enter the client secret")).into()),
        (_, secret) => tx.vault()?.seal(&sealed_for(&account), secret)?,
    };
    if let Some(row) = &row
        && row.discovery == *discovery
        && row.setup_beside(&said.groups)?.texts() == said.texts()
    {
        return Ok(Done::Same(()));
    }
    store::put(tx, &account, said, (discovery, sealed.as_str()), &mapped)?;
    if let Some(row) = &row {
        if !is_same(row, said) {
            store::unlink(tx, &account)?;
        }
        if !said.active || !is_same(row, said) {
            providers::end(tx, &account)?;
        }
    }
    let state = if said.active { "on" } else { "off" };
    tx.record(Event::new("sso.changed", &account).note(format!("{}, {state}", said.issuer)).private())?;
    tx.secure(Kind::PolicyChanged, None, &format!("{account}: single sign-on by {}, {state}", said.issuer))?;
    Ok(Done::Changed(()))
}

/// Takes the company's provider away, of which `revision` was shown; sessions that came through it end.
///
/// # Errors
/// [`Problem::NotFound`] without one; [`Problem::Stale`] when it was changed meanwhile; a refusal while the company demands it.
pub fn remove(tx: &mut Tx<'_, Manage>, revision: i32) -> Result<()> {
    let account = tx.account()?;
    take_turn(tx, &account)?;
    let row = store::lock(tx, &account)?.ok_or(Problem::NotFound)?;
    if row.revision != revision {
        return Err(changed());
    }
    if row.enforced_at.is_some() {
        return Err(required());
    }
    providers::end(tx, &account)?;
    store::delete(tx, &account)?;
    tx.record(Event::new("sso.removed", &account).note(&row.issuer).private())?;
    tx.secure(Kind::PolicyChanged, None, &format!("{account}: no single sign-on"))
}

/// Why nothing can be taken away, for the page that asks.
pub fn refusal(row: &ProviderRow) -> Option<Words> {
    row.enforced_at.is_some().then(|| t!("Users could no longer sign in. Stop requiring it first."))
}
