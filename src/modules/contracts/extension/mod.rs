//! Extend: a later end of a contract, offered by its issuer and accepted by its signee, both stamped. Until it is accepted the
//! earlier day holds.

pub mod actions;
pub mod pages;
pub mod store;

use super::lifecycle::Part;
use crate::{
    choice,
    kit::{lifecycle::Rule, shown::Shown},
};
use store::ExtensionRow;

choice! {
    /// Where an extension stands.
    Status {
        Offered = "offered" / "Offered",
        Accepted = "accepted" / "Accepted",
        Declined = "declined" / "Declined",
        Withdrawn = "withdrawn" / "Withdrawn",
        /// The contract ended first.
        Lapsed = "lapsed" / "Lapsed",
    }
}

choice! {
    /// An act that decides an extension.
    Action without column { Accept = "accept" / "Accept", Decline = "decline" / "Decline", Withdraw = "withdraw" / "Withdraw", Lapse = "lapse" / "Lapse" }
}

use Status::{Accepted, Declined, Lapsed, Offered, Withdrawn};

/// All of it is beyond the published machines.
pub const RULES: &[Rule<Status, Action, Part>] = &[
    Rule { action: Action::Accept, from: &[Offered], to: Accepted, by: &[Part::Signee] },
    Rule { action: Action::Decline, from: &[Offered], to: Declined, by: &[Part::Signee] },
    Rule { action: Action::Withdraw, from: &[Offered], to: Withdrawn, by: &[Part::Issuer] },
    // by itself, when the contract ends first
    Rule { action: Action::Lapse, from: &[Offered], to: Lapsed, by: &[Part::System] },
];

pub type Move = crate::kit::lifecycle::Move<Status, Action>;

/// What an extension changes, as a part of what both sides are shown.
pub fn shown(terms: Shown, extension: &ExtensionRow) -> Shown {
    terms.part("the new expiry date", format!("{} {:?} {:?}", extension.number, extension.from_at, extension.to_at))
}
