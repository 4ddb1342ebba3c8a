//! Small forms of listings.

use crate::kit::form::Field;

/// What a vendor says to the marketplace's owner.
pub fn note() -> Field {
    Field::new("note", "Note to the distributor")
        .hint("What should be known for the review. Up to 2,000 characters.")
        .optional()
}
