//! Screens of agreements.

mod change;
mod create;
mod list;
pub mod show;

use actix_web::web;

use super::grid::Agreements;
use crate::{
    kit::{
        id::Id,
        problem::{Problem, Result},
        route::{Mount, get, post},
    },
    modules::{agreements::Agreement, views},
};

pub fn screens() -> Vec<Mount> {
    let mut screens = views::pages::screens::<Agreements>();
    screens.extend([
        get("/agreements", || web::to(list::list)),
        get("/agreements/new", || web::to(create::form)),
        post("/agreements/new", || web::to(create::create)).with_file(),
        get("/agreements/{id}", || web::to(show::general)),
        get("/agreements/{id}/versions", || web::to(show::versions)),
        get("/agreements/{id}/contracts", || web::to(show::contracts)),
        get("/agreements/{id}/history", || web::to(show::history)),
        get("/agreements/{id}/versions/new", || web::to(create::version_form)),
        post("/agreements/{id}/versions/new", || web::to(create::add_version)).with_file(),
        get("/agreements/{id}/versions/{version}/document", || web::to(show::document)),
        get("/agreements/{id}/versions/{version}/activate", || web::to(change::activate)),
        post("/agreements/{id}/versions/{version}/activate", || web::to(change::activated)).binding(),
        get("/agreements/{id}/versions/{version}/delete", || web::to(change::delete_version)),
        post("/agreements/{id}/versions/{version}/delete", || web::to(change::version_deleted)),
        get("/agreements/{id}/edit", || web::to(change::edit)),
        post("/agreements/{id}/edit", || web::to(change::save)),
        get("/agreements/{id}/delete", || web::to(change::delete)),
        post("/agreements/{id}/delete", || web::to(change::deleted)),
    ]);
    screens
}

type OfAgreement = web::Path<(String, String)>;
type OfVersion = web::Path<(String, String, i32)>;

fn id(text: &str) -> Result<Id<Agreement>> {
    text.parse().map_err(|_| Problem::NotFound)
}
