//! What this module hands to the program.

use super::api;
use crate::manifest::{Grant, Manifest};

pub const MANIFEST: Manifest = Manifest {
    permissions: &[
        Grant::people("administration.view", "View administration"),
        Grant::people("administration.manage", "Manage administration"),
    ],
    events: &[("account.created", "created the company")],
    operations: &[api::operations],
    ..Manifest::named("accounts")
};
