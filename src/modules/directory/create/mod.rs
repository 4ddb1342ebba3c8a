//! Create Partner: an invitation by a link, or an account at once, with agreement and contract in the same act.

pub mod actions;
pub mod again;
pub mod agreement;
pub mod data;
pub mod finish;
pub mod pages;
pub mod store;
pub mod wizard;
