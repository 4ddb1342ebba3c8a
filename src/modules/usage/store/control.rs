//! What a report should come to, as its vendor says or as it says itself, and what it came to.

use diesel::{
    prelude::*,
    sql_types::{Bool, Int4, Nullable, Text},
};

use crate::{
    kit::{
        db::{Looks, Tx},
        id::Id,
        problem::Result,
        statement::statement,
    },
    modules::usage::{
        UsageFile,
        fault::{Code, Fault},
        mapping::exact::Exact,
    },
    schema::usage_controls,
};

/// What somebody says that a report comes to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Control {
    pub rows: Option<i32>,
    /// Of its amounts, or of its quantities where it has none.
    pub total: Option<Exact>,
}

impl Control {
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

/// What was said of the last upload of a file, and what was found.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = usage_controls)]
pub struct ControlRow {
    rows: Option<i32>,
    total: Option<String>,
    read_rows: Option<i32>,
    read_total: Option<String>,
    found_rows: Option<i32>,
    difference: Option<String>,
}

impl ControlRow {
    /// How many rows there should be, and how many more there are.
    pub fn rows(&self) -> Option<(i32, i32)> {
        let said = self.rows.or(self.read_rows)?;
        Some((said, self.found_rows?.saturating_sub(said)))
    }

    /// What they should come to, and how much more they come to; exact.
    pub fn total(&self) -> Option<(&str, &str)> {
        self.total.as_deref().or(self.read_total.as_deref()).zip(self.difference.as_deref())
    }
}

/// Keeps what the vendor says of the upload of a locked file. To be said once the upload is kept.
pub fn keep_control<P>(tx: &mut Tx<'_, P>, file: &Id<UsageFile>, control: Control) -> Result<()> {
    if control.is_empty() {
        return Ok(());
    }
    statement("INSERT INTO usage_controls (file_id, rows, total) VALUES ($1, $2, $3)")
        .bind::<Text, _>(file)
        .bind::<Nullable<Int4>, _>(control.rows)
        .bind::<Nullable<Text>, _>(control.total.map(|total| total.to_string()))
        .execute(tx.conn)?;
    Ok(())
}

/// Keeps what the upload of a held file says of itself.
pub fn keep_read_control<P>(tx: &mut Tx<'_, P>, file: &Id<UsageFile>, control: Control) -> Result<()> {
    if control.is_empty() {
        return Ok(());
    }
    statement(
        "INSERT INTO usage_controls (file_id, read_rows, read_total) VALUES ($1, $2, $3) \
         ON CONFLICT (file_id) DO UPDATE SET read_rows = excluded.read_rows, read_total = excluded.read_total",
    )
    .bind::<Text, _>(file)
    .bind::<Nullable<Int4>, _>(control.rows)
    .bind::<Nullable<Text>, _>(control.total.map(|total| total.to_string()))
    .execute(tx.conn)?;
    Ok(())
}

/// Holds what was read of a held file against what was said of it, once all of it is read: of a report that a mapping reads all its rows, also
/// those that are left out; else its records. What differs.
pub fn settle_control<P>(tx: &mut Tx<'_, P>, file: &Id<UsageFile>) -> Result<Vec<Fault>> {
    #[derive(QueryableByName)]
    struct Differs {
        #[diesel(sql_type = Text)]
        what: String,
        #[diesel(sql_type = Text)]
        said: String,
        #[diesel(sql_type = Text)]
        found: String,
        #[diesel(sql_type = Text)]
        difference: String,
    }
    let differs: Vec<Differs> = statement(
        "WITH n AS (SELECT coalesce((m.ledger -> 'source' ->> 'rows')::int, k.rows) AS rows, \
         coalesce((m.ledger -> 'source' ->> 'value')::numeric, k.total) AS total FROM usage_controls c \
         LEFT JOIN usage_mapped m ON m.file_id = c.file_id CROSS JOIN LATERAL (SELECT count(*)::int AS rows, \
         coalesce(sum(coalesce(r.amount, r.quantity)), 0) AS total FROM usage_records r WHERE r.file_id = $1 AND m.file_id IS NULL) k \
         WHERE c.file_id = $1), \
         found AS (UPDATE usage_controls c SET found_rows = n.rows, found_total = trim_scale(n.total)::text, \
         difference = trim_scale(n.total - coalesce(c.total, c.read_total)::numeric)::text FROM n WHERE c.file_id = $1 RETURNING c.*) \
         SELECT x.what, trim_scale(x.said)::text AS said, trim_scale(x.found)::text AS found, trim_scale(x.found - x.said)::text AS difference \
         FROM found c CROSS JOIN LATERAL (VALUES ('rows', c.rows::numeric, c.found_rows::numeric), ('total', c.total::numeric, \
         c.found_total::numeric), ('read rows', c.read_rows::numeric, c.found_rows::numeric), ('read total', c.read_total::numeric, \
         c.found_total::numeric)) AS x (what, said, found) WHERE x.said <> x.found",
    )
    .bind::<Text, _>(file)
    .load(tx.conn)?;
    Ok(differs.iter().map(|one| fault(&one.what, &one.said, &one.found, &one.difference)).collect())
}

/// Whether it was said what the report of a file comes to, and it does.
pub fn is_controlled(look: &mut impl Looks, file: &Id<UsageFile>) -> Result<bool> {
    Ok(statement(
        "SELECT EXISTS (SELECT FROM usage_controls WHERE file_id = $1 AND difference::numeric = 0) AS controlled",
    )
    .bind::<Text, _>(file)
    .value::<Bool, _>(look.conn())?)
}

/// What a report comes to beside what its vendor says, and what it says itself, where nothing of it is kept.
pub fn against_control((typed, read): (Control, Control), rows: u32, total: Exact) -> Vec<Fault> {
    let of_rows = |what: &str, said: Option<i32>| {
        let said = said.filter(|said| u32::try_from(*said) != Ok(rows))?;
        let difference = i64::from(rows) - i64::from(said);
        Some(fault(what, &said.to_string(), &rows.to_string(), &difference.to_string()))
    };
    let of_total = |what: &str, said: Option<Exact>| {
        let said = said.filter(|said| *said != total)?;
        Some(fault(what, &said.to_string(), &total.to_string(), &(total + -said).to_string()))
    };
    let all = [
        of_rows("rows", typed.rows),
        of_total("total", typed.total),
        of_rows("read rows", read.rows),
        of_total("read total", read.total),
    ];
    all.into_iter().flatten().collect()
}

fn fault(what: &str, said: &str, found: &str, difference: &str) -> Fault {
    Fault::of_row(Code::Control, found).naming(format!("{what}:{said}:{difference}"))
}
