//! Screens of agreements.

mod change;
mod create;
mod list;
mod show;

use actix_web::web;

use super::{View, grid::Agreements};
use crate::{
    kit::{
        id::Id,
        problem::{Problem, Result},
    },
    modules::{agreements::Agreement, views},
    portals::{Mount, get, post},
};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/agreements", || web::get().to(list::list)),
        get("/agreements/export.csv", || web::get().to(list::csv)),
        get("/agreements/export.xlsx", || web::get().to(list::xlsx)),
        post("/agreements/views", || web::post().to(views::pages::save::<Agreements, View>)),
        post("/agreements/views/{id}/delete", || web::post().to(views::pages::delete::<Agreements, View>)),
        get("/agreements/new", || web::get().to(create::form)),
        post("/agreements/new", || web::post().to(create::create)),
        get("/agreements/{id}", || web::get().to(show::general)),
        get("/agreements/{id}/versions", || web::get().to(show::versions)),
        get("/agreements/{id}/contracts", || web::get().to(show::contracts)),
        get("/agreements/{id}/history", || web::get().to(show::history)),
        get("/agreements/{id}/versions/new", || web::get().to(create::version_form)),
        post("/agreements/{id}/versions/new", || web::post().to(create::add_version)),
        get("/agreements/{id}/versions/{version}/document", || web::get().to(show::document)),
        get("/agreements/{id}/versions/{version}/activate", || web::get().to(change::activate)),
        post("/agreements/{id}/versions/{version}/activate", || web::post().to(change::activated)),
        get("/agreements/{id}/versions/{version}/delete", || web::get().to(change::delete_version)),
        post("/agreements/{id}/versions/{version}/delete", || web::post().to(change::version_deleted)),
        get("/agreements/{id}/edit", || web::get().to(change::edit)),
        post("/agreements/{id}/edit", || web::post().to(change::save)),
        get("/agreements/{id}/delete", || web::get().to(change::delete)),
        post("/agreements/{id}/delete", || web::post().to(change::deleted)),
    ]
}

type OfAgreement = web::Path<(String, String)>;
type OfVersion = web::Path<(String, String, i32)>;

fn id(text: &str) -> Result<Id<Agreement>> {
    text.parse().map_err(|_| Problem::NotFound)
}
