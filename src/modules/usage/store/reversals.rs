//! Which records take back which, and what that comes to in the period of the records that were taken back.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Array, Bool, Int2, Int4, Nullable, Numeric, Text, Timestamptz},
};
use rust_decimal::Decimal;

use super::FileRow;
use crate::{
    kit::{
        db::{Looks, Tx},
        environment::Environment,
        id::Id,
        problem::{Problem, Result},
        statement::statement,
    },
    modules::{
        ids::{Item, Marketplace, Subscription},
        usage::{Status, UsageFile, check::Record, lifecycle::Part},
    },
};

/// Sums of files by the file to whose period they belong: what a file reports itself, and what others take back of it. So what a file takes
/// back stands in the period of what was taken back, and not in its own. `records` counts what was reported for the period itself.
macro_rules! by_period {
    () => {
        "SELECT t.file_id, t.file_id AS of_file_id, t.subscription_id, t.item_id, t.tier, t.records, t.quantity, t.amount \
         FROM usage_totals t \
         UNION ALL SELECT c.file_id, c.file_id, c.subscription_id, c.item_id, c.tier, -c.records, -c.quantity, -c.amount \
         FROM usage_corrections c \
         UNION ALL SELECT c.file_id, c.of_file_id, c.subscription_id, c.item_id, c.tier, 0, c.quantity, c.amount \
         FROM usage_corrections c"
    };
}
pub(super) use by_period;

/// A record that somebody wants to take back, with where its file stands.
#[derive(Debug, Clone, QueryableByName)]
pub struct Original {
    #[diesel(sql_type = Text)]
    pub key: String,
    #[diesel(sql_type = Text)]
    pub file_id: Id<UsageFile>,
    #[diesel(sql_type = Int4)]
    pub number: i32,
    #[diesel(sql_type = Text)]
    pub item_id: Id<Item>,
    #[diesel(sql_type = Text)]
    pub subscription_id: Id<Subscription>,
    #[diesel(sql_type = Numeric)]
    pub quantity: Decimal,
    #[diesel(sql_type = Nullable<Numeric>)]
    pub amount: Option<Decimal>,
    #[diesel(sql_type = Timestamptz)]
    pub start_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub end_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Int2>)]
    pub tier: Option<i16>,
    #[diesel(sql_type = Text)]
    pub status: Status,
    #[diesel(sql_type = Text)]
    pub environment: Environment,
    #[diesel(sql_type = Text)]
    pub marketplace_id: Id<Marketplace>,
    #[diesel(sql_type = Nullable<Text>)]
    pub currency: Option<String>,
    /// Whether it takes back another itself.
    #[diesel(sql_type = Bool)]
    pub reversal: bool,
    /// What other files than the one that asks take back of it, below zero, and the first of them.
    #[diesel(sql_type = Numeric)]
    pub taken_quantity: Decimal,
    #[diesel(sql_type = Numeric)]
    pub taken_amount: Decimal,
    #[diesel(sql_type = Nullable<Text>)]
    pub reversed_in: Option<Id<UsageFile>>,
}

/// The records of the product's other files with these ids. Where several files have the same, the one whose claim counts.
pub fn originals(look: &mut impl Looks, file: &FileRow, keys: &[&str]) -> Result<Vec<Original>> {
    Ok(statement(
        "SELECT DISTINCT ON (r.key) r.key, r.file_id, r.number, r.item_id, r.subscription_id, r.quantity, r.amount, r.start_at, \
         r.end_at, r.tier, f.status, f.environment, f.marketplace_id, f.currency, v.number IS NOT NULL AS reversal, \
         coalesce(t.quantity, 0) AS taken_quantity, coalesce(t.amount, 0) AS taken_amount, t.file_id AS reversed_in \
         FROM unnest($3::text[]) AS n (key) JOIN usage_records r ON r.product_id = $1 AND r.key = n.key AND r.file_id <> $2 \
         JOIN usage_files f ON f.id = r.file_id \
         LEFT JOIN usage_reversals v ON v.file_id = r.file_id AND v.number = r.number \
         LEFT JOIN LATERAL (SELECT sum(y.quantity) AS quantity, sum(y.amount) AS amount, min(x.file_id) AS file_id \
            FROM usage_reversals x JOIN usage_files g ON g.id = x.file_id AND g.status IN ('ready', 'pending', 'accepted', 'closed') \
            JOIN usage_records y ON y.file_id = x.file_id AND y.number = x.number \
            WHERE x.of_file_id = r.file_id AND x.of_number = r.number AND x.file_id <> $2) t ON true \
         ORDER BY r.key, f.status IN ('accepted', 'closed') DESC, f.status IN ('ready', 'pending') DESC, r.file_id",
    )
    .bind::<Text, _>(&file.product_id)
    .bind::<Text, _>(&file.id)
    .bind::<Array<Text>, _>(keys)
    .load(look.conn())?)
}

/// Keeps which records of a held file take back which.
pub fn put_reversals<P>(tx: &mut Tx<'_, P>, file: &FileRow, rows: &[Record]) -> Result<()> {
    let all: Vec<_> = rows
        .iter()
        .filter_map(|row| {
            let reverses = row.reverses.as_ref()?;
            let (of, number) = reverses.of.as_ref()?;
            Some((row, reverses.key.as_str(), of, *number))
        })
        .collect();
    if all.is_empty() {
        return Ok(());
    }
    statement(
        "INSERT INTO usage_reversals (file_id, number, key, of_file_id, of_number, of_key) \
         SELECT $1, n.number, n.key, n.of_file, n.of_number, n.of_key \
         FROM unnest($2::int[], $3::text[], $4::text[], $5::int[], $6::text[]) AS n (number, key, of_file, of_number, of_key)",
    )
    .bind::<Text, _>(&file.id)
    .bind::<Array<Int4>, _>(all.iter().map(|(row, ..)| row.number).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(all.iter().map(|(row, ..)| row.key.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(all.iter().map(|(_, _, of, _)| of.as_str()).collect::<Vec<_>>())
    .bind::<Array<Int4>, _>(all.iter().map(|(.., number)| *number).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(all.iter().map(|(_, key, ..)| *key).collect::<Vec<_>>())
    .execute(tx.conn)?;
    Ok(())
}

/// A row of a held file that takes back more of a record than others leave.
#[derive(Debug, Clone, QueryableByName)]
pub struct Overtaken {
    #[diesel(sql_type = Int4)]
    pub number: i32,
    #[diesel(sql_type = Text)]
    pub of_key: String,
    /// Another file that takes back a part of it.
    #[diesel(sql_type = Nullable<Text>)]
    pub file_id: Option<Id<UsageFile>>,
    /// Whether others leave nothing of it.
    #[diesel(sql_type = Bool)]
    pub whole: bool,
}

/// Rows of a held file that take back more than is left since others were looked up. To be asked under the product's lock.
pub fn reversed_meanwhile<P>(tx: &mut Tx<'_, P>, file: &FileRow) -> Result<Vec<Overtaken>> {
    Ok(statement(
        "SELECT v.number, v.of_key, x.file_id, \
         o.quantity + x.quantity_before <= 0 AND coalesce(o.amount + x.amount_before <= 0, true) AS whole \
         FROM usage_reversals v JOIN usage_records o ON o.file_id = v.of_file_id AND o.number = v.of_number \
         JOIN LATERAL (SELECT sum(r.quantity) AS quantity, sum(r.amount) AS amount, \
            coalesce(sum(r.quantity) FILTER (WHERE y.file_id <> v.file_id), 0) AS quantity_before, \
            coalesce(sum(r.amount) FILTER (WHERE y.file_id <> v.file_id), 0) AS amount_before, \
            min(y.file_id) FILTER (WHERE y.file_id <> v.file_id) AS file_id \
            FROM usage_reversals y JOIN usage_files f ON f.id = y.file_id \
            AND (y.file_id = v.file_id OR f.status IN ('ready', 'pending', 'accepted', 'closed')) \
            JOIN usage_records r ON r.file_id = y.file_id AND r.number = y.number \
            WHERE y.of_file_id = v.of_file_id AND y.of_number = v.of_number) x ON true \
         WHERE v.file_id = $1 AND (o.quantity + x.quantity < 0 OR o.amount + x.amount < 0 \
            OR x.file_id IS NOT NULL AND o.quantity + x.quantity_before <= 0 AND coalesce(o.amount + x.amount_before <= 0, true)) \
         ORDER BY v.number",
    )
    .bind::<Text, _>(&file.id)
    .load(tx.conn)?)
}

/// Forgets what an upload before took back.
pub fn forget_reversals<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>) -> Result<()> {
    statement("DELETE FROM usage_corrections WHERE file_id = $1").bind::<Text, _>(id).execute(tx.conn)?;
    statement("DELETE FROM usage_reversals WHERE file_id = $1").bind::<Text, _>(id).execute(tx.conn)?;
    Ok(())
}

/// Sums up what a held file takes back, once all of its records are kept.
///
/// # Errors
/// When a record below zero reverses no other.
pub fn sum_up_reversals<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>) -> Result<()> {
    #[derive(QueryableByName)]
    struct Astray {
        #[diesel(sql_type = Bool)]
        astray: bool,
    }
    let found: Astray = statement(
        "SELECT EXISTS (SELECT FROM usage_records r WHERE r.file_id = $1 AND (r.quantity < 0 OR r.amount < 0) AND NOT EXISTS \
         (SELECT FROM usage_reversals v WHERE v.file_id = r.file_id AND v.number = r.number)) AS astray",
    )
    .bind::<Text, _>(id)
    .get_result(tx.conn)?;
    if found.astray {
        return Err(Problem::internal("a record is below zero and takes back none"));
    }
    statement(
        "INSERT INTO usage_corrections (file_id, of_file_id, subscription_id, item_id, tier, records, quantity, amount) \
         SELECT v.file_id, v.of_file_id, r.subscription_id, r.item_id, coalesce(r.tier, -1), count(*), sum(r.quantity), sum(r.amount) \
         FROM usage_reversals v JOIN usage_records r ON r.file_id = v.file_id AND r.number = v.number WHERE v.file_id = $1 \
         GROUP BY v.file_id, v.of_file_id, r.subscription_id, r.item_id, coalesce(r.tier, -1)",
    )
    .bind::<Text, _>(id)
    .execute(tx.conn)?;
    Ok(())
}

/// Of a record `r` of a statement: `v` is what it takes back, `w` all that take it back, or a part of it.
pub const TURNED: &str = "LEFT JOIN usage_reversals v ON v.file_id = r.file_id AND v.number = r.number \
    LEFT JOIN LATERAL (SELECT array_agg(x.file_id ORDER BY g.created_at, x.number) AS files, \
        array_agg(x.number ORDER BY g.created_at, x.number) AS numbers, array_agg(x.key ORDER BY g.created_at, x.number) AS keys, \
        array_agg(g.status ORDER BY g.created_at, x.number) AS statuses, array_agg(y.quantity ORDER BY g.created_at, x.number) AS quantities, \
        array_agg(coalesce(y.amount, 0) ORDER BY g.created_at, x.number) AS amounts \
    FROM usage_reversals x JOIN usage_files g ON g.id = x.file_id JOIN usage_records y ON y.file_id = x.file_id AND y.number = x.number \
    WHERE x.of_file_id = r.file_id AND x.of_number = r.number AND g.status IN ('ready', 'pending', 'accepted', 'closed')) w ON true";
/// The cells of it, as [`Turned`] reads them.
pub const TURNED_CELLS: &str = "v.of_file_id, v.of_number, v.of_key, w.files AS by_files, w.numbers AS by_numbers, w.keys AS by_keys, \
    w.statuses AS by_statuses, w.quantities AS by_quantities, w.amounts AS by_amounts";

/// What a record takes back, or what takes it back.
#[derive(Debug, Clone, QueryableByName)]
pub struct Turned {
    #[diesel(sql_type = Nullable<Text>)]
    of_file_id: Option<Id<UsageFile>>,
    #[diesel(sql_type = Nullable<Int4>)]
    of_number: Option<i32>,
    #[diesel(sql_type = Nullable<Text>)]
    of_key: Option<String>,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    by_files: Option<Vec<Id<UsageFile>>>,
    #[diesel(sql_type = Nullable<Array<Int4>>)]
    by_numbers: Option<Vec<i32>>,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    by_keys: Option<Vec<String>>,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    by_statuses: Option<Vec<Status>>,
    #[diesel(sql_type = Nullable<Array<Numeric>>)]
    by_quantities: Option<Vec<Decimal>>,
    #[diesel(sql_type = Nullable<Array<Numeric>>)]
    by_amounts: Option<Vec<Decimal>>,
}

/// Another record, by where it stands and by its vendor's ID.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Other {
    pub file: Id<UsageFile>,
    pub number: i32,
    pub key: String,
}

impl Turned {
    /// The record that it takes back.
    pub fn reverses(&self) -> Option<Other> {
        let (file, number, key) = (self.of_file_id.clone()?, self.of_number?, self.of_key.clone()?);
        Some(Other { file, number, key })
    }

    /// The places of what takes it back among all of them, as far as a part in both files sees their records.
    fn seen(&self, part: Part) -> impl Iterator<Item = usize> {
        let all = self.by_statuses.iter().flatten().enumerate();
        all.filter(move |(_, status)| status.shows_records(part)).map(|(at, _)| at)
    }

    /// The records that take it back, or a part of it, for a part in both files that sees their records.
    pub fn reversed_by(&self, part: Part) -> Vec<Other> {
        let other = |at: usize| {
            let file = self.by_files.as_ref()?.get(at)?.clone();
            let (number, key) = (*self.by_numbers.as_ref()?.get(at)?, self.by_keys.as_ref()?.get(at)?.clone());
            Some(Other { file, number, key })
        };
        self.seen(part).filter_map(other).collect()
    }

    /// What they take back together: a quantity and an amount, neither above zero.
    pub fn taken(&self, part: Part) -> (Decimal, Decimal) {
        let of = |all: Option<&Vec<Decimal>>, at: usize| all.and_then(|all| all.get(at)).copied().unwrap_or_default();
        self.seen(part).fold((Decimal::ZERO, Decimal::ZERO), |(quantity, amount), at| {
            (quantity + of(self.by_quantities.as_ref(), at), amount + of(self.by_amounts.as_ref(), at))
        })
    }
}
