//! What can be done with a token.

use super::Status::{self, Active, Deleted, Inactive};
use crate::{
    choice,
    kit::lifecycle::{Lifecycle, Rule, Step, Verb},
};

choice! {
    Action without column { Disable = "disable" / "Disable", Enable = "enable" / "Enable", Delete = "delete" / "Delete" }
}

choice! {
    /// Only the company that made it does anything with it.
    Part without column { Owner = "owner" / "Owner" }
}

pub const RULES: &[Rule<Status, Action, Part>] = &[
    Rule { action: Action::Disable, from: &[Active], to: Inactive, by: &[Part::Owner] },
    Rule { action: Action::Enable, from: &[Inactive], to: Active, by: &[Part::Owner] },
    Rule { action: Action::Delete, from: &[Active, Inactive], to: Deleted, by: &[Part::Owner] },
];

pub const TOKENS: Lifecycle<Status, Action, Part> = Lifecycle {
    of: "API tokens",
    verbs: &[Verb { name: "Create token", step: Step::Made(Active), by: &[Part::Owner] }],
    rules: RULES,
    notes: "A token works at once. Its date says when it has expired; renewing it moves nothing.",
};
