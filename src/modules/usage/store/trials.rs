//! Reports that are only tried out by the job: what was sent, how far the check is, and what it found. Nothing of it is a record, and a check
//! that breaks off leaves nothing behind.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Bool, Int4, Jsonb, Nullable, Text, Timestamptz, Uuid as DbUuid},
};
use serde_json::Value;
use uuid::Uuid;

use super::{
    Control, Pieces,
    lease::{LEASE, Leased},
};
use crate::{
    kit::{
        choice::Choice as _,
        db::{Looks, Read, System, Tx},
        id::Id,
        pieces,
        problem::{Problem, Result, SPACE_PAUSE},
        statement::statement,
    },
    modules::usage::{
        Status, UsageFile,
        actions::Sent,
        lifecycle::takes_report,
        mapping::{
            data::Mapping,
            exact::Exact,
            store::{Chosen, definition, read_back},
        },
        trial::Outcome,
    },
};

/// A dry run that a job holds.
#[derive(Debug, Clone)]
pub struct Trying {
    pub id: Id<UsageFile>,
    /// How often its check was begun, with this time.
    pub attempts: i32,
    holder: Uuid,
}

impl Leased for Trying {
    fn hold(&self, tx: &mut Tx<'_, System>) -> Result<bool> {
        let kept = statement(
            "UPDATE usage_trials SET leased_until = now() + $1 * interval '1 second' WHERE file_id = $2 AND leased_by = $3 AND outcome IS NULL",
        )
        .bind::<Int4, _>(LEASE)
        .bind::<Text, _>(&self.id)
        .bind::<DbUuid, _>(self.holder)
        .execute(tx.conn)?;
        Ok(kept == 1)
    }
}

/// Where a file stands of which a report can be tried out.
fn open() -> Vec<&'static str> {
    Status::ALL.iter().filter(|status| takes_report(**status)).map(|status| status.key()).collect()
}

/// Takes the dry run that waits longest, unless somebody holds it. While no report can be uploaded to its file, it waits on.
pub fn take_trial<P>(tx: &mut Tx<'_, P>) -> Result<Option<Trying>> {
    #[derive(QueryableByName)]
    struct Taken {
        #[diesel(sql_type = Text)]
        file_id: Id<UsageFile>,
        #[diesel(sql_type = Int4)]
        attempts: i32,
    }
    let holder = Uuid::new_v4();
    let taken: Option<Taken> = statement(
        "UPDATE usage_trials u SET leased_by = $1, leased_until = now() + $2 * interval '1 second', attempts = u.attempts + 1, work = 0, wrong = 0 \
         WHERE u.file_id = (SELECT w.file_id FROM usage_trials w JOIN usage_files f ON f.id = w.file_id WHERE w.outcome IS NULL \
         AND f.status = ANY ($3) AND (w.leased_until IS NULL OR w.leased_until < now()) \
         ORDER BY w.sent_at, w.file_id LIMIT 1 FOR UPDATE OF w SKIP LOCKED) \
         RETURNING u.file_id, u.attempts",
    )
    .bind::<DbUuid, _>(holder)
    .bind::<Int4, _>(LEASE)
    .bind::<Array<Text>, _>(open())
    .get_result(tx.conn)
    .optional()?;
    Ok(taken.map(|taken| Trying { id: taken.file_id, attempts: taken.attempts, holder }))
}

/// Gives a dry run back, done or not.
pub fn release_trial<P>(tx: &mut Tx<'_, P>, trying: &Trying) -> Result<()> {
    statement("UPDATE usage_trials SET leased_by = NULL, leased_until = NULL WHERE file_id = $1 AND leased_by = $2")
        .bind::<Text, _>(&trying.id)
        .bind::<DbUuid, _>(trying.holder)
        .execute(tx.conn)?;
    Ok(())
}

/// Gives back a dry run that could not be checked because a disk is full: it is tried again in a minute, and is never given up for this.
pub fn put_off_trial<P>(tx: &mut Tx<'_, P>, trying: &Trying) -> Result<()> {
    statement(
        "UPDATE usage_trials SET leased_by = NULL, leased_until = now() + $3 * interval '1 second', attempts = greatest(attempts - 1, 0) \
         WHERE file_id = $1 AND leased_by = $2",
    )
    .bind::<Text, _>(&trying.id)
    .bind::<DbUuid, _>(trying.holder)
    .bind::<Int4, _>(SPACE_PAUSE)
    .execute(tx.conn)?;
    Ok(())
}

/// Adds to how many rows of a held dry run were read, and how many of them are wrong.
pub fn trial_worked<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>, rows: usize, wrong: usize) -> Result<()> {
    let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    statement("UPDATE usage_trials SET work = work + $2, wrong = wrong + $3 WHERE file_id = $1")
        .bind::<Text, _>(id)
        .bind::<Int4, _>(number(rows))
        .bind::<Int4, _>(number(wrong))
        .execute(tx.conn)?;
    Ok(())
}

/// Keeps what a held dry run found.
pub fn settle_trial<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>, outcome: &Outcome) -> Result<()> {
    statement("UPDATE usage_trials SET outcome = $2 WHERE file_id = $1")
        .bind::<Text, _>(id)
        .bind::<Jsonb, _>(serde_json::to_value(outcome).map_err(Problem::internal)?)
        .execute(tx.conn)?;
    Ok(())
}

/// Keeps a report that is tried out of a locked file, in place of the one before.
pub fn keep_trial<P>(
    tx: &mut Tx<'_, P>,
    id: &Id<UsageFile>,
    sent: &Sent,
    (chosen, control): (Option<&Chosen>, Control),
) -> Result<()> {
    forget_trial(tx, id)?;
    pieces::keep(tx, sent.upload)?;
    statement(
        "INSERT INTO usage_trials (file_id, file_name, upload, sent_at, mapping, version, definition, control_rows, control_total) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind::<Text, _>(id)
    .bind::<Text, _>(&sent.file_name)
    .bind::<DbUuid, _>(sent.upload)
    .bind::<Timestamptz, _>(tx.at)
    .bind::<Nullable<Text>, _>(chosen.map(|chosen| chosen.name.clone()))
    .bind::<Nullable<Int4>, _>(chosen.map(|chosen| chosen.version))
    .bind::<Nullable<Jsonb>, _>(chosen.map(|chosen| definition(&chosen.mapping)).transpose()?)
    .bind::<Nullable<Int4>, _>(control.rows)
    .bind::<Nullable<Text>, _>(control.total.map(|total| total.to_string()))
    .execute(tx.conn)?;
    Ok(())
}

/// Takes away what was tried out of a locked file.
pub fn forget_trial<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>) -> Result<()> {
    statement("DELETE FROM usage_trials WHERE file_id = $1").bind::<Text, _>(id).execute(tx.conn)?;
    Ok(())
}

/// A report that is tried out, without its bytes.
#[derive(Debug, Clone)]
pub struct TrialRow {
    pub file_name: String,
    pub sent_at: DateTime<Utc>,
    pub work: i32,
    /// The mapping that it is read through: its name, its version and what it says.
    pub mapping: Option<(String, i32, Mapping)>,
    pub control: Control,
    /// What was found, once all rows are read.
    pub outcome: Option<Outcome>,
}

/// What is tried out of a file whose sight was checked, or which is held.
pub fn trial(look: &mut impl Looks, id: &Id<UsageFile>) -> Result<Option<TrialRow>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        file_name: String,
        #[diesel(sql_type = Timestamptz)]
        sent_at: DateTime<Utc>,
        #[diesel(sql_type = Int4)]
        work: i32,
        #[diesel(sql_type = Nullable<Text>)]
        mapping: Option<String>,
        #[diesel(sql_type = Nullable<Int4>)]
        version: Option<i32>,
        #[diesel(sql_type = Nullable<Jsonb>)]
        definition: Option<Value>,
        #[diesel(sql_type = Nullable<Int4>)]
        control_rows: Option<i32>,
        #[diesel(sql_type = Nullable<Text>)]
        control_total: Option<String>,
        #[diesel(sql_type = Nullable<Jsonb>)]
        outcome: Option<Value>,
    }
    let row: Option<Row> = statement(
        "SELECT file_name, sent_at, work, mapping, version, definition, control_rows, control_total, outcome \
         FROM usage_trials WHERE file_id = $1",
    )
    .bind::<Text, _>(id)
    .get_result(look.conn())
    .optional()?;
    let Some(row) = row else { return Ok(None) };
    let definition = row.definition.map(read_back).transpose()?;
    let total = row.control_total.map(|total| serde_json::from_value::<Exact>(Value::String(total)));
    Ok(Some(TrialRow {
        file_name: row.file_name,
        sent_at: row.sent_at,
        work: row.work,
        mapping: row
            .mapping
            .zip(row.version)
            .zip(definition)
            .map(|((name, version), mapping)| (name, version, mapping)),
        control: Control { rows: row.control_rows, total: total.transpose().map_err(Problem::internal)? },
        outcome: row.outcome.map(serde_json::from_value).transpose().map_err(Problem::internal)?,
    }))
}

/// Whether a report of a file whose sight was checked is tried out, or was.
pub fn has_trial<P>(read: &mut Read<'_, P>, id: &Id<UsageFile>) -> Result<bool> {
    Ok(statement("SELECT EXISTS (SELECT FROM usage_trials WHERE file_id = $1) AS \"any\"")
        .bind::<Text, _>(id)
        .value::<Bool, _>(read.conn)?)
}

/// How far a dry run is.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct TrialWork {
    /// Rows that were read.
    #[diesel(sql_type = Int4)]
    pub work: i32,
    #[diesel(sql_type = Bool)]
    pub over: bool,
}

/// How far the dry run of a file whose sight was checked is; what it found stays where it is.
pub fn trial_work<P>(read: &mut Read<'_, P>, id: &Id<UsageFile>) -> Result<Option<TrialWork>> {
    Ok(statement("SELECT work, outcome IS NOT NULL AS over FROM usage_trials WHERE file_id = $1")
        .bind::<Text, _>(id)
        .get_result(read.conn)
        .optional()?)
}

/// The pieces of a report that is tried out of a held file.
pub fn pieces_of_trial(look: &mut impl Looks, id: &Id<UsageFile>) -> Result<Pieces> {
    Ok(statement(
        "SELECT f.id AS upload, f.size, f.sha256 FROM usage_trials u JOIN file_uploads f ON f.id = u.upload WHERE u.file_id = $1",
    )
    .bind::<Text, _>(id)
    .get_result(look.conn())?)
}

/// How many dry runs are ahead of one that was sent then.
pub fn trials_before<P>(read: &mut Read<'_, P>, sent_at: DateTime<Utc>) -> Result<i64> {
    Ok(statement(
        "SELECT count(*) AS before FROM usage_trials w JOIN usage_files f ON f.id = w.file_id \
         WHERE w.outcome IS NULL AND f.status = ANY ($2) AND w.sent_at < $1",
    )
    .bind::<Timestamptz, _>(sent_at)
    .bind::<Array<Text>, _>(open())
    .value::<BigInt, _>(read.conn)?)
}
