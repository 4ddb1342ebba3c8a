//! The queue of mail.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::{Concern, Letter};
use crate::{
    accounts,
    kit::{
        actor::{Account, Permission},
        db::{Read, Tx, now},
        held,
        id::Id,
        problem::{Problem, Result},
        time::{Zone, distance},
        words::Words,
    },
    schema::outbox,
    t,
};

/// Queues `letter` for one address, in the act's own transaction. Should it never be delivered, the company that acts is told; when
/// nobody acts for one, the company whose concern the letter is.
pub fn queue<P, L: Letter>(tx: &mut Tx<'_, P>, recipient: &str, letter: &L) -> Result<()> {
    queue_and_name(tx, recipient, letter).map(drop)
}

/// As [`queue`], and the id of the mail, by which [`Fate`] says what became of it.
pub fn queue_and_name<P, L: Letter>(tx: &mut Tx<'_, P>, recipient: &str, letter: &L) -> Result<Uuid> {
    let concern = match tx.who.identity() {
        Some(identity) => Concern { account: Some(identity.company.id.clone()), object: letter.object() },
        None => letter.concern(tx.conn)?,
    };
    insert(tx.conn, tx.at, recipient, letter, &concern)
}

/// Queues `letter` where nobody acts yet.
pub fn put<L: Letter>(conn: &mut PgConnection, at: DateTime<Utc>, recipient: &str, letter: &L) -> Result<()> {
    let concern = letter.concern(conn)?;
    insert(conn, at, recipient, letter, &concern).map(drop)
}

fn insert<L: Letter>(
    conn: &mut PgConnection,
    at: DateTime<Utc>,
    recipient: &str,
    letter: &L,
    concern: &Concern,
) -> Result<Uuid> {
    let facts = serde_json::to_value(letter).map_err(Problem::internal)?;
    let kind = facts.get("about").and_then(|about| about.as_str()).unwrap_or_default().to_owned();
    if !L::KEYS.contains(&kind.as_str()) {
        return Err(Problem::internal(format!("{kind:?} is no key of these letters")));
    }
    let id = Uuid::now_v7();
    diesel::insert_into(outbox::table)
        .values((
            outbox::id.eq(id),
            outbox::recipient.eq(recipient),
            outbox::kind.eq(kind),
            outbox::facts.eq(facts),
            outbox::account_id.eq(concern.account.as_ref()),
            outbox::object.eq(&concern.object),
            outbox::created_at.eq(at),
            outbox::due_at.eq(at),
        ))
        .execute(conn)?;
    Ok(id)
}

/// Queues `letter` for everybody in `account` whose groups grant `permission`.
pub fn queue_for_holders<P, L: Letter>(
    tx: &mut Tx<'_, P>,
    account: &Id<Account>,
    permission: &str,
    letter: &L,
) -> Result<()> {
    for email in accounts::store::emails_of_holders(tx.conn, account, permission)? {
        queue(tx, &email, letter)?;
    }
    Ok(())
}

crate::choice! {
    /// Why a mail will not be sent, as the company is told whose business it is.
    Failure {
        Address = "address" / "the address cannot receive mail",
        Refused = "refused" / "the recipient's mail server rejected it",
        GivenUp = "given_up" / "the mail server could not be reached for several days",
    }
}

/// A mail of the queue.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub struct Queued {
    pub id: Uuid,
    pub recipient: String,
    pub facts: serde_json::Value,
    pub created_at: DateTime<Utc>,
    pub attempts: i32,
    pub last_error: String,
    pub failure: Option<Failure>,
}

impl Queued {
    /// What it is about; names of others in it cannot turn the words around them.
    pub fn held(&self) -> serde_json::Value {
        held::facts(self.facts.clone())
    }
}

/// What became of a mail, for whoever had it sent.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = outbox)]
pub struct Fate {
    attempts: i32,
    last_error: String,
    sent_at: Option<DateTime<Utc>>,
    failure: Option<Failure>,
}

impl Fate {
    /// Where it stands.
    pub fn words(&self, zone: Zone) -> Words {
        match (self.failure, self.sent_at) {
            (Some(failure), _) => t!("Not delivered: {failure}", failure),
            (None, Some(_)) if self.passed() => t!("Not sent because it was no longer needed"),
            (None, Some(at)) => t!("Sent {at}", at = zone.when(at).words),
            (None, None) if self.attempts > 0 => {
                let tried = usize::try_from(self.attempts).unwrap_or_default();
                t!("Waiting, after {n} failed attempt" | "Waiting, after {n} failed attempts", tried)
            }
            (None, None) => t!("Waiting to be sent"),
        }
    }

    /// Whether nobody will get it.
    pub fn failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Whether the mail server took it.
    pub fn sent(&self) -> bool {
        self.sent_at.is_some() && !self.passed()
    }

    fn passed(&self) -> bool {
        self.last_error == PASSED
    }
}

/// Stands at a mail that was not sent, since what it was about had passed before its turn came.
pub(super) const PASSED: &str = "passed";

/// How long a company is shown that a mail was not delivered, and how long mails that were sent are kept, in days.
const SHOWN_DAYS: i64 = 30;
const KEPT_DAYS: i64 = 90;

/// A mail that was not delivered, for the company whose business it is.
#[derive(Debug, Queryable)]
pub struct Undelivered {
    /// The page it is about, as section/id.
    pub object: String,
    failure: Option<Failure>,
    at: Option<DateTime<Utc>>,
}

impl Undelivered {
    /// "the address cannot receive mail, 2 hours ago".
    pub fn words(&self, now: DateTime<Utc>) -> Words {
        match (self.failure, self.at) {
            (Some(failure), Some(at)) => t!("{failure}, {when}", failure, when = distance(now, at)),
            _ => Words::default(),
        }
    }
}

/// What could not be delivered lately, the latest first.
pub fn undelivered<P: Permission>(read: &mut Read<'_, P>, most: i64) -> Result<Vec<Undelivered>> {
    Ok(outbox::table
        .filter(outbox::account_id.eq(read.actor.account()))
        .filter(outbox::failed_at.gt(read.actor.now() - TimeDelta::days(SHOWN_DAYS)))
        .order(outbox::failed_at.desc())
        .limit(most)
        .select((outbox::object, outbox::failure, outbox::failed_at))
        .load(read.conn)?)
}

/// Has what was given up tried again; says how many.
pub fn retry(conn: &mut PgConnection) -> Result<usize> {
    Ok(diesel::update(outbox::table.filter(outbox::failed_at.is_not_null()))
        .set((
            outbox::failed_at.eq(None::<DateTime<Utc>>),
            outbox::failure.eq(None::<Failure>),
            outbox::attempts.eq(0),
            outbox::due_at.eq(diesel::dsl::now),
        ))
        .execute(conn)?)
}

/// Clears away what was sent, or given up, long ago.
pub fn sweep(conn: &mut PgConnection) -> Result<usize> {
    let ended = now(conn)? - TimeDelta::days(KEPT_DAYS);
    Ok(diesel::delete(outbox::table.filter(outbox::sent_at.lt(ended).or(outbox::failed_at.lt(ended)))).execute(conn)?)
}
