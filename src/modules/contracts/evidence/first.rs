//! What the first of two signers has signed. Nobody has a user or a company by it, so it is no signature of the contract's chain: it is
//! evidence of its own, marked as that is, and the second signature, which is one of the chain, names its hash.

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection, QueryableByName,
    prelude::*,
    sql_types::{Bool, Integer, Text, Timestamptz},
};
use serde::{Deserialize, Serialize};

use super::{Handed, SignedDocument, moment};
use crate::{
    kit::{
        db::Tx,
        id::Id,
        problem::{Problem, Result},
        secret::{Key, sha256_hex},
        statement::statement,
    },
    modules::{
        agreements::documents::{self, Document},
        contracts::{Contract, Purpose, activation::passes, signers::Given, store::ContractRow, terms},
    },
};

/// What marks of first signatures are made for.
const PURPOSE: &str = "first signature";

/// Who signs first, and what that person has read and said.
pub struct FirstStamp<'a> {
    pub contract: &'a ContractRow,
    pub agreement: &'a str,
    pub document: &'a Document,
    pub name: &'a str,
    pub email: &'a str,
    /// When the address was shown to reach the person, if that was asked for.
    pub proved: Option<DateTime<Utc>>,
    pub consent: &'a str,
}

/// Everything that the first signer signs, in the order in which it is hashed. Fields are only ever added, at the end.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct FirstEvidence {
    contract: String,
    agreement: String,
    agreement_name: String,
    version: i32,
    version_id: String,
    document: SignedDocument,
    person_name: String,
    email: String,
    email_proved: String,
    consent: String,
    at: String,
    address: String,
    agent: String,
    request: String,
    program: String,
    kind: Purpose,
    permissions: Vec<String>,
    expires: String,
    page: String,
    handed: Vec<Handed>,
}

/// The first signature as the second names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedFirst {
    pub person_name: String,
    pub email: String,
    /// UTC, to the microsecond.
    pub at: String,
    pub hash: String,
}

impl From<Given> for SignedFirst {
    fn from(given: Given) -> Self {
        Self { person_name: given.name, email: given.email, at: moment(given.at), hash: given.hash }
    }
}

/// A first signature as it is kept.
#[derive(QueryableByName)]
struct Kept {
    #[diesel(sql_type = Text)]
    contract_id: String,
    #[diesel(sql_type = Integer)]
    version: i32,
    #[diesel(sql_type = Text)]
    signer: String,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    evidence: String,
    #[diesel(sql_type = Text)]
    hash: String,
    #[diesel(sql_type = Text)]
    key: String,
    #[diesel(sql_type = Text)]
    mark: String,
}

impl Kept {
    /// Every column that means something, in the order in which it is marked.
    fn columns(&self) -> [Vec<u8>; 7] {
        [
            self.contract_id.as_str().into(),
            self.version.to_be_bytes().into(),
            self.signer.as_str().into(),
            self.email.as_str().into(),
            self.at.timestamp_micros().to_be_bytes().into(),
            self.evidence.as_str().into(),
            self.hash.as_str().into(),
        ]
    }

    fn mark(&self, key: &Key) -> String {
        key.mark(PURPOSE, &self.columns().each_ref().map(Vec::as_slice))
    }

    fn fits(&self, key: &Key) -> Option<bool> {
        key.marked(&self.key, PURPOSE, &self.columns().each_ref().map(Vec::as_slice), &self.mark)
    }
}

/// Keeps the first signature of a contract whose row is locked.
pub fn sign_first<P>(tx: &mut Tx<'_, P>, stamp: &FirstStamp<'_>) -> Result<()> {
    let (key, contract) = (tx.key()?, stamp.contract);
    let page = documents::page_hash(tx, &key, stamp.document)?.unwrap_or_default();
    let handed = passes::of(tx.conn, &contract.id)?;
    let caller = tx.who.caller().into_owned();
    let evidence = FirstEvidence {
        contract: contract.id.to_string(),
        agreement: contract.agreement_id.to_string(),
        agreement_name: stamp.agreement.to_owned(),
        version: contract.version,
        version_id: stamp.document.version_id.to_string(),
        document: SignedDocument::of(stamp.document),
        person_name: stamp.name.to_owned(),
        email: stamp.email.to_owned(),
        email_proved: stamp.proved.map(moment).unwrap_or_default(),
        consent: stamp.consent.to_owned(),
        at: moment(tx.at),
        address: caller.address,
        agent: caller.agent,
        request: caller.request,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        kind: contract.kind,
        permissions: terms::permissions(contract).into_iter().map(str::to_owned).collect(),
        expires: contract.expire_at.map(moment).unwrap_or_default(),
        page,
        handed: handed.into_iter().filter(|pass| !pass.signed).map(Handed::from).collect(),
    };
    let evidence = serde_json::to_string(&evidence).map_err(Problem::internal)?;
    let mut kept = Kept {
        contract_id: contract.id.to_string(),
        version: contract.version,
        signer: stamp.name.to_owned(),
        email: stamp.email.to_owned(),
        at: tx.at,
        hash: sha256_hex(evidence.as_bytes()),
        evidence,
        key: key.id().to_owned(),
        mark: String::new(),
    };
    kept.mark = kept.mark(&key);
    statement(
        "INSERT INTO first_signatures (contract_id, version, signer, email, at, evidence, hash, key, mark) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind::<Text, _>(&kept.contract_id)
    .bind::<Integer, _>(kept.version)
    .bind::<Text, _>(&kept.signer)
    .bind::<Text, _>(&kept.email)
    .bind::<Timestamptz, _>(kept.at)
    .bind::<Text, _>(&kept.evidence)
    .bind::<Text, _>(&kept.hash)
    .bind::<Text, _>(&kept.key)
    .bind::<Text, _>(&kept.mark)
    .execute(tx.conn)?;
    Ok(())
}

/// Whether the first signature that a second one names is there.
pub(super) fn stands(
    conn: &mut PgConnection,
    contract: &Id<Contract>,
    version: i32,
    named: &SignedFirst,
) -> Result<bool> {
    Ok(statement(
        "SELECT EXISTS (SELECT FROM first_signatures WHERE contract_id = $1 AND version = $2 AND hash = $3 AND signer = $4 AND email = $5)",
    )
    .bind::<Text, _>(contract)
    .bind::<Integer, _>(version)
    .bind::<Text, _>(&named.hash)
    .bind::<Text, _>(&named.person_name)
    .bind::<Text, _>(&named.email)
    .value::<Bool, bool>(conn)?)
}

/// What was signed by the first signature of a contract that has this hash.
pub(super) fn said(conn: &mut PgConnection, contract: &Id<Contract>, hash: &str) -> Result<Option<String>> {
    Ok(statement("SELECT f.evidence FROM first_signatures f WHERE f.contract_id = $1 AND f.hash = $2")
        .bind::<Text, _>(contract)
        .bind::<Text, _>(hash)
        .values::<Text, String>(conn)?
        .pop())
}

/// What is wrong with first signatures, a line for each.
pub(super) fn broken(conn: &mut PgConnection, key: &Key) -> Result<Vec<String>> {
    let kept: Vec<Kept> =
        statement("SELECT f.* FROM first_signatures f ORDER BY f.contract_id, f.version").load(conn)?;
    let mut broken = Vec::new();
    for one in kept {
        let name = format!("{} first signature of version {}", one.contract_id, one.version);
        if one.hash != sha256_hex(one.evidence.as_bytes()) {
            broken.push(format!("{name}: the evidence was changed after it was signed"));
        }
        match one.fits(key) {
            Some(true) => {}
            Some(false) => {
                broken.push(format!("{name}: its mark does not fit: the row was changed after it was signed"))
            }
            None => broken.push(format!("{name}: its mark is made with the key {}, which is not listed", one.key)),
        }
    }
    let lacking: Vec<String> = statement(
        "SELECT s.contract_id FROM contract_signers s JOIN contracts c ON c.id = s.contract_id WHERE c.activated_at IS NOT NULL \
         AND NOT EXISTS (SELECT FROM first_signatures f WHERE f.contract_id = s.contract_id) ORDER BY s.contract_id",
    )
    .values::<Text, String>(conn)?;
    broken.extend(lacking.into_iter().map(|id| format!("{id}: it lacks the first of its two signatures")));
    Ok(broken)
}
