//! What people are told of: the bell and its list, what a company tells whom and how, the mails that were sent, and how they begin and
//! end. The rows are those of [`crate::mail`], which is where people are told.

pub mod actions;
pub mod data;
pub mod letters;
pub mod live;
pub mod manifest;
pub mod pages;
pub mod sorts;
pub mod store;

pub use crate::modules::people::{Manage, View};
