//! What signing in hands to the program.

use std::time::Duration;

use super::{
    factors::{half, resets},
    letters, pages, providers, reset, sessions, throttle,
};
use crate::{
    mail,
    manifest::{Job, Manifest},
};

pub const MANIFEST: Manifest = Manifest {
    public: &[pages::screens],
    letters: &[mail::Sort::of::<letters::Mail>()],
    jobs: &[
        Job::Sweep(sessions::sweep),
        Job::Sweep(throttle::sweep),
        Job::Sweep(half::sweep),
        Job::Sweep(providers::sweep),
        Job::Due("second factor resets", resets::carry_out),
        Job::Often(Duration::from_secs(2), |db, ending| Box::pin(reset::answer_all(db, ending))),
    ],
    ..Manifest::named("access")
};
