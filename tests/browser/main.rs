//! A few whole journeys in a real browser, against the real program: as people see them, by role and label, with axe-core
//! on every kind of page. `make test` installs Chromium and its driver.

#[path = "../support/cluster.rs"]
mod cluster;
#[path = "../support/port.rs"]
mod port;

mod bell;
mod branding;
mod catalog;
mod counted;
mod design;
mod details;
mod five;
mod journeys;
mod late;
mod listing;
mod names;
mod orders;
mod palette;
mod partners;
mod passkeys;
mod pictures;
mod site;
mod sso;
mod usage;
mod width;
