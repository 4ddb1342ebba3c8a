//! What may happen to a program or service contract, as the published state machines say.
//! Creation and deletion are verbs; neither is a status.

use super::Status::{self, Active, Pending, Rejected, Terminated};
use crate::{choice, kit::lifecycle::Rule};

choice! {
    /// An act that moves a contract.
    Action { Activate = "activate" / "Activate", Reject = "reject" / "Reject", Terminate = "terminate" / "Terminate", Expire = "expire" / "Expire" }
}

choice! {
    /// An actor's part in a contract, whatever its portal.
    Part { Issuer = "issuer" / "Issuer", Signee = "signee" / "Signee", System = "system" / "Entente" }
}

pub const RULES: &[Rule<Status, Action, Part>] = &[
    Rule { action: Action::Activate, from: &[Pending], to: Active, by: &[Part::Signee] },
    Rule { action: Action::Reject, from: &[Pending], to: Rejected, by: &[Part::Signee] },
    Rule { action: Action::Terminate, from: &[Active], to: Terminated, by: &[Part::Issuer] },
    // beyond the published machine: the day that the contract itself names
    Rule { action: Action::Expire, from: &[Active], to: Terminated, by: &[Part::System] },
];

pub type Move = crate::kit::lifecycle::Move<Status, Action>;
