//! Screens of listings and their requests.

mod create;
mod decide;
mod list;
mod listing;
mod overview;
mod pause;
mod request;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    Process, Submit, View,
    grid::{self, Column},
    queue::Reviews,
    requests,
};
use crate::{
    kit::{
        actor::Role,
        db::Db,
        page::{self, Page},
        problem::Result,
        route::{Mount, get, post},
        time::Zone,
        viewer::Viewer,
        words::filters,
    },
    modules::{
        queue::{bulk, pages as queue},
        views::{
            self,
            list::{Listed, list as listed},
        },
    },
};

/// For both sides.
fn common() -> Vec<Mount> {
    let mut screens = views::pages::screens::<grid::Listings>();
    screens.extend(views::pages::screens::<requests::Requests>());
    screens.extend([
        get("/listings", || web::to(listings)),
        get("/listing-requests", || web::to(list::list)),
        get("/listing-requests/overview", || web::to(overview::overview)),
        get("/listing-requests/{id}", || web::to(request::show)),
        post("/listing-requests/{id}", || web::to(queue::said::<Reviews>)),
    ]);
    screens
}

/// For a vendor.
pub fn vendor() -> Vec<Mount> {
    let mut screens = common();
    screens.extend([
        get("/listings/new", || web::to(create::start)),
        post("/listings/new", || web::to(create::begin)),
        get("/listings/new/{wizard}/introduction", || web::to(create::introduction)),
        post("/listings/new/{wizard}/introduction", || web::to(create::introduced)),
        get("/listings/new/{wizard}/product", || web::to(create::product)),
        post("/listings/new/{wizard}/product", || web::to(create::product_answered)),
        get("/listings/new/{wizard}/distributor", || web::to(create::distributor)),
        post("/listings/new/{wizard}/distributor", || web::to(create::distributor_answered)),
        get("/listings/new/{wizard}/marketplace", || web::to(create::marketplace)),
        post("/listings/new/{wizard}/marketplace", || web::to(create::marketplace_answered)),
        get("/listings/new/{wizard}/action", || web::to(create::action)),
        post("/listings/new/{wizard}/action", || web::to(create::action_answered)),
        get("/listings/new/{wizard}/submit", || web::to(create::submit)),
        post("/listings/new/{wizard}/submit", || web::to(create::submitted)),
        get("/listings/new/{wizard}/summary", || web::to(create::summary)),
        post("/listings/new/{wizard}/cancel", || web::to(create::cancel)),
        get("/listings/{id}", || web::to(listing::show)),
        get("/listing-requests/{id}/submit", || web::to(request::resubmit)),
        post("/listing-requests/{id}/submit", || web::to(request::resubmitted)),
        get("/listing-requests/{id}/delete", || web::to(request::delete)),
        post("/listing-requests/{id}/delete", || web::to(request::deleted)),
    ]);
    screens
}

/// For the owner of marketplaces.
pub fn owner() -> Vec<Mount> {
    let mut screens = common();
    screens.extend([
        get("/listings/{id}", || web::to(listing::show)),
        get("/listings/{id}/pause", || web::to(pause::pause)),
        post("/listings/{id}/pause", || web::to(pause::paused)),
        get("/listings/{id}/resume", || web::to(pause::resume)),
        post("/listings/{id}/resume", || web::to(pause::resumed)),
        post("/listing-requests/many", || web::to(bulk::many::<Reviews>)),
        post("/listing-requests/{id}/undo", || web::to(queue::undo::<Reviews>)),
        post("/listing-requests/{id}/assign", || web::to(queue::assign::<Reviews>)),
        post("/listing-requests/{id}/unassign", || web::to(queue::unassign::<Reviews>)),
        get("/listing-requests/{id}/deploy", || web::to(queue::ask::<Reviews, Process>)),
        post("/listing-requests/{id}/deploy", || web::to(decide::forward)),
        get("/listing-requests/{id}/complete", || web::to(queue::ask::<Reviews, Process>)),
        post("/listing-requests/{id}/complete", || web::to(decide::forward)),
        get("/listing-requests/{id}/refine", || web::to(queue::ask::<Reviews, Process>)),
        post("/listing-requests/{id}/refine", || web::to(queue::decide::<Reviews, Process>)),
        get("/listing-requests/{id}/cancel", || web::to(queue::ask::<Reviews, Process>)),
        post("/listing-requests/{id}/cancel", || web::to(queue::decide::<Reviews, Process>)),
    ]);
    screens
}

type OfObject = web::Path<(String, String)>;

#[derive(Template)]
#[template(path = "listings/list.html")]
struct Listings {
    page: Page,
    list: Listed<grid::Listings>,
    zone: Zone,
    manage: Option<String>,
    vendor: bool,
}

async fn listings(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let shown = Listings {
        page: actor.page("Listings"),
        list: listed(&actor, &db).await?,
        zone: actor.zone(),
        manage: actor.may::<Submit>().then(|| actor.url("listings/new")),
        vendor: actor.identity.company.role == Role::Vendor,
    };
    page::html(&actor.visit, &shown)
}
