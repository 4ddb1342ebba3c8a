//! What can be allowed, module by module: the permissions that the modules hand over, with their words.

use crate::{kit::form::Pick, manifest::Grant, modules};

/// What an area is called, by the first part of its permissions' keys.
struct Named {
    key: &'static str,
    label: &'static str,
}

/// In the order in which they are asked; a test holds them to what the modules hand over.
const AREAS: &[Named] = &[
    Named { key: "directory", label: "Partners" },
    Named { key: "contracts", label: "Contracts" },
    Named { key: "agreements", label: "Agreements" },
    Named { key: "marketplaces", label: "Marketplaces and hubs" },
    Named { key: "products", label: "Products" },
    Named { key: "catalog", label: "Product groups" },
    Named { key: "listings", label: "Listings" },
    Named { key: "customers", label: "Customers" },
    Named { key: "subscriptions", label: "Subscriptions" },
    Named { key: "tier_config", label: "Tier configurations" },
    Named { key: "usage", label: "Usage" },
    Named { key: "integrations", label: "Integrations" },
    Named { key: "administration", label: "Account" },
    Named { key: "activity", label: "Activity" },
];

/// One module's permissions.
pub struct Area {
    pub key: &'static str,
    pub label: &'static str,
    /// Each contains the ones before it: view, manage.
    pub levels: Vec<&'static Grant>,
    /// What is granted apart from these, such as signing.
    pub apart: Vec<&'static Grant>,
}

/// All permissions.
pub fn grants() -> impl Iterator<Item = &'static Grant> {
    modules::ALL.iter().flat_map(|module| module.permissions)
}

/// What a permission allows, in words.
pub fn label(key: &str) -> Option<&'static str> {
    modules::grant(key).map(|grant| grant.label)
}

fn area(grant: &Grant) -> &'static str {
    grant.key.split_once('.').map_or(grant.key, |(area, _)| area)
}

fn is_level(grant: &Grant) -> bool {
    grant.key.ends_with(".view") || grant.key.ends_with(".manage")
}

/// All areas, in the order in which they are asked.
pub fn all() -> Vec<Area> {
    let of = |named: &Named| {
        let (levels, apart) = grants().filter(|grant| area(grant) == named.key).partition(|grant| is_level(grant));
        Area { key: named.key, label: named.label, levels, apart }
    };
    AREAS.iter().map(of).collect()
}

/// Every permission, to choose from.
pub fn picks() -> Vec<Pick> {
    grants().map(|grant| Pick::new(grant.key, grant.label, "")).collect()
}

/// What some permissions come to, each in words: of one area the highest level alone.
pub fn told(permissions: &[String]) -> Vec<&'static str> {
    let held = |grant: &&&Grant| permissions.iter().any(|key| key == grant.key);
    let mut told = Vec::new();
    for area in all() {
        told.extend(area.levels.iter().rfind(held).map(|grant| grant.label));
        told.extend(area.apart.iter().filter(held).map(|grant| grant.label));
    }
    told
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_permission_stands_in_one_area() {
        let named: BTreeSet<&str> = AREAS.iter().map(|named| named.key).collect();
        let granted: BTreeSet<&str> = grants().map(area).collect();
        assert_eq!(named, granted);
        let placed = all().iter().map(|area| area.levels.len() + area.apart.len()).sum::<usize>();
        assert_eq!(placed, grants().count());
    }

    #[test]
    fn the_highest_level_is_told_and_signing_beside_it() {
        let keys = ["contracts.view", "contracts.manage", "contracts.sign", "usage.view"].map(str::to_owned);
        assert_eq!(told(&keys), ["Manage contracts, without signing", "Sign contracts", "View usage"]);
    }
}
