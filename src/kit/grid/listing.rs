//! What a module says of its grid's rows, and what follows from it: pages and files.

use actix_web::{HttpResponse, web};
use futures_util::Stream;

use diesel::{QueryableByName, pg::Pg};

use super::{Apart, Cell, Column as _, Grid, Hits, Query, Row, Shape, Side, Slice, Sql, shape};
use crate::kit::{
    actor::{Actor, Permission, Role},
    db::{Db, Read},
    export::{self, CHUNK, XLSX_ROWS},
    problem::{Problem, Result},
    viewer::Viewer,
};
use crate::t;

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

    /// The same condition, to be asked of one row after another.
    fn fits(sql: &mut Sql, read: &Read<'_, Self::View>, side: &Side, text: &str) {
        Self::find(sql, read, side, text);
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
        let (hits, total) =
            if query.searched() { shape::hits(read, &query)? } else { (Hits::Many, shape::count(read, &query)?) };
        let rows = shape::among(read, &query, &hits, query.size + 1)?;
        Ok(Listed { slice: query.page(rows), total, query })
    }

    /// The rows with these ids, as far as they are the company's own.
    fn these(read: &mut Read<'_, Self::View>, ids: Vec<String>) -> Result<Vec<Self::Cells>> {
        let many = ids.len();
        shape::among(read, &Query::<Self>::parse(""), &Hits::Few(ids), many)
    }

    /// The rows around the one with `id`, wherever the query's page begins; the first ones when it is not among them. `R` has besides the
    /// cells `place` (from 1), `here` (the place of that row) and `matching` (how many there are, up to [`super::COUNTED`] and one more),
    /// and what `besides` selects of the row `r`.
    fn around<R: QueryableByName<Pg> + 'static>(
        read: &mut Read<'_, Self::View>,
        query: &Query<Self>,
        id: &str,
        besides: impl FnOnce(&mut Sql),
    ) -> Result<Vec<R>> {
        shape::around::<Self, R>(read, &query.from_the_start(), id, besides)
    }
}

/// A page of a grid, and where it stands.
pub struct Listed<L: Listing> {
    pub query: Query<L>,
    pub slice: Slice<L::Cells>,
    pub total: Apart,
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
pub async fn csv<L: Listing>(viewer: Viewer<L::View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let query = Query::<L>::parse(&viewer.visit.query).for_a_file();
    export::csv(L::NAME, &headings(&query), pieces(&viewer, &db, &query)).await
}

/// `{grid}/export.xlsx`.
pub async fn xlsx<L: Listing>(viewer: Viewer<L::View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let query = Query::<L>::parse(&viewer.visit.query).for_a_file();
    let too_many = Problem::refused(
        "Too many rows for one spreadsheet",
        t!("A spreadsheet can have up to {n} rows. Filter the list, or export as CSV.", n = XLSX_ROWS),
    );
    let too_many = too_many.leading_to(viewer.url(L::PATH), "Back to list");
    let book = export::Book { name: L::NAME, head: headings(&query), notes: &[], too_many };
    export::xlsx(book, pieces(&viewer, &db, &query)).await
}
