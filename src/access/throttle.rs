//! Growing delays after failures. Never a lock that a stranger can trigger for good: all is forgotten after an hour.

use diesel::{
    OptionalExtension as _, PgConnection, QueryableByName, RunQueryDsl as _, sql_query,
    sql_types::{BigInt, Text},
};

use crate::kit::{
    problem::{Problem, Result},
    secret,
};

/// Failures without any delay.
const FREE: i64 = 5;
/// The longest delay, in seconds.
const LONGEST: i64 = 900;

/// What failures are counted for: what they were aimed at and where they came from, hashed.
pub struct Aim(Vec<String>);

impl Aim {
    /// `purpose` keeps sign-in, resets and links apart.
    pub fn at(purpose: &str, what: &[&str]) -> Self {
        Self(
            what.iter().map(|one| secret::sha256_hex(format!("{purpose} {}", one.to_lowercase()).as_bytes())).collect(),
        )
    }

    /// Refuses while a delay runs.
    pub fn check(&self, conn: &mut PgConnection) -> Result<()> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = BigInt)]
            failures: i64,
            #[diesel(sql_type = BigInt)]
            since: i64,
        }
        for key in &self.0 {
            let row: Option<Row> = sql_query(
                "SELECT failures::bigint AS failures, extract(epoch FROM now() - last_at)::bigint AS since \
                 FROM throttles WHERE key = $1 AND last_at > now() - interval '1 hour'",
            )
            .bind::<Text, _>(key)
            .get_result(conn)
            .optional()?;
            if let Some(row) = row {
                let left = delay(row.failures) - row.since;
                if left > 0 {
                    return Err(Problem::TooMany(left.unsigned_abs()));
                }
            }
        }
        Ok(())
    }

    /// Counts a failure.
    pub fn fail(&self, conn: &mut PgConnection) -> Result<()> {
        for key in &self.0 {
            sql_query(
                "INSERT INTO throttles (key, failures, last_at) VALUES ($1, 1, now()) ON CONFLICT (key) DO UPDATE \
                 SET failures = CASE WHEN throttles.last_at > now() - interval '1 hour' THEN throttles.failures + 1 ELSE 1 END, \
                 last_at = now()",
            )
            .bind::<Text, _>(key)
            .execute(conn)?;
        }
        Ok(())
    }

    /// Forgets the failures, after a success.
    pub fn clear(&self, conn: &mut PgConnection) -> Result<()> {
        for key in &self.0 {
            sql_query("DELETE FROM throttles WHERE key = $1").bind::<Text, _>(key).execute(conn)?;
        }
        Ok(())
    }
}

/// Seconds to wait after so many failures: none for the first few, then doubling.
fn delay(failures: i64) -> i64 {
    match failures - FREE {
        over if over < 0 => 0,
        over => (5_i64 << over.min(10)).min(LONGEST),
    }
}

/// Clears away what is forgotten.
pub fn sweep(conn: &mut PgConnection) -> Result<usize> {
    Ok(sql_query("DELETE FROM throttles WHERE last_at < now() - interval '1 hour'").execute(conn)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_failures_are_free_and_no_delay_is_for_good() {
        assert_eq!([0, 4, 5, 6, 8, 40].map(delay), [0, 0, 5, 10, 40, 900]);
    }
}
