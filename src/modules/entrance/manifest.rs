//! What this module hands to the program.

use super::{pages, rules};
use crate::manifest::{EVERYBODY, Manifest, Part, Screens};

pub const MANIFEST: Manifest = Manifest {
    screens: &[
        Screens { roles: EVERYBODY, mounts: pages::screens },
        Screens { roles: EVERYBODY, mounts: rules::screens },
    ],
    parts: &[Part { placeholder: "{session}", table: "sessions", sample: "99999999-0000-7000-8000-000000000006" }],
    events: &[
        ("member.signed_out", "signed the user out"),
        ("account.addresses_changed", "changed from which addresses the company is reached"),
        ("account.addresses_opened", "removed the limits on addresses, at the operator's request"),
    ],
    ..Manifest::named("entrance")
};
