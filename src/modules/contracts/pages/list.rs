//! The grid of contracts.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::{
    kit::{
        actor::Actor,
        choice::Choice as _,
        db::Db,
        grid::{Grid as _, Query, Toolbar},
        page::{self, Page},
        problem::Result,
        time::Zone,
    },
    modules::{
        contracts::{
            Create, View,
            grid::{self, Column, ContractCells, Contracts},
        },
        views,
    },
};

#[derive(Template)]
#[template(path = "contracts/list.html")]
struct List {
    page: Page,
    base: String,
    toolbar: Toolbar,
    columns: Vec<Column>,
    rows: Vec<ContractCells>,
    zone: Zone,
    narrowed: bool,
    may_create: bool,
    rights_missing: bool,
}

pub async fn list(actor: Actor<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let query = Query::<Contracts>::parse(&actor.visit.query);
    let asked = query.clone();
    let (slice, total, views) = db
        .read(&actor, move |read| {
            Ok((grid::page(read, &asked)?, grid::total(read, &asked)?, views::store::of(read, Contracts::NAME)?))
        })
        .await?;
    let toolbar = query.toolbar(&slice, total, &views);
    let shown = List {
        page: actor.page("Contracts - Partners"),
        base: actor.url("contracts"),
        toolbar,
        columns: query.columns.clone(),
        rows: slice.rows,
        zone: actor.zone(),
        narrowed: query.narrowed(),
        may_create: actor.may::<Create>(),
        rights_missing: !actor.identity.rights.any(),
    };
    page::html(&actor.visit, &shown)
}
