//! Values of an upload by which no subscription was found, or several: how many rows have each, and what those come to.

use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{Array, BigInt, Int4, Nullable, Numeric, Text},
};

use super::Placed;
use crate::{
    kit::{
        choice::Choice as _,
        db::{Read, Tx},
        id::Id,
        problem::Result,
        statement::statement,
        words::Words,
    },
    modules::usage::{
        UsageFile,
        fault::{self, Code},
    },
    t,
};

/// How many values of a file are kept, the first ones.
const KEPT: i32 = 1_000;

/// Keeps, or adds to what is kept, the values of those faults of a held file that are about subscriptions.
pub fn put_unmatched<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>, faults: &[Placed]) -> Result<()> {
    let unmatched = |one: &&Placed| matches!(one.fault.code, Code::Unknown | Code::Ambiguous);
    let found: Vec<&Placed> = faults.iter().filter(unmatched).collect();
    if found.is_empty() {
        return Ok(());
    }
    statement(
        "INSERT INTO usage_unmatched AS u (file_id, code, value, rows, worth) SELECT $1, g.code, g.value, g.rows, g.worth \
         FROM (SELECT n.code, n.value, sum(n.rows)::int AS rows, sum(n.worth) AS worth, row_number() OVER (ORDER BY min(n.place)) AS rank \
         FROM unnest($2::text[], $3::text[], $4::int[], $5::numeric[]) WITH ORDINALITY AS n (code, value, rows, worth, place) \
         GROUP BY n.code, n.value) g \
         WHERE EXISTS (SELECT FROM usage_unmatched k WHERE k.file_id = $1 AND k.code = g.code AND k.value = g.value) \
         OR g.rank + (SELECT count(*) FROM usage_unmatched k WHERE k.file_id = $1) <= $6 \
         ON CONFLICT (file_id, code, value) DO UPDATE SET rows = u.rows + excluded.rows, \
         worth = CASE WHEN u.worth IS NULL THEN excluded.worth ELSE u.worth + coalesce(excluded.worth, 0) END",
    )
    .bind::<Text, _>(id)
    .bind::<Array<Text>, _>(found.iter().map(|one| one.fault.code.key()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(found.iter().map(|one| one.fault.raw.as_str()).collect::<Vec<_>>())
    .bind::<Array<Int4>, _>(found.iter().map(|one| one.others.rows_in_all()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Numeric>>, _>(found.iter().map(|one| one.fault.worth).collect::<Vec<_>>())
    .bind::<Int4, _>(KEPT)
    .execute(tx.conn)?;
    Ok(())
}

/// Forgets what was found of an upload before.
pub fn forget_unmatched<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>) -> Result<()> {
    statement("DELETE FROM usage_unmatched WHERE file_id = $1").bind::<Text, _>(id).execute(tx.conn)?;
    Ok(())
}

/// A value by which no subscription was found, or several.
#[derive(Debug, Clone, QueryableByName)]
pub struct Unmatched {
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Text)]
    pub value: String,
    #[diesel(sql_type = Int4)]
    pub rows: i32,
    /// The sum of their amounts, or of their quantities where the report has no amounts; empty where none can be added up.
    #[diesel(sql_type = Text)]
    pub worth: String,
    /// How many values are asked for, and how many are kept in all.
    #[diesel(sql_type = BigInt)]
    asked: i64,
    #[diesel(sql_type = BigInt)]
    kept: i64,
}

/// Says that not all values are listed: only those that come to most are, and only the first ones of a file are kept.
pub fn cut(listed: &[Unmatched]) -> Option<Words> {
    let (shown, one) = (listed.len(), listed.first()?);
    if one.kept >= i64::from(KEPT) {
        return Some(t!("Shows the {shown} largest of the first {kept} values.", shown, kept = one.kept));
    }
    (one.asked > i64::try_from(shown).unwrap_or(i64::MAX))
        .then(|| t!("Shows the {shown} largest of {all} values.", shown, all = one.asked))
}

impl Unmatched {
    pub fn code(&self) -> Code {
        fault::code(&self.code)
    }
}

/// The values that come to most, whether they are charged or given back, of a file whose sight was checked; those of one sort when one is asked for.
pub fn unmatched<P>(
    read: &mut Read<'_, P>,
    id: &Id<UsageFile>,
    code: Option<Code>,
    limit: i32,
) -> Result<Vec<Unmatched>> {
    Ok(statement(
        "SELECT code, value, rows, coalesce(trim_scale(worth)::text, '') AS worth, count(*) OVER () AS asked, \
         (SELECT count(*) FROM usage_unmatched k WHERE k.file_id = $1) AS kept FROM usage_unmatched \
         WHERE file_id = $1 AND ($2 = '' OR code = $2) ORDER BY abs(usage_unmatched.worth) DESC NULLS LAST, rows DESC, code, value LIMIT $3",
    )
    .bind::<Text, _>(id)
    .bind::<Text, _>(code.map_or("", |code| code.key()))
    .bind::<Int4, _>(limit)
    .load(read.conn)?)
}
