//! Help: what the parts of a portal are, and how one does what there is to do.

pub mod manifest;
pub mod pages;
pub mod tasks;
