//! Six digits that show that an e-mail address reaches the person. Derived from the server's key, so that neither the
//! table nor the outbox holds them.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::store::Attempt;
use crate::{
    access::throttle::Aim,
    kit::{db, id::Id, problem::Result, secret::Key},
    mail,
    modules::{contracts::Contract, contracts::letters::Mail},
    schema::activation_attempts as attempts,
};

const PURPOSE: &str = "email code";

/// How long a code works.
pub const LIVES: TimeDelta = TimeDelta::minutes(10);
/// Wrong tries before a code is used up.
const TRIES: i32 = 5;

/// The digits of the code that was made `at` that time.
pub fn digits(key: &Key, attempt: Uuid, at: DateTime<Utc>) -> String {
    key.digits(PURPOSE, &[attempt.as_bytes(), &at.timestamp_micros().to_be_bytes()])
}

/// Whether `typed` is that code. Codes mailed before the key changed still count.
fn fits(key: &Key, attempt: Uuid, at: DateTime<Utc>, typed: &str) -> bool {
    key.knows_digits(PURPOSE, &[attempt.as_bytes(), &at.timestamp_micros().to_be_bytes()], typed)
}

/// When the code of an attempt was made, if it still works.
pub fn made_at(conn: &mut PgConnection, attempt: Uuid) -> Result<Option<DateTime<Utc>>> {
    let at: Option<Option<DateTime<Utc>>> =
        attempts::table.find(attempt).select(attempts::code_at).first(conn).optional()?;
    let now = db::now(conn)?;
    Ok(at.flatten().filter(|at| *at > now - LIVES))
}

/// Mails codes, ever more slowly to one e-mail through one link, and for one network.
pub struct Sender {
    contract: String,
    network: String,
}

impl Sender {
    pub fn new(contract: &Id<Contract>, network: String) -> Self {
        Self { contract: contract.to_string(), network }
    }

    /// A code for an attempt that has none and needs one: Review may be sent twice.
    pub fn send_first(&self, conn: &mut PgConnection, attempt: &Attempt) -> Result<()> {
        if attempt.email_proved_at.is_some() || made_at(conn, attempt.id)?.is_some() {
            return Ok(());
        }
        self.send(conn, attempt)
    }

    /// A code in place of the one before.
    pub fn send(&self, conn: &mut PgConnection, attempt: &Attempt) -> Result<()> {
        let aim = Aim::at("email code").hard(&format!("email {} link {}", attempt.email, self.contract));
        // every mail counts, whatever comes of it
        let _counted = aim.network(&self.network).reserve(conn)?;
        let now = db::now(conn)?;
        diesel::update(attempts::table.find(attempt.id))
            .set((attempts::code_at.eq(now), attempts::code_tries.eq(0)))
            .execute(conn)?;
        mail::put(conn, now, &attempt.email, &Mail::EmailCode { attempt: attempt.id })
    }
}

#[derive(Debug, PartialEq, Eq)]
pub enum Proof {
    Right,
    Wrong,
    /// Too old, or tried too often.
    Spent,
}

/// Checks what was typed; a right code works once.
pub fn prove(conn: &mut PgConnection, key: &Key, attempt: Uuid, typed: &str) -> Result<Proof> {
    conn.transaction(|conn| {
        let (at, tries): (Option<DateTime<Utc>>, i32) =
            attempts::table.find(attempt).select((attempts::code_at, attempts::code_tries)).for_update().first(conn)?;
        let now = db::now(conn)?;
        let Some(at) = at.filter(|at| tries < TRIES && *at > now - LIVES) else { return Ok(Proof::Spent) };
        if !fits(key, attempt, at, typed) {
            diesel::update(attempts::table.find(attempt)).set(attempts::code_tries.eq(tries + 1)).execute(conn)?;
            return Ok(Proof::Wrong);
        }
        diesel::update(attempts::table.find(attempt))
            .set((attempts::code_at.eq(None::<DateTime<Utc>>), attempts::email_proved_at.eq(now)))
            .execute(conn)?;
        Ok(Proof::Right)
    })
}
