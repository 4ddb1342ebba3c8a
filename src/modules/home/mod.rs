//! Home: what waits for me, with links to it.

pub mod manifest;
pub mod pages;
pub mod store;

use crate::kit::{actor::Identity, page::MenuItem};

pub fn entry(identity: &Identity, path: &str) -> Option<MenuItem> {
    let href = identity.company.home();
    Some(MenuItem { label: "Home", help: "home", current: path == href, href, icon: "home", children: Vec::new() })
}
