//! What is recorded of an act: one row of the audit trail, written in the act's own transaction.

use super::{actor::Account, choice::Choice, id::Id};

/// An event about one object. Made by a verb, completed by [`super::db::Tx::record`].
#[derive(Debug, Clone)]
pub struct Event {
    pub(super) name: &'static str,
    pub(super) object: String,
    pub(super) moved: Option<(&'static str, &'static str)>,
    pub(super) note: String,
    pub(super) private: bool,
    pub(super) concerns: Option<String>,
}

impl Event {
    /// `name` is `object.happened`, in the past tense.
    pub fn new(name: &'static str, object: impl ToString) -> Self {
        Self { name, object: object.to_string(), moved: None, note: String::new(), private: false, concerns: None }
    }

    pub fn moved<S: Choice>(mut self, from: S, to: S) -> Self {
        self.moved = Some((from.key(), to.key()));
        self
    }

    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// Only the acting company may read it.
    pub fn private(mut self) -> Self {
        self.private = true;
        self
    }

    /// Stands in the activity of this company, though nobody acts for it: somebody joins it, or the operator helps it.
    pub fn concerning(mut self, account: &Id<Account>) -> Self {
        self.concerns = Some(account.to_string());
        self
    }
}
