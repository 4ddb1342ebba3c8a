//! Evidence of signatures: what was signed, by whom, when, from where, in a chain of hashes for each contract.
//!
//! We make simple electronic signatures with strong evidence. Each row carries a mark that only who holds the server's key can
//! make, and checkpoints ([`checkpoint`]) anchor all of them outside the database. An operator that holds database and key can
//! rewrite what came after the last checkpoint that somebody else keeps; a party that keeps a certificate can show that it was.

pub mod checkpoint;
pub mod first;
pub mod pack;
mod store;
pub mod verify;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use first::SignedFirst;
pub use store::{SignatureRow, accepted, of_extension, of_version, signed_by_me};

use super::{
    Contract, Purpose,
    activation::passes::Pass,
    extension::store::ExtensionRow,
    lifecycle::Part,
    store::{Referral, Source},
    terms,
};
use crate::{
    kit::{
        actor::{Account, User},
        db::Tx,
        id::Id,
        problem::{Problem, Result},
        secret::sha256_hex,
    },
    modules::agreements::{
        Agreement,
        documents::{self, Document},
    },
};

/// What stands before the first signature of a chain.
pub const BEGINNING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// One signature to be recorded.
pub struct Stamp<'a> {
    pub contract: &'a Id<Contract>,
    pub agreement: &'a Id<Agreement>,
    pub version: i32,
    /// What is signed when it is not the agreement's version itself.
    pub extension: Option<&'a ExtensionRow>,
    /// Issuer or Signee.
    pub party: Part,
    pub user: &'a Id<User>,
    pub account: &'a Id<Account>,
    /// The words that were accepted.
    pub consent: &'a str,
}

/// A contract on a version of its agreement.
pub type Signed<'a> = (&'a Id<Contract>, &'a Id<Agreement>, i32);

/// Everything that is signed, in the order in which it is hashed. Fields are only ever added, at the end.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Evidence {
    pub contract: String,
    pub seq: i32,
    pub agreement: String,
    pub agreement_name: String,
    pub version: i32,
    pub document: SignedDocument,
    pub party: Part,
    pub person: String,
    pub person_name: String,
    pub email: String,
    pub account: String,
    pub account_name: String,
    pub consent: String,
    /// UTC, to the microsecond.
    pub at: String,
    pub address: String,
    pub agent: String,
    /// SHA-256 of the session's id, when somebody was signed in.
    pub session: String,
    pub request: String,
    pub program: String,
    /// The row of the version, whose id is never drawn again. Empty in evidence of earlier programs, like all that follows.
    #[serde(default)]
    pub version_id: String,
    #[serde(default)]
    pub kind: Option<Purpose>,
    /// What the contract permits its signee: program, service, delegate.
    #[serde(default)]
    pub permissions: Vec<String>,
    /// When the contract ends, UTC; empty when it names no day.
    #[serde(default)]
    pub expires: String,
    /// SHA-256 of the document as the page showed it; empty when the page only linked to it.
    #[serde(default)]
    pub page: String,
    /// Another end of the contract, when that is what was signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<Extension>,
    /// What a syndication contract is about; none of any other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sale: Option<Sale>,
    /// Through whom a program contract came; none of any other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub referral: Option<Through>,
    /// How the contract's link came to whoever signed for the signee, in order; nothing when nobody handed it over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub handed: Vec<Handed>,
    /// The first of two signatures, where the signee's is the second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<SignedFirst>,
}

/// A link that was handed over: the address for which it was meant, if one was named, who handed it over by the own word, and to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handed {
    pub meant: String,
    pub giver: String,
    pub taker: String,
    pub email: String,
    /// UTC, to the microsecond.
    pub at: String,
}

impl From<Pass> for Handed {
    fn from(pass: Pass) -> Self {
        Self { meant: pass.meant, giver: pass.giver, taker: pass.taker, email: pass.email, at: moment(pass.at) }
    }
}

/// The company that referred the issuer of a contract to its signee, and the product from which the vendor was known.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Through {
    pub referrer: String,
    pub referrer_name: String,
    pub product: String,
    pub product_name: String,
}

impl From<Referral> for Through {
    fn from(referral: Referral) -> Self {
        Self {
            referrer: referral.referrer_id.to_string(),
            referrer_name: referral.referrer,
            product: referral.product_id.to_string(),
            product_name: referral.product,
        }
    }
}

/// The product that a partner may sell by a contract, the marketplace where it is listed, and the partner's own where it is sold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sale {
    pub product: String,
    pub product_name: String,
    pub marketplace: String,
    pub marketplace_name: String,
    pub target: String,
    pub target_name: String,
}

impl From<Source> for Sale {
    fn from(source: Source) -> Self {
        Self {
            product: source.product_id.to_string(),
            product_name: source.product,
            marketplace: source.marketplace_id.to_string(),
            marketplace_name: source.marketplace,
            target: source.target_id.to_string(),
            target_name: source.target,
        }
    }
}

/// Another end of a contract. Days are UTC; an empty one is none.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Extension {
    pub number: i32,
    pub from: String,
    pub to: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SignedDocument {
    Uploaded {
        sha256: String,
        name: String,
        media_type: String,
        bytes: i64,
    },
    /// Held elsewhere: what stood there was not ours to hash.
    HeldElsewhere {
        url: String,
    },
}

impl SignedDocument {
    fn of(document: &Document) -> Self {
        match (&document.link, &document.sha256) {
            (None, Some(sha256)) => Self::Uploaded {
                sha256: sha256.clone(),
                name: document.file_name.clone(),
                media_type: document.media_type.clone(),
                bytes: document.size,
            },
            (link, _) => Self::HeldElsewhere { url: link.clone().unwrap_or_default() },
        }
    }
}

/// A moment as evidence says it: UTC, to the microsecond.
pub fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

/// The next hash of a chain.
pub fn chained(previous: &str, evidence: &str) -> String {
    sha256_hex(format!("{previous}\n{evidence}").as_bytes())
}

/// As [`sign`], by the member who acts, for its company: the contract, or its `extension`.
///
/// # Errors
/// As [`sign`]; [`crate::kit::problem::Problem::NotFound`] when no member acts.
pub fn sign_by_member<P>(
    tx: &mut Tx<'_, P>,
    (contract, agreement, version): Signed<'_>,
    extension: Option<&ExtensionRow>,
    (party, consent): (Part, &str),
) -> Result<()> {
    let (user, account) = (tx.person()?, tx.account()?);
    sign(tx, &Stamp { contract, agreement, version, extension, party, user: &user, account: &account, consent })
}

/// Adds a signature to the contract's chain. The contract's row must be locked by this transaction.
pub fn sign<P>(tx: &mut Tx<'_, P>, stamp: &Stamp<'_>) -> Result<()> {
    let document = documents::find(tx.conn, stamp.agreement, stamp.version)?;
    let bound = store::bound(tx, stamp)?;
    let key = tx.key()?;
    let page = documents::page_hash(tx, &key, &document)?.unwrap_or_default();
    store::shared_turn(tx)?;
    let (last, previous) = store::head(tx, stamp.contract)?.unwrap_or((0, BEGINNING.to_owned()));
    let caller = tx.who.caller().into_owned();
    let evidence = Evidence {
        contract: stamp.contract.to_string(),
        seq: last + 1,
        agreement: stamp.agreement.to_string(),
        agreement_name: bound.agreement,
        version: stamp.version,
        document: SignedDocument::of(&document),
        party: stamp.party,
        person: stamp.user.to_string(),
        person_name: bound.person,
        email: bound.email,
        account: stamp.account.to_string(),
        account_name: bound.account,
        consent: stamp.consent.to_owned(),
        at: moment(tx.at),
        address: caller.address,
        agent: caller.agent,
        session: caller.session.map(|session| sha256_hex(session.as_bytes())).unwrap_or_default(),
        request: caller.request,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        version_id: document.version_id.to_string(),
        kind: Some(bound.contract.kind),
        permissions: terms::permissions(&bound.contract).into_iter().map(str::to_owned).collect(),
        expires: bound.contract.expire_at.map(moment).unwrap_or_default(),
        page,
        extension: stamp.extension.map(|row| Extension {
            number: row.number,
            from: row.from_at.map(moment).unwrap_or_default(),
            to: row.to_at.map(moment).unwrap_or_default(),
        }),
        sale: bound.source.map(Sale::from),
        referral: bound.referral.map(Through::from),
        handed: bound.passes.into_iter().map(Handed::from).collect(),
        first: bound.given.map(SignedFirst::from),
    };
    let text = serde_json::to_string(&evidence).map_err(Problem::internal)?;
    let hash = chained(&previous, &text);
    store::insert(
        tx,
        &store::Unmarked {
            contract_id: stamp.contract.clone(),
            seq: last + 1,
            party: stamp.party,
            agreement_id: stamp.agreement.clone(),
            version: stamp.version,
            user_id: stamp.user.clone(),
            account_id: stamp.account.clone(),
            at: tx.at,
            evidence: text,
            previous_hash: previous,
            hash,
            extension: stamp.extension.map(|row| row.number),
        },
    )
}

/// Notes which signatures go with a pending contract that is about to be deleted: without it they cannot. To be called in the same
/// transaction, with the contract's row locked.
pub fn withdraw<P>(tx: &mut Tx<'_, P>, contract: &Id<Contract>) -> Result<()> {
    let key = tx.key()?;
    store::shared_turn(tx)?;
    for row in store::of_contract(tx.conn, contract)? {
        let digest = row.digest();
        let mark = checkpoint::withdrawal_mark(&key, row.number, contract.as_str(), &digest);
        store::insert_withdrawn(tx, row.number, contract, &digest, key.id(), &mark)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_depends_on_every_byte_before() {
        let first = chained(BEGINNING, "{\"a\":1}");
        assert_ne!(chained(&first, "x"), chained(BEGINNING, "x"));
        assert_ne!(chained(BEGINNING, "{\"a\":1}"), chained(BEGINNING, "{\"a\":2}"));
    }

    #[test]
    fn the_canonical_form_keeps_its_order() {
        let document = SignedDocument::HeldElsewhere { url: "https://a.example".into() };
        let text = serde_json::to_string(&document).unwrap();
        assert_eq!(text, "{\"kind\":\"held_elsewhere\",\"url\":\"https://a.example\"}");
    }
}
