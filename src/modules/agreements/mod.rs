//! Agreements: versioned templates from which contracts are made.

pub mod actions;
pub mod documents;
pub mod forms;
pub mod grid;
pub mod lifecycle;
pub mod pages;
pub mod store;

use crate::{
    choice,
    kit::actor::{Identity, Permission},
};

pub use crate::modules::ids::Agreement;

choice! {
    /// What an agreement, and every contract made from it, is for.
    Type { Program = "program" / "Program", Distribution = "distribution" / "Distribution", Service = "service" / "Service" }
}

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
    /// The types by which partners are invited; a distribution agreement is enrolled in.
    pub const INVITING: [Self; 2] = [Self::Program, Self::Service];

    /// Prefix of the ids of such agreements.
    pub fn agreement_prefix(self) -> &'static str {
        match self {
            Self::Program => "AGP",
            Self::Distribution => "AGD",
            Self::Service => "AGS",
        }
    }

    /// Whether a company with these rights may write agreements of this type and invite by them.
    pub fn written_with(self, rights: crate::kit::actor::Rights) -> bool {
        match self {
            Self::Program | Self::Distribution => rights.program,
            Self::Service => rights.service,
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
        identity.holds("agreements.manage") && identity.holds(crate::modules::contracts::SIGN)
    }
}
