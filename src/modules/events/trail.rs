//! The history of an object as one looks through it: by what happened, by who did it, by a text, page by page. From where something was
//! done, and by which credential, is told to the company whose people did it, and to no other.

use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{Array, BigInt, Text},
};

use super::store::{Entry, Row, who, words};
use crate::{
    kit::{
        actor::Permission,
        caller::Credential,
        choice::Choice as _,
        db::Read,
        form::{Field, Pick},
        problem::Result,
        statement::statement,
        typed,
        visit::Visit,
        words::{Lang, Say as _, Words},
    },
    modules, t,
};

/// Entries of one page.
const PAGE: usize = 50;
/// Events that say what can be chosen: the latest.
const CHOICES: usize = 1_000;
/// Characters of a text that is looked for.
const LONGEST: usize = 100;

/// Who is behind an event, so that it can be chosen: people by their names, since an invitee has no other, all jobs as one.
const WHO: &str =
    "CASE e.actor_kind WHEN 'system' THEN 'system' ELSE coalesce(e.account_id, '') || ' ' || e.actor_name END";
/// The object `$1`, as far as the company `$2` may know it.
const SEEN: &str = "e.object = $1 AND (e.private_to_id IS NULL OR e.private_to_id = $2)";

/// What the address of a page asks of a history.
#[derive(Debug, Clone)]
pub struct Asked {
    what: String,
    who: String,
    text: String,
    /// Entries before this one, and after that: nothing else of a history has a place.
    before: Option<i64>,
    after: Option<i64>,
    here: String,
    lang: Lang,
}

impl Asked {
    pub fn of(visit: &Visit) -> Self {
        let sent = typed::parameters(&visit.query);
        let value = |name: &str| {
            let value = sent.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
            typed::line(value).chars().take(LONGEST).collect::<String>()
        };
        Self {
            what: value("what"),
            who: value("who"),
            text: value("q"),
            before: value("before").parse().ok(),
            after: value("after").parse().ok(),
            here: visit.path.clone(),
            lang: visit.lang,
        }
    }

    fn narrowed(&self) -> bool {
        [&self.what, &self.who, &self.text].into_iter().any(|one| !one.is_empty())
    }

    /// The same narrowed history on another page.
    fn at(&self, place: &str, number: i64) -> String {
        let number = number.to_string();
        let pairs = [("what", &self.what), ("who", &self.who), ("q", &self.text), (place, &number)];
        let given: Vec<_> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        format!("{}?{}", self.here, serde_html_form::to_string(given).unwrap_or_default())
    }

    /// The names of events whose words hold the text, as the reader reads them.
    fn named(&self) -> Vec<&'static str> {
        let wanted = self.text.to_lowercase();
        let all = modules::ALL.iter().flat_map(|module| module.events);
        all.filter(|(_, words)| words.said(self.lang).to_lowercase().contains(&wanted)).map(|(name, _)| *name).collect()
    }
}

/// An entry, and from where it was done where the reader may know that.
pub struct Line {
    pub entry: Entry,
    pub from: Option<Words>,
}

/// One page of a history, and how it is looked through.
pub struct Trail {
    pub lines: Vec<Line>,
    /// Whether there is anything to tell apart.
    pub asks: bool,
    pub narrowed: bool,
    pub what: Field,
    pub whats: Vec<Pick>,
    pub who: Field,
    pub whos: Vec<Pick>,
    pub text: Field,
    pub newer: Option<String>,
    pub older: Option<String>,
    /// The history from its end, with nothing chosen.
    pub here: String,
}

/// An entry, or something that can be chosen.
#[derive(Debug, QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    sort: String,
    #[diesel(sql_type = BigInt)]
    number: i64,
    #[diesel(embed)]
    event: Row,
    #[diesel(sql_type = Text)]
    who: String,
    #[diesel(sql_type = Text)]
    address: String,
    #[diesel(sql_type = Text)]
    credential: String,
}

impl Found {
    /// From where it was done, and by what.
    fn from(&self) -> Option<Words> {
        let address = &self.address;
        if address.is_empty() {
            return None;
        }
        Some(match Credential::from_key(&self.credential)? {
            Credential::Session => t!("From {address}, signed in", address),
            Credential::Token => t!("From {address}, with an API token", address),
            Credential::Link => t!("From {address}, by a link", address),
            Credential::Job => return None,
        })
    }
}

/// One page of what happened to an object whose sight was checked, as far as the actor's company may know it; the newest first.
pub fn trail<P: Permission>(read: &mut Read<'_, P>, object: &str, asked: &Asked) -> Result<Trail> {
    let upwards = asked.after.is_some();
    let found = find(read, object, asked, upwards)?;
    let zone = read.actor.zone();
    let mut whats = vec![Pick::new("", "All events", "")];
    let mut whos = vec![Pick::new("", "Everyone", "")];
    let mut entries = Vec::new();
    for one in found {
        match one.sort.as_str() {
            "what" => {
                let label = words(&one.event.name).first();
                whats.push(Pick::by_label(one.event.name, label, ""));
            }
            "who" => {
                let label = who(&one.event.kind, &one.event.actor, one.event.company.as_deref());
                whos.push(Pick::by_label(one.who, label, ""));
            }
            _ => entries.push(one),
        }
    }
    let more = entries.len() > PAGE;
    // the one too many is the farthest from where one comes
    entries.sort_by_key(|one| if upwards { one.number } else { -one.number });
    entries.truncate(PAGE);
    entries.sort_by_key(|one| -one.number);
    let (first, last) = (entries.first().map(|one| one.number), entries.last().map(|one| one.number));
    let newer = first.filter(|_| if upwards { more } else { asked.before.is_some() });
    let older = last.filter(|_| upwards || more);
    Ok(Trail {
        asks: whats.len() > 2 || whos.len() > 2 || asked.narrowed(),
        narrowed: asked.narrowed(),
        what: Field::new("what", "Event").filled(asked.what.clone()),
        whats,
        who: Field::new("who", "Person").filled(asked.who.clone()),
        whos,
        text: Field::new("q", "Search").filled(asked.text.clone()),
        newer: newer.map(|number| asked.at("after", number)),
        older: older.map(|number| asked.at("before", number)),
        here: asked.here.clone(),
        lines: entries
            .into_iter()
            .map(|one| {
                let from = one.from();
                Line { entry: one.event.entry(zone), from }
            })
            .collect(),
    })
}

fn find<P: Permission>(read: &mut Read<'_, P>, object: &str, asked: &Asked, upwards: bool) -> Result<Vec<Found>> {
    let way = if upwards { "ASC" } else { "DESC" };
    let one_more = PAGE + 1;
    let text = format!(
        "(SELECT 'entry' AS sort, e.number, e.at, e.name, e.actor_kind AS kind, e.actor_name AS actor, \
         e.account_id AS account, a.name AS company, e.note, e.moved_to AS moved, e.cause, '' AS who, \
         CASE WHEN e.account_id = $2 THEN e.address ELSE '' END AS address, \
         CASE WHEN e.account_id = $2 THEN e.credential ELSE '' END AS credential \
         FROM events e LEFT JOIN accounts a ON a.id = e.account_id WHERE {SEEN} \
         AND ($3 = '' OR e.name = $3) AND ($4 = '' OR {WHO} = $4) AND ($5 = '' OR e.name = ANY($6) OR strpos(lower(concat_ws(' ', \
         CASE e.actor_kind WHEN 'system' THEN 'Entente' ELSE e.actor_name END, a.name, e.note, \
         CASE WHEN e.account_id = $2 THEN e.address END)), $5) > 0) \
         AND e.number < $7 AND e.number > $8 ORDER BY e.number {way} LIMIT {one_more}) UNION ALL \
         (SELECT 'what', 0, to_timestamp(0), k.name, '', '', NULL, NULL, '', NULL, '', '', '', '' \
         FROM (SELECT e.name FROM events e WHERE {SEEN} ORDER BY e.number DESC LIMIT {CHOICES}) k GROUP BY k.name) UNION ALL \
         (SELECT 'who', 0, to_timestamp(0), '', min(k.kind), min(k.actor), NULL, min(a.name), '', NULL, '', k.who, '', '' \
         FROM (SELECT e.actor_kind AS kind, e.actor_name AS actor, e.account_id, {WHO} AS who FROM events e WHERE {SEEN} \
         ORDER BY e.number DESC LIMIT {CHOICES}) k LEFT JOIN accounts a ON a.id = k.account_id GROUP BY k.who)"
    );
    Ok(statement(text)
        .bind::<Text, _>(object)
        .bind::<Text, _>(read.actor.account())
        .bind::<Text, _>(&asked.what)
        .bind::<Text, _>(&asked.who)
        .bind::<Text, _>(asked.text.to_lowercase())
        .bind::<Array<Text>, _>(asked.named())
        .bind::<BigInt, _>(asked.before.unwrap_or(i64::MAX))
        .bind::<BigInt, _>(asked.after.unwrap_or(0))
        .load(read.conn)?)
}
