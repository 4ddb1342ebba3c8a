//! What this module hands to the program.

use super::{Manage, View, pages, store};
use crate::{
    kit::actor::Permission as _,
    manifest::{BUYERS, Find, Manifest, Screens, Section, Start},
};

pub const MANIFEST: Manifest = Manifest {
    screens: &[Screens { roles: BUYERS, mounts: pages::screens }],
    starts: &[Start { label: "Register hub", to: "hubs/new", may: Manage::held_by }],
    finds: &[Find { section: "hubs", heading: "Hubs", may: View::held_by, named: "" }],
    sections: &[Section {
        path: "hubs",
        label: "Hub",
        view: "marketplaces.view",
        named: "(SELECT ARRAY[h.name] FROM hubs h WHERE h.id = w.id AND h.owner_id = $1)",
        table: "hubs",
        sample: "HB-9999-0001",
        parties: &["owner_id"],
    }],
    events: &[
        ("hub.registered", "registered the hub"),
        ("hub.updated", "changed the hub"),
        ("hub.removed", "removed the hub"),
    ],
    keys: &[store::KEYS],
    ..Manifest::named("marketplaces/hubs")
};
