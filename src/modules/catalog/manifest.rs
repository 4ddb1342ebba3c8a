//! What this module hands to the program.

use super::{View, pages};
use crate::{
    kit::{
        actor::{Identity, Permission as _, Role},
        page::MenuItem,
    },
    manifest::{BUYERS, Entry, Find, Manifest, Screens, Section},
};

/// The Catalog.
pub const MANIFEST: Manifest = Manifest {
    screens: &[Screens { roles: BUYERS, mounts: pages::screens }],
    menu: &[Entry { places: &[(Role::Distributor, 39), (Role::Reseller, 39)], item: entry }],
    finds: &[Find { section: "catalog", heading: "Catalog", may: View::held_by, named: "" }],
    sections: &[Section {
        path: "catalog",
        label: "Product",
        view: "products.view",
        named: "",
        table: "products",
        sample: "PRD-999-999-001",
        parties: &["vendor_id"],
    }],
    ..Manifest::named("catalog")
};

/// The menu's entry, for who may see it.
fn entry(identity: &Identity, path: &str) -> Option<MenuItem> {
    let href = format!("{}/catalog", identity.company.home());
    let current = path == href || path.starts_with(&format!("{href}/"));
    View::held_by(identity).then_some(MenuItem {
        label: "Catalog",
        help: "products",
        href,
        icon: "catalog",
        current,
        children: Vec::new(),
    })
}
