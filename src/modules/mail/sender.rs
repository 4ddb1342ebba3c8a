//! Sends what the outbox holds, at least once, and shows it to the operator where no mail server is set.

use diesel::prelude::*;
use lettre::{
    Message, SmtpTransport, Transport as _,
    message::{Mailbox, header::ContentType},
};
use uuid::Uuid;

use super::{
    Mail,
    letters::{self, Letter},
    outbox::Queued,
};
use crate::{
    kit::{
        db::Db,
        held,
        problem::{Problem, Result},
        secret::Key,
    },
    schema::outbox,
};

/// After so many failures a mail is left to the operator.
const TRIES: i32 = 10;

/// Where mail goes.
#[derive(Clone)]
pub struct Post {
    transport: SmtpTransport,
    from: Mailbox,
}

impl Post {
    /// # Errors
    /// When the URL or the sender's address cannot be read.
    pub fn new(url: &str, from: &str) -> std::result::Result<Self, String> {
        let transport = SmtpTransport::from_url(url).map_err(|error| format!("ENTENTE_SMTP_URL: {error}"))?;
        let from = from.parse().map_err(|error| format!("ENTENTE_MAIL_FROM: {error}"))?;
        Ok(Self { transport: transport.timeout(Some(std::time::Duration::from_secs(15))).build(), from })
    }

    fn send(&self, recipient: &str, letter: &Letter) -> std::result::Result<(), String> {
        let to: Mailbox = recipient.parse().map_err(|error| format!("{error}"))?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(&letter.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text.clone())
            .map_err(|error| error.to_string())?;
        self.transport.send(&message).map(drop).map_err(|error| error.to_string())
    }
}

fn read(row: &Queued) -> Result<Mail> {
    serde_json::from_value(held::facts(row.facts.clone())).map_err(Problem::internal)
}

/// Sends one due mail; says whether there was one. Its row is locked meanwhile, so no second program sends it.
pub async fn send_one(db: &Db, post: Post, key: Key, public_url: String) -> Result<bool> {
    db.open(move |conn| {
        conn.transaction(|conn| {
            let row = outbox::table
                .filter(outbox::sent_at.is_null())
                .filter(outbox::due_at.le(diesel::dsl::now))
                .filter(outbox::attempts.lt(TRIES))
                .order(outbox::due_at)
                .select(Queued::as_select())
                .for_update()
                .skip_locked()
                .first(conn)
                .optional()?;
            let Some(row) = row else { return Ok(false) };
            let letter = letters::write(conn, &key, &public_url, &read(&row)?)?;
            let sent = letter.map_or(Ok(()), |letter| post.send(&row.recipient, &letter));
            match sent {
                Ok(()) => {
                    diesel::update(outbox::table.find(row.id))
                        .set(outbox::sent_at.eq(diesel::dsl::now))
                        .execute(conn)?;
                }
                Err(error) => {
                    tracing::warn!(error, "a mail was not sent and will be tried again");
                    postpone(conn, row.id, &error)?;
                }
            }
            Ok(true)
        })
    })
    .await
}

/// Twice as long after every failure, from one minute on.
fn postpone(conn: &mut PgConnection, id: Uuid, error: &str) -> Result<()> {
    diesel::sql_query(
        "UPDATE outbox SET attempts = attempts + 1, last_error = $2, \
         due_at = now() + interval '1 minute' * power(2, attempts) WHERE id = $1",
    )
    .bind::<diesel::sql_types::Uuid, _>(id)
    .bind::<diesel::sql_types::Text, _>(error)
    .execute(conn)?;
    Ok(())
}

/// Mails that were not sent, as the operator reads them.
pub fn unsent(conn: &mut PgConnection, key: &Key, public_url: &str) -> Result<Vec<String>> {
    let rows: Vec<Queued> = outbox::table
        .filter(outbox::sent_at.is_null())
        .order(outbox::created_at)
        .limit(1_000)
        .select(Queued::as_select())
        .load(conn)?;
    let mut shown = Vec::new();
    for row in rows {
        let Some(letter) = letters::write(conn, key, public_url, &read(&row)?)? else { continue };
        let tries = if row.attempts > 0 {
            format!(" ({} failed tries: {})", row.attempts, row.last_error)
        } else {
            String::new()
        };
        shown.push(format!(
            "To: {}\nDate: {}{tries}\nSubject: {}\n\n{}",
            row.recipient,
            crate::kit::time::iso(row.created_at),
            letter.subject,
            letter.text
        ));
    }
    Ok(shown)
}
