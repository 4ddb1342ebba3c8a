//! Screens of marketplaces.

mod change;
mod create;
mod show;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    Manage, Marketplace, View,
    grid::{Column, Marketplaces},
};
use crate::{
    kit::{
        db::Db,
        id::Id,
        page::{self, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        time::Zone,
        viewer::Viewer,
        words::filters,
    },
    modules::views::{
        self,
        list::{Listed, list as listed},
    },
};

pub fn screens() -> Vec<Mount> {
    let mut screens = views::pages::screens::<Marketplaces>();
    screens.extend([
        get("/marketplaces", || web::to(list)),
        get("/marketplaces/new", || web::to(create::start)),
        post("/marketplaces/new", || web::to(create::begin)),
        get("/marketplaces/new/{wizard}/general", || web::to(create::general)),
        post("/marketplaces/new/{wizard}/general", || web::to(create::general_answered)),
        get("/marketplaces/new/{wizard}/hubs", || web::to(create::hubs)),
        post("/marketplaces/new/{wizard}/hubs", || web::to(create::hubs_answered)),
        get("/marketplaces/new/{wizard}/prices", || web::to(create::prices)),
        post("/marketplaces/new/{wizard}/prices", || web::to(create::finish)),
        get("/marketplaces/new/{wizard}/summary", || web::to(create::summary)),
        post("/marketplaces/new/{wizard}/cancel", || web::to(create::cancel)),
        get("/marketplaces/{id}", || web::to(show::general)),
        get("/marketplaces/{id}/hubs", || web::to(show::hubs)),
        get("/marketplaces/{id}/history", || web::to(show::history)),
        get("/marketplaces/{id}/edit", || web::to(change::edit)),
        post("/marketplaces/{id}/edit", || web::to(change::saved)).with_file(),
        get("/marketplaces/{id}/delete", || web::to(change::delete)),
        post("/marketplaces/{id}/delete", || web::to(change::deleted)),
    ]);
    screens
}

type OfMarketplace = web::Path<(String, String)>;

fn id(text: &str) -> Result<Id<Marketplace>> {
    text.parse().map_err(|_| Problem::NotFound)
}

#[derive(Template)]
#[template(path = "marketplaces/list.html")]
struct List {
    page: Page,
    list: Listed<Marketplaces>,
    zone: Zone,
    may_manage: bool,
}

async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let shown = List {
        page: actor.page("Marketplaces"),
        list: listed(&actor, &db).await?,
        zone: actor.zone(),
        may_manage: actor.may::<Manage>(),
    };
    page::html(&actor.visit, &shown)
}
