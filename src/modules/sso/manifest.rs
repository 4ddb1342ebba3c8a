//! What this module hands to the program.

use super::{alarm, domains, letters, pages, requirement, signing, store};
use crate::{
    mail,
    manifest::{EVERYBODY, Job, Manifest, Screens},
};

pub const MANIFEST: Manifest = Manifest {
    screens: &[
        Screens { roles: EVERYBODY, mounts: pages::screens },
        Screens { roles: EVERYBODY, mounts: domains::pages::screens },
        Screens { roles: EVERYBODY, mounts: requirement::screens },
    ],
    public: &[signing::screens],
    events: &[
        ("sso.changed", "changed single sign-on"),
        ("sso.removed", "removed the identity provider"),
        ("sso.required", "required single sign-on"),
        ("sso.not_required", "stopped requiring single sign-on"),
        ("sso.domain_added", "added an email domain"),
        ("sso.domain_verified", "verified an email domain"),
        ("sso.domain_removed", "removed an email domain"),
        ("sso.domain_missing", "could not find the proof of an email domain"),
        ("sso.domain_lapsed", "no longer counts an email domain as verified"),
        ("sso.linked", "used single sign-on for the first time"),
        ("sso.unlinked", "stopped using single sign-on"),
        ("sso.joined", "became a user through single sign-on"),
        ("sso.groups_changed", "had their groups changed by single sign-on"),
    ],
    letters: &[mail::Sort::of::<letters::Mail>()],
    jobs: &[Job::Due("exceptions", alarm::tell)],
    keys: &[store::KEYS, domains::store::KEYS],
    ..Manifest::named("sso")
};
