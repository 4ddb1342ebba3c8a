//! What a grid reads: the relations whose rows it lists, whom they belong to, how they are narrowed, and what is shown of them.

use diesel::{QueryableByName, pg::Pg};

use super::{Apart, COUNTED, Column as _, FOUND, Hits, Listing, Query, REAL_OR_TEST, SIZES, Sql};
use crate::kit::{
    actor::Role,
    choice::Choice as _,
    db::Read,
    environment::Environment,
    problem::{Problem, Result},
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
    /// Filters by choice, each with its column.
    pub choices: &'static [(&'static str, &'static str)],
    /// Filters by part of a name: a condition that stays open for the pattern and one bracket.
    pub named: &'static [(&'static str, &'static str)],
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

/// `FROM … WHERE` of the company's own rows.
fn owned<L: Listing>(sql: &mut Sql, read: &Read<'_, L::View>, side: &Side) {
    sql.push(&format!(" FROM {} r WHERE r.{} = ", side.rows, (side.own)(role::<L>(read))));
    sql.text(read.actor.account().as_str());
    if !side.when.is_empty() {
        sql.push(&format!(" AND {}", side.when));
    }
}

/// What search and filters leave of them.
fn narrow<L: Listing>(sql: &mut Sql, read: &Read<'_, L::View>, query: &Query<L>, shape: &Shape, side: &Side) {
    for (key, values) in query.filters() {
        let value = values.first().map_or("", String::as_str);
        if key == REAL_OR_TEST.key {
            continue;
        }
        if let Some((_, column)) = shape.choices.iter().find(|(choice, _)| *choice == key) {
            sql.push(&format!(" AND r.{column}"));
            sql.one_of(values);
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
        L::find(sql, read, side, &query.search);
    }
}

fn shape<L: Listing>(read: &Read<'_, L::View>) -> &'static Shape {
    L::shape(role::<L>(read))
}

fn role<L: Listing>(read: &Read<'_, L::View>) -> Role {
    read.actor.identity.company.role
}

/// ` AND …` of the rows in one environment. The word stands in the text, since PostgreSQL must know it to read an index by it in the
/// order of the page.
fn within(sql: &mut Sql, shape: &Shape, environment: Option<Environment>) {
    let column = shape.choices.iter().find(|(choice, _)| *choice == REAL_OR_TEST.key);
    if let (Some((_, column)), Some(environment)) = (column, environment) {
        sql.push(&format!(" AND r.{column} = '{}'", environment.key()));
    }
}

/// For each environment that is asked for a `SELECT`, which `select` begins with the environment's word, over the company's rows that
/// search and filters leave: their ids as `id`, up to one more than `most`. So tests never hide how much is real, nor the other way. They
/// are read in the order of an index that begins with the environment: else PostgreSQL, which does not know that a company has few tests
/// where others have many, would walk through all of the company's rows to count to `most`.
fn each<L: Listing>(
    read: &Read<'_, L::View>,
    query: &Query<L>,
    most: i64,
    select: impl Fn(&str) -> String,
) -> (Vec<Environment>, Sql) {
    let shape = shape::<L>(read);
    let environments = query.environments();
    let apart = !environments.is_empty();
    let asked = if apart { environments } else { vec![Environment::Production] };
    let mut sql = Sql::default();
    let merged = shape.sides.len() > 1;
    for (turn, environment) in asked.iter().enumerate() {
        sql.push(if turn == 0 { "" } else { " UNION ALL " });
        sql.push(&format!("{} FROM (", select(environment.key())));
        for (at, side) in shape.sides.iter().enumerate() {
            sql.push(if at == 0 { "" } else { " UNION ALL " });
            sql.push(if merged { "(SELECT r.id" } else { "SELECT r.id" });
            owned::<L>(&mut sql, read, side);
            within(&mut sql, shape, apart.then_some(*environment));
            narrow(&mut sql, read, query, shape, side);
            if apart {
                sql.push(&format!(" ORDER BY r.{} DESC, r.id DESC", shape.since));
            }
            sql.push(&if merged { format!(" LIMIT {})", most + 1) } else { String::new() });
        }
        sql.push(&format!(" LIMIT {}) r", most + 1));
    }
    (asked, sql)
}

/// A `SELECT` of what search and filters leave of the company's rows, whichever their environment is, as `id` and `environment`: one more
/// than [`FOUND`] at most. Nothing where only some environments are asked for, or rows are not told apart.
fn together<L: Listing>(read: &Read<'_, L::View>, query: &Query<L>) -> Option<Sql> {
    let shape = shape::<L>(read);
    let (_, column) = shape.choices.iter().find(|(choice, _)| *choice == REAL_OR_TEST.key)?;
    if !query.chosen_environments().is_empty() {
        return None;
    }
    let mut sql = Sql::default();
    sql.push("SELECT r.* FROM (");
    for (at, side) in shape.sides.iter().enumerate() {
        sql.push(if at == 0 { "(" } else { " UNION ALL (" });
        sql.push(&format!("SELECT r.id, r.{column} AS environment"));
        owned::<L>(&mut sql, read, side);
        narrow(&mut sql, read, query, shape, side);
        sql.push(&format!(" LIMIT {})", FOUND + 1));
    }
    sql.push(&format!(") r LIMIT {}", FOUND + 1));
    Some(sql)
}

/// How many rows search and filters leave of the company's, counted up to [`COUNTED`] in each environment.
pub(super) fn count<L: Listing>(read: &mut Read<'_, L::View>, query: &Query<L>) -> Result<Apart> {
    let (_, sql) = each(read, query, COUNTED, |word| format!("SELECT '{word}' AS environment, count(*) AS count"));
    sql.counts(read.conn)
}

/// Which rows a search finds, up to [`FOUND`] in each environment, and how many.
pub(super) fn hits<L: Listing>(read: &mut Read<'_, L::View>, query: &Query<L>) -> Result<(Hits, Apart)> {
    // what is rare is found in one walk; what is not ends it soon
    if let Some(sql) = together(read, query)
        && let Some(few) = sql.few(read.conn, &query.environments())?
    {
        return Ok(few);
    }
    let (asked, sql) = each(read, query, FOUND, |word| format!("SELECT r.id, '{word}' AS environment"));
    sql.hits(read.conn, &asked)
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
    let Some((expression, _)) = query.sort.column.sorts_by() else { return Ok(Vec::new()) };
    let shape = shape::<L>(read);
    let chosen = match hits {
        Hits::Few(_) => Vec::new(),
        Hits::Many => query.chosen_environments(),
    };
    // each by itself: what is rare is not looked for among all the rest
    let environments = if chosen.is_empty() { vec![None] } else { chosen.into_iter().map(Some).collect() };
    let mut sql = Sql::default();
    let merged = shape.sides.len() * environments.len() > 1;
    // a number in the text, so that PostgreSQL knows how little is wanted; the page's own size is bound, one text for all of them
    let most = limit.max(LARGEST);
    sql.push(&format!("SELECT {}, r.sort_value FROM (SELECT p.* FROM (", shape.cells));
    sql.push(if merged { "SELECT r.* FROM (" } else { "" });
    let parts = shape.sides.iter().flat_map(|side| environments.iter().map(move |one| (side, *one)));
    for (at, (side, environment)) in parts.enumerate() {
        sql.push(if at == 0 { "" } else { " UNION ALL " });
        sql.push(if merged { "(" } else { "" });
        sql.push(&format!("SELECT r.*, {expression} AS sort_key, ({expression})::text AS sort_value"));
        owned::<L>(&mut sql, read, side);
        hits.narrow(&mut sql, "r.id", |sql| {
            within(sql, shape, environment);
            narrow(sql, read, query, shape, side);
        });
        query.keyset(&mut sql, expression, "r.id");
        sql.push(&format!("{} LIMIT {most}", query.order(expression, "r.id")));
        sql.push(if merged { ")" } else { "" });
    }
    if merged {
        sql.push(&format!(") r{} LIMIT {most}", query.order("r.sort_key", "r.id")));
    }
    sql.push(") p LIMIT ");
    sql.number(i64::try_from(limit).map_err(Problem::internal)?);
    sql.push(&format!(") r {}{}", shape.joins, query.order("r.sort_key", "r.id")));
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
        owned::<L>(&mut sql, read, side);
        sql.push(" AND r.id = ");
        sql.text(id);
    }
    sql.value(read.conn)
}

/// The columns of a grid: key, label, what is sorted by and what that gives; those that give way have `minor`.
#[macro_export]
macro_rules! columns {
    ($(#[$meta:meta])* $name:ident by $default:ident {
        $($member:ident = $key:literal / $label:literal $(, sorted $sql:literal as $by:ident)? $(($minor:ident))?;)+
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
            fn minor(self) -> bool { match self { $(Self::$member => columns!(@minor $($minor)?)),+ } }
        }
    };
    (@sort $sql:literal, $by:ident) => { Some(($sql, $crate::kit::grid::By::$by)) };
    (@sort) => { None };
    (@minor minor) => { true };
    (@minor) => { false };
}
