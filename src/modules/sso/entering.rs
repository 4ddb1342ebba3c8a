//! Whom a provider means by its subject: somebody it has already signed in, a user of the company with that address, or somebody new; and
//! which groups that person is in.

use super::{
    Joining, domains,
    provider::Claims,
    store::{self, ProviderRow},
};
use crate::{
    accounts::{self, Group},
    kit::{
        actor::User,
        db::{Personal, Tx},
        done::Done,
        event::Event,
        id::Id,
        input::{Kind as _, kinds::Email},
        problem::{Problem, Result},
        security::Kind,
        words::Words,
    },
    modules::people::store as people,
};

/// Signs in whomever the provider means. `known` is the provider whose answer was checked.
///
/// # Errors
/// A refusal for somebody unknown here, which is the same whether or not the address is known elsewhere; and one when the provider was
/// changed in the meantime.
pub fn enter(tx: &mut Tx<'_, Personal>, known: &ProviderRow, claims: &Claims) -> Result<Done<Id<User>>> {
    let account = &known.account_id;
    // if somebody signs in for the first time twice at once, the second finds what the first made
    people::take_turn(tx, account)?;
    let row = store::lock(tx, account)?.filter(|row| row.active && row.revision == known.revision);
    let row = row.ok_or_else(changed)?;
    let (user, new) = match store::subject(tx, account, &claims.subject)? {
        Some(user) => (user, false),
        None => (first(tx, &row, claims)?, true),
    };
    let regrouped = regroup(tx, &row, &user, claims)?;
    Ok(if new || regrouped { Done::Changed(user) } else { Done::Same(user) })
}

/// Said to whoever began before the provider was changed.
pub fn changed() -> Problem {
    Problem::stale("Single sign-on was changed", "Start again.")
}

/// The refusal of somebody without an address at one of the company's domains.
fn no_address() -> Problem {
    Problem::refused(
        "You can't sign in this way",
        "Your identity provider gave no verified email address at one of your company's domains. Ask an administrator of your company.",
    )
}

/// The refusal of somebody who does not work for the company, whether known elsewhere or not.
fn no_user() -> Problem {
    Problem::refused(
        "You don't have a user account here yet",
        "Your identity provider let you in, but your company has no user with your email address. Ask an administrator of your company to invite you.",
    )
}

/// Somebody who signs in for the first time, by an address at one of the company's domains.
fn first(tx: &mut Tx<'_, Personal>, row: &ProviderRow, claims: &Claims) -> Result<Id<User>> {
    let account = &row.account_id;
    let email = claims.email.as_deref().filter(|_| claims.verified != Some(false)).ok_or_else(no_address)?;
    let email = Email.value(Email.tidy(email), &Words::default()).map_err(|_| no_address())?;
    let domain = domains::of_email(&email).ok_or_else(no_address)?;
    if !domains::store::is_proven(tx, account, &domain)? {
        return Err(no_address());
    }
    let user = match accounts::store::user_by_email(tx.conn, &email)? {
        Some(user) if store::is_member(tx, account, &user.id)? => user.id,
        None if row.joining == Joining::Everybody => join(tx, row, &email, claims)?,
        _ => return Err(no_user()),
    };
    store::link(tx, account, &claims.subject, &user)?;
    tx.record(Event::new("sso.linked", &user).note(&email).concerning(account))?;
    Ok(user)
}

/// Makes a user without a password for somebody new.
fn join(tx: &mut Tx<'_, Personal>, row: &ProviderRow, email: &str, claims: &Claims) -> Result<Id<User>> {
    let account = &row.account_id;
    let name = claims.name.as_deref().filter(|name| !name.is_empty());
    let name = name.or_else(|| email.split('@').next()).unwrap_or(email);
    let user = accounts::actions::create_user(tx, name, email, None)?.ok_or_else(no_user)?;
    accounts::store::insert_member(tx.conn, account, &user, tx.at)?;
    accounts::store::prove_email(tx, &user)?;
    people::place(tx, account, &user, &row.groups)?;
    tx.record(Event::new("sso.joined", &user).note(email).concerning(account))?;
    tx.secure(Kind::RightsRose, Some(&user), &format!("{account}: by single sign-on"))?;
    Ok(user)
}

/// Brings the groups given by the claim up to date, and returns whether any changed. A missing claim changes nothing, and groups given by
/// hand stay.
fn regroup(tx: &mut Tx<'_, Personal>, row: &ProviderRow, user: &Id<User>, claims: &Claims) -> Result<bool> {
    let account = &row.account_id;
    let Some(values) = &claims.groups else { return Ok(false) };
    let (wanted, given) = (store::meant(tx, account, values)?, store::given(tx, account, user)?);
    let but = |these: &[Id<Group>], those: &[Id<Group>]| -> Vec<Id<Group>> {
        these.iter().filter(|one| !those.contains(one)).cloned().collect()
    };
    let (more, gone) = (but(&wanted, &given), but(&given, &wanted));
    let added = if more.is_empty() { 0 } else { store::give(tx, account, user, &more)? };
    if !gone.is_empty() {
        people::displace(tx, account, user, &gone)?;
    }
    if added == 0 && gone.is_empty() {
        return Ok(false);
    }
    tx.record(Event::new("sso.groups_changed", user).concerning(account))?;
    if added > 0 {
        tx.secure(Kind::RightsRose, Some(user), &format!("{account}: groups by single sign-on"))?;
    }
    Ok(true)
}
