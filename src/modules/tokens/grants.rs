//! Which permissions a token may have.

use crate::{
    kit::{actor::Identity, form::Pick},
    manifest::Grant,
    modules,
};

/// All that a program may ever do.
pub fn grants() -> impl Iterator<Item = &'static Grant> {
    modules::ALL.iter().flat_map(|module| module.permissions).filter(|grant| grant.for_tokens)
}

/// What a permission lets a program do; none when no program may have it.
pub fn label(key: &str) -> Option<&'static str> {
    grants().find(|grant| grant.key == key).map(|grant| grant.label)
}

/// What somebody can pass on: what it may do itself.
pub fn of(identity: &Identity) -> impl Iterator<Item = &'static Grant> {
    grants().filter(|grant| identity.holds(grant.key))
}

/// All that there are, to choose from.
pub fn all() -> Vec<Pick> {
    grants().map(|grant| Pick::new(grant.key, grant.label, "")).collect()
}

pub fn picks(identity: &Identity) -> Vec<Pick> {
    of(identity).map(|grant| Pick::new(grant.key, grant.label, "")).collect()
}
