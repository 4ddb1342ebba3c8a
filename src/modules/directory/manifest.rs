//! What this module hands to the program.

use std::time::Duration;

use super::{PARTNERS, View, create, many, pages};
use crate::{
    kit::actor::Permission as _,
    manifest::{BUYERS, Find, Grant, Job, Manifest, Part, Screens, Section, Start},
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
        ("partner_sheet.sent", "uploaded the sheet of partners"),
        ("partner_sheet.started", "ran the sheet of partners"),
        ("partner_sheet.mailed", "emailed the links of the sheet of partners"),
        ("partner_sheet.stopped", "stopped the sheet of partners"),
        ("partner_sheet.finished", "finished the sheet of partners"),
    ],
    keys: &[create::store::KEYS],
    parts: &[Part { placeholder: "{sheet}", table: "partner_sheets", sample: "99999999-0000-7000-8000-000000000004" }],
    jobs: &[
        Job::Sweep(|conn| many::store::forget(conn, many::KEPT)),
        Job::Often(Duration::from_millis(500), |db, ending| Box::pin(many::job::run_all(db, ending))),
    ],
    finds: &[Find { section: "directory", heading: "Partners", may: View::held_by, named: "" }],
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
