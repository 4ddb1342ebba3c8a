//! What this module hands to the program.

use super::{PARTNERS, pages};
use crate::manifest::{BUYERS, Grant, Manifest, Screens, Section};

pub const MANIFEST: Manifest = Manifest {
    permissions: &[Grant::all("directory.view", "View partners")],
    screens: &[Screens { roles: BUYERS, mounts: pages::screens }],
    sections: &[Section {
        path: "directory",
        view: "directory.view",
        named: "",
        table: "accounts",
        sample: "VA-999-001",
        parties: &[],
    }],
    lives: &[|| PARTNERS.life()],
    ..Manifest::named("directory")
};
