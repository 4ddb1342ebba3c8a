//! Checks a pack without a database: every byte of it is held against something, and what differs is named by its place.

use std::collections::HashSet;

use serde::{Serialize, de::DeserializeOwned};

use super::{
    Anchors, CERTIFICATE, CHAIN, CHECKPOINTS, Chain, DOCUMENT, FORMAT, LARGEST, Listed, MANIFEST, Manifest, PAGE,
    README, SIGNATURE, Sealed,
    certificate::{self, Signed},
    container::{self, Part},
    first_difference, line_of_difference, read, readme, signatures,
    told::Told,
    written,
};
use crate::{
    kit::{
        problem::Result,
        secret::sha256_hex,
        signature::{self, fingerprint},
        words::Words,
    },
    modules::contracts::evidence::Evidence,
    t,
};

/// So many places are told; what is broken in more is broken.
const MOST: usize = 20;
/// Parts of JSON other than the chain and the checkpoints are small.
const SMALL: usize = 256 * 1024;
/// A contract has a few signatures, first ones included, and each stands under one checkpoint.
const MANY: usize = 1_000;
/// Characters that are told of a name which is none of ours.
const LONGEST: usize = 100;

/// A place that does not hold, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub place: Words,
    pub what: Words,
}

/// What is known of the key that signed the pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is one of those that are trusted.
    Trusted,
    /// It is none of those that are trusted.
    Foreign,
    /// Nobody said which keys are trusted.
    Unknown,
}

/// What a check came to.
#[derive(Debug)]
pub struct Verdict {
    pub faults: Vec<Fault>,
    /// What holds but should be known.
    pub notes: Vec<Words>,
    /// What was signed by whom; none when that cannot be read.
    pub told: Option<Told>,
    /// The fingerprint of the key that signed the pack, and what is known of it.
    pub key: Option<(String, Standing)>,
}

impl Verdict {
    /// Whether every byte holds, and no key is asked for that is not the pack's.
    pub fn holds(&self) -> bool {
        self.faults.is_empty() && self.key.as_ref().is_some_and(|(_, standing)| *standing != Standing::Foreign)
    }
}

/// The parts of a pack.
pub(super) struct Found<'a> {
    parts: Vec<Part<'a>>,
    pub document: Option<Part<'a>>,
}

impl<'a> Found<'a> {
    fn of(parts: Vec<Part<'a>>) -> Self {
        let document = parts.iter().find(|(name, _)| name.starts_with(DOCUMENT)).copied();
        Self { parts, document }
    }

    fn part(&self, wanted: &str) -> Option<&'a [u8]> {
        self.parts.iter().find(|(name, _)| *name == wanted).map(|(_, content)| *content)
    }
}

/// The names that a part of a pack may have.
fn known(name: &str) -> bool {
    let plain = |rest: &str| !rest.is_empty() && rest.bytes().all(|sign| sign.is_ascii_alphanumeric());
    [README, CERTIFICATE, CHAIN, CHECKPOINTS, MANIFEST, SIGNATURE].contains(&name)
        || name.strip_prefix(DOCUMENT).is_some_and(plain)
        || name.strip_prefix(PAGE).and_then(|rest| rest.strip_suffix(".html")).is_some_and(plain)
}

/// Checks a pack. `trusted` are keys or fingerprints of keys that whoever asks trusts; none when nobody said.
pub fn check(bytes: &[u8], trusted: Option<&[String]>) -> Verdict {
    let mut verdict = Verdict { faults: Vec::new(), notes: Vec::new(), told: None, key: None };
    // what could not be looked at is not said to be whole: the reason is among the faults
    let _ = look(bytes, trusted, &mut verdict);
    verdict.faults.truncate(MOST);
    verdict
}

fn part(name: &str) -> Words {
    Words::data(name)
}

fn line(name: &str, line: usize) -> Words {
    t!("{part}, line {line}", part = name, line = line.to_string())
}

fn byte(at: usize) -> Words {
    t!("The archive, byte {byte}", byte = at.to_string())
}

/// Whatever can be told of the pack; nothing when a fault ends the check early.
fn look(bytes: &[u8], trusted: Option<&[String]>, verdict: &mut Verdict) -> Option<()> {
    let faults = &mut verdict.faults;
    let found = opened(bytes, faults)?;
    let sealed: Sealed = json(&found, SIGNATURE, faults)?;
    let manifest: Manifest = json(&found, MANIFEST, faults)?;
    if manifest.format != FORMAT {
        let format = manifest.format.to_string();
        let what = t!("A newer program made it, in format {format}. Use that program to check it.", format);
        faults.push(Fault { place: part(MANIFEST), what });
        return None;
    }
    let standing = match trusted {
        None => Standing::Unknown,
        Some(keys) if keys.iter().any(|key| *key == sealed.key || *key == fingerprint(&sealed.key)) => {
            Standing::Trusted
        }
        Some(_) => Standing::Foreign,
    };
    verdict.key = Some((fingerprint(&sealed.key), standing));
    sealing(&found, &sealed, &manifest, faults);
    let chain: Chain = json(&found, CHAIN, faults)?;
    let anchors: Anchors = json(&found, CHECKPOINTS, faults)?;
    let counts =
        [(chain.signatures.len(), CHAIN), (chain.first.len(), CHAIN), (anchors.checkpoints.len(), CHECKPOINTS)];
    for (count, name) in counts {
        if count > MANY {
            faults.push(Fault { place: part(name), what: t!("This file is larger than it can be.") });
            return None;
        }
    }
    let evidence = signatures::rows(&chain, &manifest, &found, faults);
    let held = signatures::checkpoints(&anchors, &chain, &sealed.key, faults);
    texts(&found, &manifest, &chain, &evidence, faults);
    if faults.is_empty() {
        let whole = container::write(found.parts.iter().copied());
        if let Some(at) = first_difference(bytes, &whole) {
            let what = t!("The files are whole, but what is around them is not as the program wrote it.");
            faults.push(Fault { place: byte(at), what });
        }
    }
    let under = |number: i64| held.iter().any(|checkpoint| number <= checkpoint.last);
    if chain.signatures.iter().any(|row| !under(row.number)) {
        verdict.notes.push(t!(
            "No checkpoint covers all of the signatures yet. One is made every day: download the pack again tomorrow."
        ));
    }
    verdict.told = Told::of(&evidence, &manifest.platform, held.last());
    Some(())
}

/// The parts of an archive that has those of a pack only, each once.
fn opened<'a>(bytes: &'a [u8], faults: &mut Vec<Fault>) -> Option<Found<'a>> {
    if bytes.len() > LARGEST {
        faults.push(Fault { place: byte(LARGEST), what: t!("No evidence pack is as large as this.") });
        return None;
    }
    let parts = match container::read(bytes) {
        Ok(parts) => parts,
        Err(at) => {
            let what = t!("From here on this is not an evidence pack: it is another file, or was cut off or changed.");
            faults.push(Fault { place: byte(at), what });
            return None;
        }
    };
    let mut names = HashSet::new();
    for (name, _) in &parts {
        let what = if !known(name) {
            t!("This file does not belong to an evidence pack.")
        } else if !names.insert(*name) {
            t!("This file is in the pack twice.")
        } else {
            continue;
        };
        faults.push(Fault { place: part(&name.chars().take(LONGEST).collect::<String>()), what });
        return None;
    }
    Some(Found::of(parts))
}

/// A part that is JSON, in the one form that it may have.
fn json<T: Serialize + DeserializeOwned>(found: &Found<'_>, name: &str, faults: &mut Vec<Fault>) -> Option<T> {
    let Some(content) = found.part(name) else {
        faults.push(Fault { place: part(name), what: t!("This file is missing.") });
        return None;
    };
    if [MANIFEST, SIGNATURE].contains(&name) && content.len() > SMALL {
        faults.push(Fault { place: part(name), what: t!("This file is larger than it can be.") });
        return None;
    }
    match read(content) {
        Ok(value) => Some(value),
        Err(at) => {
            faults.push(Fault { place: line(name, at), what: t!("It is not as the program wrote it.") });
            None
        }
    }
}

/// The signature over the manifest, and the manifest over everything else.
fn sealing(found: &Found<'_>, sealed: &Sealed, manifest: &Manifest, faults: &mut Vec<Fault>) {
    let text = found.part(MANIFEST).unwrap_or_default();
    for (fits, field) in
        [(sealed.algorithm == "Ed25519", "algorithm"), (sealed.fingerprint == fingerprint(&sealed.key), "fingerprint")]
    {
        if !fits {
            let place = t!("{part}, field {field}", part = SIGNATURE, field);
            faults.push(Fault { place, what: t!("It is not as the program wrote it.") });
        }
    }
    if !signature::fits(&sealed.key, text, &sealed.signature) {
        let place = Words::all_of([part(MANIFEST), part(SIGNATURE)]);
        let what = t!("The signature does not fit the manifest: one of the two was changed.");
        faults.push(Fault { place, what });
    }
    let there = found.parts.iter().filter(|(name, _)| ![MANIFEST, SIGNATURE].contains(name));
    let there: Vec<Listed> = there.map(|(name, content)| listed(name, content)).collect();
    for said in &manifest.parts {
        match there.iter().find(|one| one.name == said.name) {
            None => faults.push(Fault { place: part(&said.name), what: t!("This file is missing.") }),
            Some(one) if one != said => {
                let what =
                    t!("Its SHA-256 is {found}, and the manifest says {said}.", found = one.sha256, said = said.sha256);
                faults.push(Fault { place: part(&said.name), what });
            }
            Some(_) => {}
        }
    }
    for one in there.iter().filter(|one| !manifest.parts.iter().any(|said| said.name == one.name)) {
        faults.push(Fault { place: part(&one.name), what: t!("The manifest does not name this file.") });
    }
}

/// A part as the manifest lists it.
pub(super) fn listed(name: &str, content: &[u8]) -> Listed {
    Listed { name: name.to_owned(), bytes: content.len(), sha256: sha256_hex(content) }
}

/// The parts that say in words what other parts say, by the line in which they say something else.
fn texts(found: &Found<'_>, manifest: &Manifest, chain: &Chain, evidence: &[Evidence], faults: &mut Vec<Fault>) {
    let signed: Vec<Signed<'_>> = chain
        .signatures
        .iter()
        .zip(evidence)
        .map(|(row, evidence)| Signed { evidence, hash: &row.hash, previous: &row.previous_hash })
        .collect();
    let mut expected = vec![(README, readme(&manifest.platform))];
    // without all of the evidence there is nothing to compare with
    if evidence.len() == chain.signatures.len() {
        expected.push((CERTIFICATE, certificate::written(&signed)));
    }
    for (name, expected) in expected {
        let Some(there) = found.part(name) else {
            faults.push(Fault { place: part(name), what: t!("This file is missing.") });
            continue;
        };
        if let Some(at) = line_of_difference(there, expected.as_bytes()) {
            faults.push(Fault { place: line(name, at), what: t!("It says something else than the evidence.") });
        }
    }
}

/// The bytes of a pack of these parts, with the manifest's text and the signature behind them.
pub(super) fn closed(parts: &[(String, Vec<u8>)], sealed: &Sealed, manifest: &str) -> Result<Vec<u8>> {
    let sealed = written(sealed)?;
    let ends = [(MANIFEST, manifest.as_bytes()), (SIGNATURE, sealed.as_bytes())];
    Ok(container::write(parts.iter().map(|(name, content)| (name.as_str(), content.as_slice())).chain(ends)))
}
