//! Distribution: an agreement for one marketplace inside a program agreement, and the contracts that vendors enroll in.

pub mod actions;
pub mod data;
pub mod letters;
pub mod manifest;
pub mod pages;
pub mod store;

pub use super::binding::Approve;
use super::binding::SIGN;
use crate::kit::actor::{Identity, Permission, Role};

/// See the distribution agreements that a vendor may enroll in.
pub struct View;
impl Permission for View {
    const WORDS: &'static str = "view agreements";
    fn of_account(identity: &Identity) -> bool {
        identity.company.role == Role::Vendor
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds("agreements.view")
    }
}

/// Enroll in one: binds the vendor.
pub struct Enroll;
impl Permission for Enroll {
    const WORDS: &'static str = "enroll in agreements";
    fn of_account(identity: &Identity) -> bool {
        identity.company.role == Role::Vendor
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds("agreements.view") && identity.holds(SIGN)
    }
}

/// Speak for the company on a contract.
pub struct Talk;
impl Permission for Talk {
    const WORDS: &'static str = "message partners";
    fn of_person(identity: &Identity) -> bool {
        identity.holds("contracts.manage")
    }
}
