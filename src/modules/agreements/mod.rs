//! Agreements: versioned templates from which contracts are made.

pub mod actions;
pub mod data;
pub mod deadline;
pub mod documents;
pub mod grid;
pub mod letters;
pub mod lifecycle;
pub mod manifest;
pub mod pages;
pub mod store;

use crate::{
    choice,
    kit::{
        actor::{Account, Identity, Permission, Rights},
        id::Id,
        words::Words,
    },
    t,
};

use super::binding::SIGN;
pub use super::binding::Type;
pub use crate::modules::ids::Agreement;

choice! {
    /// Whether contracts can be made on a version.
    VersionStatus { Active = "active" / "Active", Inactive = "inactive" / "Inactive" }
}

impl VersionStatus {
    /// The sign beside the word.
    pub fn shape(self) -> &'static str {
        match self {
            Self::Active => "dot",
            Self::Inactive => "ring",
        }
    }
}

impl Type {
    /// Prefix of the ids of such agreements.
    pub fn agreement_prefix(self) -> &'static str {
        match self {
            Self::Program => "AGP",
            Self::Distribution => "AGD",
            Self::Service => "AGS",
            Self::Syndication => "AGU",
            Self::Referral => "AGR",
        }
    }

    /// What such an agreement is, above its name.
    pub fn agreement_title(self) -> Words {
        match self {
            Self::Program => t!("Program agreement"),
            Self::Distribution => t!("Distribution agreement"),
            Self::Service => t!("Service agreement"),
            Self::Syndication => t!("Syndication agreement"),
            Self::Referral => t!("Referral agreement"),
        }
    }
}

/// See the company's agreements.
pub struct View;
impl Permission for View {
    const WORDS: &'static str = "view agreements";
    fn of_account(identity: &Identity) -> bool {
        identity.rights.any()
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds("agreements.view")
    }
}

/// Write agreements and their versions.
pub struct Manage;
impl Permission for Manage {
    const WORDS: &'static str = "manage agreements";
    fn of_account(identity: &Identity) -> bool {
        identity.rights.any()
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds("agreements.manage")
    }
}

/// Make a version the one that partners sign: binds the company.
pub struct Activate;
impl Permission for Activate {
    const WORDS: &'static str = "activate versions of agreements";
    fn of_account(identity: &Identity) -> bool {
        identity.rights.any()
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds("agreements.manage") && identity.holds(SIGN)
    }
}

/// A version of an agreement has become active.
pub struct Activated {
    pub agreement: Id<Agreement>,
}

/// A version of an agreement is about to become active, by its owner, who has these rights.
pub struct Activating {
    pub agreement: Id<Agreement>,
    pub owner: Id<Account>,
    pub rights: Rights,
}

/// An agreement with an active version is about to have none: until another one is activated, or for good.
pub struct Closing {
    pub agreement: Id<Agreement>,
    pub for_good: bool,
}
