//! What is said with a request.

use crate::{input, kit::input::kinds::Text};

input! {
    /// What a vendor says to the marketplace's owner.
    pub struct Note, NoteDraft {
        "" {
            note: String = Text(2_000, 4), "Note to the distributor", at "note",
                hint "Anything the distributor should know for the review. Up to 2,000 characters.";
        }
    }
}
