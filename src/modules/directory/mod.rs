//! The Directory: partners of a company.

pub mod pages;

use crate::kit::actor::{Identity, Permission};

/// See partners.
pub struct View;
impl Permission for View {
    const WORDS: &'static str = "view the directory";
    fn of_account(identity: &Identity) -> bool {
        identity.rights.any()
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds("directory.view")
    }
}
