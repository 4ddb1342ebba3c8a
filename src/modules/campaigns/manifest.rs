//! What this module hands to the program.

use super::{letters, overdue, pages};
use crate::{
    mail,
    manifest::{BUYERS, Job, Manifest, Screens},
};

pub const MANIFEST: Manifest = Manifest {
    screens: &[Screens { roles: BUYERS, mounts: pages::screens }],
    events: &[
        ("agreement.deadline_set", "set the deadline to sign"),
        ("agreement.deadline_removed", "removed the deadline to sign"),
        ("agreement.deadline_passed", "told both sides that the deadline to sign has passed"),
        ("contract.signature_asked", "reminded the partner to sign a newer version"),
    ],
    letters: &[mail::Sort::of::<letters::Mail>()],
    jobs: &[Job::Due("deadlines", overdue::tell)],
    ..Manifest::named("campaigns")
};
