//! Whether the signatures of a pack are what was signed, and stand under the checkpoints that it has.

use std::collections::{HashMap, HashSet};

use super::{
    Anchor, Anchors, CHAIN, CHECKPOINTS, Chain, Manifest, Row,
    check::{Fault, Found},
};
use crate::{
    kit::{secret::sha256_hex, signature, words::Words},
    modules::contracts::evidence::{
        BEGINNING, Evidence, SignedDocument, chained,
        checkpoint::{Checkpoint, continued},
        verify::disagreeing,
    },
    t,
};

/// Where a signature stands, or one of its fields.
fn at(row: &Row, field: &str) -> Words {
    match field {
        "" => t!("{part}, signature {seq}", part = CHAIN, seq = row.seq.to_string()),
        field => t!("{part}, signature {seq}, field {field}", part = CHAIN, seq = row.seq.to_string(), field),
    }
}

/// Looks at each signature: its hashes, its fields, the document and the first of two.
pub(super) fn rows(chain: &Chain, manifest: &Manifest, found: &Found<'_>, faults: &mut Vec<Fault>) -> Vec<Evidence> {
    let document = found.document.map(|(_, document)| sha256_hex(document));
    let firsts: HashSet<String> = chain.first.iter().map(|first| sha256_hex(first.as_bytes())).collect();
    let mut told = Vec::new();
    let mut before: Option<&Row> = None;
    for row in &chain.signatures {
        let mut tell = |field: &str, what: Words| faults.push(Fault { place: at(row, field), what });
        if row.hash != chained(&row.previous_hash, &row.evidence) {
            tell("evidence", t!("It does not fit the hash that was recorded when it was signed."));
        }
        if before.is_some_and(|before| before.seq.checked_add(1) == Some(row.seq) && before.hash != row.previous_hash) {
            tell("previous_hash", t!("It does not follow the signature before it."));
        }
        before = Some(row);
        if (row.contract.as_str(), row.extension) != (manifest.contract.as_str(), manifest.extension)
            || manifest.extension.is_none() && row.version != manifest.version
        {
            tell("", t!("It is about something else than the manifest."));
        }
        let evidence: Evidence = match serde_json::from_str(&row.evidence) {
            Ok(evidence) => evidence,
            Err(_) => {
                tell("evidence", t!("It cannot be read."));
                continue;
            }
        };
        match row.marked() {
            Ok(marked) => {
                for column in disagreeing(&marked, &evidence) {
                    tell(column, t!("It is not the one in the signed evidence."));
                }
                if marked.digest() != row.digest {
                    tell("digest", t!("It does not fit the fields of the signature: one of them was changed."));
                }
            }
            Err(field) => tell(field, t!("It cannot be read.")),
        }
        if let SignedDocument::Uploaded { sha256, .. } = &evidence.document
            && document.as_ref() != Some(sha256)
        {
            tell("evidence", t!("The document in the pack is not the one that was signed."));
        }
        if evidence.first.as_ref().is_some_and(|first| !firsts.contains(&first.hash)) {
            tell("evidence", t!("The first of two signatures, which it names, is missing or was changed."));
        }
        told.push(evidence);
    }
    told
}

/// The checkpoints that hold.
pub(super) fn checkpoints(anchors: &Anchors, chain: &Chain, key: &str, faults: &mut Vec<Fault>) -> Vec<Checkpoint> {
    let mut held = Vec::new();
    for (place, anchor) in anchors.checkpoints.iter().enumerate() {
        let place = t!("{part}, checkpoint {number}", part = CHECKPOINTS, number = (place + 1).to_string());
        match covered(anchor, chain, key) {
            Ok(checkpoint) => held.push(checkpoint),
            Err(what) => faults.push(Fault { place, what }),
        }
    }
    held
}

/// Whether a checkpoint is signed, comes to its hash, and covers those signatures of the pack that are its to cover.
fn covered(anchor: &Anchor, chain: &Chain, key: &str) -> Result<Checkpoint, Words> {
    let line = |text: &str| text.parse::<Checkpoint>().ok().filter(|checkpoint| checkpoint.to_string() == text);
    let checkpoint = line(&anchor.checkpoint).ok_or_else(|| t!("It cannot be read."))?;
    if !signature::fits(key, anchor.checkpoint.as_bytes(), &anchor.signature) {
        return Err(t!("Its signature does not fit."));
    }
    let (mut count, mut last, mut digest) = match &anchor.before {
        None => (0_i64, 0_i64, BEGINNING.to_owned()),
        Some(before) => {
            let before = line(before).ok_or_else(|| t!("The checkpoint before it cannot be read."))?;
            (before.signatures, before.last, before.digest)
        }
    };
    let after = last;
    for (number, row) in &anchor.signatures {
        if *number <= last {
            return Err(t!("The signatures that it covers are not in their order."));
        }
        (count, last, digest) = (count.saturating_add(1), *number, continued(&digest, *number, row));
    }
    if (count, digest.as_str()) != (checkpoint.signatures, checkpoint.digest.as_str()) || last > checkpoint.last {
        return Err(t!("The signatures that it covers do not come to its hash."));
    }
    let there: HashMap<i64, &str> = anchor.signatures.iter().map(|(number, row)| (*number, row.as_str())).collect();
    let its = chain.signatures.iter().filter(|row| row.number > after && row.number <= checkpoint.last);
    for row in its {
        if there.get(&row.number) != Some(&row.digest.as_str()) {
            return Err(t!("It does not cover signature {seq} as it stands in the pack.", seq = row.seq.to_string()));
        }
    }
    Ok(checkpoint)
}
