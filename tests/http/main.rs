//! The product as its people meet it, page by page, without a browser.

#[path = "../support/mod.rs"]
mod support;

mod access;
mod activation;
mod agreements;
mod binding;
mod changes;
mod consequences;
mod contracts;
mod customers;
mod distribution;
mod documents;
mod endings;
mod faults;
mod listings;
mod mail;
mod marketplaces;
mod orders;
mod people;
mod products;
mod renewal;
mod reviewed;
mod secrets;
mod tiers;
