//! The verbs of domains.

use super::{
    MOST, Trouble,
    store::{self, DomainRow},
};
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
    modules::{
        people::store::take_turn,
        sso::{
            Manage,
            actions::required,
            store::{self as providers, ProviderRow},
        },
    },
};

/// Adds a domain that the company claims; it counts once it is proven.
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

/// Records what a check of one of the company's domains found.
///
/// # Errors
/// [`Problem::Invalid`] when another company has proven the domain in the meantime.
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

/// Whether the company demands its provider, and the sign-in page finds it by this domain alone.
pub fn is_needed(provider: &ProviderRow, own: &[DomainRow], domain: &str) -> bool {
    let proven: Vec<&str> = own.iter().filter(|one| one.verified_at.is_some()).map(|one| one.domain.as_str()).collect();
    provider.enforced_at.is_some() && proven == [domain]
}

/// Gives one of the company's domains up. Whoever has come through the provider comes through it still: it means them by their subject.
///
/// # Errors
/// A refusal of the last one that is proven, while the company demands its provider.
pub fn remove(tx: &mut Tx<'_, Manage>, domain: &str) -> Result<()> {
    let account = tx.account()?;
    // of two at once one finds only what the other has left
    take_turn(tx, &account)?;
    let (provider, own) = (providers::lock(tx, &account)?, store::own(tx, &account)?);
    if provider.is_some_and(|provider| is_needed(&provider, &own, domain)) {
        return Err(required());
    }
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
