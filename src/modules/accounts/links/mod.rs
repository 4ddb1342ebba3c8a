//! Links that a company's people find on Home, in the order that the company gives them.

pub mod actions;
pub mod data;
pub mod pages;
pub mod store;

use super::{Manage, View};
