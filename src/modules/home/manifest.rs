//! What this module hands to the program.

use super::{entry, pages};
use crate::{
    kit::actor::Role,
    manifest::{EVERYBODY, Entry, Manifest, Screens},
};

pub const MANIFEST: Manifest = Manifest {
    screens: &[Screens { roles: EVERYBODY, mounts: pages::screens }],
    menu: &[Entry { places: &[(Role::Distributor, 10), (Role::Vendor, 10), (Role::Reseller, 10)], item: entry }],
    ..Manifest::named("home")
};
