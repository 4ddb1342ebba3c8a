//! Who works on something long: one program at a time, for as long as its lease lasts. Its table has `leased_by`, `leased_until`, `state`,
//! `attempts` and `updated_at`.

use diesel::{
    PgConnection, RunQueryDsl as _,
    sql_types::{Int4, Text, Uuid as DbUuid},
};
use uuid::Uuid;

use super::{
    problem::{Result, SPACE_PAUSE},
    statement::statement,
};

/// How long a lease lasts, in seconds. Every piece of work renews it.
pub const SECONDS: i32 = 20;

/// What is held, and by whom.
#[derive(Debug, Clone, Copy)]
pub struct Lease {
    pub table: &'static str,
    pub id: Uuid,
    pub holder: Uuid,
}

impl Lease {
    /// Locks what is held for the next piece of work and renews the lease. False when it is no longer held in this state.
    pub fn renew(&self, conn: &mut PgConnection, state: &str) -> Result<bool> {
        let kept = statement(format!(
            "UPDATE {} SET leased_until = now() + $1 * interval '1 second' WHERE id = $2 AND leased_by = $3 AND state = $4",
            self.table
        ))
        .bind::<Int4, _>(SECONDS)
        .bind::<DbUuid, _>(self.id)
        .bind::<DbUuid, _>(self.holder)
        .bind::<Text, _>(state)
        .execute(conn)?;
        Ok(kept == 1)
    }

    /// Gives it back, behind all others that wait.
    pub fn release(&self, conn: &mut PgConnection) -> Result<()> {
        statement(format!(
            "UPDATE {} SET leased_by = NULL, leased_until = NULL, updated_at = clock_timestamp() WHERE id = $1 AND leased_by = $2",
            self.table
        ))
        .bind::<DbUuid, _>(self.id)
        .bind::<DbUuid, _>(self.holder)
        .execute(conn)?;
        Ok(())
    }

    /// Gives it back when a disk is full. It continues in a minute, after others, and never fails because of this.
    pub fn put_off(&self, conn: &mut PgConnection) -> Result<()> {
        statement(format!(
            "UPDATE {} SET leased_by = NULL, leased_until = now() + $3 * interval '1 second', \
             attempts = greatest(attempts - 1, 0), updated_at = clock_timestamp() WHERE id = $1 AND leased_by = $2",
            self.table
        ))
        .bind::<DbUuid, _>(self.id)
        .bind::<DbUuid, _>(self.holder)
        .bind::<Int4, _>(SPACE_PAUSE)
        .execute(conn)?;
        Ok(())
    }
}
