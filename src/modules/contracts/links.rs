//! Activation links: derived from the server's key and a nonce, so that the issuer can see one again while a
//! stolen database cannot forge it.

use super::Contract;
use crate::kit::{id::Id, secret::Key};

const PURPOSE: &str = "activation";

/// Characters of a code.
pub const CODE: usize = 43;

pub fn code(key: &Key, contract: &Id<Contract>, nonce: &[u8]) -> String {
    key.seal(PURPOSE, &[contract.as_str().as_bytes(), nonce])
}

/// Whether `code` belongs to the link with this nonce.
pub fn fits(key: &Key, contract: &Id<Contract>, nonce: &[u8], code: &str) -> bool {
    key.opens(PURPOSE, &[contract.as_str().as_bytes(), nonce], code)
}

/// The address to hand over.
pub fn url(key: &Key, public_url: &str, contract: &Id<Contract>, nonce: &[u8]) -> String {
    format!("{public_url}/activate/{contract}/{}", code(key, contract, nonce))
}
