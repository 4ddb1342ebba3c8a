//! The verbs of host names.

use super::{MOST, Trouble, store};
use crate::{
    access::sessions,
    accounts,
    kit::{
        actor::{Account, Role},
        brand::Address,
        db::{System, Tx},
        event::Event,
        id::Id,
        problem::{Problem, Result},
        secret,
        violation::{Violation, Why},
    },
    modules::branding::Manage,
};

/// Adds a name that shall be the company's, once it is proven.
///
/// # Errors
/// [`Problem::Invalid`] for the program's own name, one that the company has already, and one too many.
pub fn claim(tx: &mut Tx<'_, Manage>, host: &str, public: &Address) -> Result<()> {
    let me = tx.account()?;
    if host == public.host() {
        return Err(store::another_s().into());
    }
    if store::count(tx, &me)? >= i64::try_from(MOST).unwrap_or(i64::MAX) {
        let why = Why::new("too_many", "You can't add more host names. Remove one first");
        return Err(Violation::new("host", why).into());
    }
    store::insert(tx, &me, host, &secret::token())?;
    tx.record(Event::new("brand.host_added", me).note(host))
}

/// Records what a check of one of the company's names found: `proof` about the file, and whether the name leads here. Returns whether it
/// counts as leading here.
///
/// # Errors
/// [`Problem::Invalid`] when another company has proven the name meanwhile.
pub fn looked(
    tx: &mut Tx<'_, Manage>,
    host: &str,
    proof: std::result::Result<(), Trouble>,
    here: bool,
) -> Result<bool> {
    let me = tx.account()?;
    let row = store::lock(tx, &me, host)?;
    // the operator's confirmation counts, whatever a check finds
    let here = here || row.vouched;
    match proof {
        // a name that was proven once stays so: its file may go when the name comes to lead here
        _ if row.verified_at.is_some() => store::set_looked(tx, &me, host, here, None)?,
        Ok(()) => {
            store::set_verified(tx, &me, host, false, here)?;
            tx.record(Event::new("brand.host_verified", me).note(host))?;
        }
        Err(trouble) => store::set_looked(tx, &me, host, false, Some(trouble))?,
    }
    Ok(here)
}

/// Gives one of the company's names up: what comes under it is not answered any more.
pub fn remove(tx: &mut Tx<'_, Manage>, host: &str) -> Result<()> {
    let me = tx.account()?;
    give_up(tx, &me, host)
}

/// The operator vouches for a name: it counts as proven, and as leading here.
///
/// # Errors
/// Refused for who is no distributor; [`Problem::Invalid`] when another company has proven it.
pub fn vouch(tx: &mut Tx<'_, System>, account: &Id<Account>, host: &str) -> Result<()> {
    if accounts::store::role(tx.conn, account)? != Role::Distributor {
        return Err(Problem::refused("Only distributors have host names of their own", ""));
    }
    match store::lock(tx, account, host) {
        Ok(_) => {}
        Err(Problem::NotFound) => store::insert(tx, account, host, &secret::token())?,
        Err(other) => return Err(other),
    }
    store::set_verified(tx, account, host, true, true)?;
    tx.record(Event::new("brand.host_verified", account).note(host))
}

/// The operator takes a name away from a company.
pub fn withdraw(tx: &mut Tx<'_, System>, account: &Id<Account>, host: &str) -> Result<()> {
    give_up(tx, account, host)
}

/// Sessions under a proven name end with it; a name that was only claimed has none.
fn give_up<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, host: &str) -> Result<()> {
    if store::delete(tx, account, host)? {
        sessions::revoke_under(tx.conn, host)?;
    }
    tx.record(Event::new("brand.host_removed", account).note(host))
}
