//! Contracts: how a distributor brings partners in. The exemplar that every later module copies.
//!
//! Read in this order: `mod.rs` (words and permissions), `data.rs` (what people say: one table for each form), `lifecycle.rs` (what may
//! happen), `store.rs` (statements, and the keys that refuse), `actions.rs` (the verbs, which refuse by themselves), `grid.rs`, `wizard.rs`,
//! `pages/`; then `delivery/`, how the link gets there, `activation/`, the invitee's way in, `signing/`, `extension/`, `renewal/`, and `ending.rs`: what an end takes along, here and
//! by `src/consequences.rs` elsewhere.

pub mod actions;
pub mod activation;
pub mod data;
pub mod delivery;
pub mod ending;
pub mod evidence;
pub mod expiry;
pub mod extension;
pub mod grid;
pub mod letters;
pub mod lifecycle;
pub mod links;
pub mod manifest;
pub mod pages;
pub mod renewal;
pub mod rights;
pub mod signers;
pub mod signing;
pub mod store;
pub mod terms;
pub mod wizard;

pub use super::binding::{Purpose, SIGN, Status, Type, View};
use crate::{
    kit::{
        actor::{Account, Identity, Permission, Role},
        id::Id,
        words::Words,
    },
    modules::ids::Agreement,
    t,
};

pub use crate::modules::ids::Contract;

impl Type {
    /// Prefix of the ids of such contracts.
    pub fn contract_prefix(self) -> &'static str {
        match self {
            // what is enrolled in by a referral is a program contract with its vendor
            Self::Program | Self::Referral => "CRP",
            Self::Distribution => "CRD",
            Self::Service => "CRS",
            Self::Syndication => "CRU",
        }
    }

    /// What such a contract is, above its name.
    pub fn contract_title(self) -> Words {
        match self {
            Self::Program | Self::Referral => t!("Program contract"),
            Self::Distribution => t!("Distribution contract"),
            Self::Service => t!("Service contract"),
            Self::Syndication => t!("Syndication contract"),
        }
    }

    /// The role of the company that such a contract brings in, which decides the portal it opens.
    pub fn opens(self) -> Role {
        match self {
            Self::Program | Self::Distribution | Self::Referral => Role::Vendor,
            Self::Service | Self::Syndication => Role::Reseller,
        }
    }

    /// Whether a company of `role` may sign such a contract.
    pub fn signed_by(self, role: Role) -> bool {
        match self {
            Self::Program | Self::Distribution | Self::Referral => role == Role::Vendor,
            Self::Service | Self::Syndication => matches!(role, Role::Reseller | Role::Distributor),
        }
    }
}

/// Change notes, see, send and renew activation links, delete, terminate.
pub struct Manage;
impl Permission for Manage {
    const WORDS: &'static str = "manage contracts";
    fn of_account(identity: &Identity) -> bool {
        identity.company.role != Role::Vendor
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds("contracts.manage")
    }
}

/// Make contracts: needs the company's right to write agreements, and binds it.
pub struct Create;
impl Permission for Create {
    const WORDS: &'static str = "create contracts";
    fn of_account(identity: &Identity) -> bool {
        identity.rights.any()
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds("contracts.manage") && identity.holds(SIGN)
    }
}

/// Sign a newer version.
pub struct Sign;
impl Permission for Sign {
    const WORDS: &'static str = "sign contracts";
    fn of_person(identity: &Identity) -> bool {
        identity.holds(SIGN)
    }
}

/// A service or syndication contract has become Active: its partner may sell what it opens.
pub struct Began {
    pub contract: Id<Contract>,
}

/// A vendor has signed a program.
pub struct Joined {
    pub program: Id<Agreement>,
    pub vendor: Id<Account>,
}
