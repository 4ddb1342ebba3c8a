//! What the two parties of an object say to each other, between what happened to it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::{
    kit::{
        actor::{Account, Permission},
        db::{Read, Tx},
        event::Event,
        id::{Id, Kind},
        problem::{Problem, Result},
        time::When,
        wizard::{claim_form, finish},
    },
    modules::events::{self, Entry},
    schema::{accounts, messages, users},
};

/// How many messages a page shows.
const SHOWN: i64 = 200;

/// A message, or an event between messages.
pub enum Said {
    Message { who: String, company: String, own: bool, text: String, when: When },
    Event(Entry),
}

type Row = (DateTime<Utc>, String, String, Id<Account>, String);

/// Everything that was said and done about an object whose sight was checked, the latest first.
pub fn all<P: Permission>(read: &mut Read<'_, P>, object: &str) -> Result<Vec<Said>> {
    let me = read.actor.account().clone();
    let zone = read.actor.zone();
    let rows = messages::table
        .inner_join(users::table)
        .inner_join(accounts::table)
        .filter(messages::object.eq(object))
        .order(messages::number.desc())
        .limit(SHOWN)
        .select((messages::at, users::name, accounts::name, accounts::id, messages::text))
        .load::<Row>(read.conn)?;
    let mut said: Vec<(DateTime<Utc>, Said)> = rows
        .into_iter()
        .map(|(at, who, company, account, text)| {
            (at, Said::Message { who, company, own: account == me, text, when: zone.when(at) })
        })
        .collect();
    let events = events::history(read, object)?.into_iter().filter(|entry| entry.name != WRITTEN);
    said.extend(events.map(|entry| (entry.at, Said::Event(entry))));
    said.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    Ok(said.into_iter().map(|(_, one)| one).collect())
}

/// How the audit trail names a message; the conversation shows the message itself.
const WRITTEN: &str = "message.written";

/// Adds a message; the object's sight was checked in this transaction. Whether it was said now: the same `form` sent twice says
/// it once.
pub fn say<K: Kind, P: Permission>(tx: &mut Tx<'_, P>, form: Uuid, object: &Id<K>, text: &str) -> Result<bool> {
    if claim_form::<K, _>(tx, form)?.is_some() {
        tx.replayed();
        return Ok(false);
    }
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
    tx.record(Event::new(WRITTEN, object))?;
    finish(tx, form, object.as_str())?;
    Ok(true)
}
