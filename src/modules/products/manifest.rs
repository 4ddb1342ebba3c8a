//! What this module hands to the program.

use super::{
    Manage, View, api, entry, items,
    lifecycle::{ITEMS, PRODUCTS},
    pages, parameters,
};
use crate::{
    kit::actor::{Permission as _, Role},
    manifest::{Entry, Find, Grant, Manifest, Part, Screens, Section, Start, VENDORS},
};

pub const MANIFEST: Manifest = Manifest {
    permissions: &[Grant::all("products.view", "View products"), Grant::all("products.manage", "Manage products")],
    screens: &[Screens { roles: VENDORS, mounts: pages::screens }],
    operations: &[api::operations],
    menu: &[Entry { places: &[(Role::Distributor, 40), (Role::Vendor, 20), (Role::Reseller, 40)], item: entry }],
    starts: &[Start { label: "Create product", to: "products/new", may: Manage::held_by }],
    finds: &[Find { section: "products", heading: "Products", may: View::held_by, named: "" }],
    sections: &[Section {
        path: "products",
        label: "Product",
        view: "products.view",
        named: "coalesce((SELECT ARRAY[p.name] FROM products p WHERE p.id = w.id AND p.vendor_id = $1), \
                    (SELECT ARRAY[v.name, s.environment] FROM sight s JOIN products p ON p.id = s.product_id JOIN product_versions v ON v.product_id = p.id \
                    AND v.number = p.public_version WHERE s.viewer_id = $1 AND s.product_id = w.id AND s.why <> 'catalog' LIMIT 1))",
        table: "products",
        sample: "PRD-999-999-001",
        parties: &["vendor_id"],
    }],
    parts: &[
        Part { placeholder: "{item}", table: "items", sample: "PRD-999-999-001-0001" },
        Part { placeholder: "{parameter}", table: "parameters", sample: "PRM-999-999-001-0001" },
        Part { placeholder: "{template}", table: "templates", sample: "TL-999-999-001" },
        Part { placeholder: "{medium}", table: "product_media", sample: "PRDM-999-999-001-00001" },
    ],
    events: &[
        ("product.created", "created the product"),
        ("product.deleted", "deleted the product"),
        ("product.updated", "changed general data"),
        ("product.settings_changed", "changed the settings"),
        ("product.embedding_changed", "changed the embedding"),
        ("product.link_added", "added a link"),
        ("product.link_removed", "removed a link"),
        ("product.medium_added", "added media"),
        ("product.medium_changed", "changed media"),
        ("product.medium_removed", "removed media"),
        ("product.media_reordered", "reordered the media"),
        ("product.item_added", "created an item"),
        ("product.item_changed", "changed an item"),
        ("product.item_deleted", "deleted an item"),
        ("product.item_made", "created an item from a usage file"),
        ("product.items_reordered", "reordered the items"),
        ("product.item_sale_ended", "ended the sale of an item"),
        ("product.item_restored", "restored an item"),
        ("product.parameter_added", "created a parameter"),
        ("product.parameter_changed", "changed a parameter"),
        ("product.parameter_deleted", "deleted a parameter"),
        ("product.parameters_reordered", "reordered the parameters"),
        ("product.template_added", "created a template"),
        ("product.template_changed", "changed a template"),
        ("product.template_deleted", "deleted a template"),
        ("product.forked", "forked Master"),
        ("product.version_shown", "made a version public"),
        ("product.version_hidden", "made a version private"),
        ("product.sale_ended", "ended the sale"),
        ("product.restored", "restored the product"),
    ],
    lives: &[|| ITEMS.life(), || PRODUCTS.life()],
    keys: &[items::store::KEYS, parameters::store::KEYS],
    ..Manifest::named("products")
};
