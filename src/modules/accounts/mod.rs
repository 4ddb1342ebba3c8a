//! The published accounts: a company sees its own. The rows are those of [`crate::accounts`].

pub mod api;
pub mod manifest;
