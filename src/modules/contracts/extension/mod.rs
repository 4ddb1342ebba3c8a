//! Extend: a later end of a contract, offered by its issuer and accepted by its signee, both stamped. Until it is accepted the
//! earlier day holds.

pub mod actions;
pub mod pages;
pub mod store;

use super::lifecycle::Part;
use crate::{
    choice,
    kit::{
        lifecycle::{Lifecycle, Rule, Step, Verb},
        shown::Shown,
    },
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
    // automatically, when the contract ends first
    Rule { action: Action::Lapse, from: &[Offered], to: Lapsed, by: &[Part::System] },
];

pub const EXTENSIONS: Lifecycle<Status, Action, Part> = Lifecycle {
    of: "New expiry dates",
    verbs: &[Verb { name: "Offer", step: Step::Made(Offered), by: &[Part::Issuer] }],
    rules: RULES,
    notes: "Contracts of all types can be extended while they are Active; one offer is open at a time. Until it is accepted the date \
            before it holds. A date that has passed cannot be accepted. Both stamps are evidence, and have a certificate. Reminders \
            begin anew. An offer lapses when its contract ends first.",
};

pub type Move = crate::kit::lifecycle::Move<Status, Action>;

/// What an extension changes, as a part of what both sides are shown.
pub fn shown(terms: Shown, extension: &ExtensionRow) -> Shown {
    terms.part("the new expiry date", format!("{} {:?} {:?}", extension.number, extension.from_at, extension.to_at))
}
