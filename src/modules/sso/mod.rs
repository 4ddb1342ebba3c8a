//! Single sign-on: a company's people sign in through the company's own identity provider, by OpenID Connect. What such a session opens is
//! decided in [`crate::access::providers`]; here a company sets up its provider, and people sign in through it.

pub mod actions;
pub mod alarm;
pub mod data;
pub mod domains;
pub mod entering;
pub mod letters;
pub mod manifest;
pub mod pages;
pub mod provider;
pub mod requirement;
pub mod sealing;
pub mod signing;
pub mod store;
pub mod web;

use crate::{
    choice,
    kit::actor::{Identity, Permission},
};

/// Manage how the company's people sign in through its provider.
pub struct Manage;
impl Permission for Manage {
    const WORDS: &'static str = "manage single sign-on";
    fn of_person(identity: &Identity) -> bool {
        identity.administrator
    }
}

choice! {
    /// Whom a provider lets in.
    Joining {
        Members = "members" / "Existing users only",
        Everybody = "everybody" / "Everyone your provider lets in",
    }
}

impl Joining {
    /// What the choice means.
    pub fn about(self) -> &'static str {
        match self {
            Self::Members => "Invite people before they can sign in.",
            Self::Everybody => {
                "People with an email address of one of your domains become users when they first sign in."
            }
        }
    }
}
