//! Hubs: where a company's commerce system meets Entente. A marketplace names the hubs it is reached through.

pub mod actions;
pub mod forms;
pub mod grid;
pub mod pages;
pub mod store;

use crate::kit::id::Kind;
pub use crate::modules::marketplaces::{Manage, View};

pub struct Hub;
impl Kind for Hub {
    const PREFIXES: &'static [&'static str] = &["HB"];
    const GROUPS: &'static [usize] = &[4, 4];
}
