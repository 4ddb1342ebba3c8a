//! What may happen to a chunk, as the published state machine says.

use super::Status::{self, Closed, Draft, Ready};
use crate::{
    choice,
    kit::lifecycle::{Lifecycle, Rule, Step, Verb},
    modules::usage::lifecycle::Part,
};

choice! {
    /// An act that moves a chunk.
    Action without column { Build = "build" / "Build", Close = "close" / "Close" }
}

pub const RULES: &[Rule<Status, Action, Part>] = &[
    Rule { action: Action::Build, from: &[Draft], to: Ready, by: &[Part::System] },
    Rule { action: Action::Close, from: &[Ready], to: Closed, by: &[Part::Owner, Part::System] },
];

pub const CHUNKS: Lifecycle<Status, Action, Part> = Lifecycle {
    of: "Usage chunks",
    verbs: &[Verb { name: "Accept the file", step: Step::Made(Draft), by: &[Part::System] }],
    rules: RULES,
    notes: "A file that is accepted has a chunk for each hub of its subscriptions, and one for those without. They are made in the \
            transaction that accepts it, so nobody meets a Draft. A chunk is closed with the reference of a bill, with its last open \
            record, or with its file; the last one closes the file.",
};

pub type Move = crate::kit::lifecycle::Move<Status, Action>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::lifecycle::allowed;

    #[test]
    fn an_owner_closes_what_is_ready_and_nobody_opens_it_again() {
        assert_eq!(allowed(RULES, Ready, Part::Owner), [Action::Close]);
        for part in [Part::Vendor, Part::Owner, Part::System] {
            assert!(allowed(RULES, Closed, part).is_empty());
            assert!(part == Part::System || allowed(RULES, Draft, part).is_empty());
        }
        assert!(allowed(RULES, Ready, Part::Vendor).is_empty());
    }
}
