//! What needs no company: sign-in, the person's own pages, activation, words about the platform.

use actix_web::web;

use crate::{
    access,
    kit::route::{Mount, get},
    modules::{contracts::activation, mail::reminders, orders::asked},
};

pub fn screens() -> Vec<Mount> {
    [
        access::pages::screens(),
        activation::pages::screens(),
        asked::screens(),
        reminders::screens(),
        vec![get("/healthz", || web::to(healthz))],
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The process is up.
async fn healthz() -> &'static str {
    "ok\n"
}
