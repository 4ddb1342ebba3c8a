//! What is said with what is asked for.

use crate::{input, kit::input::kinds::Text};

input! {
    /// What is said with a request.
    pub struct Note, DraftNote {
        "" { note: String = Text(2_000, 3), "Note to the vendor", at "note", hint "Up to 2,000 characters."; }
    }
}
