//! What a pack says was signed, by whom and when; and what a check came to, for a terminal.

use super::check::{Standing, Verdict};
use crate::{
    kit::{typed::apart, words::Words},
    modules::contracts::{
        evidence::{Evidence, SignedDocument, checkpoint::Checkpoint},
        lifecycle::Part,
    },
    t,
};

/// What was signed.
#[derive(Debug, Clone)]
pub struct Told {
    /// The address of the platform, as the pack says.
    pub platform: String,
    pub contract: String,
    pub what: Words,
    pub document: Words,
    pub signatures: Vec<Signature>,
    /// The last checkpoint that holds.
    pub checkpoint: Option<Words>,
}

/// Who signed for which side.
#[derive(Debug, Clone)]
pub struct Signature {
    pub part: Part,
    pub words: Words,
}

impl Told {
    pub(super) fn of(evidence: &[Evidence], platform: &str, checkpoint: Option<&Checkpoint>) -> Option<Self> {
        let first = evidence.first()?;
        let (agreement, version) = (apart(&first.agreement_name), first.version.to_string());
        let what = match &first.extension {
            None => t!("{agreement}, version {version}", agreement, version),
            Some(extension) if extension.to.is_empty() => {
                t!("The removal of the expiry date of a contract on {agreement}", agreement)
            }
            Some(extension) => {
                t!("The new expiry date {day} of a contract on {agreement}", day = extension.to, agreement)
            }
        };
        let document = match &first.document {
            SignedDocument::Uploaded { sha256, name, .. } => {
                t!("{name}, with the SHA-256 {hash}", name = apart(name), hash = sha256)
            }
            SignedDocument::HeldElsewhere { url } => t!("{url}, stored elsewhere, no hash", url),
        };
        let signatures = evidence
            .iter()
            .map(|one| Signature {
                part: one.party,
                words: t!(
                    "{person}, {email}, for {company} ({id}), recorded as {at}",
                    person = apart(&one.person_name),
                    email = one.email,
                    company = apart(&one.account_name),
                    id = one.account,
                    at = one.at,
                ),
            })
            .collect();
        Some(Self {
            platform: platform.to_owned(),
            contract: first.contract.clone(),
            what,
            document,
            signatures,
            checkpoint: checkpoint.map(|one| {
                t!(
                    "Checkpoint {number} of {at}, with the hash {hash}",
                    number = one.number.to_string(),
                    at = crate::kit::time::iso(one.at),
                    hash = one.digest,
                )
            }),
        })
    }
}

impl Verdict {
    /// What it comes to, in English, without a sign that a terminal would take for a command.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        match (self.faults.is_empty(), self.holds()) {
            (true, true) => lines.push("OK: the evidence pack holds together.".to_owned()),
            (true, false) => {
                lines.push("NOT TRUSTED: the evidence pack holds together, but its key is none of yours.".to_owned())
            }
            _ => lines.push("BROKEN: the evidence pack does not hold together.".to_owned()),
        }
        lines.extend(self.faults.iter().map(|fault| format!("  {}: {}", fault.place, fault.what)));
        if let Some((key, standing)) = &self.key {
            lines.push(match standing {
                Standing::Trusted => format!("Signed with a key that you trust, {key}"),
                Standing::Foreign => format!("Signed with the key {key}, which you did not name"),
                Standing::Unknown => format!(
                    "Signed with the key {key}. It shows only that the pack holds together: compare it with the fingerprint \
                     that the platform publishes at /verify, or name the keys that you trust with --key"
                ),
            });
        }
        if let Some(told) = self.told.as_ref().filter(|_| self.faults.is_empty()) {
            lines.push(format!("Platform: {}", told.platform));
            lines.push(format!("Contract: {}", told.contract));
            lines.push(format!("Signed: {}", told.what));
            lines.push(format!("Document: {}", told.document));
            lines.extend(told.signatures.iter().map(|one| format!("{}: {}", one.part, one.words)));
            lines.extend(told.checkpoint.iter().map(|one| format!("Covered by: {one}")));
        }
        lines.extend(self.notes.iter().map(|note| format!("Note: {note}")));
        lines.into_iter().map(|line| line.replace(char::is_control, "\u{fffd}")).collect()
    }
}
