//! Rules of a marketplace's owner: what it has decided beforehand about reports of a product. A file is accepted or rejected by the
//! program itself right after it was submitted, or is left to people with the limits that it does not meet.
//!
//! `verdict.rs` decides, on facts that the comparison with the period before has found (`store::measure`). The same facts stay with the file,
//! so that a rule can be tried on the last ones before it is saved.

pub mod actions;
pub mod api;
pub mod data;
pub mod grid;
pub mod job;
pub mod manifest;
pub mod pages;
pub mod published;
pub mod store;
pub mod verdict;

pub use data::{Mode, Rule};
