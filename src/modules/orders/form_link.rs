//! The address of the form in which a customer or a reseller answers what a vendor asks.

use crate::kit::secret::Key;

/// What the codes of these links are sealed for.
pub const PURPOSE: &str = "asked";

/// The address of a request's form; none while it has never asked.
pub fn form_of(key: &Key, public_url: &str, request: &str, nonce: Option<&[u8]>) -> Option<String> {
    let code = key.seal(PURPOSE, &[request.as_bytes(), nonce?]);
    Some(format!("{public_url}/form/{request}/{code}"))
}
