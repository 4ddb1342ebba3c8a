//! What a module says of its grid's rows, and what follows from it: pages and files.

use actix_web::{HttpResponse, web};
use futures_util::Stream;

use super::{COUNTED, Cell, Column as _, FOUND, Grid, Hits, Query, Row, Sql, Total};
use crate::kit::{
    actor::{Actor, Permission},
    db::{Db, Read},
    export::{self, CHUNK, XLSX_ROWS},
    problem::{Problem, Result},
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

/// All rows of a query, in pieces.
fn pieces<L: Listing>(
    actor: &Actor<L::View>,
    db: &Db,
    query: &Query<L>,
) -> impl Stream<Item = Result<export::Rows>> + 'static {
    let (actor, db, query) = (actor.clone(), db.clone(), query.clone());
    export::pieces(Vec::new(), move |before: Rows<L>| {
        let (actor, db, query) = (actor.clone(), db.clone(), query.clone());
        async move {
            let rows = piece::<L>(&actor, &db, &query, &before).await?;
            let body = rows.iter().map(|row| cells::<L>(&query, row)).collect();
            Ok((body, (rows.len() == CHUNK).then_some(rows)))
        }
    })
}

fn headings<L: Listing>(query: &Query<L>) -> Vec<&'static str> {
    query.columns.iter().map(|column| column.label()).collect()
}

/// `{grid}/export.csv`.
pub async fn csv<L: Listing>(actor: Actor<L::View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let query = Query::<L>::parse(&actor.visit.query);
    export::csv(L::NAME, &headings(&query), pieces(&actor, &db, &query)).await
}

/// `{grid}/export.xlsx`.
pub async fn xlsx<L: Listing>(actor: Actor<L::View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let query = Query::<L>::parse(&actor.visit.query);
    let too_many = Problem::refused(
        "This is too much for one spreadsheet",
        format!("A spreadsheet may have up to {XLSX_ROWS} rows. Narrow the list by filters, or export CSV."),
    );
    let too_many = too_many.leading_to(actor.url(L::PATH), "Back to the list");
    let book = export::Book { name: L::NAME, head: headings(&query), notes: &[], too_many };
    export::xlsx(book, pieces(&actor, &db, &query)).await
}
