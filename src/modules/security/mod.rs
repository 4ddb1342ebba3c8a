//! How a company keeps itself safe: how its people sign in. One page with a section for each part.

pub mod actions;
pub mod data;
pub mod manifest;
pub mod pages;
pub mod store;

use crate::kit::actor::{Identity, Permission};

/// See how the company's people sign in.
pub struct View;
impl Permission for View {
    const WORDS: &'static str = "view the company's security settings";
    fn of_person(identity: &Identity) -> bool {
        identity.holds("administration.view")
    }
}

/// Say how the company's people sign in.
pub struct Manage;
impl Permission for Manage {
    const WORDS: &'static str = "change the company's security settings";
    fn of_person(identity: &Identity) -> bool {
        identity.administrator
    }
}
