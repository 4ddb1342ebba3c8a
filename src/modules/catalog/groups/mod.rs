//! Product groups: what the catalogs of service agreements are put together from.

pub mod actions;
pub mod data;
pub mod grid;
pub mod manifest;
pub mod pages;
pub mod store;

use crate::kit::actor::{Identity, Permission};

pub use crate::modules::ids::ProductGroup;

/// See the company's product groups.
pub struct View;
impl Permission for View {
    const WORDS: &'static str = "view product groups";
    fn of_account(identity: &Identity) -> bool {
        identity.rights.service
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds("catalog.view")
    }
}

/// Put groups together.
pub struct Manage;
impl Permission for Manage {
    const WORDS: &'static str = "manage product groups";
    fn of_account(identity: &Identity) -> bool {
        identity.rights.service
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds("catalog.manage")
    }
}
