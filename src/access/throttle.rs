//! Growing delays after failures. A try is counted before it is looked at, so that sixty at once are no more than sixty one after
//! the other; what turns out to be right is given back. All is forgotten an hour after the last failure.
//!
//! What somebody aims at counts hard only together with where it comes from, so that no stranger can keep a person out: an e-mail
//! alone slows everybody who tries it down by seconds and refuses nobody.

use std::time::Duration;

use diesel::{
    Connection as _, PgConnection, QueryableByName, RunQueryDsl as _,
    sql_types::{Array, BigInt, Double, Integer, Text},
};

use crate::kit::{
    problem::{Problem, Result},
    secret,
    statement::statement,
};

/// How failures under one key delay the next try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pace {
    /// One person's own tries: a few are free, then each failure doubles the delay.
    Hard,
    /// A network, which many people may share: the same after many more.
    Shared,
    /// Something that strangers can aim at: the answer is slow, and never a refusal.
    Soft,
}

/// The first delay of [`Pace::Hard`] and [`Pace::Shared`], and the longest, in seconds.
const FIRST: i64 = 5;
const LONGEST: i64 = 900;
/// The longest that a soft key makes anybody wait for an answer.
const SLOWEST: Duration = Duration::from_secs(3);
/// Seconds after the last failure until all are forgotten.
const FORGOTTEN: f64 = 3_600.0;

impl Pace {
    /// Failures without any delay.
    const fn free(self) -> i64 {
        match self {
            Self::Hard => 5,
            Self::Shared => 30,
            Self::Soft => 10,
        }
    }

    /// Seconds to wait after so many failures: none for the first few, then doubling.
    fn delay(self, failures: i64) -> i64 {
        match failures - self.free() {
            _ if self == Self::Soft => 0,
            over if over < 0 => 0,
            over => (FIRST << over.min(10)).min(LONGEST),
        }
    }

    /// How long the answer to a try is held back.
    fn pause(self, failures: i64) -> Duration {
        match u32::try_from(failures - self.free()) {
            Ok(over) if self == Self::Soft => (Duration::from_millis(100) * over.min(100)).min(SLOWEST),
            _ => Duration::ZERO,
        }
    }
}

/// What a try is aimed at and where it comes from, hashed.
#[derive(Debug, Clone)]
pub struct Aim {
    purpose: &'static str,
    keys: Vec<(String, Pace)>,
}

impl Aim {
    /// `purpose` keeps sign-in, resets and links apart.
    pub fn at(purpose: &'static str) -> Self {
        Self { purpose, keys: Vec::new() }
    }

    /// Counted hard: only what nobody else can be kept out by, such as an e-mail together with a network.
    pub fn hard(self, what: &str) -> Self {
        self.counting(what, Pace::Hard)
    }

    /// Counted for a network.
    pub fn network(self, network: &str) -> Self {
        self.counting(&format!("network {network}"), Pace::Shared)
    }

    /// Counted softly: what strangers can aim at.
    pub fn soft(self, what: &str) -> Self {
        self.counting(what, Pace::Soft)
    }

    fn counting(mut self, what: &str, pace: Pace) -> Self {
        let key = secret::sha256_hex(format!("{} {}", self.purpose, what.to_lowercase()).as_bytes());
        self.keys.push((key, pace));
        // always locked in the same order, so that no two wait for each other
        self.keys.sort_by(|(one, _), (other, _)| one.cmp(other));
        self
    }

    /// Counts a try as a failure until [`Reserved::right`] or [`Reserved::unused`] says otherwise.
    ///
    /// # Errors
    /// [`Problem::TooMany`] while a delay runs; then nothing is counted.
    pub fn reserve(&self, conn: &mut PgConnection) -> Result<Reserved> {
        conn.transaction(|conn| {
            let keys: Vec<&str> = self.keys.iter().map(|(key, _)| key.as_str()).collect();
            statement(
                "INSERT INTO throttles (key, failures, last_at) \
                 SELECT key, 0, clock_timestamp() FROM unnest($1) key ORDER BY key ON CONFLICT (key) DO NOTHING",
            )
            .bind::<Array<Text>, _>(&keys)
            .execute(conn)?;
            let rows: Vec<Row> = statement(
                "SELECT key, failures::bigint AS failures, \
                 extract(epoch FROM clock_timestamp() - last_at)::float8 AS since \
                 FROM throttles WHERE key = ANY($1) ORDER BY key FOR UPDATE",
            )
            .bind::<Array<Text>, _>(&keys)
            .load(conn)?;
            let mut before = Vec::new();
            let mut pause = Duration::ZERO;
            for (row, (key, pace)) in rows.into_iter().zip(&self.keys) {
                let failures = if row.since >= FORGOTTEN { 0 } else { row.failures };
                let left = pace.delay(failures) as f64 - row.since;
                if left > 0.0 {
                    return Err(Problem::TooMany(left.ceil() as u64));
                }
                pause = pause.max(pace.pause(failures));
                let failures = i32::try_from(failures).unwrap_or(i32::MAX - 1);
                set(conn, key, failures + 1, 0.0)?;
                before.push(Before { key: key.clone(), pace: *pace, failures, since: row.since });
            }
            Ok(Reserved { before, pause })
        })
    }
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    failures: i64,
    /// Seconds since the last failure.
    #[diesel(sql_type = Double)]
    since: f64,
}

fn set(conn: &mut PgConnection, key: &str, failures: i32, since: f64) -> Result<()> {
    statement(
        "UPDATE throttles SET failures = $2, last_at = clock_timestamp() - make_interval(secs => $3) WHERE key = $1",
    )
    .bind::<Text, _>(key)
    .bind::<Integer, _>(failures)
    .bind::<Double, _>(since)
    .execute(conn)?;
    Ok(())
}

#[derive(Debug)]
struct Before {
    key: String,
    pace: Pace,
    failures: i32,
    since: f64,
}

/// A try that is counted as a failure. Dropped, it stays one.
#[derive(Debug)]
#[must_use]
pub struct Reserved {
    before: Vec<Before>,
    pause: Duration,
}

impl Reserved {
    /// Holds the answer back for as long as what was aimed at asks for.
    pub async fn pause(&self) {
        if !self.pause.is_zero() {
            tokio::time::sleep(self.pause).await;
        }
    }

    /// The try was right: the person's own failures are forgotten; those of the network stay as they were.
    pub fn right(self, conn: &mut PgConnection) -> Result<()> {
        self.give_back(conn, true)
    }

    /// The try was never looked at.
    pub fn unused(self, conn: &mut PgConnection) -> Result<()> {
        self.give_back(conn, false)
    }

    fn give_back(self, conn: &mut PgConnection, right: bool) -> Result<()> {
        conn.transaction(|conn| {
            for before in &self.before {
                if right && before.pace == Pace::Hard {
                    statement("DELETE FROM throttles WHERE key = $1").bind::<Text, _>(&before.key).execute(conn)?;
                    continue;
                }
                // others may have failed meanwhile: then only this one try is taken back
                statement(
                    "UPDATE throttles SET failures = failures - 1, last_at = CASE WHEN failures - 1 = $2 \
                     THEN clock_timestamp() - make_interval(secs => $3) ELSE last_at END WHERE key = $1 AND failures > 0",
                )
                .bind::<Text, _>(&before.key)
                .bind::<Integer, _>(before.failures)
                .bind::<Double, _>(before.since)
                .execute(conn)?;
            }
            Ok(())
        })
    }
}

/// Clears away what is forgotten.
pub fn sweep(conn: &mut PgConnection) -> Result<usize> {
    Ok(statement("DELETE FROM throttles WHERE last_at < now() - interval '1 hour'").execute(conn)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_failures_are_free_and_no_delay_is_for_good() {
        assert_eq!([0, 4, 5, 6, 8, 40].map(|failures| Pace::Hard.delay(failures)), [0, 0, 5, 10, 40, 900]);
        assert_eq!([29, 30, 31].map(|failures| Pace::Shared.delay(failures)), [0, 5, 10]);
    }

    #[test]
    fn what_strangers_can_aim_at_slows_down_and_never_refuses() {
        assert_eq!([0, 10, 20, 1_000_000].map(|failures| Pace::Soft.delay(failures)), [0; 4]);
        let slow = |failures| Pace::Soft.pause(failures).as_millis();
        assert_eq!([0, 10, 20, 40, 1_000_000].map(slow), [0, 0, 1_000, 3_000, 3_000]);
        assert_eq!(Pace::Hard.pause(1_000), Duration::ZERO);
    }
}
