//! What the list of all records hands to the program.

use super::pages;
use crate::manifest::{EVERYBODY, Manifest, Screens};

pub const MANIFEST: Manifest = Manifest {
    screens: &[Screens { roles: EVERYBODY, mounts: pages::screens }],
    ..Manifest::named("usage/all_records")
};
