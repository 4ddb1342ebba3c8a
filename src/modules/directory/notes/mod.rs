//! Notes of a company on its partners, which nobody else sees.

pub mod actions;
pub mod pages;
pub mod store;
