//! What a form showed travels with it: an act that binds somebody is refused when that has changed by the time the form is sent.

use std::fmt::Display;

use super::{
    problem::{Problem, Result},
    secret::sha256_hex,
    violation::{Violation, Why, Words},
};
use crate::t;

/// The name of the hidden field.
pub const FIELD: &str = "shown";
/// The code of a refusal because something is not as it was shown.
pub const CHANGED: &str = "changed";
/// Hexadecimal digits of a part's hash that travel: 128 bits.
const DIGITS: usize = 32;

/// The parts of what a page shows, each under a name that a refusal can say.
///
/// The page makes one of the rows it renders, the verb another of the rows it has locked; they must agree part by part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown(Vec<(&'static str, String)>);

impl Shown {
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a part. `name` goes into "… has changed", as in "the document"; `what` is everything that counts of it.
    pub fn part(mut self, name: &'static str, what: impl Display) -> Self {
        let mut hash = sha256_hex(what.to_string().as_bytes());
        hash.truncate(DIGITS);
        self.0.push((name, hash));
        self
    }

    /// Adds the parts of another.
    pub fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// How the hidden field carries it.
    pub fn token(&self) -> String {
        self.0.iter().map(|(name, hash)| format!("{name}={hash}")).collect::<Vec<_>>().join(";")
    }

    /// The parts that are not what `sent` says was shown; all of them when nothing readable was sent.
    pub fn changed(&self, sent: &str) -> Vec<&'static str> {
        let was = |name: &str| sent.split(';').find_map(|part| part.split_once('=').filter(|(key, _)| *key == name));
        self.0
            .iter()
            .filter(|(name, hash)| was(name).is_none_or(|(_, sent)| sent != hash))
            .map(|(name, _)| *name)
            .collect()
    }

    /// Refuses when what was `sent` with a form is not so any more; the form is shown again as it stands now.
    ///
    /// # Errors
    /// [`Problem::Invalid`] of the whole, with the code [`CHANGED`].
    pub fn unchanged(&self, sent: &str) -> Result<()> {
        let changed = self.changed(sent);
        if changed.is_empty() {
            return Ok(());
        }
        let words = t!(
            "{parts} changed after you opened this page. Check what is shown now, then send it again",
            parts = list(&changed)
        );
        Err(Problem::Invalid(vec![Violation::new("", Why::new(CHANGED, words))]))
    }

    /// Lets the act go on only when all is as it was shown.
    ///
    /// # Errors
    /// [`Problem::Stale`] that names what has changed; `done` says what did not happen, as in "Nothing was signed".
    pub fn check(&self, sent: &str, done: &'static str) -> Result<()> {
        match self.changed(sent).as_slice() {
            [] => Ok(()),
            changed => Err(Problem::stale(
                "This page has changed",
                t!(
                    "{parts} changed after you opened this page. {done}. Open it again to see the current version.",
                    parts = list(changed),
                    done = Words::new(done)
                ),
            )),
        }
    }
}

/// "The document", "The document and the note", "The document, the note and the kind".
fn list(names: &[&'static str]) -> Words {
    Words::all_of(names.iter().copied().map(Words::new)).first()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(document: &str, note: &str) -> Shown {
        Shown::new().part("the document", document).part("the note", note)
    }

    #[test]
    fn what_was_shown_is_recognised() {
        assert!(shown("a", "b").check(&shown("a", "b").token(), "Nothing was signed").is_ok());
    }

    #[test]
    fn a_refusal_names_what_changed() {
        assert_eq!(shown("a", "b").changed(&shown("a", "c").token()), ["the note"]);
        let Err(Problem::Stale(refusal)) = shown("x", "y").check(&shown("a", "b").token(), "Nothing was signed") else {
            panic!("it has changed");
        };
        assert!(
            refusal
                .text
                .to_string()
                .starts_with("The document and the note changed after you opened this page. Nothing was signed.")
        );
    }

    #[test]
    fn a_form_that_says_nothing_was_shown_nothing() {
        for sent in ["", "the document", "the document=;the note=", "=;=", "shown"] {
            assert_eq!(shown("a", "b").changed(sent), ["the document", "the note"], "{sent}");
        }
    }
}
