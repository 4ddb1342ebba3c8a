//! What a person has of the platform as a whole: a copy of everything that is kept about them, and the way out of it.

mod export;
pub mod manifest;
mod pages;
mod pictures;
pub mod removal;
