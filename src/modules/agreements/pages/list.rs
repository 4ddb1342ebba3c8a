//! The grid of agreements, and the grid as a file.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::{
    kit::{
        actor::Actor,
        db::Db,
        export,
        grid::{Column as _, Grid as _, Query, Toolbar},
        page::{self, Page},
        problem::Result,
        time::Zone,
    },
    modules::{
        agreements::{
            Manage, View,
            grid::{self, AgreementCells, Agreements, Column},
        },
        views,
    },
};

#[derive(Template)]
#[template(path = "agreements/list.html")]
struct List {
    page: Page,
    base: String,
    toolbar: Toolbar,
    columns: Vec<Column>,
    rows: Vec<AgreementCells>,
    zone: Zone,
    narrowed: bool,
    may_create: bool,
}

pub async fn list(actor: Actor<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let query = Query::<Agreements>::parse(&actor.visit.query);
    let asked = query.clone();
    let (rows, total, views) = db
        .read(&actor, move |read| {
            let rows = grid::rows(read, &asked, asked.size + 1)?;
            Ok((rows, grid::total(read, &asked)?, views::store::of(read, Agreements::NAME)?))
        })
        .await?;
    let slice = query.page(rows);
    let shown = List {
        page: actor.page("Agreements - Partners"),
        base: actor.url("agreements"),
        toolbar: query.toolbar(&slice, total, &views),
        columns: query.columns.clone(),
        rows: slice.rows,
        zone: actor.zone(),
        narrowed: query.narrowed(),
        may_create: actor.may::<Manage>(),
    };
    page::html(&actor.visit, &shown)
}

/// The cells of the view, up to what fits into one file.
async fn cells(actor: &Actor<View>, db: &Db) -> Result<export::Sheet> {
    let query = Query::<Agreements>::parse(&actor.visit.query);
    let headers = query.columns.iter().map(|column| column.label()).collect();
    let columns = query.columns.clone();
    let all = query.behind(None, export::XLSX_ROWS);
    let rows = db.read(actor, move |read| grid::rows(read, &all, export::XLSX_ROWS)).await?;
    let rows = rows.iter().map(|row| columns.iter().map(|column| row.cell(*column)).collect()).collect();
    Ok(export::Sheet { name: Agreements::NAME, headers, rows })
}

pub async fn csv(actor: Actor<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    cells(&actor, &db).await?.csv()
}

pub async fn xlsx(actor: Actor<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    cells(&actor, &db).await?.xlsx()
}
