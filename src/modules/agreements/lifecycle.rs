//! What may happen to a version of an agreement. The agreement itself has no status.

use super::VersionStatus::{self, Active, Inactive};
use crate::{
    choice,
    kit::lifecycle::{Lifecycle, Rule, Step, Verb},
};

choice! {
    /// An act that moves a version. Adding and deleting are verbs, not statuses.
    Action without column { Activate = "activate" / "Activate", Supersede = "supersede" / "Supersede" }
}

choice! {
    /// Who acts on a version.
    Part without column { Owner = "owner" / "Owner", System = "system" / "Entente" }
}

pub const RULES: &[Rule<VersionStatus, Action, Part>] = &[
    Rule { action: Action::Activate, from: &[Inactive], to: Active, by: &[Part::Owner] },
    // only because another version becomes active: none is switched off by itself
    Rule { action: Action::Supersede, from: &[Active], to: Inactive, by: &[Part::System] },
];

pub const VERSIONS: Lifecycle<VersionStatus, Action, Part> = Lifecycle {
    of: "Agreement versions",
    verbs: &[
        Verb { name: "Add", step: Step::Made(Inactive), by: &[Part::Owner] },
        Verb { name: "Add and activate", step: Step::Made(Active), by: &[Part::Owner] },
        Verb { name: "Delete", step: Step::Gone(&[Active, Inactive]), by: &[Part::Owner] },
    ],
    rules: RULES,
    notes: "At most one version is active: activating another one supersedes it. A number is used once, also after its version was \
            deleted. A version is deleted only when it is not the last and no contract rests on it; an agreement only when no \
            contract was made from it.",
};

pub type Move = crate::kit::lifecycle::Move<VersionStatus, Action>;
