//! Records, their sums, and what rows are looked up in.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName, RunQueryDsl as _,
    connection::SimpleConnection as _,
    sql_types::{Array, BigInt, Int2, Int4, Jsonb, Nullable, Numeric, Text, Timestamptz},
};
use rust_decimal::Decimal;
use serde_json::Value;

use super::{Aside, BEYOND, ENDED_AT, FUTURE, FileRow, LATE, TURNED, TURNED_CELLS, Turned};
use crate::{
    kit::{
        choice::Choice as _,
        db::{Looks, Read, Tx},
        id::Id,
        problem::{Problem, Result},
        statement::statement,
    },
    modules::{
        products::items::{Period, Precision, Type, Unit},
        usage::{
            UsageFile,
            check::Record,
            chunks::NO_HUB,
            closings::store::{BESIDE, BILLED, Billed, CLOSED},
            known::{EarlierFacts, GivenUp, ItemFacts, Known, PARAMETER, SubscriptionFacts, ValueFacts},
        },
    },
};

/// What the rows of a file name.
pub fn known(look: &mut impl Looks, file: &FileRow) -> Result<Known> {
    let items: Vec<ItemFacts> = statement(
        "SELECT id, mpn, name, type AS type_, precision, unit FROM items WHERE product_id = $1 AND status <> 'draft' ORDER BY id",
    )
    .bind::<Text, _>(&file.product_id)
    .load(look.conn())?;
    let subscriptions: Vec<SubscriptionFacts> = statement(format!(
        "SELECT s.id, s.external_id, s.external_uid::text AS external_uid, s.activated_at, {ENDED_AT} AS ended_at \
         FROM subscriptions s WHERE s.product_id = $1 AND s.marketplace_id = $2 AND s.environment = $3"
    ))
    .bind::<Text, _>(&file.product_id)
    .bind::<Text, _>(&file.marketplace_id)
    .bind::<Text, _>(file.environment.key())
    .load(look.conn())?;
    // what the last request that says anything of an item took away
    let given_up: Vec<GivenUp> = statement(
        "SELECT x.subscription, x.item, x.at FROM (SELECT DISTINCT ON (r.subscription_id, l.item_id) r.subscription_id AS subscription, \
         l.item_id AS item, r.effective_at AS at, l.quantity = 0 AND l.old_quantity <> 0 AS given_up FROM subscriptions s \
         JOIN fulfillment_requests r ON r.subscription_id = s.id JOIN request_items l ON l.request_id = r.id AND l.type = 'ppu' \
         WHERE s.product_id = $1 AND s.marketplace_id = $2 AND s.environment = $3 AND r.type IN ('purchase', 'change') AND r.status = 'approved' AND r.effective_at IS NOT NULL \
         ORDER BY r.subscription_id, l.item_id, r.effective_at DESC, r.created_at DESC) x WHERE x.given_up",
    )
    .bind::<Text, _>(&file.product_id)
    .bind::<Text, _>(&file.marketplace_id)
    .bind::<Text, _>(file.environment.key())
    .load(look.conn())?;
    Ok(Known::new(items, subscriptions).without(given_up))
}

/// What the items of a file's product were called in its versions.
pub fn earlier(look: &mut impl Looks, file: &FileRow) -> Result<Vec<EarlierFacts>> {
    Ok(statement(
        "SELECT DISTINCT i.line ->> 'id' AS id, i.line ->> 'mpn' AS mpn FROM product_versions v \
         CROSS JOIN LATERAL jsonb_array_elements(v.snapshot -> 'items') AS i (line) WHERE v.product_id = $1",
    )
    .bind::<Text, _>(&file.product_id)
    .load(look.conn())?)
}

/// The values of a parameter that a file looks subscriptions up by. A secret is none of them.
pub fn values(look: &mut impl Looks, file: &FileRow, criterion: &str) -> Result<Vec<ValueFacts>> {
    Ok(statement(
        "SELECT s.id, s.parameter_values -> p.id ->> 'value' AS value FROM parameters p \
         JOIN subscriptions s ON s.product_id = p.product_id AND s.marketplace_id = $2 AND s.environment = $3 \
         WHERE p.product_id = $1 AND p.name = $4 AND p.type <> 'password' AND s.parameter_values -> p.id ->> 'value' IS NOT NULL",
    )
    .bind::<Text, _>(&file.product_id)
    .bind::<Text, _>(&file.marketplace_id)
    .bind::<Text, _>(file.environment.key())
    .bind::<Text, _>(criterion.strip_prefix(PARAMETER).unwrap_or_default())
    .load(look.conn())?)
}

/// Of these record ids those that another file of the product has claimed, each with that file. Files that are Invalid, Rejected or on
/// their way claim nothing.
pub fn taken(look: &mut impl Looks, file: &FileRow, keys: &[&str]) -> Result<Vec<(String, Id<UsageFile>)>> {
    #[derive(QueryableByName)]
    struct Taken {
        #[diesel(sql_type = Text)]
        key: String,
        #[diesel(sql_type = Text)]
        file_id: Id<UsageFile>,
    }
    let rows: Vec<Taken> = statement(
        "SELECT DISTINCT ON (r.key) r.key, r.file_id FROM unnest($3::text[]) AS n (key) \
         JOIN usage_records r ON r.product_id = $1 AND r.key = n.key AND r.file_id <> $2 \
         JOIN usage_files f ON f.id = r.file_id AND f.status IN ('ready', 'pending', 'accepted', 'closed') ORDER BY r.key, r.file_id",
    )
    .bind::<Text, _>(&file.product_id)
    .bind::<Text, _>(&file.id)
    .bind::<Array<Text>, _>(keys)
    .load(look.conn())?;
    Ok(rows.into_iter().map(|row| (row.key, row.file_id)).collect())
}

/// A million records are summed up, and held against those of another file, in seconds.
const SUMMED_WITHIN: &str = "SET LOCAL statement_timeout = '60s'; SET LOCAL work_mem = '64MB'";
/// How long a transaction may have lasted whose file was not ready yet when this one's rows were looked up, in SQL.
const UNSEEN: &str = "interval '10 minutes'";

/// Gives the statements of a transaction the time and the memory that all records of a file take.
pub fn take_time<P>(tx: &mut Tx<'_, P>) -> Result<()> {
    Ok(tx.conn.batch_execute(SUMMED_WITHIN)?)
}

/// Rows of a held file whose record ids another file has claimed since they were looked up: row, key, file. Held until the transaction ends,
/// so that of two files with one id only one becomes ready. A file that stands where it stands for longer than this one is checked was seen
/// when the rows were looked up.
pub fn taken_meanwhile<P>(tx: &mut Tx<'_, P>, file: &FileRow) -> Result<Vec<(i32, String, Id<UsageFile>)>> {
    #[derive(QueryableByName)]
    struct Taken {
        #[diesel(sql_type = Int4)]
        number: i32,
        #[diesel(sql_type = Text)]
        key: String,
        #[diesel(sql_type = Text)]
        file_id: Id<UsageFile>,
    }
    #[derive(QueryableByName)]
    struct Other {
        #[diesel(sql_type = Text)]
        id: Id<UsageFile>,
    }
    statement("SELECT pg_advisory_xact_lock(hashtextextended('usage ' || $1, 0))")
        .bind::<Text, _>(&file.product_id)
        .execute(tx.conn)?;
    let others: Vec<Other> = statement(format!(
        "SELECT f.id FROM usage_files f JOIN usage_files o ON o.id = $1 WHERE f.product_id = o.product_id AND f.id <> o.id \
         AND f.status IN ('ready', 'pending', 'accepted', 'closed') AND f.updated_at >= o.updated_at - {UNSEEN}"
    ))
    .bind::<Text, _>(&file.id)
    .load(tx.conn)?;
    if others.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<Taken> = statement(
        "SELECT DISTINCT ON (o.number) o.number, o.key, r.file_id FROM usage_records o \
         JOIN usage_records r ON r.key = o.key AND r.file_id = ANY ($2) WHERE o.file_id = $1 ORDER BY o.number, r.file_id",
    )
    .bind::<Text, _>(&file.id)
    .bind::<Array<Text>, _>(others.into_iter().map(|other| other.id).collect::<Vec<_>>())
    .load(tx.conn)?;
    Ok(rows.into_iter().map(|row| (row.number, row.key, row.file_id)).collect())
}

/// Forgets some records of an upload before; how many. There are none left when none were.
pub fn forget_some<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>, most: i32) -> Result<usize> {
    Ok(statement(
        "DELETE FROM usage_records WHERE file_id = $1 AND number <= (SELECT max(n.number) FROM \
         (SELECT number FROM usage_records WHERE file_id = $1 ORDER BY number LIMIT $2) n)",
    )
    .bind::<Text, _>(id)
    .bind::<Int4, _>(most)
    .execute(tx.conn)?)
}

/// Forgets the records of an upload before.
pub fn forget_records<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>) -> Result<()> {
    super::forget_apart(tx, id)?;
    super::forget_reversals(tx, id)?;
    super::forget_columns(tx, id)?;
    statement("DELETE FROM usage_totals WHERE file_id = $1").bind::<Text, _>(id).execute(tx.conn)?;
    super::forget_alike(tx, id)?;
    statement("DELETE FROM usage_records WHERE file_id = $1").bind::<Text, _>(id).execute(tx.conn)?;
    statement("UPDATE usage_files SET records = 0, amount = NULL WHERE id = $1")
        .bind::<Text, _>(id)
        .execute(tx.conn)?;
    Ok(())
}

/// Keeps good rows of a held file.
pub fn put_records<P>(tx: &mut Tx<'_, P>, file: &FileRow, rows: &[Record]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let extra: Vec<String> = rows.iter().map(|row| row.extra.to_string()).collect();
    statement(
        "INSERT INTO usage_records (file_id, product_id, number, key, note, item_id, subscription_id, quantity, amount, start_at, end_at, \
         tier, category, extra) SELECT $1, $2, n.number, n.key, n.note, n.item, n.subscription, n.quantity, n.amount, n.start_at, n.end_at, \
         n.tier, n.category, n.extra::jsonb FROM unnest($3::int[], $4::text[], $5::text[], $6::text[], $7::text[], $8::numeric[], \
         $9::numeric[], $10::timestamptz[], $11::timestamptz[], $12::smallint[], $13::text[], $14::text[]) \
         AS n (number, key, note, item, subscription, quantity, amount, start_at, end_at, tier, category, extra)",
    )
    .bind::<Text, _>(&file.id)
    .bind::<Text, _>(&file.product_id)
    .bind::<Array<Int4>, _>(rows.iter().map(|row| row.number).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.key.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.note.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.item.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.subscription.as_str()).collect::<Vec<_>>())
    .bind::<Array<Numeric>, _>(rows.iter().map(|row| row.quantity).collect::<Vec<_>>())
    .bind::<Array<Nullable<Numeric>>, _>(rows.iter().map(|row| row.amount).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(rows.iter().map(|row| row.start).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(rows.iter().map(|row| row.end).collect::<Vec<_>>())
    .bind::<Array<Nullable<Int2>>, _>(rows.iter().map(|row| row.tier).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.category.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(extra)
    .execute(tx.conn)?;
    Ok(())
}

/// Sums up the records of a held file, once all are kept. Each tier has sums of its own, and of amounts that say what each tier pays for the
/// same usage there is no sum of the file.
///
/// # Errors
/// When not all rows that were read are there: nothing is ready that lacks a row.
pub fn sum_up<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>) -> Result<()> {
    statement(
        "INSERT INTO usage_totals (file_id, subscription_id, item_id, tier, records, quantity, amount) \
         SELECT file_id, subscription_id, item_id, coalesce(tier, -1), count(*), sum(quantity), sum(amount) FROM usage_records \
         WHERE file_id = $1 GROUP BY file_id, subscription_id, item_id, coalesce(tier, -1)",
    )
    .bind::<Text, _>(id)
    .execute(tx.conn)?;
    let whole = statement(
        "UPDATE usage_files f SET records = t.records, amount = CASE WHEN f.schema <> 'TR' THEN t.amount END \
         FROM (SELECT sum(records)::int AS records, trim_scale(sum(amount))::text AS amount \
         FROM usage_totals WHERE file_id = $1) t, usage_uploads u WHERE f.id = $1 AND u.file_id = f.id AND u.work = t.records",
    )
    .bind::<Text, _>(id)
    .execute(tx.conn)?;
    if whole == 1 { Ok(()) } else { Err(Problem::internal("an upload has fewer records than rows")) }
}

/// A sum as a page shows it. Numbers are texts: they may have more digits than a row's.
#[derive(Debug, Clone, QueryableByName)]
pub struct Total {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Of a subscription: which item; empty for sums by item.
    #[diesel(sql_type = Text)]
    pub item: String,
    #[diesel(sql_type = Text)]
    pub unit: Unit,
    #[diesel(sql_type = Text)]
    pub precision: Precision,
    /// None where usage is not reported by tiers.
    #[diesel(sql_type = Nullable<Int2>)]
    pub tier: Option<i16>,
    #[diesel(sql_type = BigInt)]
    pub records: i64,
    #[diesel(sql_type = Text)]
    pub quantity: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub amount: Option<String>,
}

/// The tiers of one use report the same quantity, each with what it pays: nothing is summed up across them.
const BY_ITEM: &str = "SELECT t.item_id AS id, i.name, '' AS item, i.unit, i.precision, nullif(t.tier, -1) AS tier, sum(t.records)::bigint AS records, \
    trim_scale(sum(t.quantity))::text AS quantity, trim_scale(sum(t.amount))::text AS amount \
    FROM usage_totals t JOIN items i ON i.id = t.item_id WHERE t.file_id = $1 GROUP BY t.item_id, i.name, i.unit, i.precision, t.tier \
    ORDER BY i.name, t.item_id, t.tier LIMIT $2";

const BY_SUBSCRIPTION: &str = "SELECT t.subscription_id AS id, s.customer_name AS name, i.name AS item, i.unit, i.precision, nullif(t.tier, -1) AS tier, \
    t.records::bigint AS records, trim_scale(t.quantity)::text AS quantity, trim_scale(t.amount)::text AS amount \
    FROM usage_totals t JOIN items i ON i.id = t.item_id JOIN subscriptions s ON s.id = t.subscription_id WHERE t.file_id = $1 \
    ORDER BY t.amount DESC NULLS LAST, t.quantity DESC, t.subscription_id, t.item_id, t.tier LIMIT $2";

/// The sums of a file that was found, by item and tier; none where the actor's company does not see its records.
pub fn by_item<P>(read: &mut Read<'_, P>, file: &FileRow, limit: i32) -> Result<Vec<Total>> {
    totals(read, file, BY_ITEM, limit)
}

/// The same by subscription, item and tier, the largest first.
pub fn by_subscription<P>(read: &mut Read<'_, P>, file: &FileRow, limit: i32) -> Result<Vec<Total>> {
    totals(read, file, BY_SUBSCRIPTION, limit)
}

fn totals<P>(read: &mut Read<'_, P>, file: &FileRow, sums: &'static str, limit: i32) -> Result<Vec<Total>> {
    if !file.shows_records(&read.actor.identity.company) {
        return Ok(Vec::new());
    }
    Ok(statement(sums).bind::<Text, _>(&file.id).bind::<Int4, _>(limit).load(read.conn)?)
}

/// A record as its page and its files show it.
#[derive(Debug, Clone, QueryableByName)]
pub struct RecordRow {
    #[diesel(sql_type = Int4)]
    pub number: i32,
    #[diesel(sql_type = Text)]
    pub key: String,
    #[diesel(sql_type = Text)]
    pub note: String,
    #[diesel(sql_type = Text)]
    pub item_id: String,
    #[diesel(sql_type = Text)]
    pub item: String,
    #[diesel(sql_type = Text)]
    pub mpn: String,
    #[diesel(sql_type = Text)]
    pub unit: Unit,
    #[diesel(sql_type = Text)]
    pub precision: Precision,
    #[diesel(sql_type = Text)]
    pub type_: Type,
    #[diesel(sql_type = Text)]
    pub period: Period,
    #[diesel(sql_type = Text)]
    pub subscription_id: String,
    #[diesel(sql_type = Text)]
    pub external_id: String,
    #[diesel(sql_type = Text)]
    pub customer_id: String,
    #[diesel(sql_type = Text)]
    pub customer: String,
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
    pub category: String,
    /// As its workbook calls it, or else its id.
    #[diesel(sql_type = Text)]
    pub category_name: String,
    /// Columns of the vendor's own.
    #[diesel(sql_type = Jsonb)]
    pub extra: Value,
    #[diesel(embed)]
    pub turned: Turned,
    #[diesel(embed)]
    pub billed: Billed,
}

/// Which records of a file are asked for; what is empty is not asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Part of a record's id, or of the name or an id of the customer.
    pub search: String,
    pub item: String,
    pub subscription: String,
    pub aside: Option<Aside>,
    /// An id, or [`NO_HUB`].
    pub hub: String,
    /// [`OPEN`] or [`CLOSED_ONES`].
    pub billing: String,
}

impl Wanted {
    pub fn without_hub(&self) -> bool {
        self.hub == NO_HUB
    }
}

/// What asks for records that are not billed, and for those that are.
pub const OPEN: &str = "open";
pub const CLOSED_ONES: &str = "closed";

/// A record's id as it is searched. To fold a million of them takes ten seconds, and nearly all are plain.
const KEY: &str =
    "CASE WHEN octet_length(r.key) = char_length(r.key) THEN lower(r.key COLLATE \"C\") ELSE folded(r.key) END";

/// Where a page of records begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    Behind(i32),
    /// The last ones before this row.
    Before(i32),
}

/// Records of a file that was found, in the order of its rows; none where the actor's company does not see them.
pub fn records<P>(
    read: &mut Read<'_, P>,
    file: &FileRow,
    wanted: &Wanted,
    from: Begin,
    limit: i32,
) -> Result<Vec<RecordRow>> {
    if !file.shows_records(&read.actor.identity.company) {
        return Ok(Vec::new());
    }
    let (after, before, order) = match from {
        Begin::Behind(number) => (number, i32::MAX, "ASC"),
        Begin::Before(number) => (0, number, "DESC"),
    };
    let mut rows: Vec<RecordRow> = statement(format!(
        "SELECT r.number, r.key, r.note, r.item_id, i.name AS item, i.mpn, i.unit, i.precision, i.type AS type_, i.period, r.subscription_id, s.external_id, \
         s.customer_id, s.customer_name AS customer, r.quantity, r.amount, r.start_at, r.end_at, r.tier, r.category, r.extra, \
         coalesce((SELECT c.name FROM usage_categories c WHERE c.file_id = r.file_id AND c.id = r.category), r.category) AS category_name, \
         {TURNED_CELLS}, {CLOSED} AS closed, \
         {BILLED} FROM usage_records r JOIN items i ON i.id = r.item_id \
         JOIN subscriptions s ON s.id = r.subscription_id LEFT JOIN LATERAL (SELECT {ENDED_AT} AS ended_at WHERE $8 = 'beyond') e ON true \
         {BESIDE} {TURNED} WHERE r.file_id = $1 AND r.number > $2 AND r.number < $3 \
         AND ($4 = '' OR r.item_id = $4) AND ($5 = '' OR r.subscription_id = $5) \
         AND ($6 = '' OR {KEY} LIKE (SELECT holding($6)) OR r.subscription_id IN (SELECT x.id FROM subscriptions x \
            WHERE x.product_id = $11 AND x.search LIKE (SELECT holding($6)))) \
         AND ($8 = '' OR $8 = 'reversal' AND v.number IS NOT NULL OR $8 = 'late' AND {LATE} OR $8 = 'future' AND {FUTURE} \
         OR $8 = 'beyond' AND {BEYOND}) \
         AND ($9 = '' OR coalesce(s.hub_id, '{NO_HUB}') = $9) AND ($10 = '' OR {CLOSED} = ($10 = '{CLOSED_ONES}')) \
         ORDER BY r.number {order} LIMIT $7"
    ))
    .bind::<Text, _>(&file.id)
    .bind::<Int4, _>(after)
    .bind::<Int4, _>(before)
    .bind::<Text, _>(&wanted.item)
    .bind::<Text, _>(&wanted.subscription)
    .bind::<Text, _>(&wanted.search)
    .bind::<Int4, _>(limit)
    .bind::<Text, _>(wanted.aside.map_or("", Aside::key))
    .bind::<Text, _>(&wanted.hub)
    .bind::<Text, _>(&wanted.billing)
    .bind::<Text, _>(&file.product_id)
    .load(read.conn)?;
    if matches!(from, Begin::Before(_)) {
        rows.reverse();
    }
    Ok(rows)
}

/// A line of the template: an item that a subscription has in use.
#[derive(Debug, Clone, QueryableByName)]
pub struct InUse {
    #[diesel(sql_type = Text)]
    pub subscription: String,
    #[diesel(sql_type = Text)]
    pub customer: String,
    #[diesel(sql_type = Text)]
    pub mpn: String,
}

/// Items in use whose usage is reported, of subscriptions that may have something to report in the file's period, behind one of them.
pub fn in_use<P>(read: &mut Read<'_, P>, file: &FileRow, behind: (&str, &str), limit: i64) -> Result<Vec<InUse>> {
    Ok(statement(
        "SELECT s.id AS subscription, s.customer_name AS customer, i.mpn FROM subscriptions s \
         JOIN products p ON p.id = s.product_id JOIN subscription_items u ON u.subscription_id = s.id \
         JOIN items i ON i.id = u.item_id AND (i.type = 'ppu' OR p.usage_reservations) \
         WHERE s.product_id = $1 AND s.marketplace_id = $2 AND s.environment = $3 AND s.vendor_id = $4 \
         AND s.status IN ('active', 'suspended', 'terminating') AND s.activated_at < $5 AND (s.id, i.mpn) > ($6, $7) \
         ORDER BY s.id, i.mpn LIMIT $8",
    )
    .bind::<Text, _>(&file.product_id)
    .bind::<Text, _>(&file.marketplace_id)
    .bind::<Text, _>(file.environment.key())
    .bind::<Text, _>(&file.vendor_id)
    .bind::<Timestamptz, _>(file.period_to)
    .bind::<Text, _>(behind.0)
    .bind::<Text, _>(behind.1)
    .bind::<BigInt, _>(limit)
    .load(read.conn)?)
}
