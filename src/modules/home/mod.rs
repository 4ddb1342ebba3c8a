//! Home: what waits for me, with links to it.

pub mod pages;
pub mod store;

use crate::kit::{actor::Identity, page::MenuItem};

pub fn entry(identity: &Identity, path: &str) -> MenuItem {
    let href = identity.company.home();
    MenuItem { label: "Home", current: path == href, href, icon: "home", children: Vec::new() }
}
