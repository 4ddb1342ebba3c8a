//! Syndication: a partner enrolls in what the Catalog offers, and sells it on a marketplace of its own. Its issuer approves and ends such
//! contracts as it does those of distribution.

pub mod actions;
mod finish;
pub mod letters;
pub mod manifest;
pub mod pages;
pub mod stopping;
pub mod store;
pub mod wizard;

pub use super::catalog::Enroll;
