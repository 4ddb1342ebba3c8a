//! What a module says of its grid's rows, and what follows from it: pages and files.

use actix_web::{HttpResponse, web};
use futures_util::stream;

use super::{COUNTED, Cell, Column as _, FOUND, Grid, Hits, Query, Row, Sql, Total};
use crate::kit::{
    actor::{Actor, Permission},
    db::{Db, Read},
    export::{self, CHUNK, XLSX_ROWS},
    problem::{Problem, Result},
    time::shown_now,
};

/// A grid over the database, seen with one permission.
pub trait Listing: Grid + Sized {
    type View: Permission;
    type Cells: Row + Send + 'static;

    /// A `SELECT` of the ids, as `id`, that search and filters leave of the company's rows. No limit, but where it is a union:
    /// then of each part one more than `most`.
    fn ids(read: &Read<'_, Self::View>, query: &Query<Self>, most: i64) -> Sql;

    /// `limit` rows of the actor's company, of those that were found, in the query's order and behind its cursor.
    fn among(
        read: &mut Read<'_, Self::View>,
        query: &Query<Self>,
        hits: &Hits,
        limit: usize,
    ) -> Result<Vec<Self::Cells>>;

    /// One page (and a row more, when there is one), and how many rows there are, counted up to a limit. Few matches of a search
    /// are picked out; many, and everything else, are read in the order of the page.
    fn page(read: &mut Read<'_, Self::View>, query: &Query<Self>) -> Result<(Vec<Self::Cells>, Total)> {
        if query.searched() {
            let hits = Self::ids(read, query, FOUND).hits(read.conn)?;
            return Ok((Self::among(read, query, &hits, query.size + 1)?, hits.total()));
        }
        let rows = Self::among(read, query, &Hits::Many, query.size + 1)?;
        Ok((rows, Self::ids(read, query, COUNTED).count(read.conn)?))
    }

    /// A cell of an export.
    fn cell(row: &Self::Cells, column: Self::Column) -> Cell;
}

type Rows<L> = Vec<<L as Listing>::Cells>;

/// The next piece of rows, behind the last of `before`.
async fn piece<L: Listing>(actor: &Actor<L::View>, db: &Db, query: &Query<L>, before: &Rows<L>) -> Result<Rows<L>> {
    let last = before.last().map(|row| (row.sort_value().to_owned(), row.id().to_owned()));
    let piece = query.behind(last, CHUNK);
    db.read(actor, move |read| L::among(read, &piece, &Hits::Many, CHUNK)).await
}

fn cells<L: Listing>(query: &Query<L>, row: &L::Cells) -> Vec<Cell> {
    query.columns.iter().map(|column| L::cell(row, *column)).collect()
}

/// `{grid}/export.csv`: streams in pieces, so that memory stays flat and no connection waits for a slow client.
pub async fn csv<L: Listing>(actor: Actor<L::View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let query = Query::<L>::parse(&actor.visit.query);
    let first = piece::<L>(&actor, &db, &query, &Vec::new()).await?;
    let headings: Vec<Cell> = query.columns.iter().map(|column| Cell::Text(column.label().to_owned())).collect();
    let head = export::csv_chunk(&[headings])?;
    let name = export::file_name(L::NAME, shown_now(), "csv");
    let pieces = stream::unfold(Some((head, Some(first))), move |state| {
        let (actor, db, query) = (actor.clone(), db.clone(), query.clone());
        async move {
            let (bytes, rows) = state?;
            let Some(rows) = rows.filter(|rows| !rows.is_empty()) else { return Some((Ok(bytes), None)) };
            let next = async {
                let body: Vec<_> = rows.iter().map(|row| cells::<L>(&query, row)).collect();
                let body = export::csv_chunk(&body)?;
                let more = if rows.len() < CHUNK { None } else { Some(piece::<L>(&actor, &db, &query, &rows).await?) };
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

/// `{grid}/export.xlsx`.
pub async fn xlsx<L: Listing>(actor: Actor<L::View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let query = Query::<L>::parse(&actor.visit.query);
    let mut rows: Rows<L> = Vec::new();
    loop {
        let piece = piece::<L>(&actor, &db, &query, &rows).await?;
        let done = piece.len() < CHUNK;
        rows.extend(piece);
        if rows.len() > XLSX_ROWS {
            return Err(Problem::refused(
                "This is too much for one spreadsheet",
                format!("A spreadsheet may have up to {XLSX_ROWS} rows. Narrow the list by filters, or export CSV."),
            )
            .leading_to(actor.url(L::PATH), "Back to the list"));
        }
        if done {
            break;
        }
    }
    let headers = query.columns.iter().map(|column| column.label()).collect();
    let rows = rows.iter().map(|row| cells::<L>(&query, row)).collect();
    export::Sheet { name: L::NAME, headers, rows }.xlsx()
}
