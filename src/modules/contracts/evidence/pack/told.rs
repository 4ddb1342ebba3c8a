//! What a pack says was signed, by whom and when; and what a check came to, for a terminal.

use std::fmt;

use super::check::{Standing, Verdict};
use crate::{
    kit::{choice::Choice as _, time::iso, typed::apart, words::Words},
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
    /// Who signed first for that side, where two people did.
    pub first: Option<Words>,
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
                first: one.first.as_ref().map(|first| {
                    t!(
                        "{name}, {email}, recorded as {at}",
                        name = apart(&first.person_name),
                        email = first.email,
                        at = first.at,
                    )
                }),
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
                    at = iso(one.at),
                    hash = one.digest,
                )
            }),
        })
    }
}

impl Standing {
    /// What `entente verify` says before the key's fingerprint.
    fn in_a_terminal(self) -> &'static str {
        match self {
            Self::Trusted => "Signed with a key that you trust",
            Self::Foreign => "Signed with a key that you did not name",
            Self::Unknown => {
                "Signed with a key that shows only that the pack holds together. Compare its fingerprint with those that \
                 the platform publishes at /verify, or name the keys that you trust with --key"
            }
        }
    }
}

impl Verdict {
    /// What it comes to, in English, without a sign that a terminal would take for a command.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        lines.push(match (self.faults.is_empty(), self.holds()) {
            (true, true) => "OK: the evidence pack holds together.".to_owned(),
            (true, false) => "NOT TRUSTED: the evidence pack holds together, but its key is none of yours.".to_owned(),
            _ => "BROKEN: the evidence pack does not hold together.".to_owned(),
        });
        lines.extend(self.faults.iter().map(|fault| entry(&format!("  {}", fault.place), &fault.what)));
        if let Some((key, standing)) = &self.key {
            lines.push(entry(standing.in_a_terminal(), key));
        }
        if let Some(signed) = self.told.as_ref().filter(|_| self.faults.is_empty()) {
            lines.push(entry("Platform", &signed.platform));
            lines.push(entry("Contract", &signed.contract));
            lines.push(entry("Signed", &signed.what));
            lines.push(entry("Document", &signed.document));
            for one in &signed.signatures {
                lines.extend(one.first.iter().map(|first| entry("First signer", first)));
                lines.push(entry(one.part.label(), &one.words));
            }
            lines.extend(signed.checkpoint.iter().map(|one| entry("Covered by", one)));
        }
        lines.extend(self.notes.iter().map(|note| entry("Note", note)));
        lines.into_iter().map(|line| line.replace(char::is_control, "\u{fffd}")).collect()
    }
}

fn entry(label: &str, value: impl fmt::Display) -> String {
    format!("{label}: {value}")
}
