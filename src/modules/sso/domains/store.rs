//! Statements about a company's domains.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;

use super::{Look, Trouble, daily::QUIET};
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
    pub checked_at: Option<DateTime<Utc>>,
    /// At how many daily looks in a row the proof was gone.
    pub missed: i16,
    /// At how many daily looks in a row nothing answered where the proof that held last was.
    pub silent: i16,
    /// Whether the proof that held last was the record, and not the file alone.
    pub by_record: bool,
    trouble: String,
    record_trouble: String,
}

impl DomainRow {
    /// Whether its proof has to be put where it is looked for.
    pub fn is_wanting(&self) -> bool {
        self.verified_at.is_none() || self.missed > 0 || self.silent >= QUIET
    }

    /// Why the last look found neither its record nor its file.
    pub fn troubles(&self) -> impl Iterator<Item = Trouble> {
        [&self.record_trouble, &self.trouble].into_iter().filter_map(|key| Trouble::from_key(key))
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

/// Records that the domain is proven: by what a look found, or else by the operator's word.
pub fn set_verified<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, domain: &str, look: Option<&Look>) -> Result<()> {
    diesel::update(sso_domains::table.find((account, domain)))
        .set((
            sso_domains::verified_at.eq(tx.at),
            sso_domains::vouched.eq(look.is_none()),
            sso_domains::by_record.eq(look.is_some_and(|look| look.record.is_ok())),
            sso_domains::checked_at.eq(tx.at),
            sso_domains::trouble.eq(""),
            sso_domains::record_trouble.eq(""),
            sso_domains::missed.eq(0_i16),
            sso_domains::silent.eq(0_i16),
        ))
        .execute(tx.conn)
        .map_err(named(KEYS))?;
    Ok(())
}

/// Records that the proof of a domain was found again.
pub fn set_found<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, domain: &str, look: &Look) -> Result<()> {
    diesel::update(sso_domains::table.find((account, domain)))
        .set((
            sso_domains::by_record.eq(look.record.is_ok()),
            sso_domains::checked_at.eq(tx.at),
            sso_domains::trouble.eq(""),
            sso_domains::record_trouble.eq(""),
            sso_domains::missed.eq(0_i16),
            sso_domains::silent.eq(0_i16),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Records why a look did not find the proof, at how many in a row it was gone, and at how many nothing answered.
pub fn set_missed<P>(
    tx: &mut Tx<'_, P>,
    account: &Id<Account>,
    domain: &str,
    look: &Look,
    (missed, silent): (i16, i16),
) -> Result<()> {
    let key = |found: std::result::Result<(), Trouble>| found.err().map(|trouble| trouble.key()).unwrap_or_default();
    diesel::update(sso_domains::table.find((account, domain)))
        .set((
            sso_domains::checked_at.eq(tx.at),
            sso_domains::trouble.eq(key(look.file)),
            sso_domains::record_trouble.eq(key(look.record)),
            sso_domains::missed.eq(missed),
            sso_domains::silent.eq(silent),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Records that the domain has stopped proving anything.
pub fn set_lapsed<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, domain: &str) -> Result<()> {
    diesel::update(sso_domains::table.find((account, domain)))
        .set((
            sso_domains::verified_at.eq(None::<DateTime<Utc>>),
            sso_domains::missed.eq(0_i16),
            sso_domains::silent.eq(0_i16),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// A proven domain that was not looked at for a day.
#[derive(Debug, Clone, Queryable)]
pub struct Due {
    pub account: Id<Account>,
    pub domain: String,
    pub token: String,
    pub checked_at: Option<DateTime<Utc>>,
}

/// Those whose daily look is due, a hundred at most. What the operator vouches for has no proof to look for.
pub fn due<P>(tx: &mut Tx<'_, P>) -> Result<Vec<Due>> {
    Ok(sso_domains::table
        .filter(sso_domains::verified_at.is_not_null())
        .filter(diesel::dsl::not(sso_domains::vouched))
        .filter(sso_domains::checked_at.lt(tx.at - TimeDelta::days(1)))
        .order(sso_domains::checked_at)
        .select((sso_domains::account_id, sso_domains::domain, sso_domains::token, sso_domains::checked_at))
        .limit(100)
        .load(tx.conn)?)
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
