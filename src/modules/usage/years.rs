//! The years that records are kept by: that in which their file was created, as its id says. The tables are made ahead, and an operator may
//! archive one.

use diesel::{
    PgConnection, QueryableByName, RunQueryDsl as _,
    sql_types::{Bool, Int4},
};

use super::UsageFile;
use crate::{
    kit::{
        db::{Looks, Tx},
        id::Id,
        problem::{Problem, Result},
        statement::statement,
    },
    t,
};

/// The year of a file.
pub fn of(file: &Id<UsageFile>) -> i32 {
    file.as_str().get(3..7).and_then(|year| year.parse().ok()).unwrap_or_default()
}

/// Makes room for the records of this year and of the next, whoever was first.
pub fn make_ahead(conn: &mut PgConnection) -> Result<usize> {
    Ok(statement("SELECT make_usage_year(y) FROM generate_series(this_year(), this_year() + 1) y").execute(conn)?)
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    answer: bool,
}

/// Makes room for the records of a file, if there is none; false when those of its year were archived.
pub fn make_room<P>(tx: &mut Tx<'_, P>, file: &Id<UsageFile>) -> Result<bool> {
    let made: Answer =
        statement("SELECT make_usage_year($1) AS answer").bind::<Int4, _>(of(file)).get_result(tx.conn)?;
    Ok(made.answer)
}

/// Whether the records of a file's year were archived.
pub fn is_archived(look: &mut impl Looks, file: &Id<UsageFile>) -> Result<bool> {
    let archived: Answer =
        statement("SELECT EXISTS (SELECT FROM usage_years WHERE year = $1 AND archived_at IS NOT NULL) AS answer")
            .bind::<Int4, _>(of(file))
            .get_result(look.conn())?;
    Ok(archived.answer)
}

/// What is said when records are asked for that were archived.
pub fn archived(file: &Id<UsageFile>) -> Problem {
    let words = t!(
        "The records of files created in {year} are archived. The totals are still here. Ask whoever runs this platform for the records.",
        year = of(file).to_string()
    );
    Problem::refused("The records are archived", words)
}

/// And when others are to take their place.
pub fn closed(file: &Id<UsageFile>) -> Problem {
    let words = t!(
        "The records of files created in {year} are archived. Create another file for your report.",
        year = of(file).to_string()
    );
    Problem::refused("Nothing can be uploaded to this file", words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_year_is_read_off_its_id() {
        assert_eq!(of(&"UF-2026-05-9878-5865".parse().unwrap()), 2026);
    }
}
