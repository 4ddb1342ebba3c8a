//! Who is let in, and from where: the sessions of a company's people, and the addresses from which it is reached. How a session or an address
//! is let in is decided in [`crate::access`]; here a company sees and says it.

pub mod actions;
pub mod data;
pub mod grid;
pub mod manifest;
pub mod pages;
pub mod rules;
pub mod store;

use crate::kit::actor::{Identity, Permission};

/// See where people are signed in, and sign them out.
pub struct Manage;
impl Permission for Manage {
    const WORDS: &'static str = "see and end the sessions of colleagues";
    fn of_person(identity: &Identity) -> bool {
        identity.holds("administration.manage")
    }
}

/// Say from where the company is reached.
pub struct Administer;
impl Permission for Administer {
    const WORDS: &'static str = "change from which addresses the company is reached";
    fn of_person(identity: &Identity) -> bool {
        identity.administrator
    }
}
