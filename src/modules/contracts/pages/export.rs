//! The grid of contracts as a file.

use actix_web::{HttpResponse, web};
use chrono::Utc;
use futures_util::stream;

use crate::{
    kit::{
        actor::Actor,
        db::Db,
        export::{self, CHUNK, XLSX_ROWS},
        grid::{Column as _, Grid as _, Query, Row as _},
        problem::{Problem, Result},
    },
    modules::contracts::{
        View,
        grid::{self, ContractCells, Contracts},
    },
};

type Q = Query<Contracts>;

/// The next piece of rows, behind `last`.
async fn chunk(actor: &Actor<View>, db: &Db, query: &Q, last: Option<(String, String)>) -> Result<Vec<ContractCells>> {
    let piece = query.behind(last, CHUNK);
    db.read(actor, move |read| grid::rows(read.conn, &piece, &read.actor.identity.company.id, read.actor.zone(), CHUNK))
        .await
}

fn last(rows: &[ContractCells]) -> Option<(String, String)> {
    rows.last().map(|row| (row.sort_value().to_owned(), row.id().to_owned()))
}

/// Streams in pieces, so that memory stays flat and no connection waits for a slow client.
pub async fn csv(actor: Actor<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let query = Q::parse(&actor.visit.query);
    let first = chunk(&actor, &db, &query, None).await?;
    let head = export::csv_chunk(&[query.columns.iter().map(|column| grid::heading(*column)).collect()])?;
    let name = export::file_name("contracts", Utc::now(), "csv");
    let pieces = stream::unfold(Some((head, Some(first))), move |state| {
        let (actor, db, query) = (actor.clone(), db.clone(), query.clone());
        async move {
            let (bytes, rows) = state?;
            let Some(rows) = rows.filter(|rows| !rows.is_empty()) else { return Some((Ok(bytes), None)) };
            let next = async {
                let cells: Vec<_> =
                    rows.iter().map(|row| query.columns.iter().map(|column| row.cell(*column)).collect()).collect();
                let body = export::csv_chunk(&cells)?;
                let more = if rows.len() < CHUNK { None } else { Some(chunk(&actor, &db, &query, last(&rows)).await?) };
                Ok::<_, Problem>((body, more))
            };
            match next.await {
                Ok(next) => Some((Ok(bytes), Some(next))),
                Err(problem) => Some((Err(problem), None)),
            }
        }
    });
    Ok(export::attachment(&name, export::CSV).streaming(Box::pin(pieces)))
}

pub async fn xlsx(actor: Actor<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let query = Q::parse(&actor.visit.query);
    let mut rows: Vec<ContractCells> = Vec::new();
    loop {
        let piece = chunk(&actor, &db, &query, last(&rows)).await?;
        let done = piece.len() < CHUNK;
        rows.extend(piece);
        if rows.len() > XLSX_ROWS {
            return Err(Problem::refused(
                "This is too much for one spreadsheet",
                format!("A spreadsheet may have up to {XLSX_ROWS} rows. Narrow the list by filters, or export CSV."),
            )
            .leading_to(actor.url("contracts"), "Back to Contracts"));
        }
        if done {
            break;
        }
    }
    let headers = query.columns.iter().map(|column| column.label()).collect();
    let rows = rows.iter().map(|row| query.columns.iter().map(|column| row.cell(*column)).collect()).collect();
    export::Sheet { name: Contracts::NAME, headers, rows }.xlsx()
}
