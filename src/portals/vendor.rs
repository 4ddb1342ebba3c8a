//! What a Vendor sees.

use crate::{
    kit::{actor::Identity, page::MenuItem, route::Mount},
    modules::{contracts, customers, distribution, home, listings, orders, partners, products, service, tokens},
};

pub fn menu(identity: &Identity, path: &str) -> Vec<MenuItem> {
    [
        Some(home::entry(identity, path)),
        products::entry(identity, path),
        listings::entry(identity, path),
        customers::entry(identity, path),
        orders::subscriptions_entry(identity, path),
        orders::tiers_entry(identity, path),
        Some(partners::entry(identity, path)),
        tokens::entry(identity, path),
    ]
    .into_iter()
    .flatten()
    .collect()
}

pub fn screens() -> Vec<Mount> {
    [
        home::pages::screens(),
        service::pages::screens(),
        customers::pages::screens(),
        distribution::pages::vendor(),
        distribution::pages::talk(),
        contracts::pages::browse(),
        contracts::pages::sign(),
        products::pages::screens(),
        listings::pages::vendor(),
        customers::requests::pages::vendor(),
        customers::requests::pages::screens(),
        orders::screens(),
        orders::vendor(),
        tokens::pages::screens(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
