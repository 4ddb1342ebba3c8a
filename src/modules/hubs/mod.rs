//! Hubs: where a company's commerce system meets Entente. A marketplace names the hubs it is reached through.

pub mod actions;
pub mod forms;
pub mod grid;
pub mod pages;
pub mod store;

pub use crate::modules::marketplaces::{Manage, View};

pub use crate::modules::ids::Hub;
