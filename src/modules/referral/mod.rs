//! Referral: a partner offers the vendor of a product from its catalog a program agreement of its own. The vendor signs or rejects; from
//! then on it is a program contract like any other, which keeps through whom it came.

pub mod actions;
pub mod answer;
pub mod data;
pub mod letters;
pub mod manifest;
pub mod pages;
pub mod store;
pub mod wizard;

pub use super::catalog::EnrollDirectly;
