//! What may happen to a tier account. Creating one is a verb, and so is every change of its data.

use super::Status::{self, Active, Decommissioned};
use crate::{
    choice,
    kit::lifecycle::{Lifecycle, Rule, Step, Verb},
};

choice! {
    /// An act that moves an account.
    Action without column { Decommission = "decommission" / "Decommission" }
}

choice! {
    /// Who does it: only ever the company whose tree it is.
    Part without column { Owner = "owner" / "Owner" }
}

pub const RULES: &[Rule<Status, Action, Part>] =
    &[Rule { action: Action::Decommission, from: &[Active], to: Decommissioned, by: &[Part::Owner] }];

pub const ACCOUNTS: Lifecycle<Status, Action, Part> = Lifecycle {
    of: "Tier accounts",
    verbs: &[
        Verb { name: "Create", step: Step::Made(Active), by: &[Part::Owner] },
        Verb { name: "Edit or move, which makes a version", step: Step::Kept(&[Active]), by: &[Part::Owner] },
    ],
    rules: RULES,
    notes: "An account is decommissioned while nothing stands below it and no live subscription uses it. That is final; its page, versions \
            and history stay.",
};

pub type Move = crate::kit::lifecycle::Move<Status, Action>;
