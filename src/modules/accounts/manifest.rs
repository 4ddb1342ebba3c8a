//! What this module hands to the program.

use super::{api, language, pages, transfer};
use crate::{
    mail,
    manifest::{EVERYBODY, Grant, Manifest, Screens},
};

pub const MANIFEST: Manifest = Manifest {
    permissions: &[
        Grant::people("administration.view", "View the company, its users and groups"),
        Grant::people("administration.manage", "Manage the company, its users and groups"),
    ],
    screens: &[
        Screens { roles: EVERYBODY, mounts: language::screens },
        Screens { roles: EVERYBODY, mounts: pages::screens },
    ],
    events: &[
        ("account.created", "created the company"),
        ("account.language_changed", "changed the company's language"),
        ("account.renamed", "renamed the company"),
        ("account.changed", "changed the company's details"),
        ("account.logo_changed", "changed the company's logo"),
        ("account.contact_added", "added a contact"),
        ("account.contact_changed", "changed a contact"),
        ("account.contact_removed", "removed a contact"),
        ("account.link_added", "added a link"),
        ("account.link_changed", "changed a link"),
        ("account.link_removed", "removed a link"),
        ("account.link_moved", "moved a link"),
        ("account.handed_over", "handed over the company"),
    ],
    letters: &[mail::Sort::of::<transfer::letters::Mail>()],
    operations: &[api::operations],
    ..Manifest::named("accounts")
};
