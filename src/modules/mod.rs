//! The areas of the product, one folder each. `contracts` is the exemplar: the others have the same file names.

pub mod accounts;
pub mod agreements;
pub mod contracts;
pub mod conversation;
pub mod customers;
pub mod directory;
pub mod distribution;
pub mod events;
pub mod fulfillment;
pub mod home;
pub mod hubs;
pub mod images;
pub mod listings;
pub mod mail;
pub mod marketplaces;
pub mod partners;
pub mod products;
pub mod service;
pub mod subscriptions;
pub mod tier_config;
pub mod tokens;
pub mod views;
