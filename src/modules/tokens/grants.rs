//! Which permissions a token may have.

use crate::kit::{actor::Identity, form::Pick};

/// A permission by its key, and what it lets a program do.
pub struct Grant {
    pub key: &'static str,
    pub label: &'static str,
}

const fn grant(key: &'static str, label: &'static str) -> Grant {
    Grant { key, label }
}

/// All that a program may ever do. What binds the company, lets others in or changes who may do what stays with people.
pub const GRANTS: &[Grant] = &[
    grant("agreements.view", "View agreements"),
    grant("agreements.manage", "Manage agreements"),
    grant("contracts.view", "View contracts"),
    grant("contracts.manage", "Manage contracts, without signing"),
    grant("customers.view", "View customers"),
    grant("customers.manage", "Manage customers"),
    grant("directory.view", "View partners"),
    grant("listings.view", "View listings"),
    grant("listings.manage", "Manage listings"),
    grant("marketplaces.view", "View marketplaces and hubs"),
    grant("marketplaces.manage", "Manage marketplaces and hubs"),
    grant("products.view", "View products"),
    grant("products.manage", "Manage products"),
    grant("subscriptions.view", "View subscriptions"),
    grant("subscriptions.manage", "Manage subscriptions"),
    grant("tier_config.view", "View tier configurations"),
    grant("tier_config.manage", "Manage tier configurations"),
];

/// What no program may do.
pub const NEVER: &[&str] =
    &["contracts.sign", "integrations.view", super::MANAGE, "administration.view", "administration.manage"];

pub fn label(key: &str) -> Option<&'static str> {
    GRANTS.iter().find(|grant| grant.key == key).map(|grant| grant.label)
}

/// What somebody can pass on: what it may do itself.
pub fn of(identity: &Identity) -> impl Iterator<Item = &'static Grant> {
    GRANTS.iter().filter(|grant| identity.holds(grant.key))
}

/// All that there are.
pub fn all() -> Vec<Pick> {
    GRANTS.iter().map(|grant| Pick::new(grant.key, grant.label, "")).collect()
}

pub fn picks(identity: &Identity) -> Vec<Pick> {
    of(identity).map(|grant| Pick::new(grant.key, grant.label, "")).collect()
}
