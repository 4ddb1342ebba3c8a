//! What the two parties of an object say to each other, between what happened to it.

use diesel::{prelude::*, sql_types};

use crate::{
    input,
    kit::{
        actor::Permission,
        db::{Read, Tx},
        event::Event,
        id::{Id, Kind},
        input::kinds::Text,
        problem::{Problem, Result},
        statement::statement,
        time::When,
    },
    modules::events::{
        Entry,
        store::{KNOWN, Row},
    },
    schema::messages,
};

/// What marks a message among the events that it is read with.
const MESSAGE: &str = "message";

/// A message, or an event between messages.
pub enum Said {
    Message { who: String, company: String, own: bool, text: String, when: When },
    Event(Entry),
}

/// Everything that was said and done about an object whose sight was checked, the latest first: 200 messages at most, and the events
/// that a history shows.
pub fn all<P: Permission>(read: &mut Read<'_, P>, object: &str) -> Result<Vec<Said>> {
    let me = read.actor.account();
    let rows: Vec<Row> = statement(format!(
        "SELECT * FROM ((SELECT m.number, m.at, '{WRITTEN}' AS name, '{MESSAGE}' AS kind, u.name AS actor, m.account_id AS account, \
         a.name AS company, m.text AS note, NULL AS moved, '' AS cause FROM messages m JOIN users u ON u.id = m.user_id \
         JOIN accounts a ON a.id = m.account_id WHERE m.object = $1 ORDER BY m.number DESC LIMIT 200) UNION ALL ({KNOWN})) said \
         ORDER BY said.at DESC, said.kind = '{MESSAGE}' DESC, said.number DESC"
    ))
    .bind::<sql_types::Text, _>(object)
    .bind::<sql_types::Text, _>(me)
    .load(read.conn)?;
    let zone = read.actor.zone();
    let said = rows.into_iter().filter_map(|row| match (row.kind.as_str(), row.name.as_str()) {
        (MESSAGE, _) => Some(Said::Message {
            who: row.actor,
            own: row.account.as_ref() == Some(me),
            company: row.company.unwrap_or_default(),
            text: row.note,
            when: zone.when(row.at),
        }),
        // the message itself says it
        (_, WRITTEN) => None,
        _ => Some(Said::Event(row.entry(zone))),
    });
    Ok(said.collect())
}

input! {
    /// What one party says to the other.
    pub struct Message, Draft {
        "" { text: String = Text(2_000, 3), "Message", at "text", missing "Enter a message", hint "Shown to both parties. Up to 2,000 characters."; }
    }
}

/// How the audit trail names a message; the conversation shows the message itself.
const WRITTEN: &str = "message.written";

/// Adds a message; the object's sight was checked in this transaction.
pub fn add<K: Kind, P: Permission>(tx: &mut Tx<'_, P>, object: &Id<K>, text: &str) -> Result<()> {
    let identity = tx.who.identity().ok_or_else(|| Problem::internal("members talk"))?;
    diesel::insert_into(messages::table)
        .values((
            messages::object.eq(object.as_str()),
            messages::account_id.eq(identity.company.id.clone()),
            messages::user_id.eq(identity.person.id.clone()),
            messages::text.eq(text),
            messages::at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    tx.record(Event::new(WRITTEN, object))
}
