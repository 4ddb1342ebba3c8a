//! What a Vendor sees.

use super::Mount;
use crate::{
    kit::{actor::Identity, page::MenuItem},
    modules::{contracts, distribution, home, partners},
};

pub fn menu(identity: &Identity, path: &str) -> Vec<MenuItem> {
    vec![home::entry(identity, path), partners::entry(identity, path)]
}

pub fn screens() -> Vec<Mount> {
    [
        home::pages::screens(),
        distribution::pages::vendor(),
        distribution::pages::talk(),
        contracts::pages::browse(),
        contracts::pages::sign(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
