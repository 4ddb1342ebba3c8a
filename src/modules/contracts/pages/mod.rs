//! Screens of contracts, and which of them a portal mounts.

mod change;
mod create;
mod export;
mod list;
mod show;

use actix_web::web;

use crate::{
    kit::{
        id::{Id, Kind},
        problem::{Problem, Result},
    },
    modules::{
        contracts::{View, grid::Contracts},
        views,
    },
    portals::{Mount, get, post},
};

/// Seeing one's contracts, on either side.
pub fn browse() -> Vec<Mount> {
    vec![
        get("/contracts", || web::get().to(list::list)),
        get("/contracts/export.csv", || web::get().to(export::csv)),
        get("/contracts/export.xlsx", || web::get().to(export::xlsx)),
        get("/contracts/{id}", || web::get().to(show::general)),
        get("/contracts/{id}/permissions", || web::get().to(show::permissions)),
        get("/contracts/{id}/versions", || web::get().to(show::versions)),
        get("/contracts/{id}/versions/{version}/document", || web::get().to(show::document)),
        get("/contracts/{id}/history", || web::get().to(show::history)),
        post("/contracts/views", || web::post().to(views::pages::save::<Contracts, View>)),
        post("/contracts/views/{id}/delete", || web::post().to(views::pages::delete::<Contracts, View>)),
    ]
}

/// The signee's side: a newer version.
pub fn sign() -> Vec<Mount> {
    super::signing::pages::screens()
}

/// The issuer's side. Listed before [`browse`], since `/contracts/new` would else read as an id.
pub fn issue() -> Vec<Mount> {
    vec![
        get("/contracts/new", || web::get().to(create::start)),
        post("/contracts/new", || web::post().to(create::begin)),
        get("/contracts/new/{wizard}/type", || web::get().to(create::type_)),
        post("/contracts/new/{wizard}/type", || web::post().to(create::choose_type)),
        get("/contracts/new/{wizard}/agreement", || web::get().to(create::agreement)),
        post("/contracts/new/{wizard}/agreement", || web::post().to(create::choose_agreement)),
        get("/contracts/new/{wizard}/parameters", || web::get().to(create::parameters)),
        post("/contracts/new/{wizard}/parameters", || web::post().to(create::finish)),
        get("/contracts/new/{wizard}/summary", || web::get().to(create::summary)),
        post("/contracts/new/{wizard}/cancel", || web::post().to(create::cancel)),
        get("/contracts/{id}/note", || web::get().to(change::note)),
        post("/contracts/{id}/note", || web::post().to(change::save_note)),
        get("/contracts/{id}/renew", || web::get().to(change::renew)),
        post("/contracts/{id}/renew", || web::post().to(change::renewed)),
        get("/contracts/{id}/renew-on-newer", || web::get().to(change::renew_on_newer)),
        post("/contracts/{id}/renew-on-newer", || web::post().to(change::renewed_on_newer)),
        get("/contracts/{id}/delete", || web::get().to(change::delete)),
        post("/contracts/{id}/delete", || web::post().to(change::deleted)),
        get("/contracts/{id}/terminate", || web::get().to(change::terminate)),
        post("/contracts/{id}/terminate", || web::post().to(change::terminated)),
    ]
}

/// A path of an object below a company.
type OfObject = web::Path<(String, String)>;

/// A malformed id is an object that does not exist.
fn id<K: Kind>(text: &str) -> Result<Id<K>> {
    text.parse().map_err(|_| Problem::NotFound)
}
