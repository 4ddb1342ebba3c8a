//! The search over everything that a person may see: objects by id or name, and screens.

pub mod manifest;
pub mod pages;
pub mod store;
