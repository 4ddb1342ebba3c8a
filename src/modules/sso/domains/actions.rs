//! The verbs of domains.

use super::{MOST, Trouble, store};
use crate::{
    kit::{
        actor::Account,
        db::{System, Tx},
        event::Event,
        id::Id,
        problem::{Problem, Result},
        secret,
        violation::{Violation, Why},
    },
    modules::sso::Manage,
};

/// Adds a domain that shall be the company's, once it is proven.
///
/// # Errors
/// [`Problem::Invalid`] for one that the company has already, and one too many.
pub fn claim(tx: &mut Tx<'_, Manage>, domain: &str) -> Result<()> {
    let account = tx.account()?;
    if store::count(tx, &account)? >= i64::try_from(MOST).unwrap_or(i64::MAX) {
        let why = Why::new("too_many", "You can't add more domains. Remove one first");
        return Err(Violation::new("domain", why).into());
    }
    store::insert(tx, &account, domain, &secret::token())?;
    tx.record(Event::new("sso.domain_added", &account).note(domain).private())
}

/// Writes down what a look at one of the company's domains has found.
///
/// # Errors
/// [`Problem::Invalid`] when another company has proven the domain meanwhile.
pub fn looked(tx: &mut Tx<'_, Manage>, domain: &str, proof: std::result::Result<(), Trouble>) -> Result<()> {
    let account = tx.account()?;
    let row = store::lock(tx, &account, domain)?;
    match proof {
        _ if row.verified_at.is_some() => Ok(()),
        Ok(()) => {
            store::set_verified(tx, &account, domain, false)?;
            tx.record(Event::new("sso.domain_verified", &account).note(domain).private())
        }
        Err(trouble) => store::set_trouble(tx, &account, domain, trouble),
    }
}

/// Gives one of the company's domains up. Whoever has come through the provider comes through it still: it means them by their subject.
pub fn remove(tx: &mut Tx<'_, Manage>, domain: &str) -> Result<()> {
    let account = tx.account()?;
    store::delete(tx, &account, domain)?;
    tx.record(Event::new("sso.domain_removed", &account).note(domain).private())
}

/// The operator vouches for a domain: it counts as proven.
///
/// # Errors
/// [`Problem::Invalid`] when another company has proven it.
pub fn vouch(tx: &mut Tx<'_, System>, account: &Id<Account>, domain: &str) -> Result<()> {
    match store::lock(tx, account, domain) {
        Ok(_) => {}
        Err(Problem::NotFound) => {
            crate::accounts::store::role(tx.conn, account)?;
            store::insert(tx, account, domain, &secret::token())?;
        }
        Err(other) => return Err(other),
    }
    store::set_verified(tx, account, domain, true)?;
    tx.record(Event::new("sso.domain_verified", account).note(domain).concerning(account))
}

/// The operator takes a domain away from a company.
pub fn withdraw(tx: &mut Tx<'_, System>, account: &Id<Account>, domain: &str) -> Result<()> {
    store::delete(tx, account, domain)?;
    tx.record(Event::new("sso.domain_removed", account).note(domain).concerning(account))
}
