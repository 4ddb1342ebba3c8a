//! What this module hands to the program.

use super::{Manage, View, letters, lifecycle::VERSIONS, pages};
use crate::{
    kit::actor::Permission as _,
    mail,
    manifest::{BUYERS, Find, Grant, Manifest, Screens, Section, Start},
};

pub const MANIFEST: Manifest = Manifest {
    permissions: &[
        Grant::all("agreements.view", "View agreements"),
        Grant::all("agreements.manage", "Manage agreements"),
    ],
    screens: &[Screens { roles: BUYERS, mounts: pages::screens }],
    starts: &[Start { label: "Create agreement", to: "agreements/new", may: Manage::held_by }],
    finds: &[Find { section: "agreements", heading: "Agreements", may: View::held_by, named: "" }],
    sections: &[Section {
        path: "agreements",
        label: "Agreement",
        view: "agreements.view",
        named: "(SELECT ARRAY[g.name] FROM agreements g WHERE g.id = w.id AND g.owner_id = $1)",
        table: "agreements",
        sample: "AGP-999-999-001",
        parties: &["owner_id"],
    }],
    events: &[
        ("agreement.created", "created the agreement"),
        ("agreement.deleted", "deleted the agreement"),
        ("agreement.updated", "changed the name or description"),
        ("agreement.version_added", "added a version"),
        ("agreement.version_activated", "activated a version"),
        ("agreement.version_deleted", "deleted a version"),
    ],
    letters: &[mail::Sort::of::<letters::Mail>()],
    lives: &[|| VERSIONS.life()],
    ..Manifest::named("agreements")
};
