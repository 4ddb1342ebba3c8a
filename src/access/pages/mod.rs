//! Screens of sign-in and of the person's own pages.

mod door;
mod profile;
mod reset;
mod words;

use actix_web::web;

use crate::portals::{Mount, get, post};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/", || web::get().to(door::root)),
        get("/sign-in", || web::get().to(door::form)),
        post("/sign-in", || web::post().to(door::sign_in)),
        post("/sign-out", || web::post().to(door::sign_out)),
        get("/profile", || web::get().to(profile::general)),
        post("/profile", || web::post().to(profile::save)),
        get("/profile/password", || web::get().to(profile::password_form)),
        post("/profile/password", || web::post().to(profile::change_password)),
        get("/profile/sessions", || web::get().to(profile::sessions)),
        post("/profile/sessions/others", || web::post().to(profile::revoke_others)),
        post("/profile/sessions/{id}", || web::post().to(profile::revoke)),
        get("/forgot-password", || web::get().to(reset::form)),
        post("/forgot-password", || web::post().to(reset::send)),
        get("/set-password/{id}", || web::get().to(reset::set_form)),
        post("/set-password/{id}", || web::post().to(reset::set)),
        get("/set-password/{id}/{code}", || web::get().to(reset::arrive)),
        get("/help", || web::get().to(words::help)),
        get("/privacy", || web::get().to(words::privacy)),
        get("/terms", || web::get().to(words::terms)),
        get("/readyz", || web::get().to(words::readyz)),
    ]
}
