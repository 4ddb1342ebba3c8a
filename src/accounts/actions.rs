//! Companies and people come into being.

use super::{Group, store};
use crate::kit::{
    actor::{Account, Role, User},
    db::Tx,
    event::Event,
    id::Id,
    problem::Result,
    security::Kind,
};

/// Makes a company whose Administrators are `first`.
pub fn found<P>(tx: &mut Tx<'_, P>, role: Role, name: &str, founding: bool, first: &Id<User>) -> Result<Id<Account>> {
    let account = store::insert_account(tx.conn, role, name, founding, tx.at)?;
    open(tx, &account, first)?;
    tx.record(Event::new("account.created", &account).note(name))?;
    Ok(account)
}

/// Gives a new company its group Administrators, and its first member.
pub fn open<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, first: &Id<User>) -> Result<()> {
    store::insert_member(tx.conn, account, first, tx.at)?;
    let administrators = store::insert_group(tx.conn, account, "Administrators", true, &[], tx.at)?;
    store::insert_group_member(tx.conn, &administrators, account, first)?;
    tx.secure(Kind::RightsRose, Some(first), &format!("Administrators of {account}"))
}

/// Makes a company that nobody works for yet, with its group Administrators: whoever is invited into that group comes first.
pub fn prepare<P>(tx: &mut Tx<'_, P>, role: Role, name: &str) -> Result<(Id<Account>, Id<Group>)> {
    let account = store::insert_account(tx.conn, role, name, false, tx.at)?;
    let administrators = store::insert_group(tx.conn, &account, "Administrators", true, &[], tx.at)?;
    tx.record(Event::new("account.created", &account).note(name))?;
    Ok((account, administrators))
}

/// Makes a user; `None` when the e-mail is taken.
pub fn create_user<P>(
    tx: &mut Tx<'_, P>,
    name: &str,
    email: &str,
    password_hash: Option<&str>,
) -> Result<Option<Id<User>>> {
    let made = store::insert_user(tx.conn, name, email, password_hash, tx.at)?;
    if let Some(user) = &made {
        tx.record(Event::new("user.created", user))?;
    }
    Ok(made)
}
