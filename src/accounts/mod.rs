//! Companies, people, and who belongs to which.

pub mod actions;
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
