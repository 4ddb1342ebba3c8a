//! What can be done with a token.

use super::Status;
use crate::{choice, kit::lifecycle::Rule};

choice! {
    Action { Disable = "disable" / "Disable", Enable = "enable" / "Enable", Delete = "delete" / "Delete" }
}

/// Only the company that made it does anything with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owner;

pub const RULES: &[Rule<Status, Action, Owner>] = &[
    Rule { action: Action::Disable, from: &[Status::Active], to: Status::Inactive, by: &[Owner] },
    Rule { action: Action::Enable, from: &[Status::Inactive], to: Status::Active, by: &[Owner] },
    Rule { action: Action::Delete, from: &[Status::Active, Status::Inactive], to: Status::Deleted, by: &[Owner] },
];
