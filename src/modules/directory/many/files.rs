//! Files to download: the template, the results of a sheet, and the links that were made of it. Formulas are made harmless by
//! [`crate::kit::export`].

use actix_web::{HttpResponse, web};
use futures_util::{Stream, stream};

use super::{
    COLUMNS, Fate, NOTES,
    pages::OfSheet,
    read::Wrong,
    show::asked,
    store::{self, RowLine},
};
use crate::{
    kit::{
        actor::Permission,
        choice::Choice as _,
        db::Db,
        export::{self, Book, Rows},
        grid::Cell,
        problem::{Problem, Result},
        viewer::Viewer,
        words::{Say as _, Words},
    },
    modules::contracts::{Create, Manage, links},
};

/// The sheet's own columns, and what became of each row; these two are not read when it comes back.
const RESULTS: [&str; 7] = ["Company", "Email", "External ID", "Note", "Language", "Result", "Result Details"];
const LINKS: [&str; 6] = ["Company", "Email", "External ID", "Contract", "Link", "Expires"];

fn book(name: &'static str, head: &[&'static str], notes: &'static [(&'static str, &'static str)]) -> Book {
    // no sheet has as many rows
    Book { name, head: head.to_vec(), notes, too_many: Problem::TooLarge }
}

fn at_once(rows: Rows) -> impl Stream<Item = Result<Rows>> + 'static {
    stream::iter([Ok(rows)])
}

fn text(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

pub(super) async fn template(_: Viewer<Create>) -> Result<HttpResponse> {
    export::xlsx(book("Partners", &COLUMNS, &NOTES), at_once(Rows::new())).await
}

pub(super) async fn plain_template(_: Viewer<Create>) -> Result<HttpResponse> {
    export::csv("partners", &COLUMNS, at_once(Rows::new())).await
}

/// All rows of a sheet of the company; of one result where `result` says which.
async fn rows<P: Permission>(actor: &Viewer<P>, path: &OfSheet, db: &Db, only: Option<Fate>) -> Result<Vec<RowLine>> {
    let id = path.1;
    db.read(actor, move |read| {
        let me = read.actor.account().clone();
        store::find(read, &me, id)?;
        store::rows_of(read, id, only, (0, i64::MAX))
    })
    .await
}

async fn judged(actor: &Viewer<Create>, path: &OfSheet, db: &Db) -> Result<Rows> {
    let only = asked(actor, "result").and_then(|key| Fate::from_key(&key));
    let lang = actor.visit.lang;
    let cells = |row: RowLine| {
        let wrong: Vec<String> = row.wrong().iter().map(Wrong::words).map(|words| words.said(lang)).collect();
        let contract = row.contract_id.as_ref().map(ToString::to_string);
        let details = wrong.into_iter().chain(contract).collect::<Vec<_>>().join(" · ");
        vec![
            text(&row.company),
            text(&row.email),
            text(&row.external_id),
            text(&row.note),
            text(&row.language),
            Cell::Text(Words::new(row.result.label()).said(lang)),
            Cell::Text(details),
        ]
    };
    Ok(rows(actor, path, db, only).await?.into_iter().map(cells).collect())
}

pub(super) async fn results(actor: Viewer<Create>, path: OfSheet, db: web::Data<Db>) -> Result<HttpResponse> {
    let judged = judged(&actor, &path, &db).await?;
    export::xlsx(book("Partners", &RESULTS, &NOTES), at_once(judged)).await
}

pub(super) async fn plain_results(actor: Viewer<Create>, path: OfSheet, db: web::Data<Db>) -> Result<HttpResponse> {
    export::csv("partners", &RESULTS, at_once(judged(&actor, &path, &db).await?)).await
}

async fn opening(actor: &Viewer<Manage>, path: &OfSheet, db: &Db) -> Result<Rows> {
    let house = &actor.visit.house;
    let base = house.base_of(&actor.identity.company.brand);
    let cells = |row: RowLine| {
        let (contract, nonce) = (row.contract_id?, row.nonce?);
        Some(vec![
            text(&row.company),
            text(&row.email),
            text(&row.external_id),
            text(contract.as_str()),
            Cell::Text(links::url(&house.key, &base, &contract, &nonce)),
            row.expires_at.map_or(Cell::Empty, Cell::At),
        ])
    };
    Ok(rows(actor, path, db, Some(Fate::Invited)).await?.into_iter().filter_map(cells).collect())
}

pub(super) async fn link_sheet(actor: Viewer<Manage>, path: OfSheet, db: web::Data<Db>) -> Result<HttpResponse> {
    let opening = opening(&actor, &path, &db).await?;
    export::xlsx(book("Links", &LINKS, &[]), at_once(opening)).await
}

pub(super) async fn plain_link_sheet(actor: Viewer<Manage>, path: OfSheet, db: web::Data<Db>) -> Result<HttpResponse> {
    export::csv("links", &LINKS, at_once(opening(&actor, &path, &db).await?)).await
}
