//! Listings: a product's place on a marketplace, and the requests by which vendors get, change and leave it.

pub mod actions;
pub mod data;
pub mod ending;
pub mod grid;
pub mod leaving;
pub mod letters;
pub mod lifecycle;
pub mod manifest;
pub mod offered;
pub mod offering;
pub mod pages;
pub mod pausing;
pub mod queue;
pub mod requests;
pub mod store;
pub mod succession;
pub mod touched;
pub mod wizard;

use crate::{
    choice,
    kit::{
        actor::{Identity, Permission, Role},
        page::MenuItem,
    },
};

pub use offering::Changed;

pub use crate::modules::ids::Listing;

pub use crate::modules::ids::ListingRequest as Request;

choice! {
    /// Where a listing stands.
    Status { Unlisted = "unlisted" / "Not Listed", Listed = "listed" / "Listed" }
}

impl Status {
    pub fn shape(self) -> &'static str {
        if self == Self::Listed { "dot" } else { "ring" }
    }
}

choice! {
    /// What a vendor asks for.
    Type { New = "new" / "New", Update = "update" / "Update", Remove = "remove" / "Terminate" }
}

choice! {
    /// Where a request stands.
    RequestStatus {
        Draft = "draft" / "Draft",
        Reviewing = "reviewing" / "Reviewing",
        Deploying = "deploying" / "Deploying",
        Completed = "completed" / "Completed",
        Cancelled = "cancelled" / "Cancelled",
    }
}

impl RequestStatus {
    pub const OPEN: [Self; 3] = [Self::Draft, Self::Reviewing, Self::Deploying];

    pub fn shape(self) -> &'static str {
        match self {
            Self::Draft => "ring",
            Self::Reviewing | Self::Deploying => "half",
            Self::Completed => "dot",
            Self::Cancelled => "square",
        }
    }

    /// Whether somebody has still to act.
    pub fn open(self) -> bool {
        Self::OPEN.contains(&self)
    }

    /// Whether the clock of the marketplace's owner runs.
    pub fn waits(self) -> bool {
        matches!(self, Self::Reviewing | Self::Deploying)
    }
}

/// The permission to manage listings, as groups grant it.
pub const MANAGE: &str = "listings.manage";

/// See listings and their requests: a vendor its own, the owner of a marketplace those on it.
pub struct View;
impl Permission for View {
    const WORDS: &'static str = "view listings";
    fn of_account(identity: &Identity) -> bool {
        identity.company.role == Role::Vendor || identity.rights.program
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds("listings.view")
    }
}

/// Ask for listings.
pub struct Submit;
impl Permission for Submit {
    const WORDS: &'static str = "manage listings";
    fn of_account(identity: &Identity) -> bool {
        identity.company.role == Role::Vendor
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds(MANAGE)
    }
}

/// Review, deploy, complete and refuse what vendors ask for.
pub struct Process;
impl Permission for Process {
    const WORDS: &'static str = "process listing requests";
    fn of_account(identity: &Identity) -> bool {
        identity.company.role != Role::Vendor && identity.rights.program
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds(MANAGE)
    }
}

/// Speak for the company on a request.
pub struct Talk;
impl Permission for Talk {
    const WORDS: &'static str = "message partners";
    fn of_account(identity: &Identity) -> bool {
        View::of_account(identity)
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds(MANAGE)
    }
}

/// The menu's entry, for who may see it.
pub fn entry(identity: &Identity, path: &str) -> Option<MenuItem> {
    View::held_by(identity).then(|| {
        let sections = [("Listings", "listings"), ("Listing requests", "listing-requests")];
        MenuItem::with(identity, path, ("Listings", "document", "listings"), &sections)
    })
}
