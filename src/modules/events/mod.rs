//! The audit trail as people read it.

pub mod store;

pub use store::{Entry, history};
