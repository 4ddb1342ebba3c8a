//! The statements of a grid: written piece by piece, every value bound; counted and searched up to a limit.

use std::fmt::{self, Write as _};

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection, QueryResult, QueryableByName, RunQueryDsl as _,
    pg::Pg,
    query_builder::AstPass,
    sql_types::{Array, BigInt, Text, Timestamptz},
};

use super::{COUNTED, FOUND};
use crate::kit::{
    problem::Result,
    statement::{Values, statement},
    time::{self, Zone},
};

/// A statement written piece by piece, every value bound.
#[derive(Debug, Default)]
pub struct Sql {
    text: String,
    binds: Vec<Bind>,
    /// It looks for a pattern: by an index of patterns or in the order of the page, as the pattern is rare or common.
    pattern: bool,
}

#[derive(Debug)]
enum Bind {
    Text(String),
    Texts(Vec<String>),
    At(DateTime<Utc>),
    Number(i64),
}

impl Values for Vec<Bind> {
    fn count(&self) -> usize {
        self.len()
    }

    fn send<'b>(&'b self, number: usize, out: &mut AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        match &self[number - 1] {
            Bind::Text(text) => out.push_bind_param::<Text, _>(text),
            Bind::Texts(texts) => out.push_bind_param::<Array<Text>, _>(texts),
            Bind::At(at) => out.push_bind_param::<Timestamptz, _>(at),
            Bind::Number(number) => out.push_bind_param::<BigInt, _>(number),
        }
    }
}

impl Sql {
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub fn text(&mut self, value: &str) {
        self.bind(Bind::Text(value.to_owned()));
    }

    pub fn at(&mut self, value: DateTime<Utc>) {
        self.bind(Bind::At(value));
    }

    pub fn number(&mut self, value: i64) {
        self.bind(Bind::Number(value));
    }

    /// `= ANY(…)`: the same statement however many there are.
    pub fn any_of(&mut self, values: &[String]) {
        self.push(" = ANY(");
        self.bind(Bind::Texts(values.to_vec()));
        self.push(")");
    }

    /// Whether what stands before it, folded already, holds `text` however that is typed. Both are folded by PostgreSQL, since two
    /// programs do not agree on what small letters are.
    pub fn contains(&mut self, text: &str) {
        self.pattern = true;
        self.push(" LIKE holding(");
        self.text(text);
        self.push(")");
    }

    /// ` AND column >= …` or ` AND column <= …` for a day in the person's zone.
    pub fn day(&mut self, column: &str, day: &str, zone: Zone, until: bool) {
        let Some(day) = time::day(day) else { return };
        let (sign, edge) = if until { ("<=", zone.end_of(day)) } else { (">=", zone.start_of(day)) };
        if let Some(edge) = edge {
            self.push(&format!(" AND {column} {sign} "));
            self.at(edge);
        }
    }

    fn bind(&mut self, bind: Bind) {
        self.binds.push(bind);
        let _ = write!(self.text, "${}", self.binds.len());
    }

    pub fn load<R: QueryableByName<Pg> + 'static>(self, conn: &mut PgConnection) -> Result<Vec<R>> {
        Ok(statement(self.text).with(self.binds).planned_anew(self.pattern).load(conn)?)
    }

    /// The first row of `self`, a `SELECT … AS value`.
    pub fn value(self, conn: &mut PgConnection) -> Result<Option<String>> {
        Ok(self.load::<Valued>(conn)?.pop().map(|row| row.value))
    }

    /// The rows of `self`, a `SELECT` without limit, counted up to [`COUNTED`].
    pub fn count(mut self, conn: &mut PgConnection) -> Result<Total> {
        self.text = format!("SELECT count(*) AS count FROM ({} LIMIT {}) counted", self.text, COUNTED + 1);
        Ok(Total::of(self.load::<Counted>(conn)?.first().map_or(0, |row| row.count), COUNTED))
    }

    /// The rows of `self`, a `SELECT` of ids as `id` without limit: all of them, or only that there are many.
    pub fn hits(mut self, conn: &mut PgConnection) -> Result<Hits> {
        self.text = format!("SELECT hit.id FROM ({} LIMIT {}) hit", self.text, FOUND + 1);
        let ids: Vec<String> = self.load::<Hit>(conn)?.into_iter().map(|hit| hit.id).collect();
        Ok(if ids.len() as i64 > FOUND { Hits::Many } else { Hits::Few(ids) })
    }
}

/// What a search found.
#[derive(Debug)]
pub enum Hits {
    /// Whichever they are; the page is picked out of them.
    Few(Vec<String>),
    /// So many that the first of them are soon met in the order of the page.
    Many,
}

impl Hits {
    /// Behind the condition of tenancy: the rows that were found, or what `narrow` says.
    pub fn narrow(&self, sql: &mut Sql, id: &str, narrow: impl FnOnce(&mut Sql)) {
        match self {
            Self::Few(ids) => {
                sql.push(&format!(" AND {id}"));
                sql.any_of(ids);
            }
            Self::Many => narrow(sql),
        }
    }

    pub fn total(&self) -> Total {
        match self {
            Self::Few(ids) => Total::of(ids.len() as i64, FOUND),
            Self::Many => Total::of(FOUND + 1, FOUND),
        }
    }
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct Valued {
    #[diesel(sql_type = Text)]
    value: String,
}

#[derive(QueryableByName)]
struct Hit {
    #[diesel(sql_type = Text)]
    id: String,
}

/// How many there are, or that there are more than was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    count: i64,
    more: bool,
}

impl Total {
    /// A count that was stopped at `most`.
    pub fn of(count: i64, most: i64) -> Self {
        Self { count: count.min(most), more: count > most }
    }

    /// A count that nothing stopped.
    pub fn all(count: impl Into<i64>) -> Self {
        Self { count: count.into(), more: false }
    }
}

/// "1,204", and "1,000+" when the count was stopped.
impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", thousands(self.count), if self.more { "+" } else { "" })
    }
}

/// 1,204 rather than 1204.
fn thousands(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
    }

    #[test]
    fn a_count_that_was_stopped_says_so() {
        assert_eq!(Total::of(1_000, 1_000).to_string(), "1,000");
        assert_eq!(Total::of(1_001, 1_000).to_string(), "1,000+");
    }
}
