//! The Catalog: what a company's service contracts offer it to sell. What it shows is kept in `sight` with the reason `catalog`.

pub mod carried;
pub mod grid;
pub mod groups;
pub mod manifest;
pub mod pages;
pub mod sight;
pub mod store;

use super::binding::SIGN;
use crate::kit::actor::{Identity, Permission};

/// See what distributors offer to be sold on.
pub struct View;
impl Permission for View {
    const WORDS: &'static str = "view the catalog";
    fn of_account(identity: &Identity) -> bool {
        identity.rights.resale
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds("products.view")
    }
}

/// Enroll in what it offers: binds the company.
pub struct Enroll;
impl Permission for Enroll {
    const WORDS: &'static str = "enroll in agreements";
    fn of_account(identity: &Identity) -> bool {
        identity.rights.resale
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds("products.view") && identity.holds(SIGN)
    }
}
