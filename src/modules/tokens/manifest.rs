//! What this module hands to the program.

use super::{MANAGE, Manage, VIEW, View, entry, lifecycle::TOKENS, pages, store};
use crate::{
    kit::actor::{Permission as _, Role},
    manifest::{EVERYBODY, Entry, Find, Grant, Manifest, Screens, Section, Start},
};

pub const MANIFEST: Manifest = Manifest {
    permissions: &[Grant::people(VIEW, "View integrations"), Grant::people(MANAGE, "Manage integrations")],
    screens: &[Screens { roles: EVERYBODY, mounts: pages::screens }],
    menu: &[Entry { places: &[(Role::Distributor, 90), (Role::Vendor, 80), (Role::Reseller, 90)], item: entry }],
    starts: &[Start { label: "Create token", to: "tokens/new", may: Manage::held_by }],
    finds: &[Find { section: "tokens", heading: "API tokens", may: View::held_by, named: "" }],
    sections: &[Section {
        path: "tokens",
        label: "Token",
        view: "integrations.view",
        named: "",
        table: "api_tokens",
        sample: "SU-999-999-001",
        parties: &["account_id"],
    }],
    events: &[
        ("token.created", "created the token"),
        ("token.updated", "changed the token"),
        ("token.disabled", "disabled the token"),
        ("token.enabled", "enabled the token"),
        ("token.renewed", "renewed the token"),
        ("token.rotated", "rotated the key"),
        ("token.deleted", "deleted the token"),
    ],
    lives: &[|| TOKENS.life()],
    keys: &[store::KEYS],
    ..Manifest::named("tokens")
};
