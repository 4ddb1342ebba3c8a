//! Lists that the program itself holds, as queries find them.

use actix_web::HttpResponse;
use diesel::{
    QueryableByName,
    sql_types::{Array, BigInt},
};
use serde_json::Value;

use super::json;
use crate::kit::{
    actor::{Actor, Permission},
    db::{Db, Read},
    problem::{Problem, Result},
    rql::{self, Asked, Collection},
    sql::Sql,
};

/// Which rows of all a list has, as `items 0-99/1234`.
pub(super) const RANGE: &str = "content-range";

/// One page of a list: the array alone, and which rows of all it has in a header.
pub fn list(rows: &[Value], asked: &Asked, total: i64) -> Result<HttpResponse> {
    json(HttpResponse::Ok().insert_header((RANGE, asked.page.content_range(rows.len(), total))), &rows)
}

/// What a query string asks of a collection.
///
/// # Errors
/// [`Problem::Query`] with everything that is wrong with it.
pub fn asked(query: &str, of: &'static Collection) -> Result<Asked> {
    rql::read(query, of).map_err(|wrong| Problem::Query(wrong.iter().map(rql::Violation::why).collect()))
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    total: i64,
    /// From 1, in the order of the page.
    #[diesel(sql_type = Array<BigInt>)]
    places: Vec<i64>,
}

/// Finds among published objects that no table holds. PostgreSQL compares them, so that a query means the same in every list: their
/// collections read `r.object` and, for the order in which they are held, `r.place`.
fn find<P>(read: &mut Read<'_, P>, objects: &[Value], asked: &Asked) -> Result<Found> {
    let mut sql = Sql::default();
    sql.push("WITH found AS (SELECT r.object, r.place FROM jsonb_array_elements(");
    sql.text(&serde_json::to_string(objects).map_err(Problem::internal)?);
    sql.push("::jsonb) WITH ORDINALITY AS r (object, place) WHERE true");
    asked.narrow(&mut sql);
    sql.push(") SELECT (SELECT count(*) FROM found) AS total, ARRAY(SELECT r.place FROM found r");
    asked.order.write(&mut sql);
    asked.page.write(&mut sql);
    sql.push(") AS places");
    sql.load(read.conn)?.pop().ok_or_else(|| Problem::internal("a count has one row"))
}

/// Answers a query over published objects that no table holds.
///
/// # Errors
/// As [`asked`].
pub async fn held<P: Permission>(
    (actor, query): (&Actor<P>, &str),
    db: &Db,
    of: &'static Collection,
    mut objects: Vec<Value>,
) -> Result<HttpResponse> {
    let asked = asked(query, of)?;
    let (found, asked, objects) = db
        .read(actor, move |read| {
            let found = find(read, &objects, &asked)?;
            objects.iter_mut().for_each(|object| asked.select.prune(object));
            Ok((found, asked, objects))
        })
        .await?;
    let at = |place: &i64| objects.get(usize::try_from(place - 1).ok()?).cloned();
    list(&found.places.iter().filter_map(at).collect::<Vec<_>>(), &asked, found.total)
}
