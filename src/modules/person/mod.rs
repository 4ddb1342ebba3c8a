//! What concerns a person on the platform as a whole: their picture, a copy of everything kept about them, leaving a company, and their removal.

mod export;
mod leaving;
pub mod manifest;
mod pages;
mod pictures;
pub mod removal;
