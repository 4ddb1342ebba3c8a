//! What groups hand to the program.

use super::{Manage, View, pages, store};
use crate::{
    kit::actor::Permission as _,
    manifest::{EVERYBODY, Find, Manifest, Screens, Section, Start},
    modules::people::VIEW,
};

pub const MANIFEST: Manifest = Manifest {
    screens: &[Screens { roles: EVERYBODY, mounts: pages::screens }],
    starts: &[Start { label: "Create group", to: "groups/new", may: Manage::held_by }],
    finds: &[Find { section: "groups", heading: "Groups", may: View::held_by, named: "" }],
    sections: &[Section {
        path: "groups",
        label: "Group",
        view: VIEW,
        named: "(SELECT ARRAY[g.name] FROM groups g WHERE g.id = w.id AND g.account_id = $1)",
        table: "groups",
        sample: "UG-999-999-009",
        parties: &["account_id"],
    }],
    events: &[
        ("group.created", "created the group"),
        ("group.updated", "changed the group"),
        ("group.permissions_changed", "changed what the group allows"),
        ("group.deleted", "deleted the group"),
        ("group.administrator_added", "made someone an administrator, at the operator's request"),
    ],
    keys: &[store::KEYS],
    ..Manifest::named("people/groups")
};
