//! What this module hands to the program.

use super::{pages, store};
use crate::manifest::{BUYERS, Manifest, Screens};

pub const MANIFEST: Manifest = Manifest {
    screens: &[Screens { roles: BUYERS, mounts: pages::screens }],
    keys: &[store::KEYS],
    ..Manifest::named("syndication")
};
