//! What this module hands to the program.

use super::{letters, pages, store};
use crate::{
    mail,
    manifest::{BUYERS, Manifest, Screens},
};

/// Syndication.
pub const MANIFEST: Manifest = Manifest {
    screens: &[Screens { roles: BUYERS, mounts: pages::screens }],
    events: &[
        ("contract.sale_stopped", "stopped new orders because the product is not listed"),
        ("contract.sale_resumed", "let the product be ordered again"),
    ],
    letters: &[mail::Sort::of::<letters::Mail>()],
    keys: &[store::KEYS],
    ..Manifest::named("syndication")
};
