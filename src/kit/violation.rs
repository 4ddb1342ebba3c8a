//! What is wrong with an input, as data: where, and why. Words are made at the edge, where the reader is known.

use std::borrow::Cow;

use super::problem::{Problem, Result};
pub use super::words::Words;

/// A field's name in its [`crate::kit::input::Input`], `postal_code`; empty for the whole.
pub type Path = Cow<'static, str>;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    pub at: Path,
    pub why: Why,
}

pub type Violations = Vec<Violation>;

impl Violation {
    pub fn new(at: impl Into<Path>, why: Why) -> Self {
        Self { at: at.into(), why }
    }
}

impl From<Violation> for Problem {
    fn from(wrong: Violation) -> Self {
        Self::Invalid(vec![wrong])
    }
}

/// Separates what is wrong with the input, which a form says at its fields, from everything else that can stop a request.
pub fn told<T>(outcome: Result<T>) -> Result<Result<T, Violations>> {
    match outcome {
        Ok(done) => Ok(Ok(done)),
        Err(Problem::Invalid(wrong)) => Ok(Err(wrong)),
        Err(other) => Err(other),
    }
}

/// For what a form could not say at its fields: a page of its own says it.
///
/// # Errors
/// [`Problem::Invalid`] when anything is left.
pub fn none_left(wrong: Violations) -> Result<()> {
    if wrong.is_empty() { Ok(()) } else { Err(Problem::Invalid(wrong)) }
}

/// Why a value does not do: a code for programs, which never changes, and a sentence for people, which may.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    pub code: &'static str,
    pub words: Words,
}

impl Why {
    pub fn new(code: &'static str, words: impl Into<Words>) -> Self {
        Self { code, words: words.into() }
    }

    /// Nothing stands where something must; `words` ask for it.
    pub fn missing(words: &'static str) -> Self {
        Self::new("missing", words)
    }

    /// More than `most` characters.
    pub fn too_long(label: impl Into<Words>, most: usize) -> Self {
        let words =
            Words::new("{label} must be {most} characters or fewer").with("label", label.into()).with("most", most);
        Self::new("too_long", words)
    }
}
