//! The signee's side of a signed contract: a newer version, and certificates.

pub mod actions;
pub mod pages;
