//! What this module hands to the program.

use super::{pages, store};
use crate::manifest::{BUYERS, Manifest, Screens};

/// Tabs and acts of agreements.
pub const MANIFEST: Manifest = Manifest {
    screens: &[Screens { roles: BUYERS, mounts: pages::screens }],
    events: &[
        ("agreement.groups_changed", "changed the product groups of the agreement"),
        ("agreement.marketplaces_changed", "changed the marketplaces of the agreement"),
    ],
    keys: &[store::KEYS],
    ..Manifest::named("catalog/carried")
};
