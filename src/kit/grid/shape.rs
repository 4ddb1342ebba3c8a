//! What a grid reads: the relations whose rows it lists, whom they belong to, how they are narrowed, and what is shown of them.

use std::ptr;

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    pg::Pg,
    sql_types::{Array, BigInt, Text, Timestamptz},
};

use super::{Apart, COUNTED, Column as _, FOUND, Hits, Listing, Query, REAL_OR_TEST, SIZES, Sql, Total};
use crate::kit::{
    actor::Role,
    choice::Choice as _,
    db::Read,
    environment::Environment,
    problem::{Problem, Result},
    sql::Bind,
};

/// What a list reads, as one role sees it. Expressions are over `r`, a row.
pub struct Shape {
    /// The relations whose rows are merged; one, as a rule.
    pub sides: &'static [Side],
    /// What is selected, besides `sort_value`, over `r` and the joins: of the rows of a page only.
    pub cells: &'static str,
    pub joins: &'static str,
    /// The column that "from" and "to" ask, and by which an index of the relation orders each company's rows.
    pub since: &'static str,
    /// The column of the filter by status, where an index has each company's rows by it, in the order of `since`.
    pub status: Option<&'static str>,
    /// Other filters by choice, each with its column.
    pub choices: &'static [(&'static str, &'static str)],
    /// Filters by part of a name: a condition that stays open for the pattern and one bracket.
    pub named: &'static [(&'static str, &'static str)],
}

impl Shape {
    fn column(&self, choice: &str) -> Option<&'static str> {
        let other = || self.choices.iter().find(|(key, _)| *key == choice).map(|(_, column)| *column);
        if choice == STATUS { self.status.or_else(other) } else { other() }
    }

    /// A SELECT of `columns` of the company `$1`'s rows `r` that fit `condition`, in a portal of that role: the rows of the list, for what is
    /// counted or added up of them.
    pub fn rows(&self, role: Role, columns: &str, condition: &str) -> String {
        let of = |side: &Side| {
            let when = if side.when.is_empty() { String::new() } else { format!(" AND {}", side.when) };
            format!("SELECT {columns} FROM {} r WHERE r.{} = $1{when} AND {condition}", side.rows, (side.own)(role))
        };
        self.sides.iter().map(of).collect::<Vec<_>>().join(" UNION ALL ")
    }
}

/// A relation whose rows bear an `id` and the company they belong to.
pub struct Side {
    /// A table, or a SELECT in brackets.
    pub rows: &'static str,
    /// The column that holds the company, as a portal's role sees it: tenancy is one equality, on an index.
    pub own: fn(Role) -> &'static str,
    /// A condition that always holds, or nothing.
    pub when: &'static str,
}

impl Side {
    pub const fn new(rows: &'static str, own: fn(Role) -> &'static str) -> Self {
        Self { rows, own, when: "" }
    }

    pub const fn when(rows: &'static str, own: fn(Role) -> &'static str, when: &'static str) -> Self {
        Self { rows, own, when }
    }
}

/// The filter by status, each word of which is read by itself in the order of its index.
const STATUS: &str = "status";

/// A piece of what is read: one side, in one environment and with one status where only these are asked for.
#[derive(Clone, Copy)]
struct Part {
    side: &'static Side,
    environment: Option<Environment>,
    status: Option<&'static str>,
}

/// The pieces of what `query` asks for, in these environments. Their words stand in the text, since PostgreSQL must know them to choose an
/// index whose order is the page's, and one by one, since no index has the order of several.
fn parts<L: Listing>(shape: &'static Shape, query: &Query<L>, environments: &[Option<Environment>]) -> Vec<Part> {
    let mut statuses: Vec<_> = query.words(STATUS).into_iter().map(Some).collect();
    if statuses.is_empty() || shape.status.is_none() {
        statuses = vec![None];
    }
    let mut parts = Vec::new();
    for environment in environments {
        for side in shape.sides {
            let of = |status| Part { side, environment: *environment, status };
            parts.extend(statuses.iter().copied().map(of));
        }
    }
    parts
}

impl Part {
    /// ` FROM … WHERE` of the company's own rows.
    fn owned<L: Listing>(&self, sql: &mut Sql, read: &Read<'_, L::View>) {
        let shape = shape::<L>(read);
        sql.push(&format!(" FROM {} r WHERE r.{} = ", self.side.rows, (self.side.own)(role::<L>(read))));
        sql.unseen(Bind::Text(read.actor.account().to_string()));
        if !self.side.when.is_empty() {
            sql.push(&format!(" AND {}", self.side.when));
        }
        if let (Some(column), Some(environment)) = (shape.column(REAL_OR_TEST.key), self.environment) {
            sql.push(&format!(" AND r.{column} = '{}'", environment.key()));
        }
        if let (Some(column), Some(status)) = (shape.status, self.status) {
            sql.push(&format!(" AND r.{column} = '{status}'"));
        }
    }
}

/// What search and filters leave of a part's rows.
fn narrow<L: Listing>(sql: &mut Sql, read: &Read<'_, L::View>, query: &Query<L>, part: &Part, search: Search<L>) {
    let shape = shape::<L>(read);
    for (key, values) in query.filters() {
        let value = values.first().map_or("", String::as_str);
        if key == REAL_OR_TEST.key || (key == STATUS && part.status.is_some()) {
            continue;
        }
        if let Some(column) = shape.column(key) {
            sql.push(&format!(" AND r.{column}"));
            sql.one_of(&query.words(key));
        } else if let Some((_, exists)) = shape.named.iter().find(|(named, _)| *named == key) {
            sql.push(&format!(" AND {exists}"));
            sql.contains(value);
            sql.push(")");
        } else if key == "from" || key == "to" {
            sql.day(&format!("r.{}", shape.since), value, read.actor.zone(), key == "to");
        } else {
            L::narrow(sql, read, key, values);
        }
    }
    if !query.search.is_empty() {
        sql.push(" AND ");
        search(sql, read, part.side, &query.search);
    }
}

/// How a search is asked: [`Listing::find`] or [`Listing::fits`].
type Search<L> = fn(&mut Sql, &Read<'_, <L as Listing>::View>, &Side, &str);

fn shape<L: Listing>(read: &Read<'_, L::View>) -> &'static Shape {
    L::shape(role::<L>(read))
}

fn role<L: Listing>(read: &Read<'_, L::View>) -> Role {
    read.actor.identity.company.role
}

/// The environments that a list asks for; nothing where its rows are not told apart.
fn apart<L: Listing>(query: &Query<L>) -> Vec<Option<Environment>> {
    let environments = query.environments();
    if environments.is_empty() { vec![None] } else { environments.into_iter().map(Some).collect() }
}

/// What a part's rows are counted as: where they are not told apart, all of them are real.
fn counted_as(environment: Option<Environment>) -> Environment {
    environment.unwrap_or(Environment::Production)
}

/// How many rows search and filters leave of the company's, counted up to [`COUNTED`] in each environment: so tests never hide how much is
/// real, nor the other way. They are read in the order of an index that begins with the environment: else PostgreSQL, which does not know
/// that a company has few tests where others have many, would walk through all of the company's rows to count to the limit.
pub(super) fn count<L: Listing>(read: &mut Read<'_, L::View>, query: &Query<L>) -> Result<Apart> {
    let shape = shape::<L>(read);
    let mut sql = Sql::default();
    for (turn, environment) in apart(query).into_iter().enumerate() {
        sql.push(if turn == 0 { "" } else { " UNION ALL " });
        sql.push(&format!("SELECT '{}' AS environment, count(*) AS count FROM (", counted_as(environment).key()));
        let parts = parts(shape, query, &[environment]);
        for (at, part) in parts.iter().enumerate() {
            sql.push(if at == 0 { "" } else { " UNION ALL " });
            sql.push(if parts.len() > 1 { "(SELECT r.id" } else { "SELECT r.id" });
            part.owned::<L>(&mut sql, read);
            narrow(&mut sql, read, query, part, L::find);
            if environment.is_some() {
                sql.push(&format!(" ORDER BY r.{} DESC, r.id DESC", shape.since));
            }
            sql.push(&format!(" LIMIT {}{}", COUNTED + 1, if parts.len() > 1 { ")" } else { "" }));
        }
        sql.push(&if parts.len() > 1 { format!(" LIMIT {}) r", COUNTED + 1) } else { ") r".to_owned() });
    }
    sql.counts(read.conn)
}

/// How many of a company's newest rows a search looks at one by one before it asks an index. What many rows hold is met among them, and
/// a company with no more rows is looked through: both by a plan that is kept, which the way over an index of patterns cannot have.
const WALKED: i64 = 1_200;
/// With more than so many among them, or than a page has, nobody looks for others: there are "50+".
const ENOUGH: usize = 50;
/// With fewer than so many among them, looking on in the same order takes longer than sorting all that an index finds. PostgreSQL does not
/// know how rare something is in this company, only in all: of what others have much of, it expects much here.
const RARE: usize = 12;

/// Which rows a search finds, up to [`FOUND`] in each environment, and how many.
pub(super) fn hits<L: Listing>(read: &mut Read<'_, L::View>, query: &Query<L>) -> Result<(Hits, Apart)> {
    let mut found = walk(read, query)?;
    let open: Vec<_> = found.iter().filter(|one| !one.beyond.is_empty()).collect();
    if !open.is_empty() {
        let looked_up = look_up(read, query, &open)?;
        for (one, all) in found.iter_mut().filter(|one| !one.beyond.is_empty()).zip(looked_up) {
            *one = all;
        }
    }
    let total = |one: &Found| Total::of(one.rows.len() as i64, one.most as i64);
    let totals = Apart::of(found.iter().map(|one| (counted_as(one.environment), total(one))));
    let many = found.iter().any(|one| one.rows.len() > one.most.min(FOUND));
    let mut rows: Vec<_> = found.into_iter().flat_map(|one| one.rows).collect();
    if query.begins_newest(shape::<L>(read).since) {
        rows.sort_by(|one, other| other.cmp(one));
        rows.truncate(query.size + 1);
    } else if many {
        return Ok((Hits::Many, totals));
    }
    Ok((Hits::Few(rows.into_iter().map(|(_, id)| id).collect()), totals))
}

/// What was found in one environment.
struct Found {
    environment: Option<Environment>,
    /// Day and id of the newest, one more than `most` when there are others.
    rows: Vec<Place>,
    most: usize,
    /// The sides that may have others; none when nobody counts further.
    beyond: Vec<&'static Side>,
    /// Those of all other sides.
    whole: Vec<Place>,
}

/// Where a row stands among the newest: its day and id.
type Place = (DateTime<Utc>, String);

/// Of the newest rows of each part, those that fit.
fn walk<L: Listing>(read: &mut Read<'_, L::View>, query: &Query<L>) -> Result<Vec<Found>> {
    let shape = shape::<L>(read);
    let mut sql = Sql::kept();
    for (turn, environment) in apart(query).into_iter().enumerate() {
        for (at, side) in shape.sides.iter().enumerate() {
            let part = Part { side, environment, status: None };
            sql.push(if turn + at == 0 { "" } else { " UNION ALL " });
            sql.push(&format!(
                "SELECT '{}' AS environment, {at}::bigint AS side, count(*) AS walked, \
                 coalesce(array_agg(r.id) FILTER (WHERE r.fits), '{{}}') AS ids, \
                 coalesce(array_agg(r.at) FILTER (WHERE r.fits), '{{}}') AS at FROM (SELECT r.id, r.{} AS at, (true",
                counted_as(environment).key(),
                shape.since
            ));
            narrow(&mut sql, read, query, &part, L::fits);
            sql.push(") AS fits FROM (SELECT r.*");
            part.owned::<L>(&mut sql, read);
            // bound, so that PostgreSQL, which takes a tenth of the rows to be wanted then, does not sort all that a large company has
            sql.push(&format!(" ORDER BY r.{} DESC, r.id DESC LIMIT ", shape.since));
            sql.unseen(Bind::Number(WALKED));
            sql.push(") r OFFSET 0) r");
        }
    }
    let walked: Vec<Walked> = sql.load(read.conn)?;
    let of = |environment| {
        let parts = || walked.iter().filter(|part| part.environment == counted_as(environment));
        let all = parts().all(Walked::is_whole);
        let most = if all { WALKED as usize * shape.sides.len() } else { query.size.max(ENOUGH) };
        let settled = parts().all(|part| part.is_whole() || part.ids.len() > most);
        let open = parts().filter(|part| !settled && !part.is_whole());
        let beyond = open.filter_map(|part| shape.sides.get(usize::try_from(part.side).ok()?)).collect();
        let whole = parts().filter(|part| part.is_whole()).flat_map(Walked::places).collect();
        Found { environment, rows: parts().flat_map(Walked::places).collect(), most, beyond, whole }.newest()
    };
    Ok(apart(query).into_iter().map(of).collect())
}

/// All that there is in these environments, in their order: on the sides that may have others than were found, planned for what is looked
/// for, since the best way to it depends on that. What is rare there is looked up first, roughly, and compared and sorted then.
fn look_up<L: Listing>(read: &mut Read<'_, L::View>, query: &Query<L>, open: &[&Found]) -> Result<Vec<Found>> {
    let shape = shape::<L>(read);
    let since = shape.since;
    let mut sql = Sql::default();
    let mut before = "";
    for one in open {
        let beyond = |part: &Part| one.beyond.iter().any(|side| ptr::eq(*side, part.side));
        for part in parts(shape, query, &[one.environment]).into_iter().filter(beyond) {
            let word = counted_as(part.environment).key();
            sql.push(&format!("{before}(SELECT '{word}' AS environment, r.id, r.{since} AS at FROM (SELECT r.*"));
            part.owned::<L>(&mut sql, read);
            if one.rows.len() < RARE {
                sql.roughly(|sql| narrow(sql, read, query, &part, L::find));
                sql.push(" OFFSET 0) r WHERE true");
                narrow(&mut sql, read, query, &part, L::fits);
            } else {
                narrow(&mut sql, read, query, &part, L::find);
                sql.push(") r");
            }
            sql.push(&format!(" ORDER BY r.{since} DESC, r.id DESC LIMIT {})", FOUND + 1));
            before = " UNION ALL ";
        }
    }
    let hits: Vec<Hit> = sql.load(read.conn)?;
    let of = |one: &&Found| {
        let own = hits.iter().filter(|hit| hit.environment == counted_as(one.environment));
        let rows = own.map(|hit| (hit.at, hit.id.clone())).chain(one.whole.iter().cloned()).collect();
        Found { environment: one.environment, rows, most: FOUND, beyond: Vec::new(), whole: Vec::new() }.newest()
    };
    Ok(open.iter().map(of).collect())
}

impl Found {
    /// The newest of them, as many as are counted.
    fn newest(mut self) -> Self {
        self.rows.sort_by(|one, other| other.cmp(one));
        self.rows.truncate(self.most + 1);
        self
    }
}

#[derive(QueryableByName)]
struct Walked {
    #[diesel(sql_type = Text)]
    environment: Environment,
    /// Its number among the sides.
    #[diesel(sql_type = BigInt)]
    side: i64,
    #[diesel(sql_type = BigInt)]
    walked: i64,
    #[diesel(sql_type = Array<Text>)]
    ids: Vec<String>,
    #[diesel(sql_type = Array<Timestamptz>)]
    at: Vec<DateTime<Utc>>,
}

impl Walked {
    /// Whether it has no other rows than were looked at.
    fn is_whole(&self) -> bool {
        self.walked < WALKED
    }

    fn places(&self) -> impl Iterator<Item = Place> {
        self.at.iter().copied().zip(self.ids.iter().cloned())
    }
}

#[derive(QueryableByName)]
struct Hit {
    #[diesel(sql_type = Text)]
    environment: Environment,
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Timestamptz)]
    at: DateTime<Utc>,
}

/// Rows of the largest page, and the one that says that there are more.
const LARGEST: usize = SIZES[SIZES.len() - 1] + 1;

/// `limit` rows of the actor's company, of those that were found, in the query's order and behind its cursor.
pub(super) fn among<L: Listing>(
    read: &mut Read<'_, L::View>,
    query: &Query<L>,
    hits: &Hits,
    limit: usize,
) -> Result<Vec<L::Cells>>
where
    L::Cells: QueryableByName<Pg>,
{
    if matches!(hits, Hits::Few(ids) if ids.is_empty()) {
        return Ok(Vec::new());
    }
    let shape = shape::<L>(read);
    let mut sql = Sql::default();
    sql.push(&format!("SELECT {}, r.sort_value FROM (SELECT p.* FROM (", shape.cells));
    // a number in the text, so that PostgreSQL knows how little is wanted; the page's own size is bound, one text for all of them
    if !collected(&mut sql, read, query, hits, limit.max(LARGEST)) {
        return Ok(Vec::new());
    }
    sql.push(") p LIMIT ");
    sql.number(i64::try_from(limit).map_err(Problem::internal)?);
    sql.push(&format!(") r {}{}", shape.joins, query.order("r.sort_key", "r.id")));
    sql.load(read.conn)
}

/// A `SELECT` of up to `most` rows with `sort_key` and `sort_value`, as [`among`] asks for them; false when the column cannot be sorted by.
fn collected<L: Listing>(sql: &mut Sql, read: &Read<'_, L::View>, query: &Query<L>, hits: &Hits, most: usize) -> bool {
    let Some((expression, _)) = query.sort.column.sorts_by() else { return false };
    let shape = shape::<L>(read);
    // each by itself: what is rare is not looked for among all the rest
    let parts = match hits {
        Hits::Few(_) => shape.sides.iter().map(|side| Part { side, environment: None, status: None }).collect(),
        Hits::Many => {
            let chosen = query.chosen_environments();
            let environments = if chosen.is_empty() { vec![None] } else { chosen.into_iter().map(Some).collect() };
            parts(shape, query, &environments)
        }
    };
    let merged = parts.len() > 1;
    sql.push(if merged { "SELECT r.* FROM (" } else { "" });
    for (at, part) in parts.iter().enumerate() {
        sql.push(if at == 0 { "" } else { " UNION ALL " });
        sql.push(if merged { "(" } else { "" });
        sql.push(&format!("SELECT r.*, {expression} AS sort_key, ({expression})::text AS sort_value"));
        match hits {
            // one by one: a list of ids tells PostgreSQL too little, and it may read all that the company has. In a SELECT of its own, so that it
            // does not see how few there are and plans for them each time
            Hits::Few(ids) => {
                sql.push(" FROM unnest((SELECT ");
                sql.texts(ids);
                sql.push("::text[])) AS f(id) CROSS JOIN LATERAL (SELECT r.*");
                part.owned::<L>(sql, read);
                sql.push(" AND r.id = f.id LIMIT 1) r WHERE true");
            }
            Hits::Many => {
                part.owned::<L>(sql, read);
                narrow(sql, read, query, part, L::find);
            }
        }
        query.keyset(sql, expression, "r.id");
        sql.push(&format!("{} LIMIT {most}", query.order(expression, "r.id")));
        sql.push(if merged { ")" } else { "" });
    }
    if merged {
        sql.push(&format!(") r{} LIMIT {most}", query.order("r.sort_key", "r.id")));
    }
    true
}

/// Rows before the one that is looked at…
const BEFORE: usize = 8;
/// …and behind it.
const BEHIND: usize = 24;

/// The rows around the one with `id`, or the first ones when it is not among them, with `place` from 1, `here` (the place of that row) and
/// `matching` (how many there are), all three up to [`COUNTED`] and one more. `besides` adds what is selected besides.
pub(super) fn around<L: Listing, R: QueryableByName<Pg> + 'static>(
    read: &mut Read<'_, L::View>,
    query: &Query<L>,
    id: &str,
    besides: impl FnOnce(&mut Sql),
) -> Result<Vec<R>> {
    let shape = shape::<L>(read);
    let mut sql = Sql::default();
    // places are given to ids alone: whole rows are carried for those that are shown
    sql.push(&format!(
        "WITH p AS MATERIALIZED (SELECT s.id, s.sort_value, row_number() OVER ({}) AS place FROM (",
        query.order("s.sort_key", "s.id")
    ));
    let most = usize::try_from(COUNTED).map_err(Problem::internal)? + 1;
    if !collected(&mut sql, read, query, &Hits::Many, most) {
        return Ok(Vec::new());
    }
    sql.push(&format!(") s) SELECT {}, r.sort_value, r.place, r.here, r.matching", shape.cells));
    besides(&mut sql);
    sql.push(
        " FROM (SELECT r.*, p.sort_value, p.place, w.here, w.matching FROM (SELECT max(p.place) FILTER (WHERE p.id = ",
    );
    sql.text(id);
    sql.push(&format!(
        ") AS here, count(*) AS matching FROM p) w \
         JOIN p ON p.place BETWEEN coalesce(w.here, 1) - {BEFORE} AND coalesce(w.here, 1) + {BEHIND} CROSS JOIN LATERAL ("
    ));
    for (at, side) in shape.sides.iter().enumerate() {
        sql.push(if at == 0 { "SELECT r.*" } else { " UNION ALL SELECT r.*" });
        Part { side, environment: None, status: None }.owned::<L>(&mut sql, read);
        sql.push(" AND r.id = p.id");
    }
    sql.push(&format!(" LIMIT 1) r) r {} ORDER BY r.place", shape.joins));
    sql.load(read.conn)
}

/// The value that one of the company's rows is sorted by, whatever search and filters say.
pub(super) fn sort_value<L: Listing>(
    read: &mut Read<'_, L::View>,
    query: &Query<L>,
    id: &str,
) -> Result<Option<String>> {
    let Some((expression, _)) = query.sort.column.sorts_by() else { return Ok(None) };
    let mut sql = Sql::default();
    for (at, side) in shape::<L>(read).sides.iter().enumerate() {
        sql.push(if at == 0 { "" } else { " UNION ALL " });
        sql.push(&format!("SELECT ({expression})::text AS value"));
        Part { side, environment: None, status: None }.owned::<L>(&mut sql, read);
        sql.push(" AND r.id = ");
        sql.text(id);
    }
    sql.value(read.conn)
}

/// The columns of a grid: key, label, what is sorted by and what that gives; those of numbers have `number`, those that give way `minor`.
#[macro_export]
macro_rules! columns {
    ($(#[$meta:meta])* $name:ident by $default:ident {
        $($member:ident = $key:literal / $label:literal $(: $kind:ident)? $(, sorted $sql:literal as $by:ident)? $(($room:ident))?;)+
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $name { $($member),+ }

        impl $crate::kit::grid::Column for $name {
            const ALL: &'static [Self] = &[$(Self::$member),+];
            const DEFAULT_SORT: $crate::kit::grid::Sort<Self> =
                $crate::kit::grid::Sort { column: Self::$default, descending: true };
            fn key(self) -> &'static str { match self { $(Self::$member => $key),+ } }
            fn label(self) -> &'static str { match self { $(Self::$member => $label),+ } }
            fn sorts_by(self) -> Option<(&'static str, $crate::kit::grid::By)> {
                match self { $(Self::$member => columns!(@sort $($sql, $by)?)),+ }
            }
            fn room(self) -> $crate::kit::grid::Room { match self { $(Self::$member => columns!(@room $($room)?)),+ } }
            fn counts(self) -> bool { match self { $(Self::$member => columns!(@counts $($kind)?)),+ } }
        }
    };
    (@counts number) => { true };
    (@counts) => { false };
    (@sort $sql:literal, $by:ident) => { Some(($sql, $crate::kit::grid::By::$by)) };
    (@sort) => { None };
    (@room minor) => { $crate::kit::grid::Room::Minor };
    (@room spare) => { $crate::kit::grid::Room::Spare };
    (@room) => { $crate::kit::grid::Room::Always };
}
