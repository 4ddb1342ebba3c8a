//! Hubs: where a company's commerce system meets Entente. A marketplace names the hubs it is reached through.

pub mod actions;
pub mod data;
pub mod grid;
pub mod pages;
pub mod store;

use super::{Manage, View};

pub use crate::modules::ids::Hub;
