//! Whom partners talk to at a company: business and technical contacts.

pub mod actions;
pub mod data;
pub mod pages;
pub mod store;

use super::{Manage, View};
use crate::choice;

choice! {
    /// What somebody is asked about.
    ContactKind { Business = "business" / "Business", Technical = "technical" / "Technical" }
}

impl ContactKind {
    pub fn about(self) -> &'static str {
        match self {
            Self::Business => "Contracts, listings and bills",
            Self::Technical => "Orders, usage and integrations",
        }
    }
}
