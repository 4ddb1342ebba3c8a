//! A company is handed over to a colleague, who becomes an administrator.

pub mod actions;
pub mod data;
pub mod letters;
pub mod pages;
pub mod store;

use crate::kit::actor::{Identity, Permission};

/// Hand the company over: only administrators decide who is one.
pub struct HandOver;
impl Permission for HandOver {
    const WORDS: &'static str = "hand over the company";
    fn of_person(identity: &Identity) -> bool {
        identity.administrator
    }
}
