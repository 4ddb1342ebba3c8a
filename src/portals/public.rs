//! What needs no company: sign-in, the person's own pages, what stands behind a link, words about the platform.

use actix_web::web;

use crate::{
    kit::route::{Mount, get},
    mail::reminders,
    modules,
};

pub fn screens() -> Vec<Mount> {
    let of_modules = modules::ALL.iter().flat_map(|module| module.public).flat_map(|screens| screens());
    of_modules.chain(reminders::screens()).chain([get("/healthz", || web::to(healthz))]).collect()
}

/// The process is up.
async fn healthz() -> &'static str {
    "ok\n"
}
