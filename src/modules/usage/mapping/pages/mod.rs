//! Screens of mappings, and what other pages show of them.

mod change;
mod show;
mod sums;

use actix_web::web;

use super::{UsageMapping, grid::Mappings};
use crate::{
    kit::{
        actor::Permission,
        id::Id,
        problem::{Problem, Result},
        route::{Mount, get, post},
        viewer::Viewer,
    },
    modules::views,
};

pub use sums::{Gone, Named, ReadWith};

pub fn screens() -> Vec<Mount> {
    let mut screens = views::pages::screens::<Mappings>();
    screens.extend([
        get("/usage-mappings", || web::to(show::list)),
        get("/usage-mappings/new", || web::to(change::begin)),
        post("/usage-mappings/new", || web::to(change::begun)).with_file(),
        get("/usage-mappings/new/columns", || web::to(change::create)),
        post("/usage-mappings/new/columns", || web::to(change::created)),
        get("/usage-mappings/{id}", || web::to(show::show)),
        get("/usage-mappings/{id}/edit", || web::to(change::edit)),
        post("/usage-mappings/{id}/edit", || web::to(change::saved)),
        get("/usage-mappings/{id}/delete", || web::to(show::delete)),
        post("/usage-mappings/{id}/delete", || web::to(show::deleted)),
    ]);
    screens
}

type OfMapping = web::Path<(String, String)>;

/// A malformed id is a mapping that does not exist.
fn id(text: &str) -> Result<Id<UsageMapping>> {
    text.parse().map_err(|_| Problem::NotFound)
}

fn url<P: Permission>(actor: &Viewer<P>, id: &Id<UsageMapping>) -> String {
    actor.url(&format!("usage-mappings/{id}"))
}

const BACK: &str = "Back to mapping";
