//! Statements about what a company says of itself. Everything is looked for by the company that asks, whose own it is.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::data::{Address, Profile};
use crate::{
    kit::{
        actor::{Account, Role},
        db::{Read, Tx},
        id::Id,
        problem::Result,
    },
    modules::contracts::store::ContractRow,
    schema::{accounts, agreements, contracts},
};

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = accounts)]
pub struct CompanyRow {
    pub id: Id<Account>,
    pub role: Role,
    #[diesel(embed)]
    pub profile: Profile,
    pub created_at: DateTime<Utc>,
    /// The hash of the picture.
    pub logo: Option<String>,
    pub revision: i32,
}

/// The actor's company.
pub fn find<P>(read: &mut Read<'_, P>) -> Result<CompanyRow> {
    let me = &read.actor.identity.company.id;
    Ok(accounts::table.find(me).select(CompanyRow::as_select()).first(read.conn)?)
}

/// Lets edits of the actor's company go one after the other.
pub fn lock<P>(tx: &mut Tx<'_, P>) -> Result<CompanyRow> {
    let me = tx.account()?;
    Ok(accounts::table.find(&me).select(CompanyRow::as_select()).for_no_key_update().first(tx.conn)?)
}

/// Changes the company that [`lock`] holds.
pub fn update<P>(tx: &mut Tx<'_, P>, profile: &Profile) -> Result<()> {
    let me = tx.account()?;
    diesel::update(accounts::table.find(&me))
        .set((profile, accounts::revision.eq(accounts::revision + 1)))
        .execute(tx.conn)?;
    Ok(())
}

/// Changes the logo of the company that [`lock`] holds; none takes it away.
pub fn set_logo<P>(tx: &mut Tx<'_, P>, logo: Option<&str>) -> Result<()> {
    let me = tx.account()?;
    diesel::update(accounts::table.find(&me)).set(accounts::logo.eq(logo)).execute(tx.conn)?;
    Ok(())
}

/// What partners see of a company.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = accounts)]
pub struct Presented {
    pub description: String,
    pub websites: Vec<String>,
    #[diesel(embed)]
    pub address: Address,
    /// The hash of the picture.
    pub logo: Option<String>,
}

/// A contract that a company signed.
#[derive(Debug, Clone)]
pub struct Signed {
    pub contract: ContractRow,
    pub agreement: String,
    pub issuer: String,
}

/// How many contracts are listed.
const MOST: i64 = 100;

/// The contracts that the actor's company signed, the first of them first.
pub fn signed<P>(read: &mut Read<'_, P>) -> Result<Vec<Signed>> {
    let me = &read.actor.identity.company.id;
    let found: Vec<(ContractRow, String, String)> = contracts::table
        .inner_join(agreements::table.on(agreements::id.eq(contracts::agreement_id)))
        .inner_join(accounts::table.on(accounts::id.eq(contracts::issuer_id)))
        .filter(contracts::signee_id.eq(me))
        .filter(contracts::activated_at.is_not_null())
        .order((contracts::activated_at, contracts::id))
        .limit(MOST)
        .select((ContractRow::as_select(), agreements::name, accounts::name))
        .load(read.conn)?;
    Ok(found.into_iter().map(|(contract, agreement, issuer)| Signed { contract, agreement, issuer }).collect())
}
