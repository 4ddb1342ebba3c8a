//! Companies, people, and who belongs to which.

pub mod actions;
pub mod brands;
pub mod invited;
pub mod store;

use crate::{choice, kit::id::Kind};

/// A department of a company: what its members may do.
pub struct Group;
impl Kind for Group {
    const PREFIXES: &'static [&'static str] = &["UG"];
    const GROUPS: &'static [usize] = &[3, 3, 3];
}

choice! {
    /// A user is a person, or acts for a program.
    UserKind { Person = "person" / "Person", Service = "service" / "Service" }
}

choice! {
    /// Whether a company's people sign in with a second factor.
    SecondFactor { Optional = "optional" / "Optional", Suggested = "suggested" / "Suggested", Required = "required" / "Required" }
}

impl SecondFactor {
    /// What it means for the company's people.
    pub fn about(self) -> &'static str {
        match self {
            Self::Optional => "People decide for themselves.",
            Self::Suggested => "People without one are reminded when they sign in.",
            Self::Required => "People without one cannot do anything in this company until they set one up.",
        }
    }
}
