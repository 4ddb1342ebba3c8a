//! Screens of contracts.

use crate::portals::Mount;

pub fn browse() -> Vec<Mount> {
    Vec::new()
}
pub fn issue() -> Vec<Mount> {
    Vec::new()
}
pub fn sign() -> Vec<Mount> {
    Vec::new()
}
