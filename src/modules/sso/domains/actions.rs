//! The verbs of domains.

use super::{
    Look, MOST,
    daily::{PATIENCE, QUIET, SILENCE},
    store::{self, DomainRow, Due},
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
    mail,
    modules::{
        people::store::take_turn,
        sso::{
            Manage,
            actions::required,
            letters::Mail,
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

/// Records what a look at one of the company's domains found. That a proof is gone counts only once a day.
///
/// # Errors
/// [`Problem::Invalid`] when another company has proven the domain in the meantime.
pub fn looked(tx: &mut Tx<'_, Manage>, domain: &str, look: &Look) -> Result<()> {
    let account = tx.account()?;
    let row = store::lock(tx, &account, domain)?;
    match (row.verified_at.is_some(), look.proves()) {
        (true, true) => store::set_found(tx, &account, domain, look),
        (true, false) => Ok(()),
        (false, true) => {
            store::set_verified(tx, &account, domain, Some(look))?;
            tx.record(Event::new("sso.domain_verified", &account).note(domain).private())
        }
        (false, false) => store::set_missed(tx, &account, domain, look, (0, 0)),
    }
}

/// Records what the daily look at a proven domain found. Whatever was found, it stays while the company demands its provider: people with an
/// address there could no longer sign in.
///
/// # Errors
/// When the database is away.
pub fn looked_again(tx: &mut Tx<'_, System>, due: &Due, look: &Look) -> Result<()> {
    let (account, domain) = (&due.account, due.domain.as_str());
    // of a look and of what takes the provider's other domains away one finds what the other has left
    take_turn(tx, account)?;
    let row = match store::lock(tx, account, domain) {
        Err(Problem::NotFound) => return Ok(()),
        row => row?,
    };
    // another program has looked, or the domain was given up or proven anew
    if row.verified_at.is_none() || row.checked_at != due.checked_at {
        return Ok(());
    }
    if look.proves() {
        return store::set_found(tx, account, domain, look);
    }
    let silent = !look.says_gone(row.by_record);
    let counted = match silent {
        // an answer ends the silence
        false => ((row.missed + 1).min(PATIENCE), 0),
        true => (row.missed, (row.silent + 1).min(SILENCE)),
    };
    store::set_missed(tx, account, domain, look, counted)?;
    let (is_told, is_over) = match silent {
        false => (row.missed == 0, counted.0 == PATIENCE),
        true => (counted.1 == QUIET, counted.1 == SILENCE),
    };
    let named = domain.to_owned();
    if is_told {
        mail::tell(tx, &Mail::DomainMissing { account: account.clone(), domain: named, silent })?;
        return tx.record(Event::new("sso.domain_missing", account).note(domain).concerning(account));
    }
    if !is_over {
        return Ok(());
    }
    // who may come in through the provider alone would be locked out
    if providers::lock(tx, account)?.is_some_and(|provider| provider.enforced_at.is_some()) {
        return Ok(());
    }
    store::set_lapsed(tx, account, domain)?;
    mail::tell(tx, &Mail::DomainLapsed { account: account.clone(), domain: named, silent })?;
    tx.record(Event::new("sso.domain_lapsed", account).note(domain).concerning(account))
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
    store::set_verified(tx, account, domain, None)?;
    tx.record(Event::new("sso.domain_verified", account).note(domain).concerning(account))
}

/// The operator takes a domain away from a company.
pub fn withdraw(tx: &mut Tx<'_, System>, account: &Id<Account>, domain: &str) -> Result<()> {
    store::delete(tx, account, domain)?;
    tx.record(Event::new("sso.domain_removed", account).note(domain).concerning(account))
}
