//! What is wrong with an input, as data: where, and why. Words are made at the edge, where the reader is known.

use std::{borrow::Cow, fmt};

use super::problem::{Problem, Result};

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
    pub fn too_long(label: &'static str, most: usize) -> Self {
        let words = Words::new("{label} must be {most} characters or fewer").with("label", label).with("most", most);
        Self::new("too_long", words)
    }
}

/// A whole sentence and its arguments. The English text is also the key under which a translation is found, so nothing is glued to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    text: &'static str,
    with: Vec<(&'static str, String)>,
}

impl Words {
    pub fn new(text: &'static str) -> Self {
        Self { text, with: Vec::new() }
    }

    /// The value of `{name}` in the text.
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.with.push((name, value.to_string()));
        self
    }
}

impl From<&'static str> for Words {
    fn from(text: &'static str) -> Self {
        Self::new(text)
    }
}

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.text;
        // once from the left, so that braces in a value are no names
        while let Some((before, open)) = rest.split_once('{') {
            let Some((name, after)) = open.split_once('}') else { break };
            let value = self.with.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value);
            f.write_str(before)?;
            f.write_str(value)?;
            rest = after;
        }
        f.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_takes_its_values_as_they_are() {
        let words = Words::new("{who} may have {most} of {what}.");
        let words = words.with("who", "Ann {most}").with("most", 3).with("what", "{}");
        assert_eq!(words.to_string(), "Ann {most} may have 3 of {}.");
        assert_eq!(Words::new("Nothing is named {here").to_string(), "Nothing is named {here");
    }
}
