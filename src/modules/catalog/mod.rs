//! The Catalog: what a company's service contracts offer it to sell. What it shows is kept in `sight` with the reason `catalog`.

pub mod carried;
pub mod grid;
pub mod groups;
pub mod manifest;
pub mod pages;
pub mod sight;
pub mod store;

use super::binding::SIGN;
use crate::kit::{
    actor::{Identity, Permission},
    id::{Id, Kind},
};

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

/// Enroll in what leads to a product's vendor, by a program agreement of one's own: binds the company.
pub struct EnrollDirectly;
impl Permission for EnrollDirectly {
    const WORDS: &'static str = "enroll in direct agreements";
    fn of_account(identity: &Identity) -> bool {
        identity.rights.resale && identity.rights.program
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds("products.view") && identity.holds("contracts.manage") && identity.holds(SIGN)
    }
}

/// The ids that an event's note names, and how many others there are.
fn noted<K: Kind>(ids: &[Id<K>]) -> String {
    const NAMED: usize = 5;
    let named = ids.iter().take(NAMED).map(Id::as_str).collect::<Vec<_>>().join(", ");
    let more = ids.len().saturating_sub(NAMED);
    if more > 0 { format!("{named} +{more}") } else { named }
}
