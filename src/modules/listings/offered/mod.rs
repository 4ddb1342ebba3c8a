//! Products as the owner of a marketplace sees them: read-only, at the newest public version.

pub mod grid;
pub mod pages;
pub mod store;
