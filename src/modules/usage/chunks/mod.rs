//! Chunks: what an accepted file reports for the subscriptions of one hub, or of none. Whoever bills by hubs downloads each and closes it
//! with the reference of its bill.

pub mod actions;
pub mod api;
pub mod data;
pub mod lifecycle;
pub mod pages;
pub mod published;
pub mod store;

use crate::choice;

pub use crate::modules::ids::UsageChunk;

choice! {
    /// Where a chunk stands.
    Status {
        /// It is being made, in the transaction that accepts its file.
        Draft = "draft" / "Draft",
        Ready = "ready" / "Ready",
        Closed = "closed" / "Closed",
    }
}

impl Status {
    pub fn shape(self) -> &'static str {
        match self {
            Self::Draft => "half",
            Self::Ready => "ring",
            Self::Closed => "square",
        }
    }
}

/// What asks for the chunk, or the records, of subscriptions without a hub.
pub const NO_HUB: &str = "none";
