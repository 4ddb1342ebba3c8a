//! What may happen to a version of an agreement. The agreement itself has no status.

use super::VersionStatus::{self, Active, Inactive};
use crate::{choice, kit::lifecycle::Rule};

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

pub type Move = crate::kit::lifecycle::Move<VersionStatus, Action>;
