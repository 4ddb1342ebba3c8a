//! Lists of what tables hold: one page of it, as a query asks, with the exact total.

use actix_web::HttpResponse;
use diesel::{
    PgConnection, QueryableByName,
    sql_types::{BigInt, Text},
};
use serde_json::Value;

use super::{JSON, asked, list::RANGE};
use crate::kit::{
    actor::{Account, Actor, Permission, Role},
    db::{Db, Read},
    grid::{Listing, Side},
    id::Id,
    problem::{Problem, Result},
    rql::{Asked, Collection},
    sql::Sql,
};

/// Objects that are in memory at once, whatever the limit of a page.
const PIECE: usize = 200;

/// Rows that a list of the API may show: whose they are, and what may be asked of them.
pub struct Table<'a> {
    /// Each a relation that bears an `id`, and the company that its rows belong to: the list shows those of all, and no row stands on two.
    pub sides: &'a [Side],
    /// A further condition on `r`, with its value: the rows of one object.
    pub of: Option<(&'static str, &'a str)>,
    pub collection: &'static Collection,
}

/// Makes the published objects of rows, in the order of their ids, as a company may see them.
pub type Objects = fn(&mut PgConnection, &Id<Account>, &[String]) -> Result<Vec<Value>>;

/// Answers a query over the rows of a grid: the same rows for the same company.
///
/// # Errors
/// As [`asked`].
pub async fn table<L: Listing>(
    (actor, query): (&Actor<L::View>, &str),
    db: &Db,
    collection: fn(Role) -> &'static Collection,
    objects: Objects,
) -> Result<HttpResponse> {
    let collection = collection(actor.identity.company.role);
    let asked = asked(query, collection)?;
    db.read(actor, move |read| {
        let sides = L::shape(read.actor.identity.company.role).sides;
        answer(read, &Table { sides, of: None, collection }, &asked, objects)
    })
    .await
    .map(Page::respond)
}

/// One page of a list, written already: so no more than a few objects are ever held.
pub struct Page {
    body: Vec<u8>,
    range: String,
}

impl Page {
    pub fn respond(self) -> HttpResponse {
        use actix_web::http::header::CONTENT_TYPE;
        HttpResponse::Ok().insert_header((RANGE, self.range)).insert_header((CONTENT_TYPE, JSON)).body(self.body)
    }
}

/// Reads the page that is asked for: its ids, then its objects piece by piece.
pub fn answer<P: Permission>(
    read: &mut Read<'_, P>,
    table: &Table<'_>,
    asked: &Asked,
    objects: Objects,
) -> Result<Page> {
    let ids = if asked.page.limit == 0 { Vec::new() } else { table.ids(read, asked)? };
    let rows = i64::try_from(ids.len()).map_err(Problem::internal)?;
    // a page that is not full says itself how many there are
    let ends = rows < asked.page.limit && (rows > 0 || asked.page.offset == 0);
    let total = if ends { asked.page.offset + rows } else { table.total(read, asked)? };
    let mut body = vec![b'['];
    let me = read.actor.account().clone();
    for piece in ids.chunks(PIECE) {
        for mut object in objects(read.conn, &me, piece)? {
            if body.len() > 1 {
                body.push(b',');
            }
            asked.select.prune(&mut object);
            serde_json::to_writer(&mut body, &object).map_err(Problem::internal)?;
        }
    }
    body.push(b']');
    Ok(Page { body, range: asked.page.content_range(ids.len(), total) })
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    id: String,
}

#[derive(QueryableByName)]
struct Total {
    #[diesel(sql_type = BigInt)]
    total: i64,
}

impl Table<'_> {
    /// ` FROM … WHERE …` of the company's own rows of a side that fit.
    fn fitting<P: Permission>(&self, sql: &mut Sql, read: &Read<'_, P>, side: &Side, asked: &Asked) {
        let own = (side.own)(read.actor.identity.company.role);
        sql.push(&format!(" FROM {} r WHERE r.{own} = ", side.rows));
        sql.text(read.actor.account().as_str());
        if !side.when.is_empty() {
            sql.push(&format!(" AND {}", side.when));
        }
        if let Some((condition, value)) = self.of {
            sql.push(&format!(" AND {condition} = "));
            sql.text(value);
        }
        asked.narrow(sql);
    }

    /// The ids of the page. Of several sides each is read in the page's order, as far as the page may reach, and they are merged.
    fn ids<P: Permission>(&self, read: &mut Read<'_, P>, asked: &Asked) -> Result<Vec<String>> {
        let mut sql = Sql::default();
        if let [side] = self.sides {
            sql.push("SELECT r.id");
            self.fitting(&mut sql, read, side, asked);
            asked.order.write(&mut sql);
        } else {
            sql.push("SELECT r.id FROM (");
            for (at, side) in self.sides.iter().enumerate() {
                sql.push(if at == 0 { "(SELECT r.id" } else { " UNION ALL (SELECT r.id" });
                for (place, by) in asked.order.by.iter().enumerate() {
                    sql.push(&format!(", {} AS by_{place}", by.expression));
                }
                self.fitting(&mut sql, read, side, asked);
                asked.order.write(&mut sql);
                sql.push(" LIMIT ");
                sql.number(asked.page.offset.saturating_add(asked.page.limit));
                sql.push(")");
            }
            sql.push(") r");
            for (place, by) in asked.order.by.iter().enumerate() {
                let (before, down) =
                    (if place == 0 { " ORDER BY" } else { "," }, if by.descending { " DESC" } else { "" });
                sql.push(&format!("{before} r.by_{place}{down}"));
            }
        }
        asked.page.write(&mut sql);
        Ok(sql.load::<Found>(read.conn)?.into_iter().map(|found| found.id).collect())
    }

    fn total<P: Permission>(&self, read: &mut Read<'_, P>, asked: &Asked) -> Result<i64> {
        let mut sql = Sql::default();
        for (at, side) in self.sides.iter().enumerate() {
            sql.push(if at == 0 { "SELECT (SELECT count(*)" } else { " + (SELECT count(*)" });
            self.fitting(&mut sql, read, side, asked);
            sql.push(")");
        }
        sql.push(" AS total");
        Ok(sql.load::<Total>(read.conn)?.into_iter().map(|one| one.total).sum())
    }
}
