//! How a distributor's portal looks, and those of its partners; and under which names of its own they are reached. How pages look is kept
//! by the process ([`crate::kit::brand`]).

pub mod actions;
pub mod data;
pub mod hosts;
pub mod manifest;
pub mod pages;
pub mod store;

use crate::kit::actor::{Identity, Permission, Role};

/// Say how the portal looks.
pub struct Manage;
impl Permission for Manage {
    const WORDS: &'static str = "manage the branding";
    fn of_account(identity: &Identity) -> bool {
        identity.company.role == Role::Distributor
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds("administration.manage")
    }
}
