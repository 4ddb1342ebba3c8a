//! The grid of agreements.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::{
    kit::{
        db::Db,
        page::{self, Page},
        problem::Result,
        time::Zone,
        viewer::Viewer,
        words::filters,
    },
    modules::{
        agreements::{
            Manage, View,
            grid::{Agreements, Column},
        },
        views::list::{Listed, list as listed},
    },
};

#[derive(Template)]
#[template(path = "agreements/list.html")]
struct List {
    page: Page,
    list: Listed<Agreements>,
    zone: Zone,
    may_create: bool,
}

pub async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let shown = List {
        page: actor.page(("Agreements", "Partners")),
        list: listed(&actor, &db).await?,
        zone: actor.zone(),
        may_create: actor.may::<Manage>(),
    };
    page::html(&actor.visit, &shown)
}
