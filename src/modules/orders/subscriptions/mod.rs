//! Subscriptions: what a customer has of a product. Everything that changes one is a request, which its vendor fulfils.

pub mod grid;
pub mod lifecycle;
pub mod manifest;
pub mod orderable;
pub mod quantity;
pub mod shown;
pub mod store;
pub mod succession;
pub mod touched;

use crate::{
    choice,
    kit::{
        actor::{Identity, Permission, Role},
        page::MenuItem,
    },
};

pub use crate::modules::ids::Subscription;

choice! {
    /// Where a subscription stands.
    Status {
        /// Only validation before ordering makes one; nothing does yet.
        Draft = "draft" / "Draft",
        Processing = "processing" / "Processing",
        Active = "active" / "Active",
        Suspended = "suspended" / "Suspended",
        Terminating = "terminating" / "Terminating",
        Terminated = "terminated" / "Terminated",
    }
}

impl Status {
    pub fn shape(self) -> &'static str {
        match self {
            Self::Draft => "ring",
            Self::Processing | Self::Terminating | Self::Suspended => "half",
            Self::Active => "dot",
            Self::Terminated => "square",
        }
    }
}

/// The permission to order, and to fulfil orders, as groups grant it.
pub const MANAGE: &str = "subscriptions.manage";

/// See subscriptions and their requests.
pub struct View;
impl Permission for View {
    const WORDS: &'static str = "view subscriptions";
    fn of_person(identity: &Identity) -> bool {
        identity.holds("subscriptions.view")
    }
}

/// Act on subscriptions that the company has: ask for changes, cancel, withdraw. A company that has lost its right to order keeps
/// this, so that it can get out of what it has.
pub struct Manage;
impl Permission for Manage {
    const WORDS: &'static str = "manage subscriptions";
    fn of_person(identity: &Identity) -> bool {
        identity.holds(MANAGE)
    }
}

/// Order subscriptions: for customers what is listed on marketplaces of the own or sold by syndication, or as a vendor in preview.
pub struct Order;
impl Permission for Order {
    const WORDS: &'static str = "order subscriptions";
    fn of_account(identity: &Identity) -> bool {
        identity.company.role == Role::Vendor || identity.rights.sells()
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds(MANAGE)
    }
}

/// The menu's entry, for people who may see it.
pub fn entry(identity: &Identity, path: &str) -> Option<MenuItem> {
    View::held_by(identity).then(|| {
        MenuItem::with(
            identity,
            path,
            ("Subscriptions", "order", "orders"),
            &[("Subscriptions", "subscriptions"), ("Orders", "fulfillment")],
        )
    })
}
