//! What a Vendor sees.

use crate::{
    kit::{actor::Identity, page::MenuItem, route::Mount},
    modules::{
        contracts, customers, distribution, home, listings,
        orders::{fulfillment, subscriptions, tier_config},
        partners, products, service, tokens,
    },
};

pub fn menu(identity: &Identity, path: &str) -> Vec<MenuItem> {
    [
        Some(home::entry(identity, path)),
        products::entry(identity, path),
        listings::entry(identity, path),
        customers::entry(identity, path),
        subscriptions::entry(identity, path),
        tier_config::entry(identity, path),
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
        subscriptions::pages::screens(),
        subscriptions::pages::vendor(),
        fulfillment::pages::vendor(),
        fulfillment::pages::screens(),
        tier_config::pages::screens(),
        tokens::pages::screens(),
        tier_config::pages::vendor(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
