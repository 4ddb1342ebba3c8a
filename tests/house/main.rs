//! What the type system cannot say about the house: its schema, its layers, its routes.

#[path = "../support/cluster.rs"]
mod cluster;

mod choices;
mod claims;
mod files;
mod filled;
mod german;
mod layers;
mod lifecycles;
mod manifests;
mod permissions;
mod pitfalls;
mod plain;
mod published;
mod schema;
mod security;
mod source;
mod stores;
mod usage_pitfalls;
mod words;
