//! What this module hands to the program.

use super::{api, language};
use crate::manifest::{EVERYBODY, Grant, Manifest, Screens};

pub const MANIFEST: Manifest = Manifest {
    permissions: &[
        Grant::people("administration.view", "View users and groups"),
        Grant::people("administration.manage", "Manage users and groups"),
    ],
    screens: &[Screens { roles: EVERYBODY, mounts: language::screens }],
    events: &[
        ("account.created", "created the company"),
        ("account.language_changed", "changed the company's language"),
    ],
    operations: &[api::operations],
    ..Manifest::named("accounts")
};
