//! Puts a pack together from what the database has.

use diesel::PgConnection;

use super::{
    Anchor, Anchors, CERTIFICATE, CHAIN, CHECKPOINTS, Chain, DOCUMENT, FORMAT, Manifest, PAGE, README, Row, Sealed,
    certificate::{self, Signed},
    check::{closed, listed},
    readme, written,
};
use crate::{
    kit::{
        id::Id,
        problem::{Problem, Result},
        secret::Key,
        signature::{self, Signer},
    },
    modules::{
        agreements::documents,
        contracts::{
            Contract,
            evidence::{Evidence, SignedDocument, checkpoint, first, store},
            lifecycle::Part,
            store::ContractRow,
        },
    },
};

/// So many signatures of a platform are listed below a checkpoint; a day has fewer.
const MOST: i64 = 50_000;

/// What is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// A version of the contract's agreement.
    Version(i32),
    /// A new expiry date, by its number.
    Extension(i32),
}

/// The pack of what was signed of a contract whose sight was checked, signed for the platform at this address.
///
/// # Errors
/// [`Problem::NotFound`] while the signee has not signed it.
pub fn make(
    conn: &mut PgConnection,
    key: &Key,
    platform: &str,
    contract: &ContractRow,
    scope: Scope,
) -> Result<Vec<u8>> {
    let mut rows = store::of_contract(conn, &contract.id)?;
    rows.retain(|marked| match scope {
        Scope::Version(version) => {
            let row = &marked.row;
            (row.version, row.extension) == (version, None) && row.agreement_id == contract.agreement_id
        }
        Scope::Extension(number) => marked.row.extension == Some(number),
    });
    if !rows.iter().any(|marked| marked.row.party == Part::Signee) {
        return Err(Problem::NotFound);
    }
    let rows: Vec<Row> = rows.iter().map(Row::of).collect();
    let evidence = rows
        .iter()
        .map(|row| serde_json::from_str(&row.evidence).map_err(Problem::internal))
        .collect::<Result<Vec<Evidence>>>()?;
    let signed: Vec<Signed<'_>> = rows
        .iter()
        .zip(&evidence)
        .map(|(row, evidence)| Signed { evidence, hash: &row.hash, previous: &row.previous_hash })
        .collect();
    let signer = Signer::of(key)?;
    let mut parts = vec![
        (README.to_owned(), readme(platform).into_bytes()),
        (CERTIFICATE.to_owned(), certificate::written(&signed).into_bytes()),
    ];
    parts.extend(document(conn, &evidence)?);
    parts.extend(pages(conn, &evidence)?);
    let anchors = anchors(conn, &signer, &rows)?;
    let (version, extension) = match scope {
        Scope::Version(version) => (version, None),
        Scope::Extension(number) => (rows.first().map_or(contract.version, |row| row.version), Some(number)),
    };
    let chain = Chain { first: firsts(conn, &contract.id, &evidence)?, signatures: rows };
    parts.push((CHAIN.to_owned(), written(&chain)?.into_bytes()));
    parts.push((CHECKPOINTS.to_owned(), written(&anchors)?.into_bytes()));
    let manifest = written(&Manifest {
        format: FORMAT,
        platform: platform.to_owned(),
        contract: contract.id.to_string(),
        version,
        extension,
        parts: parts.iter().map(|(name, content)| listed(name, content)).collect(),
    })?;
    let public = signer.public();
    let sealed = Sealed {
        algorithm: "Ed25519".to_owned(),
        fingerprint: signature::fingerprint(&public),
        key: public,
        signature: signer.sign(manifest.as_bytes()),
    };
    closed(&parts, &sealed, &manifest)
}

/// The document that was signed, unless it is held elsewhere.
fn document(conn: &mut PgConnection, evidence: &[Evidence]) -> Result<Option<(String, Vec<u8>)>> {
    let Some(SignedDocument::Uploaded { sha256, media_type, .. }) = evidence.first().map(|one| &one.document) else {
        return Ok(None);
    };
    let ending = match media_type.as_str() {
        "application/pdf" => "pdf",
        "text/markdown" => "md",
        _ => "txt",
    };
    Ok(Some((format!("{DOCUMENT}{ending}"), documents::file(conn, sha256)?)))
}

/// The pages on which it was read, each once.
fn pages(conn: &mut PgConnection, evidence: &[Evidence]) -> Result<Vec<(String, Vec<u8>)>> {
    let mut hashes: Vec<&str> = Vec::new();
    let mut pages = Vec::new();
    for one in evidence {
        let SignedDocument::Uploaded { sha256, .. } = &one.document else { continue };
        if one.page.is_empty() || hashes.contains(&one.page.as_str()) {
            continue;
        }
        hashes.push(&one.page);
        if let Some(page) = documents::page(conn, sha256, &one.page)? {
            pages.push((format!("{PAGE}{}.html", hashes.len()), page.into_bytes()));
        }
    }
    Ok(pages)
}

/// What the first of two signers signed, where a signature names it.
fn firsts(conn: &mut PgConnection, contract: &Id<Contract>, evidence: &[Evidence]) -> Result<Vec<String>> {
    let mut said = Vec::new();
    for named in evidence.iter().filter_map(|one| one.first.as_ref()) {
        said.extend(first::said(conn, contract, &named.hash)?);
    }
    Ok(said)
}

/// The first checkpoint above each signature, up to the first signature that has none: later ones have none either.
fn anchors(conn: &mut PgConnection, signer: &Signer, rows: &[Row]) -> Result<Anchors> {
    let mut checkpoints: Vec<Anchor> = Vec::new();
    let mut reached = 0;
    for row in rows {
        if row.number <= reached {
            continue;
        }
        let Some(above) = checkpoint::covering(conn, row.number)? else { break };
        let before = checkpoint::find(conn, above.number - 1)?;
        if above.signatures - before.as_ref().map_or(0, |before| before.signatures) > MOST {
            break;
        }
        let line = above.to_string();
        checkpoints.push(Anchor {
            signatures: checkpoint::stretch(conn, before.as_ref().map_or(0, |before| before.last), above.last)?,
            before: before.map(|before| before.to_string()),
            signature: signer.sign(line.as_bytes()),
            checkpoint: line,
        });
        reached = above.last;
    }
    Ok(Anchors { checkpoints })
}
