//! What this module hands to the program.

use super::{PARTNERS, View, create, pages};
use crate::{
    kit::actor::Permission as _,
    manifest::{BUYERS, Find, Grant, Manifest, Screens, Section, Start},
    modules::contracts::Create,
};

pub const MANIFEST: Manifest = Manifest {
    permissions: &[
        Grant::all("directory.view", "View partners"),
        Grant::people("directory.manage", "Keep notes on partners"),
    ],
    screens: &[Screens { roles: BUYERS, mounts: pages::screens }],
    starts: &[Start { label: "Create Partner", to: "directory/new", may: Create::held_by }],
    events: &[
        ("partner.created", "created the partner"),
        ("partner.note_added", "added a note on the partner"),
        ("partner.note_changed", "changed a note on the partner"),
        ("partner.note_deleted", "deleted a note on the partner"),
    ],
    keys: &[create::store::KEYS],
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
