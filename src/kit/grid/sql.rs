//! The statements of a grid: written piece by piece, every value bound; counted and searched up to a limit.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection, QueryResult, QueryableByName, RunQueryDsl as _,
    pg::Pg,
    query_builder::AstPass,
    sql_types::{Array, BigInt, Text, Timestamptz},
};

use super::{Apart, COUNTED, Total};
use crate::kit::{
    environment::Environment,
    problem::Result,
    statement::{Values, statement},
    time::{self, Zone},
};

/// A statement written piece by piece, every value bound.
#[derive(Debug, Default)]
pub struct Sql {
    text: String,
    binds: Vec<Bind>,
    /// The best way to what it looks for depends on how rare that is: by an index of patterns or in the order of the page.
    anew: bool,
    /// Its plan is kept all the same.
    kept: bool,
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
    /// A statement whose way is the same whatever it looks for, since it reads a limited number of rows.
    pub fn kept() -> Self {
        Self { kept: true, ..Self::default() }
    }

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

    /// A list, as one value: the same statement however many there are.
    pub fn texts(&mut self, values: &[String]) {
        self.bind(Bind::Texts(values.to_vec()));
    }

    /// `IN (…)` of our own words, which may be rare: PostgreSQL must know them to find a good way.
    pub fn one_of(&mut self, words: &[&'static str]) {
        self.anew = true;
        self.push(&format!(" IN ('{}')", words.join("', '")));
    }

    /// Whether what stands before it, folded already, holds `text` however that is typed. Both are folded by PostgreSQL, since two
    /// programs do not agree on what small letters are.
    pub fn contains(&mut self, text: &str) {
        self.anew = true;
        // a kept plan would fold it for every row that it compares, had it not a place of its own
        self.push(if self.kept { " LIKE (SELECT holding(" } else { " LIKE holding(" });
        self.text(text);
        self.push(if self.kept { "))" } else { ")" });
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
        Ok(statement(self.text).with(self.binds).planned_anew(self.anew && !self.kept).load(conn)?)
    }

    /// The first row of `self`, a `SELECT … AS value`.
    pub fn value(self, conn: &mut PgConnection) -> Result<Option<String>> {
        Ok(self.load::<Valued>(conn)?.pop().map(|row| row.value))
    }

    /// Of `self`, a `SELECT` of environments as `environment` and numbers as `count`, counted up to [`COUNTED`] each.
    pub fn counts(self, conn: &mut PgConnection) -> Result<Apart> {
        let counts = self.load::<Counted>(conn)?;
        Ok(Apart::of(counts.into_iter().map(|row| (row.environment, Total::of(row.count, COUNTED)))))
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

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Text)]
    environment: Environment,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct Valued {
    #[diesel(sql_type = Text)]
    value: String,
}
