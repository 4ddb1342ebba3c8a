//! The product as its people meet it, page by page, without a browser.

#[path = "../support/mod.rs"]
mod support;

mod access;
mod activation;
mod agreements;
mod api;
mod binding;
mod bodies;
mod callers;
mod changes;
mod consequences;
mod contracts;
mod customers;
mod distribution;
mod documents;
mod emails;
mod endings;
mod evidence;
mod faults;
mod foreign;
mod frozen;
mod grids;
mod guessing;
mod imports;
mod late;
mod links;
mod listings;
mod log;
mod mail;
mod marketplaces;
mod names;
mod operations;
mod orders;
mod people;
mod pooler;
mod products;
mod renewal;
mod refusals;
mod reviewed;
mod rql;
mod secrets;
mod statements;
mod tiers;
mod tokens;
