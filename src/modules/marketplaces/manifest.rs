//! What this module hands to the program.

use super::{Manage, View, api, entry, pages, store};
use crate::{
    kit::actor::{Permission as _, Role},
    manifest::{BUYERS, Entry, Find, Grant, Manifest, Screens, Section, Start},
};

pub const MANIFEST: Manifest = Manifest {
    permissions: &[
        Grant::all("marketplaces.view", "View marketplaces and hubs"),
        Grant::all("marketplaces.manage", "Manage marketplaces and hubs"),
    ],
    screens: &[Screens { roles: BUYERS, mounts: pages::screens }],
    operations: &[api::operations],
    menu: &[Entry { places: &[(Role::Distributor, 30), (Role::Reseller, 30)], item: entry }],
    starts: &[Start { label: "Create marketplace", to: "marketplaces/new", may: Manage::held_by }],
    finds: &[Find { section: "marketplaces", heading: "Marketplaces", may: View::held_by, named: "" }],
    sections: &[Section {
        path: "marketplaces",
        label: "Marketplace",
        view: "marketplaces.view",
        named: "(SELECT ARRAY[m.name] FROM marketplaces m WHERE m.id = w.id AND m.owner_id = $1)",
        table: "marketplaces",
        sample: "MP-99901",
        parties: &["owner_id"],
    }],
    events: &[
        ("marketplace.created", "created the marketplace"),
        ("marketplace.updated", "changed the marketplace"),
        ("marketplace.deleted", "deleted the marketplace"),
    ],
    keys: &[store::KEYS],
    ..Manifest::named("marketplaces")
};
