//! What a company sees and says of itself: what it is, whom to talk to, what its people find on Home, its contracts, who runs it, its
//! published account, and its language. The rows are those of [`crate::accounts`].

pub mod actions;
pub mod api;
pub mod contacts;
pub mod data;
pub mod language;
pub mod links;
pub mod manifest;
pub mod pages;
pub mod store;
pub mod tongues;
pub mod transfer;

use super::people;
use crate::kit::actor::{Identity, Permission};

/// See what the company says of itself.
pub struct View;
impl Permission for View {
    const WORDS: &'static str = "view the company's details";
    fn of_person(identity: &Identity) -> bool {
        identity.holds(people::VIEW)
    }
}

/// Change it.
pub struct Manage;
impl Permission for Manage {
    const WORDS: &'static str = "change the company's details";
    fn of_person(identity: &Identity) -> bool {
        identity.holds(people::MANAGE)
    }
}
