//! How records are billed: each on its own, all of a hub, or all of a file. What holds for a record is what is said nearest to it.

pub mod actions;
pub mod api;
pub mod pages;
pub mod store;
