//! The Directory: partners of a company, found through the contracts it issued.

pub mod grid;
pub mod pages;
pub mod store;

use crate::{
    choice,
    kit::actor::{Identity, Permission},
};

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

choice! {
    /// Where a partner stands.
    PartnerStatus computed { Invited = "invited" / "Invited", Active = "active" / "Active" }
}

impl PartnerStatus {
    /// The sign beside the word.
    pub fn shape(self) -> &'static str {
        match self {
            Self::Invited => "ring",
            Self::Active => "dot",
        }
    }
}
