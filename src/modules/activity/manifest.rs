//! What this module hands to the program.

use super::{VIEW, pages};
use crate::manifest::{EVERYBODY, Grant, Manifest, Screens};

pub const MANIFEST: Manifest = Manifest {
    permissions: &[Grant::people(VIEW, "View the company's activity")],
    screens: &[Screens { roles: EVERYBODY, mounts: pages::screens }],
    ..Manifest::named("activity")
};
