//! What an event is about, and what happened, in words.

use crate::{
    kit::{
        choice::Choice as _,
        security::Kind,
        words::{Lang, Say as _, Words},
    },
    modules::{self, events},
};

/// What belongs together: the key and the label of a filter, and how the names of its events begin.
struct Area {
    key: &'static str,
    label: &'static str,
    events: &'static [&'static str],
}

/// In the order in which they are offered. A test holds them to the events that there are.
const AREAS: [Area; 14] = [
    Area {
        key: "security",
        label: "Sign-in and security",
        events: &[
            "session",
            "password",
            "request",
            "rights",
            "key",
            "factor",
            "passkey",
            "recovery_codes",
            "policy",
            "sso",
            "person",
            "user",
        ],
    },
    Area { key: "people", label: "Users and groups", events: &["member", "invitation", "group"] },
    Area { key: "company", label: "Company", events: &["account", "brand", "mail"] },
    Area { key: "tokens", label: "API tokens", events: &["token"] },
    Area { key: "contracts", label: "Contracts", events: &["contract", "message", "partner", "partner_sheet"] },
    Area { key: "agreements", label: "Agreements", events: &["agreement"] },
    Area { key: "marketplaces", label: "Marketplaces and hubs", events: &["marketplace", "hub"] },
    Area { key: "products", label: "Products", events: &["product"] },
    Area { key: "catalog", label: "Catalog", events: &["product_group"] },
    Area { key: "listings", label: "Listings", events: &["listing", "listing_request"] },
    Area { key: "customers", label: "Customers", events: &["customer", "customer_import", "customer_request"] },
    Area { key: "orders", label: "Subscriptions and requests", events: &["subscription", "fulfillment_request"] },
    Area { key: "tiers", label: "Tier configurations", events: &["tier_config", "tier_config_request"] },
    Area { key: "usage", label: "Usage", events: &["usage_file", "usage_mapping", "usage_rule"] },
];

/// The same as the filter has them.
const fn picks<const N: usize>(areas: &[Area; N]) -> [(&'static str, &'static str); N] {
    let mut picks = [("", ""); N];
    let mut at = 0;
    while at < N {
        picks[at] = (areas[at].key, areas[at].label);
        at += 1;
    }
    picks
}

pub const PICKS: &[(&str, &str)] = &picks(&AREAS);

/// How the names of the events of these areas begin.
pub fn of(keys: &[String]) -> Vec<&'static str> {
    let chosen = AREAS.iter().filter(|area| keys.iter().any(|key| key == area.key));
    chosen.flat_map(|area| area.events).copied().collect()
}

/// What happened, as a sentence without who did it.
pub fn words(name: &str) -> Words {
    Kind::from_key(name).map_or_else(|| events::store::words(name), |kind| kind.label().into()).first()
}

/// The names of the events whose words hold `text`, in whatever language.
pub fn named(text: &str) -> Vec<String> {
    let wanted = text.to_lowercase();
    let of_modules = modules::ALL.iter().flat_map(|module| module.events).copied();
    let all = of_modules.chain(Kind::ALL.iter().map(|kind| (kind.key(), kind.label())));
    let holds = |words: &'static str| Lang::all(false).any(|lang| words.said(lang).to_lowercase().contains(&wanted));
    all.filter(|(name, words)| *name == wanted || holds(words)).map(|(name, _)| name.to_owned()).collect()
}

/// How these names begin, each once.
pub fn about(names: &[String]) -> Vec<String> {
    let mut about: Vec<String> = names.iter().filter_map(|name| Some(name.split_once('.')?.0.to_owned())).collect();
    about.sort();
    about.dedup();
    about
}

/// The section where the object with this id stands: the first part of its address below the portal's.
fn section(object: &str) -> Option<&'static str> {
    let (prefix, rest) = object.split_once('-')?;
    Some(match (prefix, rest.split('-').count()) {
        ("AGP" | "AGD" | "AGS" | "AGU" | "AGR", _) => "agreements",
        ("CRP" | "CRD" | "CRS" | "CRU", _) => "contracts",
        ("UI", _) | ("UR", 3) => "users",
        ("UG", _) => "groups",
        ("SU", _) => "tokens",
        ("TA", _) => "customers",
        ("TAR", _) => "customer-requests",
        ("PR", _) => "fulfillment",
        ("AS", _) => "subscriptions",
        ("TC", _) => "tier-configs",
        ("TCR", _) => "tier-config-requests",
        ("HB", _) => "hubs",
        ("MP", _) => "marketplaces",
        ("LST", _) => "listings",
        ("LSTR", _) => "listing-requests",
        ("PRD", 3) => "products",
        ("PG", _) => "product-groups",
        ("UF", _) => "usage-files",
        ("UM", _) => "usage-mappings",
        _ => return None,
    })
}

/// The address of the object below the portal's, where whoever holds what `may` says can open it.
pub fn address(object: &str, may: impl Fn(&str) -> bool) -> Option<String> {
    let path = section(object)?;
    let section = modules::section(path)?;
    may(section.view).then(|| format!("{path}/{object}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_event_is_of_one_area() {
        let placed: Vec<&str> = AREAS.iter().flat_map(|area| area.events).copied().collect();
        let of = |name: &'static str| name.split('.').next().unwrap_or_default();
        let all: BTreeSet<&str> = modules::ALL
            .iter()
            .flat_map(|module| module.events)
            .map(|(name, _)| of(name))
            .chain(Kind::ALL.iter().map(|kind| of(kind.key())))
            .collect();
        let none: Vec<&&str> = all.iter().filter(|name| placed.iter().filter(|one| one == name).count() != 1).collect();
        assert_eq!(none, Vec::<&&str>::new(), "say in AREAS what these are about");
    }

    #[test]
    fn whatever_has_an_address_is_found_by_its_id() {
        for section in modules::ALL.iter().flat_map(|module| module.sections) {
            // partners are companies, a rule is its product's, and a catalog has products
            if ["directory", "usage-rules", "catalog"].contains(&section.path) {
                continue;
            }
            let found = address(section.sample, |_| true);
            assert_eq!(found, Some(format!("{}/{}", section.path, section.sample)), "{}", section.path);
        }
        assert_eq!(address("AGP-999-999-001", |_| false), None, "it is no link for who may not open it");
        assert_eq!(address("nonsense", |_| true), None);
    }

    #[test]
    fn an_event_is_found_by_its_words() {
        assert!(named("signed IN").contains(&"session.began".to_owned()));
        assert_eq!(named("group.deleted"), ["group.deleted"]);
        assert_eq!(named("nothing like it"), Vec::<String>::new());
    }
}
