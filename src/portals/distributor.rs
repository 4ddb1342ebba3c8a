//! What a Distributor sees.

use crate::{
    kit::{actor::Identity, page::MenuItem, route::Mount},
    modules::{
        agreements, contracts, customers, directory, distribution, home, listings, marketplaces, orders, partners,
        products, service, tokens,
    },
};

pub fn menu(identity: &Identity, path: &str) -> Vec<MenuItem> {
    [
        Some(home::entry(identity, path)),
        Some(partners::entry(identity, path)),
        marketplaces::entry(identity, path),
        products::entry(identity, path),
        listings::entry(identity, path),
        customers::entry(identity, path),
        orders::subscriptions_entry(identity, path),
        orders::tiers_entry(identity, path),
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
        directory::pages::screens(),
        distribution::pages::owner(),
        distribution::pages::talk(),
        contracts::pages::issue(),
        contracts::pages::browse(),
        contracts::pages::sign(),
        agreements::pages::screens(),
        marketplaces::pages::screens(),
        products::offered::pages::screens(),
        listings::pages::owner(),
        customers::requests::pages::screens(),
        orders::screens(),
        tokens::pages::screens(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
