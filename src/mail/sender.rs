//! Sends what the outbox holds, at least once, and shows it to the operator where no mail server is set.
//!
//! A row is leased in one transaction and marked in another; the mail server is spoken to between them, without a connection to the
//! database. Who dies between sending and marking has sent a mail that is sent again: both copies bear the same Message-ID.

use std::time::Duration;

use diesel::{
    prelude::*,
    sql_types::{Text, Uuid as SqlUuid},
};
use lettre::{Address, SmtpTransport, Transport as _, message::Mailbox, transport::smtp};
use uuid::Uuid;

use super::{
    address,
    letter::Letters,
    message::Sender,
    outbox::{Failure, PASSED, Queued},
    written::Written,
};
use crate::{
    kit::{
        choice::Choice as _,
        db::Db,
        problem::{Problem, Result},
        statement::statement,
    },
    schema::outbox,
};

/// After so many failures a mail is given up: with delays that double from a minute on, after nearly three days.
const TRIES: i32 = 12;
/// How long a mail server may take for each answer, and how long other mails wait for one.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);
const PATIENCE: Duration = Duration::from_secs(60);
/// Minutes after which a program that has taken a mail must have died. Longer than the dozen answers of one conversation may take.
const LEASE_MINUTES: i32 = 5;

/// Where mail goes.
#[derive(Clone)]
pub struct Post {
    transport: SmtpTransport,
    sender: Sender,
}

/// What became of one try.
#[derive(Debug)]
enum Outcome {
    Sent,
    /// It may work later.
    Later(String),
    /// What it was about has passed, so nobody is sent it.
    Passed,
    /// It never will.
    Never(Failure, String),
}

fn mailbox(setting: &str, text: &str) -> std::result::Result<Mailbox, String> {
    let read: Mailbox = text.parse().map_err(|error| format!("{setting}: {error}"))?;
    let email =
        address::on_the_wire(AsRef::<str>::as_ref(&read.email)).map_err(|error| format!("{setting}: {error}"))?;
    if !is_ascii(&email) {
        return Err(format!(
            "{setting}: what stands before the @ must be ASCII, since not every server takes other letters"
        ));
    }
    Ok(Mailbox { email, ..read })
}

fn is_ascii(address: &Address) -> bool {
    AsRef::<str>::as_ref(address).is_ascii()
}

impl Post {
    /// # Errors
    /// When the URL or an address cannot be read.
    pub fn new(url: &str, from: &str, reply_to: Option<&str>) -> std::result::Result<Self, String> {
        let transport = SmtpTransport::from_url(url).map_err(|error| format!("ENTENTE_SMTP_URL: {error}"))?;
        let sender = Sender {
            from: mailbox("ENTENTE_MAIL_FROM", from)?,
            reply_to: reply_to.map(|text| mailbox("ENTENTE_MAIL_REPLY_TO", text)).transpose()?,
        };
        Ok(Self { transport: transport.timeout(Some(ANSWER_WITHIN)).build(), sender })
    }

    fn send(&self, id: Uuid, recipient: &str, letter: &Written) -> Outcome {
        let to = match address::on_the_wire(recipient) {
            Ok(to) => to,
            Err(why) => return Outcome::Never(Failure::Address, why),
        };
        let plain_ascii = is_ascii(&to);
        let message = match self.sender.message(id, to, letter) {
            Ok(message) => message,
            Err(why) => return Outcome::Never(Failure::Address, why),
        };
        match self.transport.send(&message) {
            Ok(_) => Outcome::Sent,
            Err(error) if error.is_client() && !plain_ascii => {
                let why = "our mail server takes only ASCII before the @ (it lacks SMTPUTF8)";
                Outcome::Never(Failure::Address, format!("{why}: {error}"))
            }
            Err(error) if self.is_final(&error) => Outcome::Never(Failure::Refused, error.to_string()),
            Err(error) => Outcome::Later(error.to_string()),
        }
    }

    /// Whether a refusal is meant for this mail. A server that takes nobody's mail, or does not know us any more, refuses with the same
    /// figures: that is ours to mend, and no mail's end.
    fn is_final(&self, error: &smtp::Error) -> bool {
        let of_mail = error.status().is_some_and(|code| (550..=556).contains(&u16::from(code)));
        error.is_permanent() && of_mail && self.transport.test_connection().unwrap_or(false)
    }
}

/// A mail that this program has taken to send: written, not wanted any more, or why it cannot be written.
struct Taken {
    row: Queued,
    letter: std::result::Result<Option<Written>, String>,
}

/// Sends one due mail; says whether there was one. While it is leased no other program sends it. A conversation that takes very long goes
/// on by itself and marks its mail when it ends: a mail that is given up for slow while the server takes it would go out twice.
///
/// # Errors
/// When the database is away.
pub async fn send_one(db: &Db, post: Post, letters: Letters) -> Result<bool> {
    let Some(taken) = db.open(move |conn| take(conn, &letters)).await? else { return Ok(false) };
    let id = taken.row.id;
    let sending = actix_web::rt::spawn(settle(db.clone(), post, taken));
    match tokio::time::timeout(PATIENCE, sending).await {
        Ok(done) => done.map_err(Problem::internal)??,
        Err(_) => tracing::warn!(mail = %id, "the mail server is slow; other mails go on"),
    }
    Ok(true)
}

/// Sends what was taken and marks what became of it.
async fn settle(db: Db, post: Post, taken: Taken) -> Result<()> {
    let (id, recipient, attempts) = (taken.row.id, taken.row.recipient, taken.row.attempts);
    let outcome = match taken.letter {
        Err(why) => Outcome::Later(why),
        Ok(None) => Outcome::Passed,
        Ok(Some(letter)) => {
            tokio::task::spawn_blocking(move || post.send(id, &recipient, &letter)).await.map_err(Problem::internal)?
        }
    };
    let outcome = match outcome {
        Outcome::Later(why) if attempts + 1 >= TRIES => Outcome::Never(Failure::GivenUp, why),
        other => other,
    };
    match &outcome {
        Outcome::Sent | Outcome::Passed => {}
        Outcome::Later(error) => tracing::warn!(mail = %id, error, "a mail was not sent and will be tried again"),
        Outcome::Never(failure, error) => {
            tracing::warn!(mail = %id, failure = failure.key(), error, "a mail cannot be sent; entente outbox shows it");
        }
    }
    db.open(move |conn| mark(conn, id, &outcome)).await
}

/// Leases the mail that is due for longest, and writes it.
fn take(conn: &mut PgConnection, letters: &Letters) -> Result<Option<Taken>> {
    conn.transaction(|conn| {
        let row = outbox::table
            .filter(outbox::sent_at.is_null())
            .filter(outbox::failed_at.is_null())
            .filter(outbox::due_at.le(diesel::dsl::now))
            .filter(outbox::leased_until.is_null().or(outbox::leased_until.le(diesel::dsl::now)))
            .order(outbox::due_at)
            .select(Queued::as_select())
            .for_update()
            .skip_locked()
            .first(conn)
            .optional()?;
        let Some(row) = row else { return Ok(None) };
        statement(format!("UPDATE outbox SET leased_until = now() + interval '{LEASE_MINUTES} minutes' WHERE id = $1"))
            .bind::<SqlUuid, _>(row.id)
            .execute(conn)?;
        // one that cannot be written does not stand in the way of all others
        let letter = match conn.transaction(|conn| letters.write(conn, &row)) {
            Ok(letter) => Ok(letter),
            Err(problem @ (Problem::Unavailable(_) | Problem::NoSpace(_))) => return Err(problem),
            Err(problem) => Err(problem.to_string()),
        };
        Ok(Some(Taken { row, letter }))
    })
}

/// Writes down what became of a mail. A delay is twice that of the failure before, from one minute on.
fn mark(conn: &mut PgConnection, id: Uuid, outcome: &Outcome) -> Result<()> {
    let (set, error, failure) = match outcome {
        Outcome::Sent => ("sent_at = now()", "", ""),
        Outcome::Passed => ("sent_at = now()", PASSED, ""),
        Outcome::Later(error) => ("due_at = now() + interval '1 minute' * power(2, attempts)", error.as_str(), ""),
        Outcome::Never(failure, error) => ("failed_at = now(), failure = $3", error.as_str(), failure.key()),
    };
    let counted = if matches!(outcome, Outcome::Sent | Outcome::Passed) { 0 } else { 1 };
    statement(format!(
        "UPDATE outbox SET {set}, attempts = attempts + {counted}, last_error = $2, leased_until = NULL \
         WHERE id = $1 AND sent_at IS NULL AND $3 IS NOT NULL"
    ))
    .bind::<SqlUuid, _>(id)
    .bind::<Text, _>(error)
    .bind::<Text, _>(failure)
    .execute(conn)?;
    Ok(())
}

/// Mails that were not sent, as the operator reads them.
pub fn unsent(conn: &mut PgConnection, letters: &Letters) -> Result<Vec<String>> {
    let rows: Vec<Queued> = outbox::table
        .filter(outbox::sent_at.is_null())
        .order(outbox::created_at)
        .limit(1_000)
        .select(Queued::as_select())
        .load(conn)?;
    let mut shown = Vec::new();
    for row in rows {
        let Some(letter) = letters.write(conn, &row)? else { continue };
        let state = match &row.failure {
            Some(failure) => format!(" (cannot be sent, {failure}: {})", row.last_error),
            None if row.attempts > 0 => format!(" ({} failed tries: {})", row.attempts, row.last_error),
            None => String::new(),
        };
        shown.push(format!(
            "To: {}\nDate: {}{state}\nSubject: {}\n\n{}",
            row.recipient,
            crate::kit::time::iso(row.created_at),
            letter.subject(),
            letter.plain()?
        ));
    }
    Ok(shown)
}
