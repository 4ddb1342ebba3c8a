//! Screens of the Directory.

use crate::portals::Mount;

pub fn screens() -> Vec<Mount> {
    Vec::new()
}
