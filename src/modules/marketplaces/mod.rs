//! Marketplaces: where a distributor, or a reseller with the Program right, offers what vendors list.

pub mod actions;
pub mod api;
pub mod data;
pub mod grid;
pub mod hubs;
pub mod manifest;
pub mod pages;
pub mod reference;
pub mod store;
pub mod wizard;

use crate::{
    choice,
    kit::{
        actor::{Identity, Permission},
        page::MenuItem,
    },
};

pub use crate::modules::ids::{Hub, Marketplace};

choice! {
    /// A column that price lists may have on a marketplace; T0 is the customer, T1 and T2 the tiers above.
    Price { Price = "price" / "Price", T0 = "st0p" / "Suggested T0 Price", T1 = "st1p" / "Suggested T1 Price", T2 = "st2p" / "Suggested T2 Price" }
}

impl Price {
    /// What the words mean, for who meets them first.
    pub fn about(self) -> &'static str {
        match self {
            Self::Price => "What you pay the vendor",
            Self::T0 => "What the customer pays",
            Self::T1 => "What the partner that sells to the customer pays",
            Self::T2 => "What the partner above that one pays",
        }
    }
}

/// See the company's marketplaces and hubs.
pub struct View;
impl Permission for View {
    const WORDS: &'static str = "view marketplaces";
    fn of_account(identity: &Identity) -> bool {
        identity.rights.sells()
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds("marketplaces.view")
    }
}

/// Create, change and delete marketplaces and hubs.
pub struct Manage;
impl Permission for Manage {
    const WORDS: &'static str = "manage marketplaces";
    fn of_account(identity: &Identity) -> bool {
        identity.rights.sells()
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds("marketplaces.manage")
    }
}

/// The menu's entry, for who may see it.
pub fn entry(identity: &Identity, path: &str) -> Option<MenuItem> {
    View::held_by(identity).then(|| {
        let sections = [("Marketplaces", "marketplaces"), ("Hubs", "hubs")];
        MenuItem::with(identity, path, ("Marketplaces", "marketplaces", "marketplaces"), &sections)
    })
}
