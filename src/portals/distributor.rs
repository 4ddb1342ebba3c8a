//! What a Distributor sees.

use super::Mount;
use crate::{
    kit::{actor::Identity, page::MenuItem},
    modules::{agreements, contracts, directory, home, partners},
};

pub fn menu(identity: &Identity, path: &str) -> Vec<MenuItem> {
    vec![home::entry(identity, path), partners::entry(identity, path)]
}

pub fn screens() -> Vec<Mount> {
    [
        home::pages::screens(),
        directory::pages::screens(),
        contracts::pages::issue(),
        contracts::pages::browse(),
        contracts::pages::sign(),
        agreements::pages::screens(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
