//! Screens of sign-in and of the person's own pages.

mod code;
mod door;
mod enrol;
mod kept;
mod linked;
mod notices;
mod passkeys;
mod profile;
mod prove;
mod reset;
mod security;
mod words;

pub use door::{local, still_kept};
pub use profile::{device, tabs};

use actix_web::web;

use crate::kit::route::{Mount, get, post};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/", || web::to(door::root)),
        get("/sign-in", || web::to(door::form)),
        post("/sign-in", || web::to(door::sign_in)),
        get("/sign-in/code", || web::to(code::form)),
        post("/sign-in/code", || web::to(code::enter)),
        post("/sign-in/passkey", || web::to(passkeys::ask)),
        get("/sign-in/passkey/{id}", || web::to(passkeys::asked)),
        post("/sign-in/passkey/{id}", || web::to(passkeys::shown)),
        post("/sign-out", || web::to(door::sign_out)),
        get("/enrol/{account}", || web::to(enrol::show)),
        get("/prove", || web::to(prove::form)),
        post("/prove", || web::to(prove::prove)),
        get("/kept/{id}", || web::to(kept::show)),
        get("/profile", || web::to(profile::general)),
        post("/profile", || web::to(profile::save)),
        get("/profile/password", || web::to(profile::password_form)),
        post("/profile/password", || web::to(profile::change_password)),
        get("/profile/security", || web::to(security::show)),
        post("/profile/security/authenticator", || web::to(security::begin)),
        get("/profile/security/authenticator", || web::to(security::setup)),
        post("/profile/security/authenticator/confirm", || web::to(security::confirm)),
        get("/profile/security/authenticator/remove", || web::to(security::removing)),
        post("/profile/security/authenticator/remove", || web::to(security::remove)),
        get("/profile/security/codes", || web::to(security::making)),
        post("/profile/security/codes", || web::to(security::make)),
        post("/profile/security/codes/file", || web::to(security::file)),
        get("/profile/notifications", || web::to(notices::form)),
        post("/profile/notifications", || web::to(notices::save)),
        post("/profile/security/passkeys", || web::to(passkeys::begin)),
        get("/profile/security/passkeys/new/{id}", || web::to(passkeys::making)),
        post("/profile/security/passkeys/new/{id}", || web::to(passkeys::made)),
        get("/profile/security/passkeys/{id}/remove", || web::to(passkeys::removing)),
        post("/profile/security/passkeys/{id}/remove", || web::to(passkeys::remove)),
        get("/profile/security/providers/{id}/unlink", || web::to(linked::unlinking)),
        post("/profile/security/providers/{id}/unlink", || web::to(linked::unlink)),
        get("/profile/sessions", || web::to(profile::sessions)),
        get("/profile/sessions/others", || web::to(profile::revoking_others)),
        post("/profile/sessions/others", || web::to(profile::revoke_others)),
        get("/profile/sessions/{id}", || web::to(profile::revoking)),
        post("/profile/sessions/{id}", || web::to(profile::revoke)),
        get("/forgot-password", || web::to(reset::form)),
        post("/forgot-password", || web::to(reset::send)),
        get("/set-password/{id}", || web::to(reset::set_form)),
        post("/set-password/{id}", || web::to(reset::set)),
        get("/set-password/{id}/{code:.+}", || web::to(reset::arrive)),
        get("/privacy", || web::to(words::privacy)),
        get("/terms", || web::to(words::terms)),
        get("/readyz", || web::to(words::readyz)),
    ]
}
