//! What this module hands to the program.

use super::pages;
use crate::manifest::{EVERYBODY, Manifest, Screens};

pub const MANIFEST: Manifest = Manifest {
    screens: &[Screens { roles: EVERYBODY, mounts: pages::screens }],
    events: &[("account.second_factor_changed", "changed how the company's people sign in")],
    ..Manifest::named("security")
};
