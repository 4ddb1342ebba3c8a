//! What mappings hand to the program.

use super::{super::View, api, pages, store};
use crate::{
    kit::actor::Permission as _,
    manifest::{Find, Manifest, Screens, Section, VENDORS},
};

pub const MANIFEST: Manifest = Manifest {
    screens: &[Screens { roles: VENDORS, mounts: pages::screens }],
    operations: &[api::operations],
    finds: &[Find { section: "usage-mappings", heading: "Mappings", may: View::held_by, named: "" }],
    sections: &[Section {
        path: "usage-mappings",
        label: "Mapping",
        view: "usage.view",
        named: "(SELECT ARRAY[m.name] FROM usage_mappings m WHERE m.id = w.id AND m.vendor_id = $1)",
        table: "usage_mappings",
        sample: "UM-9999-0001",
        parties: &["vendor_id"],
    }],
    events: &[
        ("usage_mapping.created", "created the mapping"),
        ("usage_mapping.updated", "changed the mapping"),
        ("usage_mapping.deleted", "deleted the mapping"),
    ],
    keys: &[store::KEYS],
    ..Manifest::named("usage/mapping")
};
