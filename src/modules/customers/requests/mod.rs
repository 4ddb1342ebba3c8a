//! Tier account requests: a customer's data has changed, and the vendor of each product that the account is used with accepts
//! or ignores the change. The account is changed already; ignoring says that something is wrong with it.

pub mod actions;
pub mod api;
pub mod grid;
pub mod lifecycle;
pub mod pages;
pub mod queue;
pub mod store;
pub mod touched;

use crate::{
    choice,
    kit::actor::{Identity, Permission, Role},
};

pub use crate::modules::ids::TierAccountRequest as Request;

choice! {
    /// Where a request stands. Only Pending is not the end.
    Status {
        Pending = "pending" / "Pending",
        Accepted = "accepted" / "Accepted",
        Ignored = "ignored" / "Ignored",
        /// The product's vendor does not take part: Tier Accounts Sync was off.
        Unsupported = "unsupported" / "Unsupported",
    }
}

impl Status {
    pub fn shape(self) -> &'static str {
        match self {
            Self::Pending => "half",
            Self::Accepted => "dot",
            Self::Ignored => "square",
            Self::Unsupported => "ring",
        }
    }
}

/// Accept or ignore changes.
pub struct Decide;
impl Permission for Decide {
    const WORDS: &'static str = "decide on customer changes";
    fn of_account(identity: &Identity) -> bool {
        identity.company.role == Role::Vendor
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds(super::MANAGE)
    }
}
