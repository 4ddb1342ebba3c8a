//! Screens of the Directory.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    View,
    create::{again, agreement, finish, pages as steps},
    grid::{Column, Partners},
    many, notes, show,
};
use crate::{
    kit::{
        db::Db,
        page::{self, Page},
        problem::Result,
        route::{Mount, get, post},
        time::Zone,
        viewer::Viewer,
        words::filters,
    },
    modules::{
        contracts::Create,
        views::{
            self,
            list::{Listed, list as listed},
        },
    },
};

pub fn screens() -> Vec<Mount> {
    let mut screens = views::pages::screens::<Partners>();
    screens.extend(creating());
    screens.extend(many::pages::screens());
    screens.extend([
        get("/directory", || web::to(list)),
        get("/directory/{id}", || web::to(show::general)),
        get("/directory/{id}/contracts", || web::to(show::contracts)),
        get("/directory/{id}/products", || web::to(show::products)),
        get("/directory/{id}/subscriptions", || web::to(show::subscriptions)),
        get("/directory/{id}/activity", || web::to(show::activity)),
        get("/directory/{id}/representative", || web::to(again::ask)),
        post("/directory/{id}/representative", || web::to(again::invited)),
    ]);
    screens.extend(notes::pages::screens());
    screens
}

/// Create Partner. `/directory/new` would else read as an id.
fn creating() -> Vec<Mount> {
    vec![
        get("/directory/new", || web::to(steps::start)),
        post("/directory/new", || web::to(steps::begin)),
        get("/directory/new/{wizard}/type", || web::to(steps::type_)),
        post("/directory/new/{wizard}/type", || web::to(steps::choose_type)),
        get("/directory/new/{wizard}/how", || web::to(steps::how)),
        post("/directory/new/{wizard}/how", || web::to(steps::choose_how)),
        get("/directory/new/{wizard}/company", || web::to(steps::company)),
        post("/directory/new/{wizard}/company", || web::to(steps::name_company)),
        get("/directory/new/{wizard}/representative", || web::to(steps::representative)),
        post("/directory/new/{wizard}/representative", || web::to(steps::name_representative)),
        get("/directory/new/{wizard}/agreement", || web::to(agreement::agreement)),
        post("/directory/new/{wizard}/agreement", || web::to(agreement::choose_agreement)),
        get("/directory/new/{wizard}/terms", || web::to(agreement::terms)),
        post("/directory/new/{wizard}/terms", || web::to(agreement::write_terms)).with_file(),
        get("/directory/new/{wizard}/parameters", || web::to(finish::parameters)),
        post("/directory/new/{wizard}/parameters", || web::to(finish::create)).binding(),
        get("/directory/new/{wizard}/summary", || web::to(finish::summary)),
        post("/directory/new/{wizard}/cancel", || web::to(steps::cancel)),
    ]
}

#[derive(Template)]
#[template(path = "directory/list.html")]
struct List {
    page: Page,
    list: Listed<Partners>,
    portal: String,
    zone: Zone,
    may_create: bool,
}

async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let shown = List {
        page: actor.page("Partners"),
        list: listed(&actor, &db).await?,
        portal: actor.identity.company.home(),
        zone: actor.zone(),
        may_create: actor.may::<Create>(),
    };
    page::html(&actor.visit, &shown)
}
