//! Products as who sells them sees them, on a marketplace of its own or by syndication: read-only, at the newest public version.

pub mod grid;
pub mod pages;
pub mod store;
