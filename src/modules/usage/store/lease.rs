//! Who checks an upload: one program at a time, for as long as its lease lasts.

use std::time::Duration;

use diesel::{
    prelude::*,
    sql_types::{Int4, Text, Uuid as DbUuid},
};
use uuid::Uuid;

use crate::{
    kit::{
        db::{System, Tx},
        id::Id,
        problem::{Result, SPACE_PAUSE},
        statement::statement,
    },
    modules::usage::UsageFile,
};

/// A file that a job holds: nobody else works on it until the lease runs out.
#[derive(Debug, Clone)]
pub struct Held {
    pub id: Id<UsageFile>,
    pub round: i32,
    /// How often its check was begun, with this time.
    pub attempts: i32,
    holder: Uuid,
}

/// How long a lease lasts, in seconds. Every piece of work renews it.
pub(super) const LEASE: i32 = 20;
/// How often it is begun anew while nothing comes to work on: several times before it would run out.
pub const RENEWAL: Duration = Duration::from_secs(5);

/// Work that one program at a time holds.
pub trait Leased: Clone + Send + Sync + 'static {
    /// Begins the lease anew, for the next piece of work. False when it is no longer held: it was taken by another program after too long a
    /// pause, or is gone.
    fn hold(&self, tx: &mut Tx<'_, System>) -> Result<bool>;
}

/// Takes the upload that waits longest, unless somebody holds it.
pub fn take<P>(tx: &mut Tx<'_, P>) -> Result<Option<Held>> {
    #[derive(QueryableByName)]
    struct Taken {
        #[diesel(sql_type = Text)]
        file_id: Id<UsageFile>,
        #[diesel(sql_type = Int4)]
        round: i32,
        #[diesel(sql_type = Int4)]
        attempts: i32,
    }
    let holder = Uuid::new_v4();
    let taken: Option<Taken> = statement(
        "UPDATE usage_uploads u SET leased_by = $1, leased_until = now() + $2 * interval '1 second', attempts = u.attempts + 1 \
         FROM usage_files f WHERE f.id = u.file_id AND u.file_id = (SELECT w.file_id FROM usage_uploads w \
         JOIN usage_files q ON q.id = w.file_id WHERE q.status IN ('uploading', 'processing') \
         AND (w.leased_until IS NULL OR w.leased_until < now()) ORDER BY w.sent_at, w.file_id LIMIT 1 FOR UPDATE OF w SKIP LOCKED) \
         RETURNING u.file_id, f.round, u.attempts",
    )
    .bind::<DbUuid, _>(holder)
    .bind::<Int4, _>(LEASE)
    .get_result(tx.conn)
    .optional()?;
    Ok(taken.map(|taken| Held { id: taken.file_id, round: taken.round, attempts: taken.attempts, holder }))
}

impl Leased for Held {
    fn hold(&self, tx: &mut Tx<'_, System>) -> Result<bool> {
        let kept = statement(
            "UPDATE usage_uploads u SET leased_until = now() + $1 * interval '1 second' FROM usage_files f \
             WHERE f.id = u.file_id AND u.file_id = $2 AND u.leased_by = $3 AND f.round = $4 AND f.status IN ('uploading', 'processing')",
        )
        .bind::<Int4, _>(LEASE)
        .bind::<Text, _>(&self.id)
        .bind::<DbUuid, _>(self.holder)
        .bind::<Int4, _>(self.round)
        .execute(tx.conn)?;
        Ok(kept == 1)
    }
}

/// Gives a held file back, done or not.
pub fn release<P>(tx: &mut Tx<'_, P>, held: &Held) -> Result<()> {
    statement("UPDATE usage_uploads SET leased_by = NULL, leased_until = NULL WHERE file_id = $1 AND leased_by = $2")
        .bind::<Text, _>(&held.id)
        .bind::<DbUuid, _>(held.holder)
        .execute(tx.conn)?;
    Ok(())
}

/// Gives back a held file that could not be checked because a disk is full. It is tried again in a minute, after others, and is never given
/// up for this.
pub fn put_off<P>(tx: &mut Tx<'_, P>, held: &Held) -> Result<()> {
    statement(
        "UPDATE usage_uploads SET leased_by = NULL, leased_until = now() + $3 * interval '1 second', attempts = greatest(attempts - 1, 0) \
         WHERE file_id = $1 AND leased_by = $2",
    )
    .bind::<Text, _>(&held.id)
    .bind::<DbUuid, _>(held.holder)
    .bind::<Int4, _>(SPACE_PAUSE)
    .execute(tx.conn)?;
    Ok(())
}

/// A check begins from the first row.
pub fn begin_work<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>) -> Result<()> {
    statement("UPDATE usage_uploads SET work = 0, wrong = 0 WHERE file_id = $1")
        .bind::<Text, _>(id)
        .execute(tx.conn)?;
    Ok(())
}

/// So many rows more were read, and so many of them are wrong.
pub fn worked<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>, rows: usize, wrong: usize) -> Result<()> {
    let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    statement("UPDATE usage_uploads SET work = work + $2, wrong = wrong + $3 WHERE file_id = $1")
        .bind::<Text, _>(id)
        .bind::<Int4, _>(number(rows))
        .bind::<Int4, _>(number(wrong))
        .execute(tx.conn)?;
    Ok(())
}
