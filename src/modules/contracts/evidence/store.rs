//! Statements about signatures. They are written once and never changed.

use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_types::BigInt};

use super::{Evidence, Stamp};
use crate::{
    kit::{
        actor::{Account, User},
        choice::Choice as _,
        db::{Looks, Read, Tx},
        id::Id,
        problem::{Problem, Result},
        secret::{Key, sha256_hex},
        statement::statement,
    },
    modules::{
        agreements::Agreement,
        contracts::{
            Contract, Type,
            activation::passes::{self, Pass},
            lifecycle::Part,
            signers::{self, Given},
            store::{ContractRow, Referral, Source, referral, source},
        },
    },
    schema::{accounts, agreements, contracts, signatures, users, withdrawn_signatures},
};

/// What marks of signatures are made for.
const PURPOSE: &str = "signature";
/// Held shared while a signature is written, alone for the moment in which a checkpoint looks which is the last. Ours by choice.
const TURN: i64 = 0x0065_6e74_7369_676e;

/// What is bound, and who is named in the evidence.
pub(super) struct Bound {
    pub contract: ContractRow,
    pub agreement: String,
    pub person: String,
    pub email: String,
    pub account: String,
    /// What a syndication contract is about.
    pub source: Option<Source>,
    /// Through whom it came.
    pub referral: Option<Referral>,
    /// How its link came to whoever signs for the signee.
    pub passes: Vec<Pass>,
    /// What the first of two signers has signed of the same version.
    pub given: Option<Given>,
}

pub(super) fn bound<P>(tx: &mut Tx<'_, P>, stamp: &Stamp<'_>) -> Result<Bound> {
    let contract: ContractRow =
        contracts::table.find(stamp.contract).select(ContractRow::as_select()).first(tx.conn)?;
    let source = about(tx, &contract)?;
    let referral = if contract.referral_agreement_id.is_some() { referral(tx, &contract.id)? } else { None };
    let handed = stamp.party == Part::Signee && contract.has_link();
    let mut passes = if handed { passes::of(tx.conn, &contract.id)? } else { Vec::new() };
    let two = passes.iter().any(|pass| pass.signed) && contract.version == stamp.version;
    let given = if two { signers::of(tx.conn, &contract.id)?.and_then(|signers| signers.given()) } else { None };
    passes.retain(|pass| !pass.signed);
    let agreement = agreements::table.find(stamp.agreement).select(agreements::name).first(tx.conn)?;
    let (person, email) =
        users::table.find(stamp.user).select((users::name, users::email.assume_not_null())).first(tx.conn)?;
    let account = accounts::table.find(stamp.account).select(accounts::name).first(tx.conn)?;
    Ok(Bound { contract, agreement, person, email, account, source, referral, passes, given })
}

/// What a syndication contract is about; a renewal that is not signed yet is about what the contract before it is.
fn about<P>(tx: &mut Tx<'_, P>, contract: &ContractRow) -> Result<Option<Source>> {
    if contract.type_ != Type::Syndication {
        return Ok(None);
    }
    match (source(tx, &contract.id)?, &contract.predecessor_id) {
        (None, Some(before)) => source(tx, before),
        (own, _) => Ok(own),
    }
}

/// Until this transaction ends no checkpoint looks which signature is the last.
pub(super) fn shared_turn<P>(tx: &mut Tx<'_, P>) -> Result<()> {
    statement("SELECT pg_advisory_xact_lock_shared($1)").bind::<BigInt, _>(TURN).execute(tx.conn)?;
    Ok(())
}

/// Waits until no signature is being written, and keeps others from it until this transaction ends.
pub(super) fn sole_turn(conn: &mut PgConnection) -> Result<()> {
    statement("SELECT pg_advisory_xact_lock($1)").bind::<BigInt, _>(TURN).execute(conn)?;
    Ok(())
}

/// The last place and hash of a contract's chain.
pub(super) fn head<P>(tx: &mut Tx<'_, P>, contract: &Id<Contract>) -> Result<Option<(i32, String)>> {
    Ok(signatures::table
        .filter(signatures::contract_id.eq(contract))
        .order(signatures::seq.desc())
        .select((signatures::seq, signatures::hash))
        .first(tx.conn)
        .optional()?)
}

/// A row as it stands before it is marked.
#[derive(Debug, Clone, Insertable, Queryable, Selectable)]
#[diesel(table_name = signatures)]
pub(super) struct Unmarked {
    pub contract_id: Id<Contract>,
    pub seq: i32,
    pub party: Part,
    pub agreement_id: Id<Agreement>,
    pub version: i32,
    pub user_id: Id<User>,
    pub account_id: Id<Account>,
    pub at: DateTime<Utc>,
    pub evidence: String,
    pub previous_hash: String,
    pub hash: String,
    pub extension: Option<i32>,
}

impl Unmarked {
    /// Every column that means something, in the order in which it is marked. Columns are only ever added, at the end.
    fn columns(&self) -> [Vec<u8>; 12] {
        [
            self.contract_id.as_str().into(),
            self.seq.to_be_bytes().into(),
            self.party.key().into(),
            self.agreement_id.as_str().into(),
            self.version.to_be_bytes().into(),
            self.user_id.as_str().into(),
            self.account_id.as_str().into(),
            self.at.timestamp_micros().to_be_bytes().into(),
            self.evidence.as_str().into(),
            self.previous_hash.as_str().into(),
            self.hash.as_str().into(),
            self.extension.map(|number| number.to_be_bytes().into()).unwrap_or_default(),
        ]
    }

    fn mark(&self, key: &Key) -> String {
        let columns = self.columns();
        key.mark(PURPOSE, &columns.each_ref().map(Vec::as_slice))
    }
}

pub(super) fn insert<P>(tx: &mut Tx<'_, P>, row: &Unmarked) -> Result<()> {
    let key = tx.key()?;
    let marked = (row, signatures::key.eq(key.id()), signatures::mark.eq(row.mark(&key)));
    diesel::insert_into(signatures::table).values(marked).execute(tx.conn)?;
    Ok(())
}

pub(super) fn insert_withdrawn<P>(
    tx: &mut Tx<'_, P>,
    number: i64,
    contract: &Id<Contract>,
    digest: &str,
    key: &str,
    mark: &str,
) -> Result<()> {
    diesel::insert_into(withdrawn_signatures::table)
        .values((
            withdrawn_signatures::number.eq(number),
            withdrawn_signatures::contract.eq(contract.as_str()),
            withdrawn_signatures::at.eq(tx.at),
            withdrawn_signatures::digest.eq(digest),
            withdrawn_signatures::key.eq(key),
            withdrawn_signatures::mark.eq(mark),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// A signature with its place among all, and its mark; those from before marks were made have none.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = signatures)]
pub(super) struct Marked {
    #[diesel(embed)]
    pub row: Unmarked,
    pub number: i64,
    pub key: Option<String>,
    pub mark: Option<String>,
}

impl Marked {
    pub fn read(&self) -> Option<Evidence> {
        serde_json::from_str(&self.row.evidence).ok()
    }

    /// Whether its mark fits; none without a mark, or when its key is not listed.
    pub fn fits(&self, key: &Key) -> Option<bool> {
        let columns = self.row.columns();
        key.marked(self.key.as_deref()?, PURPOSE, &columns.each_ref().map(Vec::as_slice), self.mark.as_deref()?)
    }

    /// One hash over the whole row.
    pub fn digest(&self) -> String {
        let marks =
            [self.key.clone().unwrap_or_default().into_bytes(), self.mark.clone().unwrap_or_default().into_bytes()];
        let mut bytes = Vec::new();
        for column in self.row.columns().iter().chain(&marks) {
            bytes.extend_from_slice(&(column.len() as u64).to_be_bytes());
            bytes.extend_from_slice(column);
        }
        sha256_hex(&bytes)
    }
}

/// A signature that went with its pending contract.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = withdrawn_signatures)]
pub(super) struct Withdrawn {
    pub number: i64,
    pub contract: String,
    pub digest: String,
    pub key: String,
    pub mark: String,
}

/// A link of a chain as it is shown.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = signatures)]
pub struct SignatureRow {
    pub party: Part,
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
pub fn of_version<P>(read: &mut Read<'_, P>, contract: &Id<Contract>, version: i32) -> Result<Vec<SignatureRow>> {
    Ok(signatures::table
        .filter(signatures::contract_id.eq(contract))
        .filter(signatures::version.eq(version))
        .filter(signatures::extension.is_null())
        .filter(signatures::agreement_id.eq_any(contracts::table.find(contract).select(contracts::agreement_id)))
        .order(signatures::seq)
        .select(SignatureRow::as_select())
        .load(read.conn)?)
}

/// Whether the actor's person signed this version of a contract for this side.
pub fn signed_by_me<P>(tx: &mut Tx<'_, P>, contract: &Id<Contract>, version: i32, party: Part) -> Result<bool> {
    let me = tx.person()?;
    let mine = signatures::table
        .filter(signatures::contract_id.eq(contract))
        .filter(signatures::version.eq(version))
        .filter(signatures::extension.is_null())
        .filter(signatures::agreement_id.eq_any(contracts::table.find(contract).select(contracts::agreement_id)))
        .filter(signatures::party.eq(party))
        .filter(signatures::user_id.eq(me));
    Ok(diesel::select(diesel::dsl::exists(mine)).get_result(tx.conn)?)
}

/// Whether the signee of a contract has accepted a version of an agreement that hangs on the contract's own.
pub fn accepted(
    look: &mut impl Looks,
    contract: &Id<Contract>,
    agreement: &Id<Agreement>,
    version: i32,
) -> Result<bool> {
    let there = signatures::table
        .filter(signatures::contract_id.eq(contract))
        .filter(signatures::agreement_id.eq(agreement))
        .filter(signatures::version.eq(version))
        .filter(signatures::party.eq(Part::Signee))
        .filter(signatures::extension.is_null());
    Ok(diesel::select(diesel::dsl::exists(there)).get_result(look.conn())?)
}

/// The signatures of one extension of a contract whose sight was checked, in order.
pub fn of_extension<P>(read: &mut Read<'_, P>, contract: &Id<Contract>, number: i32) -> Result<Vec<SignatureRow>> {
    Ok(signatures::table
        .filter(signatures::contract_id.eq(contract))
        .filter(signatures::extension.eq(number))
        .order(signatures::seq)
        .select(SignatureRow::as_select())
        .load(read.conn)?)
}

pub(super) fn of_contract(conn: &mut PgConnection, contract: &Id<Contract>) -> Result<Vec<Marked>> {
    Ok(signatures::table
        .filter(signatures::contract_id.eq(contract))
        .order(signatures::seq)
        .select(Marked::as_select())
        .load(conn)?)
}

/// Signatures behind `last`, in the order of their chains.
pub(super) fn behind(conn: &mut PgConnection, last: &(String, i32), most: i64) -> Result<Vec<Marked>> {
    Ok(signatures::table
        .filter(
            signatures::contract_id.gt(&last.0).or(signatures::contract_id.eq(&last.0).and(signatures::seq.gt(last.1))),
        )
        .order((signatures::contract_id, signatures::seq))
        .limit(most)
        .select(Marked::as_select())
        .load(conn)?)
}

/// Signatures in the order in which they were written: those behind `after` up to `last`.
pub(super) fn between(conn: &mut PgConnection, after: i64, last: i64, most: i64) -> Result<Vec<Marked>> {
    Ok(signatures::table
        .filter(signatures::number.gt(after))
        .filter(signatures::number.le(last))
        .order(signatures::number)
        .limit(most)
        .select(Marked::as_select())
        .load(conn)?)
}

/// Withdrawn signatures, read the same way.
pub(super) fn withdrawn_between(conn: &mut PgConnection, after: i64, last: i64, most: i64) -> Result<Vec<Withdrawn>> {
    Ok(withdrawn_signatures::table
        .filter(withdrawn_signatures::number.gt(after))
        .filter(withdrawn_signatures::number.le(last))
        .order(withdrawn_signatures::number)
        .limit(most)
        .select(Withdrawn::as_select())
        .load(conn)?)
}

/// The number of the last signature that was ever written. Final when nobody writes one ([`sole_turn`]).
pub(super) fn last(conn: &mut PgConnection) -> Result<i64> {
    let there: Option<i64> = signatures::table.select(diesel::dsl::max(signatures::number)).first(conn)?;
    let gone: Option<i64> =
        withdrawn_signatures::table.select(diesel::dsl::max(withdrawn_signatures::number)).first(conn)?;
    Ok(there.max(gone).unwrap_or(0))
}
