//! What this module hands to the program.

use super::{domains, pages, requirement, signing, store};
use crate::manifest::{EVERYBODY, Manifest, Screens};

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
        ("sso.linked", "used single sign-on for the first time"),
        ("sso.joined", "became a user through single sign-on"),
        ("sso.groups_changed", "had their groups changed by single sign-on"),
    ],
    keys: &[store::KEYS, domains::store::KEYS],
    ..Manifest::named("sso")
};
