//! A statement written as text, which PostgreSQL parses once for each connection.
//!
//! diesel keeps what its query builder makes as a prepared statement, but sends what `sql_query` is given to be parsed and planned
//! each time. This is like `sql_query`, and is kept: by its text, which has to be the same for the same shape of query. So values are
//! bound and never written into the text, and lists are bound as arrays.

use std::{borrow::Cow, marker::PhantomData};

use diesel::{
    PgConnection, QueryResult, QueryableByName, RunQueryDsl,
    deserialize::{self, FromSql},
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    row::{Field as _, NamedRow, Row},
    serialize::ToSql,
    sql_types::{HasSqlType, Untyped},
};

/// A statement with its values; run it as any query of diesel. Rows are read by name (`QueryableByName`).
#[derive(Debug, Clone)]
#[must_use = "a statement does nothing until it is run"]
pub struct Statement<V = NoValues> {
    text: Cow<'static, str>,
    values: V,
    anew: bool,
}

/// A statement with places `$1`, `$2` … for the values that are bound to it in this order.
pub fn statement(text: impl Into<Cow<'static, str>>) -> Statement {
    Statement { text: text.into(), values: NoValues, anew: false }
}

impl<V> Statement<V> {
    /// The next value, of the SQL type `ST`.
    pub fn bind<ST, U>(self, value: U) -> Statement<And<V, ST, U>> {
        Statement {
            text: self.text,
            values: And { before: self.values, value, sql_type: PhantomData },
            anew: self.anew,
        }
    }

    /// All values at once, where their number is known only when the text is.
    pub fn with<W: Values>(self, values: W) -> Statement<W> {
        Statement { text: self.text, values, anew: self.anew }
    }

    /// Planned anew each time, for the values that it has: where the best plan depends on what is looked for. That is so for every pattern:
    /// a kept plan does not know how rare it is, and would fold it once for each row.
    pub fn planned_anew(self, anew: bool) -> Self {
        Self { anew, ..self }
    }
}

/// The values of a statement, from 1.
pub trait Values {
    fn count(&self) -> usize;

    /// Adds the value `number`, which there is, to what is sent.
    fn send<'b>(&'b self, number: usize, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()>;
}

/// No values.
#[derive(Debug, Clone, Copy)]
pub struct NoValues;

impl Values for NoValues {
    fn count(&self) -> usize {
        0
    }

    fn send<'b>(&'b self, _: usize, _: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        Ok(())
    }
}

/// One value more.
#[derive(Debug, Clone, Copy)]
pub struct And<V, ST, U> {
    before: V,
    value: U,
    sql_type: PhantomData<ST>,
}

impl<V: Values, ST, U: ToSql<ST, Pg>> Values for And<V, ST, U>
where
    Pg: HasSqlType<ST>,
{
    fn count(&self) -> usize {
        self.before.count() + 1
    }

    fn send<'b>(&'b self, number: usize, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if number > self.before.count() { out.push_bind_param(&self.value) } else { self.before.send(number, out) }
    }
}

/// The pieces of a text between its places, each with the number of the place behind it; 0 behind the last.
fn pieces(text: &str) -> impl Iterator<Item = (&str, usize)> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let place =
            text.match_indices('$').find(|(at, _)| text[at + 1..].starts_with(|sign: char| sign.is_ascii_digit()));
        let Some((at, _)) = place else {
            rest = None;
            return Some((text, 0));
        };
        let behind = &text[at + 1..];
        let end = behind.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(behind.len());
        rest = Some(&behind[end..]);
        Some((&text[..at], behind[..end].parse().unwrap_or(0)))
    })
}

impl<V: Values> QueryFragment<Pg> for Statement<V> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if self.anew {
            out.unsafe_to_cache_prepared();
        }
        // diesel numbers places as they come; a value that stands at several is sent once
        let (mut met, mut numbers) = (0, vec![0; self.values.count()]);
        for (piece, place) in pieces(&self.text) {
            out.push_sql(piece);
            match place.checked_sub(1).and_then(|at| numbers.get_mut(at)) {
                Some(number @ 0) => {
                    met += 1;
                    *number = met;
                    self.values.send(place, &mut out)?;
                }
                Some(number) => out.push_sql(&format!("${number}")),
                None if place == 0 => {}
                None => {
                    let fault = format!("no value is bound to ${place}");
                    return Err(diesel::result::Error::QueryBuilderError(fault.into()));
                }
            }
        }
        Ok(())
    }
}

impl<V> QueryId for Statement<V> {
    type QueryId = ();
    /// By its text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<V> Query for Statement<V> {
    type SqlType = Untyped;
}

impl<V> RunQueryDsl<PgConnection> for Statement<V> {}

/// A row of one column, of the SQL type `ST`, whatever it is called.
struct One<ST, T>(T, PhantomData<ST>);

impl<ST, T: FromSql<ST, Pg>> QueryableByName<Pg> for One<ST, T> {
    fn build<'a>(row: &impl NamedRow<'a, Pg>) -> deserialize::Result<Self> {
        let field = Row::get(row, 0).ok_or("a row has a column")?;
        Ok(Self(T::from_nullable_sql(field.value())?, PhantomData))
    }
}

impl<V: Values> Statement<V> {
    /// Its value, from a row with one column of the SQL type `ST`.
    pub fn value<ST: 'static, T: FromSql<ST, Pg> + 'static>(self, conn: &mut PgConnection) -> QueryResult<T> {
        self.get_result::<One<ST, T>>(conn).map(|one| one.0)
    }

    /// The same for all rows.
    pub fn values<ST: 'static, T: FromSql<ST, Pg> + 'static>(self, conn: &mut PgConnection) -> QueryResult<Vec<T>> {
        Ok(self.load::<One<ST, T>>(conn)?.into_iter().map(|one| one.0).collect())
    }
}

#[cfg(test)]
mod tests {
    use diesel::sql_types::{Array, Integer, Text};

    use super::*;

    fn sent(query: &impl QueryFragment<Pg>) -> String {
        diesel::debug_query::<Pg, _>(query).to_string()
    }

    #[test]
    fn values_go_where_their_numbers_stand_and_each_once() {
        let query = statement("SELECT $2, $1, '$', $2 FROM x WHERE a ~ '^b$' AND c = ANY($3)")
            .bind::<Text, _>("one")
            .bind::<Integer, _>(2)
            .bind::<Array<Text>, _>(vec!["three"]);
        assert_eq!(
            sent(&query),
            "SELECT $1, $2, '$', $1 FROM x WHERE a ~ '^b$' AND c = ANY($3) -- binds: [2, \"one\", [\"three\"]]"
        );
    }

    #[test]
    fn a_place_without_a_value_is_a_fault_of_ours() {
        let text = "SELECT $2";
        let query = statement(text).bind::<Integer, _>(1);
        let mut builder = diesel::pg::PgQueryBuilder::default();
        assert!(query.to_sql(&mut builder, &Pg).is_err());
    }
}
