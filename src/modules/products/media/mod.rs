//! Media: up to eight pictures and videos; the first is the main one.

pub mod actions;
pub mod data;
pub mod pages;
pub mod store;

use crate::choice;

pub use crate::modules::ids::Medium;

choice! {
    /// What a medium is.
    Type { Image = "image" / "Image", Video = "video" / "Video" }
}

/// How many a product may have.
pub const MOST: usize = 8;
