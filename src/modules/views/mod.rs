//! Saved views: named query strings of grids, each person's own.

pub mod pages;
pub mod store;
