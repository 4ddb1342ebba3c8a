//! Small forms of listings.

use crate::kit::form::Field;

/// Why a request goes back, or is cancelled.
pub fn reason(words: &'static str) -> Field {
    Field::new("reason", "Reason").hint(words)
}

pub fn message() -> Field {
    Field::new("text", "Message").hint("Both parties read it. Up to 2,000 characters.")
}
