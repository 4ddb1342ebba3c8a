//! What this module hands to the program.

use super::{hosts, pages, store};
use crate::{
    kit::actor::Role,
    manifest::{Manifest, Screens},
};

pub const MANIFEST: Manifest = Manifest {
    screens: &[
        Screens { roles: &[Role::Distributor], mounts: pages::screens },
        Screens { roles: &[Role::Distributor], mounts: hosts::pages::screens },
    ],
    events: &[
        ("brand.changed", "changed the branding"),
        ("brand.images_changed", "changed the logo or the icon"),
        ("brand.host_added", "added a host name"),
        ("brand.host_verified", "verified a host name"),
        ("brand.host_removed", "removed a host name"),
    ],
    keys: &[store::KEYS],
    ..Manifest::named("branding")
};
