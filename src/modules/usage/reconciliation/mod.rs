//! Reconciliation: of each item of each subscription of a product what was ordered, what is active, what was reported and what is billed for a
//! period, and where two of them differ. [Decision 37](../../../../docs/decisions/0037-reconciliation.md) tells what each number means.

mod asked;
mod billed;
mod files;
pub mod manifest;
mod pages;
pub mod store;
pub mod subscription;
