//! Screens of contracts, and which of them a portal mounts.

mod change;
mod create;
mod deliver;
mod expiring;
mod list;
mod look;
mod overview;
mod reserved;
mod revoke;
pub mod show;
pub mod signers;

use actix_web::web;

use crate::{
    kit::{
        id::{Id, Kind},
        problem::{Problem, Result},
        route::{Mount, get, post},
    },
    modules::{contracts::grid::Contracts, views},
};

/// Seeing one's contracts, on either side.
pub fn browse() -> Vec<Mount> {
    let mut screens = views::pages::screens::<Contracts>();
    screens.extend([
        get("/contracts", || web::to(list::list)),
        get("/contracts/overview", || web::to(overview::overview)),
        get("/contracts/{id}", || web::to(show::general)),
        get("/contracts/{id}/permissions", || web::to(show::permissions)),
        get("/contracts/{id}/versions", || web::to(show::versions)),
        get("/contracts/{id}/versions/{version}/document", || web::to(show::document)),
        get("/contracts/{id}/history", || web::to(show::history)),
    ]);
    screens
}

/// The signee's side: a newer version.
pub fn sign() -> Vec<Mount> {
    let mut screens = vec![get("/contracts/{id}/activation", || web::to(reserved::open))];
    screens.extend(super::signing::pages::screens());
    screens.extend(super::evidence::pack::pages::screens());
    screens.extend(super::extension::pages::sign());
    screens.extend(super::renewal::pages::sign());
    screens
}

/// The issuer's side. Listed before [`browse`], since `/contracts/new` would else read as an id.
pub fn issue() -> Vec<Mount> {
    let mut screens = vec![
        get("/contracts/new", || web::to(create::start)),
        post("/contracts/new", || web::to(create::begin)),
        get("/contracts/new/{wizard}/type", || web::to(create::type_)),
        post("/contracts/new/{wizard}/type", || web::to(create::choose_type)),
        get("/contracts/new/{wizard}/agreement", || web::to(create::agreement)),
        post("/contracts/new/{wizard}/agreement", || web::to(create::choose_agreement)),
        get("/contracts/new/{wizard}/agreement/{agreement}", || web::to(look::look)),
        get("/contracts/new/{wizard}/agreement/{agreement}/document", || web::to(look::document)),
        get("/contracts/new/{wizard}/parameters", || web::to(create::parameters)),
        post("/contracts/new/{wizard}/parameters", || web::to(create::finish)).binding(),
        get("/contracts/new/{wizard}/summary", || web::to(create::summary)),
        post("/contracts/new/{wizard}/cancel", || web::to(create::cancel)),
        get("/contracts/remind", || web::to(list::again)),
        get("/contracts/revoke", || web::to(list::again)),
        get("/contracts/extend", || web::to(list::again)),
        get("/contracts/renew", || web::to(list::again)),
        post("/contracts/remind", || web::to(deliver::remind)),
        post("/contracts/extend", || web::to(expiring::extend)),
        post("/contracts/renew", || web::to(expiring::renew)),
        post("/contracts/revoke", || web::to(revoke::many)),
        get("/contracts/{id}/revoke", || web::to(revoke::ask)),
        post("/contracts/{id}/revoke", || web::to(revoke::revoked)),
        get("/contracts/{id}/recipient", || web::to(deliver::recipient)),
        post("/contracts/{id}/recipient", || web::to(deliver::save_recipient)),
        get("/contracts/{id}/second-signer", || web::to(signers::second)),
        post("/contracts/{id}/second-signer", || web::to(signers::save_second)),
        get("/contracts/{id}/send", || web::to(deliver::send)),
        post("/contracts/{id}/send", || web::to(deliver::sent)),
        get("/contracts/{id}/delivery", || web::to(deliver::delivery)),
        get("/contracts/{id}/note", || web::to(change::note)),
        post("/contracts/{id}/note", || web::to(change::save_note)),
        get("/contracts/{id}/renew", || web::to(change::renew)),
        post("/contracts/{id}/renew", || web::to(change::renewed)),
        get("/contracts/{id}/renew-on-newer", || web::to(change::renew_on_newer)),
        post("/contracts/{id}/renew-on-newer", || web::to(change::renewed_on_newer)).binding(),
        get("/contracts/{id}/delete", || web::to(change::delete)),
        post("/contracts/{id}/delete", || web::to(change::deleted)),
        get("/contracts/{id}/terminate", || web::to(change::terminate)),
        post("/contracts/{id}/terminate", || web::to(change::terminated)),
    ];
    screens.extend(super::extension::pages::issue());
    screens.extend(super::renewal::pages::issue());
    screens
}

/// A path of an object below a company.
type OfObject = web::Path<(String, String)>;

/// A malformed id is an object that does not exist.
fn id<K: Kind>(text: &str) -> Result<Id<K>> {
    text.parse().map_err(|_| Problem::NotFound)
}
