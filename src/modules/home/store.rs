//! What waits for a company, each counted up to a limit and shown with its first few.

use std::{collections::HashMap, sync::LazyLock};

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{Array, Bool, Jsonb, Nullable, Text, Timestamptz},
};
use serde::Deserialize as _;

use crate::{
    kit::{
        actor::{Permission, Role},
        choice::Choice as _,
        db::{Read, Tx},
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

/// How many are named.
pub const SHOWN: usize = 5;

/// The first few, and how many there are, tests apart.
#[derive(Debug)]
pub struct Pile {
    /// There are more than the first few.
    pub more: bool,
    pub figure: Apart,
    pub first: Vec<Waiting>,
}

impl Pile {
    fn of(mut rows: Vec<Waiting>) -> Self {
        let count = |test| rows.iter().filter(|row| row.environment.is_test() == test).count() as i64;
        let figure = Apart::both(count(false), count(true), COUNTED);
        let more = rows.len() > SHOWN;
        rows.truncate(SHOWN);
        Self { more, figure, first: rows }
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
                "SELECT '{name}' AS sort, w.what::text AS what, w.id, w.name, w.version::bigint AS version, w.at, '{environment}' AS environment \
                 FROM ({} LIMIT {}) w",
                waiting.replace("{environment}", environment),
                COUNTED + 1
            ));
        }
    }
    if parts.is_empty() {
        return Ok(HashMap::new());
    }
    let found: Vec<Waiting> =
        statement(format!("SELECT * FROM ({}) w ORDER BY w.environment, w.at, w.id", parts.join(" UNION ALL ")))
            .bind::<Text, _>(read.actor.account())
            .load(read.conn)?;
    let mut rows: HashMap<String, Vec<Waiting>> = HashMap::new();
    for one in found {
        rows.entry(one.sort.clone()).or_default().push(one);
    }
    Ok(queues.iter().map(|queue| (queue.name, Pile::of(rows.remove(queue.name).unwrap_or_default()))).collect())
}

/// Something that somebody else did since the person was last here.
#[derive(Debug, Clone, QueryableByName)]
pub struct News {
    #[diesel(sql_type = Text)]
    pub section: String,
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub environment: Environment,
    /// The event's name.
    #[diesel(sql_type = Text)]
    pub event: String,
    #[diesel(sql_type = Text)]
    pub who: String,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
}

/// What the other companies did with our requests since then, the latest first.
pub fn news<P: Permission>(read: &mut Read<'_, P>, since: DateTime<Utc>) -> Result<Vec<News>> {
    let vendor = read.actor.identity.company.role == Role::Vendor;
    let (buyer, owner) = if vendor { ("vendor_id", "vendor_id") } else { ("buyer_id", "owner_id") };
    let newest = |section: &str, id: &str, name: &str, table: &str, own: &str| {
        format!(
            "(SELECT '{section}' AS section, {id} AS id, {name} AS name, r.environment, r.updated_at AS at FROM {table} r \
             WHERE r.{own} = $1 AND r.updated_at > $2 ORDER BY r.updated_at DESC LIMIT 20)"
        )
    };
    let parts = [
        newest("fulfillment", "r.id", "r.customer_name", "fulfillment_requests", buyer),
        newest("customer-requests", "r.id", "r.account_name", "tier_account_requests", owner),
        newest("listing-requests", "r.id", "r.product_id", "listing_requests", owner),
    ];
    Ok(statement(format!(
        "SELECT x.section, x.id, x.name, x.environment, e.name AS event, coalesce(e.actor_name || coalesce(', ' || a.name, ''), '') AS who, x.at \
         FROM ({}) x CROSS JOIN LATERAL (SELECT e.name, e.account_id, e.actor_name FROM events e WHERE e.object = x.id \
         AND (e.private_to_id IS NULL OR e.private_to_id = $1) ORDER BY e.number DESC LIMIT 1) e \
         LEFT JOIN accounts a ON a.id = e.account_id WHERE e.account_id IS DISTINCT FROM $1 ORDER BY x.at DESC, x.id LIMIT 8",
        parts.join(" UNION ALL ")
    ))
    .bind::<Text, _>(read.actor.account().as_str().to_owned())
    .bind::<Timestamptz, _>(since)
    .load(read.conn)?)
}

/// What is said to whoever comes to Home: when that person was here, and what its company has begun.
#[derive(Debug, Clone, QueryableByName)]
pub struct Welcome {
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub seen_at: Option<DateTime<Utc>>,
    /// When the visit before that one was.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub seen_before_at: Option<DateTime<Utc>>,
    /// Whether the company has any agreement yet, and any contract: else Home says how to begin.
    #[diesel(sql_type = Bool)]
    pub agreement: bool,
    #[diesel(sql_type = Bool)]
    pub contract: bool,
    /// The company's own links, in their order: what [`Welcome::tiles`] reads.
    #[diesel(sql_type = Jsonb)]
    links: serde_json::Value,
}

impl Welcome {
    /// The links that the company gives its people.
    ///
    /// # Errors
    /// When they are kept otherwise than they are read.
    pub fn tiles(&self) -> Result<Vec<Tile>> {
        Vec::deserialize(&self.links).map_err(Problem::internal)
    }
}

pub fn welcome<P: Permission>(read: &mut Read<'_, P>) -> Result<Welcome> {
    let identity = &read.actor.identity;
    Ok(statement(
        "SELECT m.seen_at, m.seen_before_at, EXISTS (SELECT FROM agreements WHERE owner_id = $1) AS agreement, \
         EXISTS (SELECT FROM contracts WHERE issuer_id = $1) AS contract, \
         coalesce((SELECT jsonb_agg(jsonb_build_object('title', l.title, 'url', l.url, 'about', l.about) ORDER BY l.place, l.number) \
         FROM account_links l WHERE l.account_id = $1), '[]') AS links \
         FROM memberships m WHERE m.account_id = $1 AND m.user_id = $2",
    )
    .bind::<Text, _>(&identity.company.id)
    .bind::<Text, _>(&identity.person.id)
    .get_result(read.conn)?)
}

/// A visit is over after so long without Home.
const VISIT: &str = "30 minutes";

/// Notes that the person looks at Home now.
pub fn note_seen<P: Permission>(tx: &mut Tx<'_, P>) -> Result<()> {
    let identity = tx.who.member()?;
    let (account, user) = (identity.company.id.clone(), identity.person.id.clone());
    statement(format!(
        "UPDATE memberships SET seen_at = now(), last_seen_at = now(), seen_before_at = CASE WHEN seen_at < now() - interval '{VISIT}' \
         THEN seen_at ELSE seen_before_at END WHERE account_id = $1 AND user_id = $2"
    ))
    .bind::<Text, _>(account)
    .bind::<Text, _>(user)
    .execute(tx.conn)?;
    Ok(())
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
