//! Tier configurations: what a reseller and a vendor settle before the reseller's first order of a product.

pub mod actions;
pub mod grid;
pub mod letters;
pub mod lifecycle;
pub mod manifest;
pub mod pages;
pub mod queue;
pub mod requests;
pub mod shown;
pub mod store;

use crate::{
    choice,
    kit::{
        actor::{Identity, Permission, Role},
        page::MenuItem,
    },
};

pub use crate::modules::ids::TierConfig;

pub use crate::modules::ids::TierConfigRequest as Request;

choice! {
    /// Where a configuration stands.
    Status {
        /// Only validation makes one; nothing does yet.
        Draft = "draft" / "Draft",
        Processing = "processing" / "Processing",
        Active = "active" / "Active",
    }
}

impl Status {
    pub fn shape(self) -> &'static str {
        match self {
            Self::Draft => "ring",
            Self::Processing => "half",
            Self::Active => "dot",
        }
    }
}

choice! {
    /// What a request wants.
    Type { Setup = "setup" / "Setup", Update = "update" / "Update", Adjustment = "adjustment" / "Adjustment" }
}

choice! {
    /// Where a request stands.
    RequestStatus {
        /// Only validation makes one; nothing does yet.
        Draft = "draft" / "Draft",
        TiersSetup = "tiers_setup" / "Tiers Setup",
        Pending = "pending" / "Pending",
        Inquiring = "inquiring" / "Inquiring",
        Approved = "approved" / "Approved",
        Failed = "failed" / "Failed",
    }
}

impl RequestStatus {
    pub const OPEN: [Self; 4] = [Self::Draft, Self::TiersSetup, Self::Pending, Self::Inquiring];

    pub fn shape(self) -> &'static str {
        match self {
            Self::Draft => "ring",
            Self::Pending | Self::TiersSetup | Self::Inquiring => "half",
            Self::Approved => "dot",
            Self::Failed => "square",
        }
    }

    /// Whether somebody has still to act.
    pub fn open(self) -> bool {
        Self::OPEN.contains(&self)
    }

    /// Whether its vendor may fill in what it knows.
    pub fn fillable(self) -> bool {
        matches!(self, Self::Pending | Self::Inquiring)
    }

    /// Whether the vendor's clock runs.
    pub fn waits(self) -> bool {
        self == Self::Pending
    }
}

/// The permission to manage configurations, as groups grant it.
pub const MANAGE: &str = "tier_config.manage";

/// See tier configurations and their requests.
pub struct View;
impl Permission for View {
    const WORDS: &'static str = "view tier configurations";
    fn of_person(identity: &Identity) -> bool {
        identity.holds("tier_config.view")
    }
}

/// Ask for updates, answer what the vendor asks, give up.
pub struct Manage;
impl Permission for Manage {
    const WORDS: &'static str = "manage tier configurations";
    fn of_person(identity: &Identity) -> bool {
        identity.holds(MANAGE)
    }
}

/// Decide about requests.
pub struct Process;
impl Permission for Process {
    const WORDS: &'static str = "process tier configurations";
    fn of_account(identity: &Identity) -> bool {
        identity.company.role == Role::Vendor
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds(MANAGE)
    }
}

/// The menu's entry, for people who may see it.
pub fn entry(identity: &Identity, path: &str) -> Option<MenuItem> {
    View::held_by(identity).then(|| {
        let sections = [("Tier configurations", "tier-configs"), ("Tier requests", "tier-config-requests")];
        MenuItem::with(identity, path, ("Tier Config", "settings", "tiers"), &sections)
    })
}
