//! What this module hands to the program.

use super::pages;
use crate::manifest::Manifest;

pub const MANIFEST: Manifest = Manifest {
    public: &[pages::screens],
    events: &[("member.user_deleted", "deleted the user account"), ("member.left", "left the company")],
    ..Manifest::named("person")
};
