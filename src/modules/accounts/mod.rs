//! What a company sees and says of itself: its published account, and its language. The rows are those of [`crate::accounts`].

pub mod api;
pub mod language;
pub mod manifest;
