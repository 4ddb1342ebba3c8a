//! What this module hands to the program.

use super::{letters, pages};
use crate::{
    mail::{self, tell},
    manifest::{EVERYBODY, Job, Manifest, Screens},
};

pub const MANIFEST: Manifest = Manifest {
    screens: &[Screens { roles: EVERYBODY, mounts: pages::screens }],
    events: &[
        ("account.notifications_changed", "changed who is told about an event"),
        ("account.email_text_changed", "changed the text of emails"),
        ("account.email_tried", "sent a test email"),
        ("mail.resent", "sent an email again"),
    ],
    letters: &[mail::Sort::of::<letters::Mail>(), mail::Sort::of::<tell::Hour>()],
    jobs: &[Job::Due("digest", tell::bundle), Job::Sweep(tell::sweep)],
    ..Manifest::named("notifications")
};
