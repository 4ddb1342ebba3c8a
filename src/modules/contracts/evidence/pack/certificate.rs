//! The certificate as a text: what the evidence of the signatures says, in English and UTC.

use std::fmt::Write as _;

use crate::modules::contracts::evidence::{Evidence, SignedDocument};

/// A signature as the certificate tells it.
pub(super) struct Signed<'a> {
    pub evidence: &'a Evidence,
    pub hash: &'a str,
    pub previous: &'a str,
}

/// Label and value of a line.
type Line = (&'static str, String);

/// The certificate of these signatures.
pub(super) fn written(signed: &[Signed<'_>]) -> String {
    let mut text = String::from("CERTIFICATE OF AGREEMENT\n");
    if let Some(first) = signed.first() {
        section(&mut text, "What was signed", subject(first.evidence));
    }
    for one in signed {
        section(&mut text, &one.evidence.party.to_string(), by_whom(one));
    }
    text
}

fn section(text: &mut String, heading: &str, lines: Vec<Line>) {
    // a String takes everything
    let _ = write!(text, "\n{heading}\n");
    for (label, value) in lines.into_iter().filter(|(_, value)| !value.is_empty()) {
        let _ = writeln!(text, "  {label}: {value}");
    }
}

fn subject(evidence: &Evidence) -> Vec<Line> {
    let mut lines = vec![
        ("Contract", evidence.contract.clone()),
        ("Agreement", named(&evidence.agreement_name, &evidence.agreement)),
        ("Version", evidence.version.to_string()),
        ("Version ID", evidence.version_id.clone()),
    ];
    match &evidence.document {
        SignedDocument::Uploaded { sha256, name, media_type, bytes } => lines.extend([
            ("Document", format!("{name} ({media_type}, {bytes} bytes)")),
            ("SHA-256 of the document", sha256.clone()),
        ]),
        SignedDocument::HeldElsewhere { url } => lines.push(("Document", format!("{url}, stored elsewhere, no hash"))),
    }
    lines.push(("SHA-256 of the page that was read", evidence.page.clone()));
    lines.push(("Kind", evidence.kind.map(|kind| kind.to_string()).unwrap_or_default()));
    lines.push(("Permissions", evidence.permissions.join(", ")));
    if let Some(sale) = &evidence.sale {
        lines.extend([
            ("Product", named(&sale.product_name, &sale.product)),
            ("Listed on", named(&sale.marketplace_name, &sale.marketplace)),
            ("Sold on", named(&sale.target_name, &sale.target)),
        ]);
    }
    if let Some(through) = &evidence.referral {
        lines.extend([
            ("Referred by", named(&through.referrer_name, &through.referrer)),
            ("Product", named(&through.product_name, &through.product)),
        ]);
    }
    match &evidence.extension {
        Some(extension) => {
            let day = |day: &str| if day.is_empty() { "none".to_owned() } else { day.to_owned() };
            lines.push(("New expiry date", day(&extension.to)));
            lines.push(("Previous expiry date", day(&extension.from)));
        }
        None => lines.push(("Expires", evidence.expires.clone())),
    }
    lines
}

fn by_whom(one: &Signed<'_>) -> Vec<Line> {
    let evidence = one.evidence;
    let mut lines = vec![
        ("Company", named(&evidence.account_name, &evidence.account)),
        ("Signed by", named(&evidence.person_name, &evidence.person)),
        ("Email", evidence.email.clone()),
        ("Recorded as", evidence.at.clone()),
        ("Words", evidence.consent.clone()),
        ("Network address", evidence.address.clone()),
        ("Browser", evidence.agent.clone()),
    ];
    for pass in &evidence.handed {
        if !pass.meant.is_empty() {
            lines.push(("Link meant for", pass.meant.clone()));
        }
        let told = format!("{} to {}, {}, recorded as {}", pass.giver, pass.taker, pass.email, pass.at);
        lines.push(("Link handed over by", told));
    }
    if let Some(first) = &evidence.first {
        lines.push(("First signer", format!("{}, {}, recorded as {}", first.person_name, first.email, first.at)));
        lines.push(("Hash of the first signature", first.hash.clone()));
    }
    lines.extend([
        ("Position in the contract's chain", evidence.seq.to_string()),
        ("Hash", one.hash.to_owned()),
        ("Previous hash", one.previous.to_owned()),
    ]);
    lines
}

fn named(name: &str, id: &str) -> String {
    format!("{name} ({id})")
}
