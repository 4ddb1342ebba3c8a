//! Entente: where distributors, vendors and resellers give each other their word and work together.

pub mod access;
pub mod app;
pub mod assets;
pub mod config;
pub mod jobs;
pub mod demo;
pub mod kit;
pub mod log;
pub mod modules;
pub mod portals;
pub mod postgres;
mod schema;
pub mod start;
