//! What a person who signs a contract is shown and bound to: the one list for pages, verbs and evidence.

use super::store::ContractRow;
pub use crate::modules::agreements::documents::terms as version;
use crate::{
    kit::{choice::Choice as _, shown::Shown, typed::apart, words::Words},
    modules::agreements::documents::Document,
    t,
};

/// The parts of a contract that bind, each under the name that a refusal says.
pub fn shown(contract: &ContractRow, agreement: &str, document: &Document) -> Shown {
    let expires = contract.expire_at.map_or_else(String::new, |end| end.to_rfc3339());
    version(agreement, document)
        .part("the kind", contract.kind.key())
        .part("the permissions", permissions(contract).join(" "))
        .part("the expiry date", expires)
}

/// As [`shown`], of a newer version that replaces the contract's.
pub fn newer(contract: &ContractRow, agreement: &str, document: &Document) -> Shown {
    shown(contract, agreement, document).and(replaced(contract))
}

/// Which version a newer one replaces, as a page says it.
pub fn replaced(contract: &ContractRow) -> Shown {
    Shown::new().part("the contract's version", contract.version)
}

/// As [`shown`], for the invitee: with the note above the agreement and the person who invites.
pub fn offered(contract: &ContractRow, agreement: &str, issuer: &str, document: &Document) -> Shown {
    shown(contract, agreement, document).part("the note", &contract.note).part("the issuer's name", issuer)
}

/// Why nobody can sign what the issuer may not offer now.
pub fn not_at_present(issuer: &str) -> Words {
    t!(
        "{issuer} cannot currently offer the permissions in this contract, so it cannot be signed. You can sign it once your partner can offer them again.",
        issuer = apart(issuer),
    )
}

/// What the contract permits its signee, in words.
pub fn permits(contract: &ContractRow) -> Vec<Words> {
    [
        (t!("Create and manage program agreements"), contract.allows_program),
        (t!("Create and manage service agreements"), contract.allows_service),
        (t!("Pass on the service permission to partners you invite"), contract.allows_delegate),
    ]
    .into_iter()
    .filter_map(|(words, allowed)| allowed.then_some(words))
    .collect()
}

/// The keys of what the contract permits its signee.
pub fn permissions(contract: &ContractRow) -> Vec<&'static str> {
    [("program", contract.allows_program), ("service", contract.allows_service), ("delegate", contract.allows_delegate)]
        .into_iter()
        .filter_map(|(key, allowed)| allowed.then_some(key))
        .collect()
}
