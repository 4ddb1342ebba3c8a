//! Groups: departments of a company, and what their members may do, module by module.

pub mod actions;
pub mod data;
pub mod grid;
pub mod manifest;
pub mod pages;
pub mod store;

use super::{Manage, View};
