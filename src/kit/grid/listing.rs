//! What a module says of its grid's rows, and what follows from it: pages and files.

use actix_web::{HttpResponse, web};
use chrono::Utc;
use futures_util::stream;

use diesel::{QueryableByName, pg::Pg};

use super::{COUNTED, Cell, Column as _, FOUND, Grid, Hits, Query, Row, Shape, Side, Slice, Sql, Total, shape};
use crate::kit::{
    actor::{Actor, Permission, Role},
    db::{Db, Read},
    export::{self, CHUNK, XLSX_ROWS},
    problem::{Problem, Result},
};

/// A grid over the database, seen with one permission.
pub trait Listing: Grid + Sized {
    type View: Permission;
    type Cells: Row + QueryableByName<Pg> + Send + 'static;

    /// What is read, as a company of `role` sees it.
    fn shape(role: Role) -> &'static Shape;

    /// ` AND …` of a filter that the shape does not know.
    fn narrow(_sql: &mut Sql, _read: &Read<'_, Self::View>, _key: &str, _values: &[String]) {}

    /// The condition of a search, over `r`.
    fn find(sql: &mut Sql, _read: &Read<'_, Self::View>, _side: &Side, text: &str) {
        sql.push("r.search");
        sql.contains(text);
    }

    /// A cell of an export.
    fn cell(row: &Self::Cells, column: Self::Column) -> Cell;

    /// One page, and how many rows there are, counted up to a limit. Few matches of a search are picked out; many, and everything
    /// else, are read in the order of the page.
    fn page(read: &mut Read<'_, Self::View>, query: Query<Self>) -> Result<Listed<Self>> {
        let query = match query.sought().map(str::to_owned) {
            Some(id) => {
                let found = shape::sort_value(read, &query, &id)?;
                query.placed(found.as_deref())
            }
            None => query,
        };
        let (hits, total) = if query.searched() {
            let hits = shape::ids(read, &query, FOUND).hits(read.conn)?;
            let total = hits.total();
            (hits, total)
        } else {
            (Hits::Many, shape::ids(read, &query, COUNTED).count(read.conn)?)
        };
        let rows = shape::among(read, &query, &hits, query.size + 1)?;
        Ok(Listed { slice: query.page(rows), total, query })
    }
}

/// A page of a grid, and where it stands.
pub struct Listed<L: Listing> {
    pub query: Query<L>,
    pub slice: Slice<L::Cells>,
    pub total: Total,
}

type Rows<L> = Vec<<L as Listing>::Cells>;

/// The next piece of rows, behind the last of `before`.
async fn piece<L: Listing>(actor: &Actor<L::View>, db: &Db, query: &Query<L>, before: &Rows<L>) -> Result<Rows<L>> {
    let piece = query.behind(before.last().map(|row| (row.sort_value(), row.id())), CHUNK);
    db.read(actor, move |read| shape::among(read, &piece, &Hits::Many, CHUNK)).await
}

fn cells<L: Listing>(query: &Query<L>, row: &L::Cells) -> Vec<Cell> {
    query.columns.iter().map(|column| L::cell(row, *column)).collect()
}

/// `{grid}/export.csv`: streams in pieces, so that memory stays flat and no connection waits for a slow client.
pub async fn csv<L: Listing>(actor: Actor<L::View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let query = Query::<L>::parse(&actor.visit.query);
    let first = piece::<L>(&actor, &db, &query, &Vec::new()).await?;
    let head = export::csv_head(&query.columns.iter().map(|column| column.label()).collect::<Vec<_>>())?;
    let name = export::file_name(L::NAME, Utc::now(), "csv");
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
