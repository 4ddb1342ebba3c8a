//! What concerns a person on the platform as a whole: their picture, a copy of everything kept about them, and their removal.

mod export;
pub mod manifest;
mod pages;
mod pictures;
pub mod removal;
