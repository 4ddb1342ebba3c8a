//! Statements about signatures. They are written once and never changed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{Evidence, Stamp};
use crate::{
    kit::{
        db::Tx,
        id::Id,
        problem::{Problem, Result},
    },
    modules::contracts::{Contract, lifecycle::Part, store::ContractRow},
    schema::{accounts, agreements, contracts, signatures, users},
};

/// What is bound, and who is named in the evidence.
pub(super) struct Bound {
    pub contract: ContractRow,
    pub agreement: String,
    pub person: String,
    pub email: String,
    pub account: String,
}

pub(super) fn bound(conn: &mut PgConnection, stamp: &Stamp<'_>) -> Result<Bound> {
    let contract = contracts::table.find(stamp.contract).select(ContractRow::as_select()).first(conn)?;
    let agreement = agreements::table.find(stamp.agreement).select(agreements::name).first(conn)?;
    let (person, email) = users::table.find(stamp.user).select((users::name, users::email)).first(conn)?;
    let account = accounts::table.find(stamp.account).select(accounts::name).first(conn)?;
    Ok(Bound { contract, agreement, person, email, account })
}

/// The last place and hash of a contract's chain.
pub(super) fn head(conn: &mut PgConnection, contract: &Id<Contract>) -> Result<Option<(i32, String)>> {
    Ok(signatures::table
        .filter(signatures::contract_id.eq(contract))
        .order(signatures::seq.desc())
        .select((signatures::seq, signatures::hash))
        .first(conn)
        .optional()?)
}

pub(super) fn insert<P>(
    tx: &mut Tx<'_, P>,
    stamp: &Stamp<'_>,
    seq: i32,
    text: &str,
    previous: &str,
    hash: &str,
) -> Result<()> {
    diesel::insert_into(signatures::table)
        .values((
            signatures::contract_id.eq(stamp.contract),
            signatures::seq.eq(seq),
            signatures::party.eq(stamp.party),
            signatures::agreement_id.eq(stamp.agreement),
            signatures::version.eq(stamp.version),
            signatures::user_id.eq(stamp.user),
            signatures::account_id.eq(stamp.account),
            signatures::at.eq(tx.at),
            signatures::evidence.eq(text),
            signatures::previous_hash.eq(previous),
            signatures::hash.eq(hash),
            signatures::extension.eq(stamp.extension.map(|row| row.number)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// A link of a chain as it is stored.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = signatures)]
pub struct SignatureRow {
    pub contract_id: Id<Contract>,
    pub seq: i32,
    pub party: Part,
    pub version: i32,
    pub at: DateTime<Utc>,
    pub evidence: String,
    pub previous_hash: String,
    pub hash: String,
    pub extension: Option<i32>,
}

impl SignatureRow {
    pub fn read(&self) -> Result<Evidence> {
        serde_json::from_str(&self.evidence).map_err(Problem::internal)
    }
}

/// The signatures of one version of a contract whose sight was checked, in order.
pub fn of_version(conn: &mut PgConnection, contract: &Id<Contract>, version: i32) -> Result<Vec<SignatureRow>> {
    Ok(signatures::table
        .filter(signatures::contract_id.eq(contract))
        .filter(signatures::version.eq(version))
        .filter(signatures::extension.is_null())
        .order(signatures::seq)
        .select(SignatureRow::as_select())
        .load(conn)?)
}

/// The signatures of one extension of a contract whose sight was checked, in order.
pub fn of_extension(conn: &mut PgConnection, contract: &Id<Contract>, number: i32) -> Result<Vec<SignatureRow>> {
    Ok(signatures::table
        .filter(signatures::contract_id.eq(contract))
        .filter(signatures::extension.eq(number))
        .order(signatures::seq)
        .select(SignatureRow::as_select())
        .load(conn)?)
}

/// Signatures behind `last`, in the order of their chains.
pub(super) fn behind(conn: &mut PgConnection, last: &(String, i32), most: i64) -> Result<Vec<SignatureRow>> {
    Ok(signatures::table
        .filter(
            signatures::contract_id.gt(&last.0).or(signatures::contract_id.eq(&last.0).and(signatures::seq.gt(last.1))),
        )
        .order((signatures::contract_id, signatures::seq))
        .limit(most)
        .select(SignatureRow::as_select())
        .load(conn)?)
}
