//! What waits for a company, each counted up to a limit; what Home says to whoever comes; and what was opened last.

use std::{collections::HashMap, sync::LazyLock};

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{Array, Int4, Jsonb, Nullable, Text, Timestamptz},
};
use serde::Deserialize as _;

use super::{
    charts::{self, Counts, Times},
    first,
};
use crate::{
    kit::{
        actor::Permission,
        choice::Choice as _,
        db::Read,
        environment::Environment,
        grid::Apart,
        page::COUNTED,
        problem::{Problem, Result},
        statement::statement,
        words::Words,
    },
    manifest::{Queue, Waiting},
    modules::{self, accounts::links::data::Tile},
    t,
};

/// What waits in one queue, and how many there are, tests apart.
#[derive(Debug, Default)]
pub struct Pile {
    /// As many as are counted, what is due first first.
    pub rows: Vec<Waiting>,
    /// Of each environment that has more of them, the next one.
    pub beyond: Vec<Waiting>,
}

impl Pile {
    fn add(&mut self, one: Waiting) {
        let listed = self.rows.iter().filter(|row| row.environment == one.environment).count() as i64;
        if listed < COUNTED { self.rows.push(one) } else { self.beyond.push(one) }
    }

    /// How many there are.
    pub fn figure(&self) -> Apart {
        let all = || self.rows.iter().chain(&self.beyond);
        let count = |test| all().filter(|row| row.environment.is_test() == test).count() as i64;
        Apart::both(count(false), count(true), COUNTED)
    }
}

/// The pile of each of these queues of the actor's company, by its name, in one statement. What a person may see decides the queues, so
/// there are few texts of it.
pub fn waiting<P: Permission>(
    read: &mut Read<'_, P>,
    queues: &[&'static Queue],
) -> Result<HashMap<&'static str, Pile>> {
    let mut parts = Vec::new();
    for Queue { name, environments, waiting, .. } in queues {
        for environment in environments.iter().map(|one| one.key()) {
            parts.push(format!(
                "SELECT '{name}' AS sort, w.what::text AS what, w.id, w.name, w.version::bigint AS version, w.at, w.due, \
                 '{environment}' AS environment FROM ({} LIMIT {}) w",
                waiting.replace("{environment}", environment),
                COUNTED + 1
            ));
        }
    }
    let mut piles: HashMap<&'static str, Pile> = queues.iter().map(|queue| (queue.name, Pile::default())).collect();
    if parts.is_empty() {
        return Ok(piles);
    }
    let found: Vec<Waiting> =
        statement(format!("SELECT * FROM ({}) w ORDER BY w.environment, w.due, w.at, w.id", parts.join(" UNION ALL ")))
            .bind::<Text, _>(read.actor.account())
            .load(read.conn)?;
    for one in found {
        if let Some(pile) = piles.get_mut(one.sort.as_str()) {
            pile.add(one);
        }
    }
    Ok(piles)
}

/// What is said to whoever comes to Home: when that person was here before, what its company has begun, and what it has.
#[derive(Debug, Clone, QueryableByName)]
pub struct Welcome {
    /// The end of the visit before this one; nothing for who is here for the first time.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub seen_before_at: Option<DateTime<Utc>>,
    /// Working days within which the company means to answer.
    #[diesel(sql_type = Int4)]
    pub service_days: i32,
    /// The names of the first steps that are done.
    #[diesel(sql_type = Array<Text>)]
    pub done: Vec<String>,
    /// The company's own links, in their order: what [`Welcome::tiles`] reads.
    #[diesel(sql_type = Jsonb)]
    links: serde_json::Value,
    /// What charts show: what [`Welcome::counts`] reads.
    #[diesel(sql_type = Jsonb)]
    counts: serde_json::Value,
}

impl Welcome {
    /// The links that the company gives its people.
    ///
    /// # Errors
    /// When they are kept otherwise than they are read.
    pub fn tiles(&self) -> Result<Vec<Tile>> {
        Vec::deserialize(&self.links).map_err(Problem::internal)
    }

    /// The numbers of the charts.
    ///
    /// # Errors
    /// When they are counted otherwise than they are read.
    pub fn counts(&self) -> Result<Counts> {
        Counts::deserialize(&self.counts).map_err(Problem::internal)
    }
}

/// One statement for all of it. What a person may see decides what is counted, so there are few texts of it.
pub fn welcome<P: Permission>(read: &mut Read<'_, P>, times: &Times) -> Result<Welcome> {
    let identity = &read.actor.identity;
    let ((weeks, weeks_end), (months, months_end)) = (charts::edges(&times.weeks), charts::edges(&times.months));
    Ok(statement(format!(
        "SELECT m.seen_before_at, a.service_days, {} AS done, \
         coalesce((SELECT jsonb_agg(jsonb_build_object('title', l.title, 'url', l.url, 'about', l.about) ORDER BY l.place, l.number) \
         FROM account_links l WHERE l.account_id = $1), '[]') AS links, {} AS counts \
         FROM memberships m JOIN accounts a ON a.id = m.account_id WHERE m.account_id = $1 AND m.user_id = $2",
        first::done(identity),
        charts::counts(identity)
    ))
    .bind::<Text, _>(&identity.company.id)
    .bind::<Text, _>(&identity.person.id)
    .bind::<Array<Timestamptz>, _>(weeks)
    .bind::<Array<Timestamptz>, _>(weeks_end)
    .bind::<Array<Timestamptz>, _>(months)
    .bind::<Array<Timestamptz>, _>(months_end)
    .get_result(read.conn)?)
}

/// Something that was opened before, by its name now.
#[derive(Debug, Clone, QueryableByName)]
pub struct Opened {
    #[diesel(sql_type = Text)]
    pub place: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub environment: Environment,
}

impl Opened {
    /// What it is, and its id.
    pub fn about(&self) -> Words {
        let (section, id) = self.place.split_once('/').unwrap_or_default();
        let kind = modules::section(section).map_or("", |section| section.label);
        t!("{kind}, {id}", kind = Words::new(kind), id)
    }
}

/// The names of what was opened, in that order, as far as the company may still look at it. `places`: `section/id`.
pub fn opened<P: Permission>(read: &mut Read<'_, P>, places: &[String]) -> Result<Vec<Opened>> {
    if places.is_empty() {
        return Ok(Vec::new());
    }
    static NAMES: LazyLock<String> = LazyLock::new(|| {
        let sections =
            modules::ALL.iter().flat_map(|module| module.sections).filter(|section| !section.named.is_empty());
        let names: String = sections.map(|one| format!("WHEN '{}' THEN {} ", one.path, one.named)).collect();
        format!(
            "SELECT w.place, n.said[1] AS name, coalesce(n.said[2], 'production') AS environment \
             FROM (SELECT w.place, w.at, split_part(w.place, '/', 1) AS section, split_part(w.place, '/', 2) AS id \
             FROM unnest($2::text[]) WITH ORDINALITY AS w(place, at)) w \
             CROSS JOIN LATERAL (SELECT CASE w.section {names}END AS said) n WHERE n.said IS NOT NULL ORDER BY w.at"
        )
    });
    Ok(statement(NAMES.as_str())
        .bind::<Text, _>(read.actor.account().as_str().to_owned())
        .bind::<Array<Text>, _>(places)
        .load(read.conn)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pile_lists_as_many_as_are_counted_of_each_environment_and_knows_where_it_goes_on() {
        let at: DateTime<Utc> = "2026-11-28T10:00:00Z".parse().unwrap();
        let one = |number: i64, environment: Environment| Waiting {
            sort: "fulfil".to_owned(),
            what: String::new(),
            id: number.to_string(),
            name: String::new(),
            version: 1,
            environment,
            at,
            due: None,
        };
        let mut pile = Pile::default();
        for number in 0..COUNTED {
            pile.add(one(number, Environment::Production));
        }
        pile.add(one(0, Environment::Test));
        assert_eq!((pile.figure().words().to_string().as_str(), pile.beyond.len()), ("99 · 1 test", 0));
        pile.add(one(COUNTED, Environment::Production));
        assert_eq!(pile.figure().words().to_string(), "99+ · 1 test");
        assert_eq!((pile.rows.len(), pile.beyond.len()), (100, 1));
        assert_eq!(pile.beyond[0].id, COUNTED.to_string());
    }
}
