//! Customers: tier accounts, which hold the data of customers and of the resellers above them, in trees.
//!
//! *Levels* count from a tree's root downwards, *tiers* from the customer, its leaf, upwards.

pub mod actions;
pub mod api;
pub mod data;
pub mod grid;
pub mod imports;
pub mod letters;
pub mod lifecycle;
pub mod manifest;
pub mod pages;
pub mod published;
pub mod requests;
pub mod snapshot;
pub mod store;
pub mod wizard;

use crate::{
    choice,
    kit::{
        actor::{Identity, Permission},
        page::MenuItem,
    },
};

pub use crate::modules::ids::TierAccount;

choice! {
    /// What an account is in its tree: a leaf, or something above one.
    Type { Customer = "customer" / "Customer", Reseller = "reseller" / "Reseller" }
}

impl Type {
    pub fn about(self) -> &'static str {
        match self {
            Self::Customer => "Buys for its own use. Must be under a reseller",
            Self::Reseller => "Sells to customers or other resellers. Can be at the top level",
        }
    }
}

choice! {
    /// Whether an account can be used.
    Status { Active = "active" / "Active", Decommissioned = "decommissioned" / "Decommissioned" }
}

impl Status {
    pub fn shape(self) -> &'static str {
        if self == Self::Active { "dot" } else { "square" }
    }
}

/// The deepest level that a tree may have.
pub const DEEPEST: i64 = 10;

/// The permission to manage customers, as groups grant it.
pub const MANAGE: &str = "customers.manage";

/// See the company's tier accounts.
pub struct View;
impl Permission for View {
    const WORDS: &'static str = "view customers";
    fn of_person(identity: &Identity) -> bool {
        identity.holds("customers.view")
    }
}

/// Create, change, move and decommission tier accounts.
pub struct Manage;
impl Permission for Manage {
    const WORDS: &'static str = "manage customers";
    fn of_person(identity: &Identity) -> bool {
        identity.holds(MANAGE)
    }
}

/// The menu's entry, for people who may see it.
pub fn entry(identity: &Identity, path: &str) -> Option<MenuItem> {
    View::held_by(identity).then(|| {
        let sections =
            [("Customers", "customers"), ("Account tree", "customers/tree"), ("Customer changes", "customer-requests")];
        MenuItem::with(identity, path, ("Customers", "directory", "customers"), &sections)
    })
}
