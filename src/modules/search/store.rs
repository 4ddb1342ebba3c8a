//! What is read of the one table that bears all objects by whoever sees them, `search_entries`; triggers keep it.

use std::{collections::HashSet, sync::LazyLock};

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{Array, BigInt, Integer, Text, Timestamptz},
};

use crate::{
    kit::{actor::Permission, db::Read, problem::Result, statement::statement},
    manifest::Find,
    modules,
};

/// How many of each section are shown.
pub const SHOWN: usize = 5;

/// How many of a company's newest of each section are looked through sign by sign.
const WALKED: i64 = 200;

/// With so many that hold all words, nobody looks for others.
const ENOUGH: i64 = 200;

/// What stands for an object in the row that says that a section has more than was looked through.
const BEYOND: i32 = 9;

/// Something that was found.
#[derive(Debug, QueryableByName)]
pub struct Found {
    #[diesel(sql_type = Text)]
    pub section: String,
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    /// How well it fits: 0 its id, 1 its name begins so, 2 a word does, 3 it stands within a word.
    #[diesel(sql_type = Integer)]
    pub rank: i32,
    #[diesel(sql_type = Timestamptz)]
    since: DateTime<Utc>,
}

/// An expression over the section `s` and its row `e` for what an object is called.
fn name() -> String {
    let all = modules::ALL.iter().flat_map(|module| module.finds).filter(|find| !find.named.is_empty());
    let own: Vec<String> = all.map(|find| format!("WHEN '{}' THEN {}", find.section, find.named)).collect();
    format!("coalesce(CASE s.section {} ELSE e.name END, '')", own.join(" "))
}

/// Of each section of `$3`, for the company `$1` and the text `$2`: the object with this id, the first `$5` whose name begins so, and of the
/// newest `$4` as many that hold all its words, with a row of [`BEYOND`] where there are more than these. Each part reads no more than it returns or
/// looks through, so a kept plan is good for every company and every text.
static NEWEST: LazyLock<String> = LazyLock::new(|| {
    format!(
        "WITH asked AS MATERIALIZED (SELECT folded($2) AS words, left(folded($2), 48) AS head, \
          ARRAY(SELECT holding(word) FROM regexp_split_to_table(folded($2), ' ') word) AS patterns) \
         SELECT s.section, f.object AS id, {name} AS name, f.rank, f.since \
         FROM asked CROSS JOIN unnest($3) s(section) CROSS JOIN LATERAL ( \
         (SELECT x.object, 0 AS rank, x.since FROM search_entries x \
          WHERE x.section = s.section AND x.object = upper(asked.words) AND x.viewer_id = $1) \
         UNION ALL (SELECT x.object, 1, x.since FROM search_entries x WHERE x.viewer_id = $1 AND x.section = s.section \
          AND left(x.words, 48) COLLATE \"C\" >= asked.head AND left(x.words, 48) COLLATE \"C\" < asked.head || chr(1114111) \
          AND starts_with(x.words, asked.words) ORDER BY left(x.words, 48) COLLATE \"C\", x.since DESC LIMIT $5) \
         UNION ALL (SELECT n.object, CASE WHEN position(' ' || asked.words IN n.words) > 0 THEN 2 ELSE 3 END AS rank, n.since \
          FROM (SELECT x.object, x.words, x.since FROM search_entries x WHERE x.viewer_id = $1 AND x.section = s.section \
          ORDER BY x.since DESC, x.object DESC LIMIT $4) n WHERE n.words LIKE ALL (asked.patterns) ORDER BY rank, n.since DESC LIMIT $5) \
         UNION ALL (SELECT '', {BEYOND}, x.since FROM search_entries x WHERE x.viewer_id = $1 AND x.section = s.section \
          ORDER BY x.since DESC, x.object DESC OFFSET $4 LIMIT 1)) f \
         LEFT JOIN search_entries e ON e.section = s.section AND e.object = f.object AND e.viewer_id = $1 WHERE asked.words <> ''",
        name = name()
    )
});

/// Of each section of `$3`, for the company `$1`: the newest `$5` of up to `$4` in which a word begins as each word of the text `$2` does.
static BY_WORDS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT s.section, e.object AS id, {name} AS name, 2 AS rank, e.since FROM unnest($3) s(section) CROSS JOIN LATERAL ( \
         SELECT w.* FROM (SELECT x.* FROM search_entries x \
          WHERE search_keys(x.viewer_id, x.section, x.words) @@ search_beginning($1, s.section, folded($2)) LIMIT $4) w \
         WHERE w.viewer_id = $1 AND w.section = s.section ORDER BY w.since DESC LIMIT $5) e",
        name = name()
    )
});

/// What holds `text` of the sections of `finds`, up to one more of each than is shown, what fits best first. What the newest of a company with
/// much have too little of is looked up by its words.
pub fn found<P: Permission>(read: &mut Read<'_, P>, finds: &[&'static Find], text: &str) -> Result<Vec<Found>> {
    let sections: Vec<&str> = finds.iter().map(|find| find.section).collect();
    if sections.is_empty() || text.is_empty() {
        return Ok(Vec::new());
    }
    let shown = SHOWN as i64 + 1;
    let rows: Vec<Found> = statement(NEWEST.as_str())
        .bind::<Text, _>(read.actor.account())
        .bind::<Text, _>(text)
        .bind::<Array<Text>, _>(sections)
        .bind::<BigInt, _>(WALKED)
        .bind::<BigInt, _>(shown)
        .load(read.conn)?;
    let (beyond, newest): (Vec<Found>, Vec<Found>) = rows.into_iter().partition(|one| one.rank == BEYOND);
    let mut found = ordered(newest);
    let of = |section: &str| found.iter().filter(|one| one.section == section).count();
    let open: Vec<&str> =
        beyond.iter().map(|one| one.section.as_str()).filter(|section| of(section) <= SHOWN).collect();
    if !open.is_empty() {
        let others: Vec<Found> = statement(BY_WORDS.as_str())
            .bind::<Text, _>(read.actor.account())
            .bind::<Text, _>(text)
            .bind::<Array<Text>, _>(open)
            .bind::<BigInt, _>(ENOUGH)
            .bind::<BigInt, _>(shown)
            .load(read.conn)?;
        found.extend(others);
        found = ordered(found);
    }
    Ok(found)
}

/// Each once: what fits best first, then what is newest.
fn ordered(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by(|one, other| (one.rank, other.since, &one.id).cmp(&(other.rank, one.since, &other.id)));
    let mut met = HashSet::new();
    found.retain(|one| met.insert((one.section.clone(), one.id.clone())));
    found
}
