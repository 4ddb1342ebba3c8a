//! Home: what waits for me and until when, what is new since my last visit, and what the company has, as charts.

pub mod bands;
pub mod charts;
pub mod first;
pub mod manifest;
pub mod news;
pub mod pages;
pub mod store;

use crate::kit::{actor::Identity, page::MenuItem};

/// The page that lists all that waits, below the portal's address.
const TO_DO: &str = "to-do";

pub fn entry(identity: &Identity, path: &str) -> Option<MenuItem> {
    let href = identity.company.home();
    let current = path == href || path == format!("{href}/{TO_DO}");
    Some(MenuItem { label: "Home", help: "home", current, href, icon: "home", children: Vec::new() })
}
