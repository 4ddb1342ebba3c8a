//! Checks every chain, every document that was signed, and that contracts and stamps agree: `entente doctor --evidence`.

use std::collections::HashMap;

use diesel::{PgConnection, QueryableByName, RunQueryDsl as _, prelude::*, sql_query, sql_types::Text};
use uuid::Uuid;

use super::{BEGINNING, Evidence, SignatureRow, SignedDocument, chained, moment, store};
use crate::{
    kit::{problem::Result, secret::sha256_hex},
    schema::{agreement_versions, blobs},
};

const BATCH: i64 = 1_000;

/// A version's row: its id, its address, its hash.
type Version = Option<(Uuid, Option<String>, Option<String>)>;

/// What was looked up before: many signatures rest on few documents.
#[derive(Default)]
struct Known {
    /// Whether the kept bytes have the hash that was signed.
    documents: HashMap<String, bool>,
    versions: HashMap<(String, i32), Version>,
}

/// What was checked and what is wrong.
#[derive(Debug, Default)]
pub struct Report {
    pub signatures: usize,
    pub contracts: usize,
    pub documents: usize,
    /// One line for each thing that does not hold.
    pub broken: Vec<String>,
}

pub fn run(conn: &mut PgConnection) -> Result<Report> {
    let mut report = Report::default();
    let mut known = Known::default();
    let mut last = (String::new(), 0);
    let mut before: Option<SignatureRow> = None;
    loop {
        let rows = store::behind(conn, &last, BATCH)?;
        let Some(end) = rows.last() else { break };
        last = (end.contract_id.to_string(), end.seq);
        for row in rows {
            check(conn, &row, before.as_ref(), &mut known, &mut report)?;
            before = Some(row);
        }
    }
    report.documents = known.documents.len();
    report.broken.extend(disagreements(conn)?);
    Ok(report)
}

fn check(
    conn: &mut PgConnection,
    row: &SignatureRow,
    before: Option<&SignatureRow>,
    known: &mut Known,
    report: &mut Report,
) -> Result<()> {
    let name = format!("{} signature {}", row.contract_id, row.seq);
    let chain = before.filter(|before| before.contract_id == row.contract_id);
    report.signatures += 1;
    report.contracts += usize::from(chain.is_none());
    let (place, previous) = chain.map_or((1, BEGINNING), |before| (before.seq + 1, before.hash.as_str()));
    if row.seq != place {
        report.broken.push(format!("{name}: signature {place} is missing"));
    }
    if row.previous_hash != previous {
        report.broken.push(format!("{name}: does not follow the signature before it"));
    }
    if row.hash != chained(&row.previous_hash, &row.evidence) {
        report.broken.push(format!("{name}: the evidence was changed after it was signed"));
    }
    let Ok(evidence) = row.read() else {
        report.broken.push(format!("{name}: the evidence cannot be read"));
        return Ok(());
    };
    let agrees = evidence.contract == row.contract_id.as_str()
        && evidence.seq == row.seq
        && evidence.version == row.version
        && evidence.party == row.party
        && evidence.extension.as_ref().map(|extension| extension.number) == row.extension
        && evidence.at == moment(row.at);
    if !agrees {
        report.broken.push(format!("{name}: the stamp says something else than its evidence"));
    }
    if let SignedDocument::Uploaded { sha256, .. } = &evidence.document {
        let whole = match known.documents.get(sha256) {
            Some(whole) => *whole,
            None => {
                let bytes: Option<Vec<u8>> = blobs::table.find(sha256).select(blobs::bytes).first(conn).optional()?;
                let whole = bytes.is_some_and(|bytes| sha256_hex(&bytes) == *sha256);
                known.documents.insert(sha256.clone(), whole);
                whole
            }
        };
        if !whole {
            report.broken.push(format!("{name}: the signed document {sha256} is missing or was changed"));
        }
    }
    if !rests_on(conn, &evidence, known)? {
        report.broken.push(format!("{name}: version {} is not the row that was signed", evidence.version));
    }
    Ok(())
}

/// Whether the version that the evidence names is still the row, with the document, that was signed.
fn rests_on(conn: &mut PgConnection, evidence: &Evidence, known: &mut Known) -> Result<bool> {
    let place = (evidence.agreement.clone(), evidence.version);
    let version = match known.versions.get(&place) {
        Some(version) => version,
        None => {
            let found: Version = agreement_versions::table
                .find((&place.0, place.1))
                .select((agreement_versions::id, agreement_versions::link, agreement_versions::sha256))
                .first(conn)
                .optional()?;
            known.versions.entry(place).or_insert(found)
        }
    };
    let Some((id, link, sha256)) = version else { return Ok(false) };
    // earlier programs named the number only
    let same_row = evidence.version_id.is_empty() || evidence.version_id == id.to_string();
    Ok(same_row
        && match &evidence.document {
            SignedDocument::Uploaded { sha256: signed, .. } => sha256.as_ref() == Some(signed),
            SignedDocument::HeldElsewhere { url } => link.as_ref() == Some(url),
        })
}

#[derive(QueryableByName)]
struct Disagreement {
    #[diesel(sql_type = Text)]
    id: String,
}

/// Contracts that are signed by their status but not by their stamps.
fn disagreements(conn: &mut PgConnection) -> Result<Vec<String>> {
    let rows: Vec<Disagreement> = sql_query(
        "SELECT c.id FROM contracts c WHERE ((c.type <> 'distribution' OR c.activated_at IS NOT NULL) \
         AND NOT EXISTS (SELECT FROM signatures s WHERE s.contract_id = c.id \
         AND s.version = c.version AND s.party = 'issuer')) \
         OR (c.signee_id IS NOT NULL AND NOT c.auto_accepted AND NOT EXISTS (SELECT FROM signatures s WHERE s.contract_id = c.id \
         AND s.version = c.version AND s.party = 'signee' AND s.account_id = c.signee_id)) ORDER BY c.id",
    )
    .load(conn)?;
    Ok(rows.into_iter().map(|row| format!("{}: its version lacks a stamp", row.id)).collect())
}
