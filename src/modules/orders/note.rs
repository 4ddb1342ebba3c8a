//! What is said with what is asked for.

use crate::{
    input,
    kit::{
        input::{Input as _, kinds::Text},
        problem::{Problem, Result},
    },
};

input! {
    /// What is said with a request. It may be empty.
    pub struct Note, DraftNote {
        "" { note: String = Text(2_000, 3), "Note to the vendor", at "note", hint "Up to 2,000 characters."; }
    }
}

/// A note as it is kept.
///
/// # Errors
/// [`Problem::Invalid`] at `note` when it is too long.
pub fn note(given: &str) -> Result<String> {
    Note::read(&[given.to_owned()]).map(|read| read.note).map_err(Problem::Invalid)
}
