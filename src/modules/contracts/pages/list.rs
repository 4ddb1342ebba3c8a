//! The grid of contracts.

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
        contracts::{
            Create, View,
            grid::{Column, Contracts},
        },
        views::list::{Listed, list as listed},
    },
};

#[derive(Template)]
#[template(path = "contracts/list.html")]
struct List {
    page: Page,
    list: Listed<Contracts>,
    zone: Zone,
    /// The company that looks: a row names the other one.
    me: String,
    may_create: bool,
    rights_missing: bool,
}

pub async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let shown = List {
        page: actor.page(("Contracts", "Partners")),
        list: listed(&actor, &db).await?,
        zone: actor.zone(),
        me: actor.account().to_string(),
        may_create: actor.may::<Create>(),
        rights_missing: !actor.identity.rights.any(),
    };
    page::html(&actor.visit, &shown)
}
