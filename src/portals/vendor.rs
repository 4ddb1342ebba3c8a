//! What a Vendor sees.

use super::Mount;
use crate::{
    kit::{actor::Identity, page::MenuItem},
    modules::{contracts, home, partners},
};

pub fn menu(identity: &Identity, path: &str) -> Vec<MenuItem> {
    vec![home::entry(identity, path), partners::entry(identity, path)]
}

pub fn screens() -> Vec<Mount> {
    [home::pages::screens(), contracts::pages::browse(), contracts::pages::sign()].into_iter().flatten().collect()
}
