//! What this module hands to the program.

use super::{answer, letters, pages};
use crate::{
    mail,
    manifest::{BUYERS, Manifest, Screens, VENDORS},
};

pub const MANIFEST: Manifest = Manifest {
    screens: &[Screens { roles: BUYERS, mounts: pages::screens }, Screens { roles: VENDORS, mounts: answer::screens }],
    events: &[
        ("contract.offered_directly", "offered the contract to the vendor"),
        ("contract.referral_accepted", "accepted a referral agreement"),
    ],
    letters: &[mail::Sort::of::<letters::Mail>()],
    ..Manifest::named("referral")
};
