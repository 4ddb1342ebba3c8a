//! What this module hands to the program.

use super::{Manage, View, pages, store};
use crate::{
    kit::{
        actor::{Identity, Permission as _, Role},
        page::MenuItem,
    },
    manifest::{BUYERS, Entry, Find, Grant, Manifest, Screens, Section, Start},
};

/// Product groups.
pub const MANIFEST: Manifest = Manifest {
    permissions: &[
        Grant::all("catalog.view", "View product groups"),
        Grant::all("catalog.manage", "Manage product groups"),
    ],
    screens: &[Screens { roles: BUYERS, mounts: pages::screens }],
    menu: &[Entry { places: &[(Role::Distributor, 44), (Role::Reseller, 44)], item: entry }],
    starts: &[Start { label: "Create product group", to: "product-groups/new", may: Manage::held_by }],
    finds: &[Find { section: "product-groups", heading: "Product groups", may: View::held_by, named: "" }],
    sections: &[Section {
        path: "product-groups",
        label: "Product group",
        view: "catalog.view",
        named: "(SELECT ARRAY[g.name] FROM product_groups g WHERE g.id = w.id AND g.owner_id = $1)",
        table: "product_groups",
        sample: "PG-999-999-001",
        parties: &["owner_id"],
    }],
    events: &[
        ("product_group.created", "created the product group"),
        ("product_group.updated", "changed the product group"),
        ("product_group.deleted", "deleted the product group"),
        ("product_group.products_added", "added products to the product group"),
        ("product_group.products_removed", "removed products from the product group"),
    ],
    keys: &[store::KEYS],
    ..Manifest::named("catalog/groups")
};

/// The menu's entry, for who may see it.
fn entry(identity: &Identity, path: &str) -> Option<MenuItem> {
    let href = format!("{}/product-groups", identity.company.home());
    let current = path == href || path.starts_with(&format!("{href}/"));
    View::held_by(identity).then_some(MenuItem {
        label: "Product groups",
        help: "products",
        href,
        icon: "product",
        current,
        children: Vec::new(),
    })
}
