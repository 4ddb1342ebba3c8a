//! Statements about what was filled in. They are asked of a file that was found or locked, which is the tenancy of all this.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{Array, Bool, Int4, Nullable, Numeric, Text, Timestamptz},
};
use rust_decimal::Decimal;

use super::{Fault, Outcome, judge::Judged, sheet::Wrong};
use crate::{
    kit::{
        choice::Choice as _,
        db::{Looks, Tx},
        id::Id,
        problem::{Problem, Result},
        statement::statement,
    },
    modules::usage::{
        UsageFile,
        closings::store::{BESIDE, BILLED, CLOSED, Closing},
        data::Billing,
        store::FileRow,
    },
};

/// A record that a row names, as it is billed now.
#[derive(Debug, Clone, QueryableByName)]
pub struct Known {
    #[diesel(sql_type = Int4)]
    number: i32,
    #[diesel(sql_type = Numeric)]
    pub quantity: Decimal,
    #[diesel(sql_type = Nullable<Numeric>)]
    pub amount: Option<Decimal>,
    #[diesel(sql_type = Bool)]
    pub closed: bool,
    #[diesel(sql_type = Bool)]
    pub own: bool,
    #[diesel(sql_type = Text)]
    pub billing_reference: String,
    #[diesel(sql_type = Text)]
    pub billing_note: String,
}

/// Rows that one statement takes.
const PIECE: usize = 20_000;

/// Those of a locked file's records that rows name, by their numbers.
pub fn known<P>(tx: &mut Tx<'_, P>, file: &Id<UsageFile>, numbers: &[i32]) -> Result<HashMap<i32, Known>> {
    let mut all = HashMap::new();
    for piece in numbers.chunks(PIECE) {
        let found: Vec<Known> = statement(format!(
            "SELECT r.number, r.quantity, r.amount, {CLOSED} AS closed, {BILLED} FROM usage_records r \
             JOIN subscriptions s ON s.id = r.subscription_id {BESIDE} WHERE r.file_id = $1 AND r.number = ANY($2)"
        ))
        .planned_anew(true)
        .bind::<Text, _>(file)
        .bind::<Array<Int4>, _>(piece)
        .load(tx.conn)?;
        all.extend(found.into_iter().map(|one| (one.number, one)));
    }
    Ok(all)
}

/// What was filled in for a file, without its rows.
#[derive(Debug, Clone, QueryableByName)]
pub struct Upload {
    #[diesel(sql_type = Int4)]
    pub number: i32,
    #[diesel(sql_type = Text)]
    pub file_name: String,
    /// That of the usage file, which it was checked against.
    #[diesel(sql_type = Int4)]
    pub revision: i32,
    #[diesel(sql_type = Text)]
    pub sender: String,
    #[diesel(sql_type = Timestamptz)]
    pub sent_at: DateTime<Utc>,
    #[diesel(sql_type = Int4)]
    pub closes: i32,
    #[diesel(sql_type = Int4)]
    pub changes: i32,
    #[diesel(sql_type = Int4)]
    pub same: i32,
    #[diesel(sql_type = Int4)]
    pub wrong: i32,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub applied_at: Option<DateTime<Utc>>,
}

impl Upload {
    /// Rows that change something.
    pub fn work(&self) -> i32 {
        self.closes + self.changes
    }
}

pub fn find(look: &mut impl Looks, file: &Id<UsageFile>, number: i32) -> Result<Upload> {
    Ok(statement(
        "SELECT w.number, w.file_name, w.revision, u.name AS sender, w.sent_at, w.closes, w.changes, w.same, w.wrong, w.applied_at \
         FROM usage_reconciliations w JOIN users u ON u.id = w.sender_id WHERE w.file_id = $1 AND w.number = $2",
    )
    .bind::<Text, _>(file)
    .bind::<Int4, _>(number)
    .get_result(look.conn())?)
}

/// Keeps rows for a locked file, in place of those before that were not applied; gives their number.
pub fn keep<P>(tx: &mut Tx<'_, P>, file: &FileRow, file_name: &str, rows: &[Judged]) -> Result<i32> {
    #[derive(QueryableByName)]
    struct Made {
        #[diesel(sql_type = Int4)]
        number: i32,
    }
    let sender = tx.person()?;
    let count = |outcome: Outcome| -> Result<i32> {
        i32::try_from(rows.iter().filter(|row| row.outcome == outcome).count()).map_err(Problem::internal)
    };
    let made: Made = statement(
        "INSERT INTO usage_reconciliations (file_id, number, file_name, revision, sender_id, sent_at, closes, changes, same, wrong) \
         SELECT $1, coalesce(max(w.number), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9 FROM usage_reconciliations w WHERE w.file_id = $1 \
         RETURNING number",
    )
    .bind::<Text, _>(&file.id)
    .bind::<Text, _>(file_name)
    .bind::<Int4, _>(file.revision)
    .bind::<Text, _>(&sender)
    .bind::<Timestamptz, _>(tx.at)
    .bind::<Int4, _>(count(Outcome::Close)?)
    .bind::<Int4, _>(count(Outcome::Change)?)
    .bind::<Int4, _>(count(Outcome::Same)?)
    .bind::<Int4, _>(count(Outcome::Error)?)
    .get_result(tx.conn)?;
    statement("DELETE FROM usage_reconciliations WHERE file_id = $1 AND number <> $2 AND applied_at IS NULL")
        .bind::<Text, _>(&file.id)
        .bind::<Int4, _>(made.number)
        .execute(tx.conn)?;
    for piece in rows.chunks(PIECE) {
        put(tx, &file.id, made.number, piece)?;
    }
    Ok(made.number)
}

fn put<P>(tx: &mut Tx<'_, P>, file: &Id<UsageFile>, number: i32, rows: &[Judged]) -> Result<()> {
    fn of<'a>(rows: &'a [Judged], text: impl Fn(&'a Judged) -> &'a str) -> Vec<&'a str> {
        rows.iter().map(text).collect()
    }
    let wrong: Vec<_> = rows.iter().map(|row| row.wrong.as_ref()).collect();
    let told = |text: fn(&Wrong) -> &str| wrong.iter().map(|wrong| wrong.map_or("", text)).collect::<Vec<&str>>();
    statement(
        "INSERT INTO usage_reconciliation_rows (file_id, reconciliation, line, record, number, billing_reference, billing_note, outcome, \
         fault, letters, header, raw, detail) SELECT $1, $2, n.line, n.record, n.number, n.reference, n.note, n.outcome, n.fault, n.letters, \
         n.header, n.raw, n.detail FROM unnest($3::int[], $4::text[], $5::int[], $6::text[], $7::text[], $8::text[], $9::text[], \
         $10::text[], $11::text[], $12::text[], $13::text[]) \
         AS n (line, record, number, reference, note, outcome, fault, letters, header, raw, detail)",
    )
    .bind::<Text, _>(file)
    .bind::<Int4, _>(number)
    .bind::<Array<Int4>, _>(rows.iter().map(|row| row.row.line).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(of(rows, |row| row.row.record.as_str()))
    .bind::<Array<Nullable<Int4>>, _>(rows.iter().map(|row| row.number).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(of(rows, |row| row.row.reference.as_str()))
    .bind::<Array<Text>, _>(of(rows, |row| row.row.note.as_str()))
    .bind::<Array<Text>, _>(of(rows, |row| row.outcome.key()))
    .bind::<Array<Nullable<Text>>, _>(wrong.iter().map(|wrong| wrong.map(|wrong| wrong.fault.key())).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(told(|wrong| wrong.letters.as_str()))
    .bind::<Array<Text>, _>(told(|wrong| wrong.column.key()))
    .bind::<Array<Text>, _>(told(|wrong| wrong.raw.as_str()))
    .bind::<Array<Text>, _>(told(|wrong| wrong.detail.as_str()))
    .execute(tx.conn)?;
    Ok(())
}

/// The rows of an upload that come to this, as they are applied.
pub fn closings<P>(tx: &mut Tx<'_, P>, file: &Id<UsageFile>, number: i32, outcome: Outcome) -> Result<Vec<Closing>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Int4)]
        number: i32,
        #[diesel(sql_type = Text)]
        billing_reference: String,
        #[diesel(sql_type = Text)]
        billing_note: String,
    }
    let rows: Vec<Row> = statement(
        "SELECT number, billing_reference, billing_note FROM usage_reconciliation_rows \
         WHERE file_id = $1 AND reconciliation = $2 AND outcome = $3 ORDER BY line",
    )
    .bind::<Text, _>(file)
    .bind::<Int4, _>(number)
    .bind::<Text, _>(outcome.key())
    .load(tx.conn)?;
    let closing = |row: Row| Closing {
        number: row.number,
        billing: Billing { billing_reference: row.billing_reference, billing_note: row.billing_note },
    };
    Ok(rows.into_iter().map(closing).collect())
}

/// An upload of a locked file was applied.
pub fn applied<P>(tx: &mut Tx<'_, P>, file: &Id<UsageFile>, number: i32) -> Result<()> {
    statement(
        "UPDATE usage_reconciliations SET applied_at = $3 WHERE file_id = $1 AND number = $2 AND applied_at IS NULL",
    )
    .bind::<Text, _>(file)
    .bind::<Int4, _>(number)
    .bind::<Timestamptz, _>(tx.at)
    .execute(tx.conn)?;
    Ok(())
}

/// A row as pages and files show it.
#[derive(Debug, Clone, QueryableByName)]
pub struct RowLine {
    #[diesel(sql_type = Int4)]
    pub line: i32,
    #[diesel(sql_type = Text)]
    pub record: String,
    #[diesel(sql_type = Text)]
    pub billing_reference: String,
    #[diesel(sql_type = Text)]
    pub billing_note: String,
    #[diesel(sql_type = Text)]
    pub outcome: Outcome,
    #[diesel(sql_type = Nullable<Text>)]
    pub fault: Option<Fault>,
    #[diesel(sql_type = Text)]
    pub letters: String,
    #[diesel(sql_type = Text)]
    pub header: String,
    #[diesel(sql_type = Text)]
    pub raw: String,
    #[diesel(sql_type = Text)]
    pub detail: String,
}

/// Rows of an upload, behind one of them; all, or only those that are wrong.
pub fn rows(
    look: &mut impl Looks,
    file: &Id<UsageFile>,
    number: i32,
    (behind, only_wrong, limit): (i32, bool, i32),
) -> Result<Vec<RowLine>> {
    Ok(statement(
        "SELECT line, record, billing_reference, billing_note, outcome, fault, letters, header, raw, detail FROM usage_reconciliation_rows \
         WHERE file_id = $1 AND reconciliation = $2 AND line > $3 AND (NOT $4 OR outcome = 'error') ORDER BY line LIMIT $5",
    )
    .bind::<Text, _>(file)
    .bind::<Int4, _>(number)
    .bind::<Int4, _>(behind)
    .bind::<Bool, _>(only_wrong)
    .bind::<Int4, _>(limit)
    .load(look.conn())?)
}
