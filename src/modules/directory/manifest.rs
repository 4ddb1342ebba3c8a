//! What this module hands to the program.

use super::{PARTNERS, View, pages};
use crate::{
    kit::actor::Permission as _,
    manifest::{BUYERS, Find, Grant, Manifest, Screens, Section},
};

pub const MANIFEST: Manifest = Manifest {
    permissions: &[Grant::all("directory.view", "View partners")],
    screens: &[Screens { roles: BUYERS, mounts: pages::screens }],
    finds: &[Find {
        section: "directory",
        heading: "Partners",
        may: View::held_by,
        rows: |_| {
            "SELECT a.id, a.name FROM partners t JOIN accounts a ON a.id = t.partner_id WHERE t.issuer_id = $1 \
             AND a.search LIKE holding($2) ORDER BY t.since DESC, a.id"
                .into()
        },
    }],
    sections: &[Section {
        path: "directory",
        label: "Partner",
        view: "directory.view",
        named: "",
        table: "accounts",
        sample: "VA-999-001",
        parties: &[],
    }],
    lives: &[|| PARTNERS.life()],
    ..Manifest::named("directory")
};
