//! The areas of the product, one folder each. `contracts` is the exemplar: the others have the same file names.

pub mod accounts;
pub mod agreements;
pub mod binding;
pub mod contracts;
pub mod conversation;
pub mod customers;
pub mod directory;
pub mod distribution;
pub mod events;
pub mod home;
pub mod ids;
pub mod images;
pub mod listings;
pub mod mail;
pub mod marketplaces;
pub mod orders;
pub mod partners;
pub mod products;
pub mod queue;
pub mod service;
pub mod tokens;
pub mod views;

use crate::kit::{constraint::Constraints, lifecycle::Life};

/// The lifecycles of all objects, by name.
pub fn lifecycles() -> Vec<Life> {
    let mut lives = vec![
        agreements::lifecycle::VERSIONS.life(),
        contracts::extension::EXTENSIONS.life(),
        contracts::lifecycle::ENROLMENTS.life(),
        contracts::lifecycle::PROGRAM.life(),
        contracts::lifecycle::RENEWALS.life(),
        contracts::lifecycle::SERVICE.life(),
        customers::lifecycle::ACCOUNTS.life(),
        customers::requests::lifecycle::REQUESTS.life(),
        directory::PARTNERS.life(),
        listings::lifecycle::LISTINGS.life(),
        listings::lifecycle::REQUESTS.life(),
        products::lifecycle::ITEMS.life(),
        products::lifecycle::PRODUCTS.life(),
        tokens::lifecycle::TOKENS.life(),
    ];
    lives.extend(orders::lifecycles());
    lives.sort_by_key(|life| life.of);
    lives
}

/// The keys of the schema that modules name, each table once.
pub fn constraints() -> Vec<Constraints> {
    vec![
        contracts::store::KEYS,
        distribution::store::KEYS,
        marketplaces::hubs::store::KEYS,
        marketplaces::store::KEYS,
        products::items::store::KEYS,
        products::parameters::store::KEYS,
        tokens::store::KEYS,
        views::store::KEYS,
    ]
}
