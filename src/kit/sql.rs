//! A statement written piece by piece, every value bound.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    PgConnection, QueryResult, QueryableByName, RunQueryDsl as _,
    pg::Pg,
    query_builder::AstPass,
    sql_types::{self, Array, BigInt, Bool, Date, Numeric, Text, Timestamptz},
};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::{
    problem::Result,
    statement::{Values, statement},
};

/// Has PostgreSQL sort in, among what searches look up, the words that were just written; until then each search reads all of them. Says how
/// many pages of them there were.
pub fn settle_searches(conn: &mut PgConnection) -> Result<i64> {
    Ok(statement("SELECT settle_searches() AS pages").value::<BigInt, i64>(conn)?)
}

/// The text so far and its values. Pushed text is the program's own; whatever comes from elsewhere is bound.
#[derive(Debug, Default)]
pub struct Sql {
    text: String,
    binds: Vec<Bind>,
    /// The best way to what it looks for depends on how rare that is: by an index of patterns or in the order of the page.
    anew: bool,
    /// Its plan is kept all the same.
    kept: bool,
    /// Texts are looked for roughly, which finds more than holds them.
    roughly: bool,
}

/// A value of a statement: one, or an array of several.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Bind {
    Text(String),
    Texts(Vec<String>),
    At(DateTime<Utc>),
    Ats(Vec<DateTime<Utc>>),
    Day(NaiveDate),
    Days(Vec<NaiveDate>),
    Number(i64),
    Numbers(Vec<i64>),
    Decimal(Decimal),
    Decimals(Vec<Decimal>),
    Flag(bool),
    Uids(Vec<Uuid>),
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
            Bind::Ats(ats) => out.push_bind_param::<Array<Timestamptz>, _>(ats),
            Bind::Day(day) => out.push_bind_param::<Date, _>(day),
            Bind::Days(days) => out.push_bind_param::<Array<Date>, _>(days),
            Bind::Number(number) => out.push_bind_param::<BigInt, _>(number),
            Bind::Numbers(numbers) => out.push_bind_param::<Array<BigInt>, _>(numbers),
            Bind::Decimal(decimal) => out.push_bind_param::<Numeric, _>(decimal),
            Bind::Decimals(decimals) => out.push_bind_param::<Array<Numeric>, _>(decimals),
            Bind::Uids(uids) => out.push_bind_param::<Array<sql_types::Uuid>, _>(uids),
            Bind::Flag(flag) => out.push_bind_param::<Bool, _>(flag),
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
        self.plan_anew();
        self.push(&format!(" IN ('{}')", words.join("', '")));
    }

    /// Whether what stands before it, folded already, holds `text` however that is typed. Both are folded by PostgreSQL, since two
    /// programs do not agree on what small letters are.
    pub fn contains(&mut self, text: &str) {
        self.plan_anew();
        // a kept plan would fold it for every row that it compares, had it not a place of its own
        self.push(if self.kept { " LIKE (SELECT " } else { " LIKE " });
        self.push(if self.roughly { "roughly_holding(" } else { "holding(" });
        self.text(text);
        self.push(if self.kept { "))" } else { ")" });
    }

    /// What `write` writes looks for texts roughly: an index reads less for it and finds too much, never too little. What it finds has to be
    /// asked once more.
    pub fn roughly(&mut self, write: impl FnOnce(&mut Self)) {
        self.roughly = true;
        write(self);
        self.roughly = false;
    }

    /// Adds a value, and its place to the text.
    pub fn bind(&mut self, bind: Bind) {
        self.binds.push(bind);
        let _ = write!(self.text, "${}", self.binds.len());
    }

    /// A value that a kept plan does not depend on. PostgreSQL plans anew, again and again, for values that it sees and that make a plan seem
    /// cheaper than the kept one; those that a `SELECT` brings it does not see.
    pub fn unseen(&mut self, bind: Bind) {
        self.push(if self.kept { "(SELECT " } else { "" });
        self.bind(bind);
        self.push(if self.kept { ")" } else { "" });
    }

    /// Has it planned for its values each time instead of kept prepared: the best plan depends on how rare the values are, or clients
    /// can make more different texts than a connection should keep.
    pub fn plan_anew(&mut self) {
        self.anew = true;
    }

    /// The text so far, with the places of its values.
    pub fn written(&self) -> &str {
        &self.text
    }

    /// The values, from 1.
    pub fn bound(&self) -> &[Bind] {
        &self.binds
    }

    pub fn load<R: QueryableByName<Pg> + 'static>(self, conn: &mut PgConnection) -> Result<Vec<R>> {
        Ok(statement(self.text).with(self.binds).planned_anew(self.anew && !self.kept).load(conn)?)
    }
}
