//! Reading the audit trail; only `Tx::record` writes it.

use std::{collections::HashMap, sync::LazyLock};

use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension as _, QueryableByName, RunQueryDsl as _,
    sql_types::{Nullable, Text, Timestamptz},
};

use super::told;
use crate::{
    kit::{
        actor::{Account, Permission},
        db::Read,
        id::Id,
        problem::Result,
        statement::statement,
        time::{When, Zone},
        typed,
        words::Words,
    },
    modules,
};

/// The events of the object `$1` that the company `$2` may know, as [`Row`]s.
macro_rules! known {
    () => {
        "SELECT e.number, e.at, e.name, e.actor_kind AS kind, e.actor_name AS actor, e.account_id AS account, \
        a.name AS company, e.note, e.moved_to AS moved, e.cause FROM events e LEFT JOIN accounts a ON a.id = e.account_id \
        WHERE e.object = $1 AND (e.private_to_id IS NULL OR e.private_to_id = $2)"
    };
}

/// The latest 100 of them.
pub const KNOWN: &str = concat!(known!(), " ORDER BY e.number DESC LIMIT 100");
/// The latest of the name `$3`.
const LATEST: &str = concat!(known!(), " AND e.name = $3 ORDER BY e.number DESC LIMIT 1");

/// One event in words.
#[derive(Debug, Clone)]
pub struct Entry {
    pub name: String,
    pub at: DateTime<Utc>,
    pub when: When,
    pub who: String,
    pub words: Words,
    pub note: Words,
    /// Changes of status stand out.
    pub moved: bool,
}

/// An event as [`KNOWN`] reads it.
#[derive(Debug, QueryableByName)]
pub struct Row {
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = Text)]
    pub actor: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub account: Option<Id<Account>>,
    #[diesel(sql_type = Nullable<Text>)]
    pub company: Option<String>,
    #[diesel(sql_type = Text)]
    pub note: String,
    #[diesel(sql_type = Nullable<Text>)]
    moved: Option<String>,
    #[diesel(sql_type = Text)]
    cause: String,
}

impl Row {
    pub fn entry(self, zone: Zone) -> Entry {
        Entry {
            at: self.at,
            when: zone.when(self.at),
            who: who(&self.kind, &self.actor, self.company.as_deref()),
            words: words(&self.name),
            note: told::details(&self.name, &self.note, &self.kind, &self.cause),
            name: self.name,
            moved: self.moved.is_some(),
        }
    }
}

/// What happened to an object whose sight was checked, as far as the actor's company may know it; newest first.
pub fn history<P: Permission>(read: &mut Read<'_, P>, object: &str) -> Result<Vec<Entry>> {
    let rows: Vec<Row> =
        statement(KNOWN).bind::<Text, _>(object).bind::<Text, _>(read.actor.account()).load(read.conn)?;
    let zone = read.actor.zone();
    Ok(rows.into_iter().map(|row| row.entry(zone)).collect())
}

/// The last time that this happened to an object whose sight was checked, as far as the actor's company may know it.
pub fn latest<P: Permission>(read: &mut Read<'_, P>, object: &str, name: &str) -> Result<Option<Entry>> {
    let row = statement(LATEST).bind::<Text, _>(object).bind::<Text, _>(read.actor.account()).bind::<Text, _>(name);
    let row = row.get_result::<Row>(read.conn).optional()?;
    let zone = read.actor.zone();
    Ok(row.map(|row| row.entry(zone)))
}

/// Who is behind an event, as people read it.
pub fn who(kind: &str, actor: &str, company: Option<&str>) -> String {
    match (kind, company) {
        ("system", _) => "Entente".to_owned(),
        (_, Some(company)) => format!("{}, {}", typed::apart(actor), typed::apart(company)),
        _ => actor.to_owned(),
    }
}

/// The words for an event, as its module gives them; one that has none shows its own name.
pub fn words(name: &str) -> Words {
    static WORDS: LazyLock<HashMap<&str, &'static str>> =
        LazyLock::new(|| modules::ALL.iter().flat_map(|module| module.events).copied().collect());
    WORDS.get(name).map_or_else(|| Words::data(name), |words| Words::new(words))
}
