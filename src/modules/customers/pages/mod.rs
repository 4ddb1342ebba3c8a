//! Screens of customers.

mod change;
mod create;
mod show;
mod tree;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    Manage, TierAccount, View,
    grid::{Column, Customers},
    imports,
};
use crate::{
    kit::{
        actor::Permission,
        db::Db,
        id::Id,
        page::{self, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        time::Zone,
        typed,
        viewer::Viewer,
        words::filters,
    },
    modules::views::{
        self,
        list::{Listed, list as listed},
    },
};

pub fn screens() -> Vec<Mount> {
    let mut screens = views::pages::screens::<Customers>();
    screens.extend(imports::pages::screens());
    screens.extend([
        get("/customers", || web::to(list)),
        get("/customers/tree", || web::to(tree::show)),
        get("/customers/new", || web::to(create::start)),
        post("/customers/new", || web::to(create::begin)),
        get("/customers/new/{wizard}/type", || web::to(create::kind)),
        post("/customers/new/{wizard}/type", || web::to(create::kind_answered)),
        get("/customers/new/{wizard}/parent", || web::to(create::parent)),
        post("/customers/new/{wizard}/parent", || web::to(create::parent_answered)),
        get("/customers/new/{wizard}/data", || web::to(create::data)),
        post("/customers/new/{wizard}/data", || web::to(create::finish)),
        get("/customers/new/{wizard}/summary", || web::to(create::summary)),
        post("/customers/new/{wizard}/cancel", || web::to(create::cancel)),
        get("/customers/{id}", || web::to(show::general)),
        get("/customers/{id}/requests", || web::to(show::requests)),
        get("/customers/{id}/versions", || web::to(show::versions)),
        get("/customers/{id}/history", || web::to(show::history)),
        get("/customers/{id}/edit", || web::to(change::edit)),
        post("/customers/{id}/edit", || web::to(change::saved)),
        get("/customers/{id}/move", || web::to(change::relocate)),
        post("/customers/{id}/move", || web::to(change::relocated)),
        get("/customers/{id}/decommission", || web::to(change::decommission)),
        post("/customers/{id}/decommission", || web::to(change::decommissioned)),
    ]);
    screens
}

type OfCustomer = web::Path<(String, String)>;

fn id(text: &str) -> Result<Id<TierAccount>> {
    text.parse().map_err(|_| Problem::NotFound)
}

fn url<P: Permission>(actor: &Viewer<P>, id: &Id<TierAccount>) -> String {
    actor.url(&format!("customers/{id}"))
}

/// The first value of `name` in the page's query.
pub fn asked<P>(actor: &Viewer<P>, name: &str) -> Option<String> {
    let value = typed::parameters(&actor.visit.query).into_iter().find(|(key, _)| key == name)?.1;
    Some(typed::line(&value).chars().take(100).collect::<String>().trim_end().to_owned())
}

#[derive(Template)]
#[template(path = "customers/list.html")]
struct List {
    page: Page,
    list: Listed<Customers>,
    zone: Zone,
    may_manage: bool,
}

async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let shown = List {
        page: actor.page("Customers"),
        list: listed(&actor, &db).await?,
        zone: actor.zone(),
        may_manage: actor.may::<Manage>(),
    };
    page::html(&actor.visit, &shown)
}
