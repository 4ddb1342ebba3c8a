//! The queue of mail.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    prelude::*,
    sql_types::{BigInt, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;

use super::{Concern, Letter};
use crate::{
    accounts,
    kit::{
        actor::{Account, Permission},
        choice::Choice as _,
        db::{Read, Tx, now},
        held,
        id::Id,
        problem::{Problem, Result},
        statement::statement,
        time::{Zone, distance},
        words::Words,
    },
    schema::{memberships, outbox},
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
    // an address that leads into no company was typed by the one that writes to it
    let known = tx.who.identity().is_some() && letter.place().is_none();
    let id = Uuid::now_v7();
    insert(tx.conn, (id, tx.at), (recipient, known), letter, &concern)?;
    Ok(id)
}

/// Queues `letter` where nobody acts yet.
pub fn put<L: Letter>(conn: &mut PgConnection, at: DateTime<Utc>, recipient: &str, letter: &L) -> Result<()> {
    let concern = letter.concern(conn)?;
    insert(conn, (Uuid::now_v7(), at), (recipient, false), letter, &concern)
}

pub(super) fn insert<L: Letter>(
    conn: &mut PgConnection,
    (id, at): (Uuid, DateTime<Utc>),
    (recipient, known): (&str, bool),
    letter: &L,
    concern: &Concern,
) -> Result<()> {
    let facts = serde_json::to_value(letter).map_err(Problem::internal)?;
    let kind = facts.get("about").and_then(|about| about.as_str()).unwrap_or_default().to_owned();
    if !L::KEYS.contains(&kind.as_str()) {
        return Err(Problem::internal(format!("{kind:?} is no key of these letters")));
    }
    diesel::insert_into(outbox::table)
        .values((
            outbox::id.eq(id),
            outbox::recipient.eq(recipient),
            outbox::kind.eq(kind),
            outbox::facts.eq(facts),
            outbox::account_id.eq(concern.account.as_ref()),
            outbox::object.eq(&concern.object),
            outbox::for_id.eq(letter.place().map(|place| place.account)),
            outbox::known.eq(known),
            outbox::created_at.eq(at),
            outbox::due_at.eq(at),
        ))
        .execute(conn)?;
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
    /// The company that sends it.
    pub account_id: Option<Id<Account>>,
    /// The company whose people it is for.
    pub for_id: Option<Id<Account>>,
    /// Whether the company that sends it typed the address.
    pub known: bool,
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

/// Which mails a company looks at.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    pub state: Option<State>,
    /// Part of the recipient's address, or of the name of the company that it is for.
    pub text: String,
    /// The mail before which those of this page were made.
    pub before: Option<(DateTime<Utc>, Uuid)>,
}

crate::choice! {
    /// Where a mail stands.
    State without column { Waiting = "waiting" / "Waiting", Sent = "sent" / "Sent", Failed = "failed" / "Not delivered" }
}

/// A mail as a company reads it whose business it is, or whose people it is for. Its text is not shown: it may hold secret links.
#[derive(Debug, QueryableByName)]
pub struct Listed {
    #[diesel(sql_type = SqlUuid)]
    pub id: Uuid,
    /// The letter's key.
    #[diesel(sql_type = Text)]
    pub kind: String,
    /// The page that it is about, as section/id.
    #[diesel(sql_type = Text)]
    pub object: String,
    /// The address, where this company knows it.
    #[diesel(sql_type = Text)]
    pub recipient: String,
    /// The company whose people it is for, if it is for one.
    #[diesel(sql_type = Text)]
    pub company: String,
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    due_at: DateTime<Utc>,
    #[diesel(sql_type = Integer)]
    attempts: i32,
    #[diesel(sql_type = Text)]
    last_error: String,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    sent_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    failure: Option<Failure>,
}

impl Listed {
    pub fn state(&self) -> State {
        match (self.failure, self.sent_at) {
            (Some(_), _) => State::Failed,
            (None, Some(_)) => State::Sent,
            (None, None) => State::Waiting,
        }
    }

    /// Where it stands, in words.
    pub fn words(&self, zone: Zone) -> Words {
        let fate = Fate {
            attempts: self.attempts,
            last_error: self.last_error.clone(),
            sent_at: self.sent_at,
            failure: self.failure,
        };
        fate.words(zone)
    }

    /// When it is tried again, after a failure.
    pub fn next_try(&self) -> Option<DateTime<Utc>> {
        (self.state() == State::Waiting && self.attempts > 0).then_some(self.due_at)
    }

    /// What the mail server said, for who knows the address: an answer often names it.
    pub fn answer(&self) -> &str {
        if self.recipient.is_empty() || self.state() == State::Sent { "" } else { &self.last_error }
    }
}

/// The latest mails of the actor's company: those that its acts caused, and those for its people. One more than `most` says that there
/// are more.
///
/// # Errors
/// When the database is away.
pub fn listed<P: Permission>(read: &mut Read<'_, P>, asked: &Asked, most: usize) -> Result<Vec<Listed>> {
    let side = |of: &str| {
        format!(
            "(SELECT o.id, o.kind, o.object, CASE WHEN o.known OR o.for_id = $1 THEN o.recipient ELSE '' END AS recipient, \
             coalesce(a.name, '') AS company, o.created_at, o.due_at, o.attempts, o.last_error, o.sent_at, o.failure \
             FROM outbox o LEFT JOIN accounts a ON a.id = o.for_id WHERE {of} \
             AND CASE $2 WHEN 'waiting' THEN o.sent_at IS NULL AND o.failed_at IS NULL WHEN 'sent' THEN o.sent_at IS NOT NULL \
                 WHEN 'failed' THEN o.failed_at IS NOT NULL ELSE true END \
             AND ($3 = '' OR strpos(lower(CASE WHEN o.known OR o.for_id = $1 THEN o.recipient ELSE '' END || ' ' || coalesce(a.name, '')), $3) > 0) \
             AND (o.created_at, o.id) < ($4, $5) ORDER BY o.created_at DESC, o.id DESC LIMIT $6)"
        )
    };
    let text = format!(
        "SELECT * FROM ({} UNION ALL {}) m ORDER BY m.created_at DESC, m.id DESC LIMIT $6",
        side("o.account_id = $1"),
        side("o.for_id = $1 AND o.account_id IS DISTINCT FROM $1")
    );
    let (at, id) = asked.before.unwrap_or((read.actor.now() + TimeDelta::days(1), Uuid::max()));
    Ok(statement(text)
        .bind::<Text, _>(read.actor.account())
        .bind::<Text, _>(asked.state.map_or("", State::key))
        .bind::<Text, _>(asked.text.to_lowercase())
        .bind::<Timestamptz, _>(at)
        .bind::<SqlUuid, _>(id)
        .bind::<BigInt, _>(i64::try_from(most + 1).unwrap_or(i64::MAX))
        .load(read.conn)?)
}

/// So long after a mail was sent nobody sends it again.
const PAUSE: TimeDelta = TimeDelta::minutes(10);

/// Sends a mail of the acting company once more: one that was given up is tried again, of one that was sent goes a copy. Says what the mail
/// is about.
///
/// # Errors
/// [`Problem::NotFound`] for one that is not the company's business; a refusal for one that is still waiting, was sent a moment ago, has a
/// recipient that the company does not know, or one who has left the company that it is for.
pub fn resend<P>(tx: &mut Tx<'_, P>, id: Uuid) -> Result<(String, String)> {
    let me = tx.account()?;
    let (row, kind, object, sent_at): (Queued, String, String, Option<DateTime<Utc>>) = outbox::table
        .find(id)
        .filter(outbox::account_id.eq(&me).or(outbox::for_id.eq(&me)))
        .select((Queued::as_select(), outbox::kind, outbox::object, outbox::sent_at))
        .for_update()
        .first(tx.conn)?;
    if let Some(company) = &row.for_id
        && !works_for(tx.conn, company, &row.recipient)?
    {
        return Err(Problem::refused(
            "This email can't be sent again",
            "The person it was sent to no longer works for the company it was meant for.",
        ));
    }
    if row.failure.is_some() {
        statement(format!("{AGAIN} AND id = $1")).bind::<SqlUuid, _>(id).execute(tx.conn)?;
        return Ok((kind, object));
    }
    let Some(sent_at) = sent_at else {
        return Err(Problem::refused("This email is still waiting to be sent", "It will be sent automatically."));
    };
    if !row.known && row.for_id.as_ref() != Some(&me) {
        return Err(Problem::refused(
            "This email went to people of another company",
            "You can resend it only if it was not delivered.",
        ));
    }
    // submitting the form twice sends one copy: the row is locked, so the second request finds the first one's
    let copies = outbox::table
        .filter(outbox::object.eq(&object))
        .filter(outbox::created_at.gt(tx.at - PAUSE))
        .filter(outbox::id.ne(id))
        .filter(outbox::recipient.eq(&row.recipient))
        .filter(outbox::kind.eq(&kind))
        .filter(outbox::facts.eq(&row.facts));
    let copied: i64 = copies.count().get_result(tx.conn)?;
    if copied > 0 || sent_at > tx.at - PAUSE {
        return Err(Problem::refused(
            "This email was sent a moment ago",
            "Emails can take a few minutes to arrive. You can resend it 10 minutes after the last one.",
        ));
    }
    statement(
        "INSERT INTO outbox (id, recipient, kind, facts, account_id, object, for_id, known, created_at, due_at) \
         SELECT $2, recipient, kind, facts, account_id, object, for_id, known, $3, $3 FROM outbox WHERE id = $1",
    )
    .bind::<SqlUuid, _>(id)
    .bind::<SqlUuid, _>(Uuid::now_v7())
    .bind::<Timestamptz, _>(tx.at)
    .execute(tx.conn)?;
    Ok((kind, object))
}

/// Whether somebody with this address works for the company.
fn works_for(conn: &mut PgConnection, company: &Id<Account>, email: &str) -> Result<bool> {
    let Some(user) = accounts::store::user_by_email(conn, email)? else { return Ok(false) };
    let member = memberships::table.find((company, &user.id));
    Ok(member.count().get_result::<i64>(conn)? > 0)
}

/// Makes mails that were given up due again.
const AGAIN: &str =
    "UPDATE outbox SET failed_at = NULL, failure = NULL, attempts = 0, due_at = now() WHERE failed_at IS NOT NULL";

/// What became of the latest mail about something, for pages that show it.
///
/// # Errors
/// When the database is away.
pub fn fate<P: Permission>(read: &mut Read<'_, P>, object: &str) -> Result<Option<Fate>> {
    Ok(outbox::table
        .filter(outbox::account_id.eq(read.actor.account()))
        .filter(outbox::object.eq(object))
        .order((outbox::created_at.desc(), outbox::id.desc()))
        .select(Fate::as_select())
        .first(read.conn)
        .optional()?)
}

/// Has what was given up tried again; says how many.
pub fn retry(conn: &mut PgConnection) -> Result<usize> {
    Ok(statement(AGAIN).execute(conn)?)
}

/// Clears away what was sent, or given up, long ago.
pub fn sweep(conn: &mut PgConnection) -> Result<usize> {
    let ended = now(conn)? - TimeDelta::days(KEPT_DAYS);
    Ok(diesel::delete(outbox::table.filter(outbox::sent_at.lt(ended).or(outbox::failed_at.lt(ended)))).execute(conn)?)
}
