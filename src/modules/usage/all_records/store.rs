//! Statements about the records of many files. A company sees those of files that it is a party of, in the statuses that it is asked for.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{Array, BigInt, Int2, Int4, Nullable, Text, Timestamptz},
};

use crate::{
    kit::{
        actor::Role,
        db::Read,
        environment::Environment,
        grid::{COUNTED, Total},
        id::Id,
        problem::Result,
        statement::{Statement, Values, statement},
    },
    modules::{
        products::items::{Precision, Unit},
        usage::{Status, UsageFile},
    },
};

/// Which records are asked for; what is empty is not asked.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Those in which the company sees records, as far as they are asked for.
    pub statuses: Vec<&'static str>,
    pub environments: Vec<&'static str>,
    pub search: String,
    pub file: String,
    pub product: String,
    pub item: String,
    pub subscription: String,
    pub customer: String,
    /// Months in which the periods of the files begin, such as "2026-05".
    pub period_from: String,
    pub period_to: String,
    pub tier: Option<i16>,
    /// When records begin: half-open.
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
    /// What was still used after this instant, whenever it began.
    pub used: Option<DateTime<Utc>>,
}

impl Wanted {
    /// Whether records are looked for that may be rare in their files. They are then found by indexes of their own, by a plan for what is
    /// looked for; else file by file, as far as the page reaches.
    fn seeks(&self) -> bool {
        !(self.search.is_empty() && self.item.is_empty() && self.subscription.is_empty() && self.customer.is_empty())
            || self.tier.is_some()
            || self.from.is_some()
            || self.to.is_some()
            || self.used.is_some()
    }
}

/// Behind or before which record a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub forward: bool,
    pub file: String,
    pub number: i32,
}

/// A record with the names around it. Numbers are texts, exact.
#[derive(Debug, Clone, QueryableByName)]
pub struct Row {
    #[diesel(sql_type = Text)]
    pub file_id: Id<UsageFile>,
    #[diesel(sql_type = Int4)]
    pub number: i32,
    #[diesel(sql_type = Text)]
    pub key: String,
    #[diesel(sql_type = Text)]
    pub file: String,
    #[diesel(sql_type = Text)]
    pub status: Status,
    #[diesel(sql_type = Text)]
    pub environment: Environment,
    #[diesel(sql_type = Text)]
    pub product_id: String,
    #[diesel(sql_type = Text)]
    pub product: String,
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
    pub subscription_id: String,
    #[diesel(sql_type = Text)]
    pub external_id: String,
    #[diesel(sql_type = Text)]
    pub customer_id: String,
    #[diesel(sql_type = Text)]
    pub customer: String,
    #[diesel(sql_type = Text)]
    pub quantity: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub amount: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub currency: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    pub start_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub end_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Int2>)]
    pub tier: Option<i16>,
    #[diesel(sql_type = Text)]
    pub billing_reference: String,
}

/// The month in which the period of a file `f` begins, in days of its zone.
pub const MONTH: &str = "to_char(f.period_from AT TIME ZONE coalesce(nullif(f.zone, ''), 'UTC'), 'YYYY-MM')";

/// The files: `$1` the company, `$2` statuses, `$3` environments, `$4` the file, `$5` the product, `$13` and `$14` months of their periods.
pub fn files(role: Role) -> String {
    // the condition follows from the statuses, and leads to the index of what an owner received
    let own = if role == Role::Vendor { "f.vendor_id = $1" } else { "f.owner_id = $1 AND f.submitted_at IS NOT NULL" };
    format!(
        "{own} AND f.status = ANY($2::text[]) AND f.environment = ANY($3::text[]) AND ($4 = '' OR f.search LIKE holding($4)) \
         AND ($5 = '' OR folded(f.product_name || ' ' || f.product_id) LIKE holding($5)) \
         AND ($13 = '' OR {MONTH} >= $13) AND ($14 = '' OR {MONTH} <= $14)"
    )
}

/// The records `r` of them: `$6` the item, `$7` the subscription, `$8` what is searched, `$9` the tier, `$10` and `$11` when they begin, `$12` before
/// when they do not end, `$15` the customer.
fn records(role: Role) -> String {
    let (file, subscription) =
        if role == Role::Vendor { ("vendor_id", "vendor_id") } else { ("owner_id", "distributor_id") };
    format!(
        "($6 = '' OR r.item_id = $6) AND ($7 = '' OR r.subscription_id = $7) \
         AND ($15 = '' OR r.subscription_id = ANY(ARRAY(SELECT x.id FROM subscriptions x WHERE x.customer_id = $15))) AND ($9::int IS NULL OR coalesce(r.tier, 0) = $9) \
         AND ($10::timestamptz IS NULL OR r.start_at >= $10) AND ($11::timestamptz IS NULL OR r.start_at < $11) \
         AND ($12::timestamptz IS NULL OR r.end_at > $12) \
         AND ($8 = '' OR r.subscription_id = ANY(ARRAY(SELECT x.id FROM subscriptions x WHERE x.{subscription} = $1 \
            AND x.search LIKE holding($8))) \
         OR r.key = $8 AND r.product_id = ANY(ARRAY(SELECT x.product_id FROM usage_files x WHERE x.{file} = $1)))"
    )
}

/// A statement over files and records, with its values.
pub fn over(wanted: &Wanted, company: &str, text: String) -> Statement<impl Values> {
    let seeks = wanted.seeks() || !wanted.file.is_empty() || !wanted.product.is_empty();
    statement(text)
        .planned_anew(seeks)
        .bind::<Text, _>(company.to_owned())
        .bind::<Array<Text>, _>(wanted.statuses.clone())
        .bind::<Array<Text>, _>(wanted.environments.clone())
        .bind::<Text, _>(wanted.file.clone())
        .bind::<Text, _>(wanted.product.clone())
        .bind::<Text, _>(wanted.item.clone())
        .bind::<Text, _>(wanted.subscription.clone())
        .bind::<Text, _>(wanted.search.clone())
        .bind::<Nullable<Int4>, _>(wanted.tier.map(i32::from))
        .bind::<Nullable<Timestamptz>, _>(wanted.from)
        .bind::<Nullable<Timestamptz>, _>(wanted.to)
        .bind::<Nullable<Timestamptz>, _>(wanted.used)
        .bind::<Text, _>(wanted.period_from.clone())
        .bind::<Text, _>(wanted.period_to.clone())
        .bind::<Text, _>(wanted.customer.clone())
}

const CELLS: &str = "r.file_id, r.number, r.key, f.name AS file, f.status, f.environment, f.product_id, f.product_name AS product, r.item_id, \
    i.name AS item, i.mpn, i.unit, i.precision, r.subscription_id, s.external_id, s.customer_id, s.customer_name AS customer, \
    trim_scale(r.quantity)::text AS quantity, trim_scale(r.amount)::text AS amount, \
    CASE WHEN r.amount IS NOT NULL THEN f.currency END AS currency, r.start_at, r.end_at, r.tier, f.billing_reference";

/// Records of the newest file first, in the order of its rows.
pub fn rows<P>(read: &mut Read<'_, P>, wanted: &Wanted, place: Option<&Place>, limit: usize) -> Result<Vec<Row>> {
    let company = &read.actor.identity.company;
    let (files, records) = (files(company.role), records(company.role));
    let forward = place.is_none_or(|place| place.forward);
    let (sign, down, up, after) = if forward { ("<", "DESC", "ASC", ">") } else { (">", "ASC", "DESC", "<") };
    // files from that of the place on, and of that one the rows behind it
    let (from, behind) = match place {
        Some(_) => (
            format!(
                " AND (f.created_at, f.id) {sign}= ((SELECT x.created_at FROM usage_files x WHERE x.id = $16), $16)"
            ),
            format!(" AND (f.id <> $16 OR r.number {after} $17)"),
        ),
        None => (String::new(), String::new()),
    };
    let joins = "JOIN items i ON i.id = r.item_id JOIN subscriptions s ON s.id = r.subscription_id";
    // each has a record, but for that of the place, whose last it may have been
    let most = limit + 1;
    // a number in the text, so that PostgreSQL knows how little is wanted, and reads no more files than the page needs
    let order = format!(" ORDER BY f.created_at {down}, f.id {down}, r.number {up} LIMIT {limit}");
    let text = if wanted.seeks() {
        format!(
            "SELECT {CELLS} FROM usage_files f JOIN usage_records r ON r.file_id = f.id AND {records}{behind} {joins} \
             WHERE {files}{from}{order}"
        )
    } else {
        format!(
            "SELECT {CELLS} FROM (SELECT f.* FROM usage_files f WHERE {files}{from} AND f.records > 0 \
             ORDER BY f.created_at {down}, f.id {down} LIMIT {most}) f CROSS JOIN LATERAL (SELECT r.* FROM usage_records r WHERE r.file_id = f.id{behind} \
             ORDER BY r.number {up} LIMIT {limit}) r {joins}{order}"
        )
    };
    let mut rows: Vec<Row> = over(wanted, company.id.as_str(), text)
        .bind::<Text, _>(place.map(|place| place.file.clone()).unwrap_or_default())
        .bind::<Int4, _>(place.map(|place| place.number).unwrap_or_default())
        .load(read.conn)?;
    if !forward {
        rows.reverse();
    }
    Ok(rows)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many there are, counted up to [`COUNTED`].
pub fn count<P>(read: &mut Read<'_, P>, wanted: &Wanted) -> Result<Total> {
    let company = &read.actor.identity.company;
    let records = if wanted.seeks() { format!(" AND {}", records(company.role)) } else { String::new() };
    let text = format!(
        "SELECT count(*) AS count FROM (SELECT FROM usage_files f JOIN usage_records r ON r.file_id = f.id{records} WHERE {} LIMIT {}) x",
        files(company.role),
        COUNTED + 1
    );
    let found: Count = over(wanted, company.id.as_str(), text).get_result(read.conn)?;
    Ok(Total::of(found.count, COUNTED))
}

/// What records come to: by environment, tier and currency; by item besides; or by subscription and item. Tiers report the same usage, each
/// with what it pays, and test usage is no usage, so nothing is summed up across them.
#[derive(Debug, Clone, QueryableByName)]
pub struct Sum {
    #[diesel(sql_type = Text)]
    pub environment: Environment,
    /// None of all items.
    #[diesel(sql_type = Nullable<Text>)]
    pub item_id: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub item: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub unit: Option<Unit>,
    #[diesel(sql_type = Nullable<Text>)]
    pub precision: Option<Precision>,
    /// None of all subscriptions.
    #[diesel(sql_type = Nullable<Text>)]
    pub subscription_id: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub customer: Option<String>,
    /// None where usage is not reported by tiers.
    #[diesel(sql_type = Nullable<Int2>)]
    pub tier: Option<i16>,
    #[diesel(sql_type = Nullable<Text>)]
    pub currency: Option<String>,
    #[diesel(sql_type = BigInt)]
    pub records: i64,
    #[diesel(sql_type = Text)]
    pub quantity: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub amount: Option<String>,
}

/// The sums of what is asked for; of subscriptions and of items `limit` at most, the largest first. Where a file lies within the days that are
/// asked for, its sums are read, and its records only where it reaches beyond, or where records are searched.
pub fn sums<P>(read: &mut Read<'_, P>, wanted: &Wanted, limit: i64) -> Result<Vec<Sum>> {
    let company = &read.actor.identity.company;
    let (files, records) = (files(company.role), records(company.role));
    let text = format!(
        "WITH f AS MATERIALIZED (SELECT f.id, f.currency, f.environment, $8 = '' AND ($10::timestamptz IS NULL OR f.period_from >= $10) \
            AND ($11::timestamptz IS NULL OR f.period_to <= $11) \
            AND ($12::timestamptz IS NULL OR f.period_from >= $12) \
            AND ($10::timestamptz IS NULL AND $11::timestamptz IS NULL AND $12::timestamptz IS NULL OR NOT EXISTS (SELECT FROM usage_apart x WHERE x.file_id = f.id)) AS within FROM usage_files f WHERE {files}), \
         used AS (SELECT f.environment, t.subscription_id, t.item_id, nullif(t.tier, -1) AS tier, f.currency, t.records::bigint AS records, t.quantity, t.amount \
            FROM f JOIN usage_totals t ON t.file_id = f.id WHERE f.within AND ($6 = '' OR t.item_id = $6) \
            AND ($7 = '' OR t.subscription_id = $7) \
            AND ($15 = '' OR t.subscription_id = ANY(ARRAY(SELECT x.id FROM subscriptions x WHERE x.customer_id = $15))) AND ($9::int IS NULL OR greatest(t.tier, 0) = $9) \
            UNION ALL SELECT f.environment, r.subscription_id, r.item_id, r.tier, f.currency, 1, r.quantity, r.amount \
            FROM f JOIN usage_records r ON r.file_id = f.id AND {records} WHERE NOT f.within), \
         summed AS (SELECT u.environment, u.subscription_id, u.item_id, u.tier, CASE WHEN u.amount IS NOT NULL THEN u.currency END AS currency, \
            sum(u.records) AS records, sum(u.quantity) AS quantity, sum(u.amount) AS amount, \
            GROUPING(u.subscription_id) = 0 AS by_subscription, GROUPING(u.item_id) = 0 AS by_item FROM used u \
            GROUP BY u.environment, u.tier, CASE WHEN u.amount IS NOT NULL THEN u.currency END, \
            GROUPING SETS ((), (u.item_id), (u.item_id, u.subscription_id))), \
         ranked AS (SELECT m.*, row_number() OVER (PARTITION BY m.by_subscription, m.by_item \
            ORDER BY m.amount DESC NULLS LAST, m.quantity DESC, m.subscription_id, m.item_id, m.tier, m.currency, m.environment) AS place FROM summed m) \
         SELECT m.environment, m.item_id, i.name AS item, i.unit, i.precision, m.subscription_id, s.customer_name AS customer, m.tier, m.currency, m.records::bigint AS records, \
         trim_scale(m.quantity)::text AS quantity, trim_scale(m.amount)::text AS amount FROM ranked m \
         LEFT JOIN items i ON i.id = m.item_id LEFT JOIN subscriptions s ON s.id = m.subscription_id \
         WHERE m.place <= $16 ORDER BY m.by_item, m.by_subscription, m.place"
    );
    Ok(over(wanted, company.id.as_str(), text).bind::<BigInt, _>(limit).load(read.conn)?)
}
