//! Fulfilment: the requests by which subscriptions come about, change and end, and what their vendor does with them.

pub mod actions;
pub mod grid;
pub mod letters;
pub mod lifecycle;
pub mod manifest;
pub mod pages;
pub mod queue;
pub mod shown;
pub mod store;

use crate::{
    choice,
    kit::actor::{Identity, Permission, Role},
    modules::orders::subscriptions,
};

pub use crate::modules::ids::FulfillmentRequest as Request;

choice! {
    /// What a request wants.
    Type {
        Purchase = "purchase" / "Purchase",
        Change = "change" / "Change",
        Suspend = "suspend" / "Suspend",
        Resume = "resume" / "Resume",
        Cancel = "cancel" / "Cancellation",
        Adjustment = "adjustment" / "Adjustment",
    }
}

impl Type {
    /// Whether it orders items, for tiers that may have to be set up first.
    pub fn orders(self) -> bool {
        matches!(self, Self::Purchase | Self::Change)
    }

    /// Whether it says what shall be in the subscription, so that approving it shows a message.
    pub fn fills(self) -> bool {
        matches!(self, Self::Purchase | Self::Change | Self::Adjustment)
    }
}

choice! {
    /// Where a request stands.
    Status {
        /// Only validation before ordering makes one; nothing does yet.
        Draft = "draft" / "Draft",
        TiersSetup = "tiers_setup" / "Tiers Setup",
        Pending = "pending" / "Pending",
        Inquiring = "inquiring" / "Inquiring",
        Scheduled = "scheduled" / "Scheduled",
        Revoking = "revoking" / "Revoking",
        Approved = "approved" / "Approved",
        Failed = "failed" / "Failed",
        Revoked = "revoked" / "Revoked",
    }
}

impl Status {
    pub const OPEN: [Self; 6] =
        [Self::Draft, Self::TiersSetup, Self::Pending, Self::Inquiring, Self::Scheduled, Self::Revoking];

    pub fn shape(self) -> &'static str {
        match self {
            Self::Draft => "ring",
            Self::Pending | Self::Revoking | Self::TiersSetup | Self::Inquiring | Self::Scheduled => "half",
            Self::Approved => "dot",
            Self::Failed | Self::Revoked => "square",
        }
    }

    /// Whether somebody has still to act.
    pub fn open(self) -> bool {
        Self::OPEN.contains(&self)
    }

    /// Whether its vendor may fill in what it knows.
    pub fn fillable(self) -> bool {
        matches!(self, Self::Pending | Self::Scheduled | Self::Inquiring)
    }

    /// Whether the vendor's clock runs.
    pub fn waits(self) -> bool {
        matches!(self, Self::Pending | Self::Revoking)
    }
}

/// Work through the queue: fill in, ask, approve, schedule, fail.
pub struct Process;
impl Permission for Process {
    const WORDS: &'static str = "fulfil requests";
    fn of_account(identity: &Identity) -> bool {
        identity.company.role == Role::Vendor
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds(subscriptions::MANAGE)
    }
}

/// Speak for the company on a request, or answer what its vendor asks.
pub struct Talk;
impl Permission for Talk {
    const WORDS: &'static str = "message partners";
    fn of_person(identity: &Identity) -> bool {
        identity.holds(subscriptions::MANAGE)
    }
}
