//! Entente: the platform on which distributors, vendors and resellers do business with each other.

pub mod access;
pub mod accounts;
pub mod app;
pub mod assets;
pub mod bootstrap;
pub mod config;
pub mod consequences;
pub mod demo;
pub mod jobs;
pub mod keys;
pub mod kit;
pub mod log;
pub mod mail;
pub mod manifest;
pub mod modules;
pub mod portals;
pub mod postgres;
pub mod recover;
pub mod roles;
// public for what loads data in bulk: benches
#[doc(hidden)]
pub mod schema;
pub mod start;
