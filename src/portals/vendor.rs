//! What a Vendor sees.

use super::Mount;
use crate::{
    kit::{actor::Identity, page::MenuItem},
    modules::{contracts, customers, distribution, home, listings, partners, products},
};

pub fn menu(identity: &Identity, path: &str) -> Vec<MenuItem> {
    [
        Some(home::entry(identity, path)),
        products::entry(identity, path),
        listings::entry(identity, path),
        customers::entry(identity, path),
        Some(partners::entry(identity, path)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

pub fn screens() -> Vec<Mount> {
    [
        home::pages::screens(),
        customers::pages::screens(),
        distribution::pages::vendor(),
        distribution::pages::talk(),
        contracts::pages::browse(),
        contracts::pages::sign(),
        products::pages::screens(),
        listings::pages::vendor(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
