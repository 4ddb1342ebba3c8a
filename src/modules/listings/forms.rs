//! Small forms of listings.

use crate::kit::form::Field;

/// Why a request goes back, or is cancelled.
pub fn reason(words: &'static str) -> Field {
    Field::new("reason", "Reason").hint(words)
}
