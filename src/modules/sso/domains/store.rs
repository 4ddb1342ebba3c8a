//! Statements about a company's domains.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::Trouble;
use crate::{
    kit::{
        actor::Account,
        choice::Choice as _,
        constraint::{Constraints, named},
        db::{Looks, Tx},
        id::Id,
        problem::Result,
        violation::{Violation, Why},
    },
    schema::sso_domains,
};

pub const KEYS: Constraints =
    &[("sso_domains_pkey", || own_already().into()), ("sso_domains_verified", || another_s().into())];

/// The company has the domain already.
pub fn own_already() -> Violation {
    Violation::new("domain", Why::new("taken", "This domain is already in your list"))
}

/// Another company has proven that the domain is theirs.
pub fn another_s() -> Violation {
    Violation::new(
        "domain",
        Why::new("taken", "This domain cannot be used. If it's yours, contact the operator of this platform"),
    )
}

/// A domain of a company.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = sso_domains)]
pub struct DomainRow {
    pub domain: String,
    pub token: String,
    pub verified_at: Option<DateTime<Utc>>,
    trouble: String,
}

impl DomainRow {
    /// Why the last check did not find its proof.
    pub fn trouble(&self) -> Option<Trouble> {
        Trouble::from_key(&self.trouble)
    }
}

/// The company's domains.
pub fn own(look: &mut impl Looks, account: &Id<Account>) -> Result<Vec<DomainRow>> {
    Ok(sso_domains::table
        .filter(sso_domains::account_id.eq(account))
        .order(sso_domains::domain)
        .select(DomainRow::as_select())
        .load(look.conn())?)
}

/// One of a company's domains.
pub fn find(look: &mut impl Looks, account: &Id<Account>, domain: &str) -> Result<DomainRow> {
    Ok(sso_domains::table.find((account, domain)).select(DomainRow::as_select()).first(look.conn())?)
}

/// Locks one of a company's domains.
pub fn lock<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, domain: &str) -> Result<DomainRow> {
    Ok(sso_domains::table.find((account, domain)).select(DomainRow::as_select()).for_update().first(tx.conn)?)
}

/// Whether the company has proven the domain.
pub fn is_proven<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, domain: &str) -> Result<bool> {
    let proven = sso_domains::table.find((account, domain)).filter(sso_domains::verified_at.is_not_null());
    Ok(diesel::select(diesel::dsl::exists(proven)).get_result(tx.conn)?)
}

/// How many domains a company has.
pub fn count<P>(tx: &mut Tx<'_, P>, account: &Id<Account>) -> Result<i64> {
    Ok(sso_domains::table.filter(sso_domains::account_id.eq(account)).count().get_result(tx.conn)?)
}

pub fn insert<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, domain: &str, token: &str) -> Result<()> {
    diesel::insert_into(sso_domains::table)
        .values((
            sso_domains::account_id.eq(account),
            sso_domains::domain.eq(domain),
            sso_domains::token.eq(token),
            sso_domains::created_at.eq(tx.at),
        ))
        .execute(tx.conn)
        .map_err(named(KEYS))?;
    Ok(())
}

/// Records that the domain is proven, by its file or by the operator.
pub fn set_verified<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, domain: &str, vouched: bool) -> Result<()> {
    diesel::update(sso_domains::table.find((account, domain)))
        .set((
            sso_domains::verified_at.eq(tx.at),
            sso_domains::vouched.eq(vouched),
            sso_domains::checked_at.eq(tx.at),
            sso_domains::trouble.eq(""),
        ))
        .execute(tx.conn)
        .map_err(named(KEYS))?;
    Ok(())
}

/// Records why a check did not find the proof.
pub fn set_trouble<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, domain: &str, trouble: Trouble) -> Result<()> {
    diesel::update(sso_domains::table.find((account, domain)))
        .set((sso_domains::checked_at.eq(tx.at), sso_domains::trouble.eq(trouble.key())))
        .execute(tx.conn)?;
    Ok(())
}

/// All domains, as an operator lists them: whose, and whether proven.
pub fn all<P>(tx: &mut Tx<'_, P>) -> Result<Vec<(Id<Account>, DomainRow)>> {
    Ok(sso_domains::table
        .order((sso_domains::domain, sso_domains::account_id))
        .select((sso_domains::account_id, DomainRow::as_select()))
        .load(tx.conn)?)
}

/// Removes a domain from a company.
///
/// # Errors
/// [`crate::kit::problem::Problem::NotFound`] for a domain that the company does not have.
pub fn delete<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, domain: &str) -> Result<()> {
    let gone: String = diesel::delete(sso_domains::table.find((account, domain)))
        .returning(sso_domains::domain)
        .get_result(tx.conn)?;
    debug_assert_eq!(gone, domain);
    Ok(())
}
