//! Statements about a company's host names.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::Trouble;
use crate::{
    kit::{
        actor::Account,
        choice::Choice as _,
        constraint::{Constraints, named},
        db::{Looks, Read, Tx},
        id::Id,
        problem::Result,
        violation::{Violation, Why},
    },
    modules::branding::Manage,
    schema::brand_hosts,
};

pub const KEYS: Constraints =
    &[("brand_hosts_pkey", || own_already().into()), ("brand_hosts_verified", || another_s().into())];

/// The company has the name already.
pub fn own_already() -> Violation {
    Violation::new("host", Why::new("taken", "This host name is already in your list"))
}

/// Another company has proven that the name is theirs.
pub fn another_s() -> Violation {
    Violation::new(
        "host",
        Why::new("taken", "This host name cannot be used. If it's yours, contact the operator of this platform"),
    )
}

/// A name of a company.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = brand_hosts)]
pub struct HostRow {
    pub host: String,
    pub token: String,
    pub verified_at: Option<DateTime<Utc>>,
    /// Proven by the operator instead of the file.
    pub vouched: bool,
    pub leads_here: bool,
    pub checked_at: Option<DateTime<Utc>>,
    trouble: String,
}

impl HostRow {
    /// Why the last look did not find what proves it.
    pub fn trouble(&self) -> Option<Trouble> {
        Trouble::from_key(&self.trouble)
    }
}

/// The company's own names.
pub fn own(read: &mut Read<'_, Manage>) -> Result<Vec<HostRow>> {
    let me = read.actor.account().clone();
    Ok(brand_hosts::table
        .filter(brand_hosts::account_id.eq(&me))
        .order(brand_hosts::host)
        .select(HostRow::as_select())
        .load(read.conn)?)
}

/// One of a company's names.
pub fn find(look: &mut impl Looks, account: &Id<Account>, host: &str) -> Result<HostRow> {
    Ok(brand_hosts::table.find((account, host)).select(HostRow::as_select()).first(look.conn())?)
}

/// Locks one of a company's names.
pub fn lock<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, host: &str) -> Result<HostRow> {
    Ok(brand_hosts::table.find((account, host)).select(HostRow::as_select()).for_update().first(tx.conn)?)
}

/// How many names a company has.
pub fn count<P>(tx: &mut Tx<'_, P>, account: &Id<Account>) -> Result<i64> {
    Ok(brand_hosts::table.filter(brand_hosts::account_id.eq(account)).count().get_result(tx.conn)?)
}

pub fn insert<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, host: &str, token: &str) -> Result<()> {
    diesel::insert_into(brand_hosts::table)
        .values((
            brand_hosts::account_id.eq(account),
            brand_hosts::host.eq(host),
            brand_hosts::token.eq(token),
            brand_hosts::created_at.eq(tx.at),
        ))
        .execute(tx.conn)
        .map_err(named(KEYS))?;
    Ok(())
}

/// The name was proven: by its file, or by the operator's word.
pub fn set_verified<P>(
    tx: &mut Tx<'_, P>,
    account: &Id<Account>,
    host: &str,
    vouched: bool,
    leads_here: bool,
) -> Result<()> {
    diesel::update(brand_hosts::table.find((account, host)))
        .set((
            brand_hosts::verified_at.eq(tx.at),
            brand_hosts::vouched.eq(vouched),
            brand_hosts::leads_here.eq(leads_here),
            brand_hosts::checked_at.eq(tx.at),
            brand_hosts::trouble.eq(""),
        ))
        .execute(tx.conn)
        .map_err(named(KEYS))?;
    Ok(())
}

/// What a look has found.
pub fn set_looked<P>(
    tx: &mut Tx<'_, P>,
    account: &Id<Account>,
    host: &str,
    leads_here: bool,
    trouble: Option<Trouble>,
) -> Result<()> {
    diesel::update(brand_hosts::table.find((account, host)))
        .set((
            brand_hosts::leads_here.eq(leads_here),
            brand_hosts::checked_at.eq(tx.at),
            brand_hosts::trouble.eq(trouble.map_or("", |trouble| trouble.key())),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Names that were proven by their files, with whose they are: an operator's word counts without a look.
pub fn to_look_at<P>(tx: &mut Tx<'_, P>) -> Result<Vec<(Id<Account>, String, bool)>> {
    Ok(brand_hosts::table
        .filter(brand_hosts::verified_at.is_not_null().and(diesel::dsl::not(brand_hosts::vouched)))
        .order((brand_hosts::account_id, brand_hosts::host))
        .select((brand_hosts::account_id, brand_hosts::host, brand_hosts::leads_here))
        .load(tx.conn)?)
}

/// All names, as an operator lists them.
pub fn all<P>(tx: &mut Tx<'_, P>) -> Result<Vec<(Id<Account>, HostRow)>> {
    Ok(brand_hosts::table
        .order((brand_hosts::host, brand_hosts::account_id))
        .select((brand_hosts::account_id, HostRow::as_select()))
        .load(tx.conn)?)
}

/// Removes a name from a company. Returns whether it was proven.
///
/// # Errors
/// [`crate::kit::problem::Problem::NotFound`] for a name that the company does not have.
pub fn delete<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, host: &str) -> Result<bool> {
    let gone: Option<DateTime<Utc>> = diesel::delete(brand_hosts::table.find((account, host)))
        .returning(brand_hosts::verified_at)
        .get_result(tx.conn)?;
    Ok(gone.is_some())
}
