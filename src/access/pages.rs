//! Screens of sign-in and the person's own pages.

use crate::portals::Mount;

pub fn screens() -> Vec<Mount> {
    Vec::new()
}
