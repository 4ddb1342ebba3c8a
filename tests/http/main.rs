//! The product as its people meet it, page by page, without a browser.

#[path = "../support/mod.rs"]
mod support;

mod access;
mod activation;
mod agreements;
mod changes;
mod contracts;
mod customers;
mod distribution;
mod emails;
mod faults;
mod grids;
mod listings;
mod mail;
mod marketplaces;
mod names;
mod orders;
mod people;
mod products;
mod tiers;
