//! What is particular to the statements of a grid: days in the person's zone, and rows counted and searched up to a limit.

use diesel::{
    PgConnection, QueryableByName,
    sql_types::{BigInt, Text},
};

use super::{Apart, COUNTED, Total};
use crate::kit::{
    environment::Environment,
    problem::Result,
    sql::Sql,
    time::{self, Zone},
};

impl Sql {
    /// ` AND column >= …` or ` AND column < …` for a day in the person's zone, that day included.
    pub fn day(&mut self, column: &str, day: &str, zone: Zone, until: bool) {
        let Some(day) = time::day(day) else { return };
        let (sign, edge) = if until { ("<", day.succ_opt()) } else { (">=", Some(day)) };
        if let Some(edge) = edge.and_then(|day| zone.start_of(day)) {
            self.push(&format!(" AND {column} {sign} "));
            self.at(edge);
        }
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
