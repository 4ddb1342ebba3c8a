//! What this module hands to the program.

use super::{asked, pages};
use crate::manifest::{EVERYBODY, Manifest, Screens, VENDORS};

pub const MANIFEST: Manifest = Manifest {
    screens: &[Screens { roles: EVERYBODY, mounts: pages::screens }, Screens { roles: VENDORS, mounts: pages::vendor }],
    public: &[asked::screens],
    ..Manifest::named("orders/ordering")
};
