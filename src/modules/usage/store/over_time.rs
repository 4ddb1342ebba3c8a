//! Usage period by period: the sums that charts show, in the order of time.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{Bool, Int4, Nullable, Text, Timestamptz},
};

use super::{compare::SIDES, reversals::by_period};
use crate::{
    kit::{db::Read, id::Id, problem::Result, statement::statement},
    modules::{
        ids::Subscription,
        products::items::{Precision, Unit},
        usage::UsageFile,
    },
};

/// What all files of one period come to. Of what they are summed, the other fields say.
#[derive(Debug, Clone, QueryableByName)]
pub struct Span {
    #[diesel(sql_type = Nullable<Text>)]
    pub item_id: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub item: Option<String>,
    /// Of quantities.
    #[diesel(sql_type = Nullable<Text>)]
    pub unit: Option<Unit>,
    /// For the quantities of one item.
    #[diesel(sql_type = Nullable<Text>)]
    pub precision: Option<Precision>,
    /// Of amounts.
    #[diesel(sql_type = Nullable<Text>)]
    pub currency: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    pub period_from: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub period_to: DateTime<Utc>,
    /// The time zone in whose days the period is named; empty is UTC.
    #[diesel(sql_type = Text)]
    pub zone: String,
    /// Exact.
    #[diesel(sql_type = Text)]
    pub value: String,
    /// Whether all of it was accepted.
    #[diesel(sql_type = Bool)]
    pub settled: bool,
}

impl Span {
    /// What tells the series of one subscription apart: the item of quantities, the currency of amounts.
    pub fn key(&self) -> &str {
        self.item_id.as_deref().or(self.currency.as_deref()).unwrap_or_default()
    }
}

/// What was used of a subscription whose sight was checked: of at most `series` things the latest `periods` of each. Amounts come first, and
/// are for the parties of their files alone; then the quantities of each item, by its name. Of several tiers it is the customer's. Others than
/// the parties see what was accepted. What was taken back is taken off the period in which it was reported.
pub fn used_over_time<P>(
    read: &mut Read<'_, P>,
    id: &Id<Subscription>,
    periods: i32,
    series: i32,
) -> Result<Vec<Span>> {
    let me = &read.actor.identity.company.id;
    Ok(statement(concat!(
        "WITH seen AS (SELECT t.item_id, f.currency, o.period_from, o.period_to, o.zone, t.records, t.quantity, \
            CASE WHEN $2 IN (f.vendor_id, f.owner_id) THEN t.amount END AS amount, f.status <> 'pending' AS settled FROM (",
        by_period!(),
        ") t JOIN usage_files f ON f.id = t.file_id JOIN usage_files o ON o.id = t.of_file_id \
            WHERE t.subscription_id = $1 AND t.tier <= 0 \
            AND (f.status IN ('accepted', 'closed') OR f.status = 'pending' AND $2 IN (f.vendor_id, f.owner_id))), \
         sums AS (SELECT item_id, NULL::text AS currency, period_from, period_to, min(zone) AS zone, sum(quantity) AS value, bool_and(settled) AS settled \
            FROM seen GROUP BY item_id, period_from, period_to HAVING sum(records) > 0 \
            UNION ALL SELECT NULL, currency, period_from, period_to, min(zone), sum(amount), bool_and(settled) \
            FROM seen WHERE amount IS NOT NULL GROUP BY currency, period_from, period_to HAVING sum(records) > 0), \
         ranked AS (SELECT s.*, i.name AS item, i.unit, i.precision, dense_rank() OVER (ORDER BY s.currency, i.name, s.item_id) AS series, \
            row_number() OVER (PARTITION BY s.currency, s.item_id ORDER BY s.period_to DESC, s.period_from DESC) AS place \
            FROM sums s LEFT JOIN items i ON i.id = s.item_id) \
         SELECT item_id, item, unit, precision, currency, period_from, period_to, zone, trim_scale(value)::text AS value, settled \
         FROM ranked WHERE place <= $3 AND series <= $4 ORDER BY series, period_to, period_from"
    ))
    .bind::<Text, _>(id)
    .bind::<Text, _>(me)
    .bind::<Int4, _>(periods)
    .bind::<Int4, _>(series)
    .load(read.conn)?)
}

/// What the product of a file whose sight was checked came to on its marketplace, up to the file's own period and with it: the latest periods that are about as long.
/// Amounts; or quantities, when all items are counted in one unit, and else nothing.
pub fn reported_over_time<P>(
    read: &mut Read<'_, P>,
    id: &Id<UsageFile>,
    amounts: bool,
    periods: i32,
) -> Result<Vec<Span>> {
    Ok(statement(format!(
        "{SIDES}, latest AS (SELECT DISTINCT a.period_from, a.period_to FROM alike a, f WHERE a.period_to <= f.period_to \
            AND extract(epoch FROM a.period_to - a.period_from) / extract(epoch FROM f.period_to - f.period_from) BETWEEN 0.85 AND 1.15 \
            ORDER BY a.period_to DESC, a.period_from DESC LIMIT $3), \
         sums AS (SELECT a.period_from, a.period_to, sum(CASE WHEN $2 THEN t.amount ELSE t.quantity END) AS value, \
            bool_and(c.status IN ('accepted', 'closed')) AS settled, min(i.unit) AS unit, max(i.unit) AS other \
            FROM latest l JOIN alike a ON a.period_from = l.period_from AND a.period_to = l.period_to \
            JOIN net t ON t.of_file_id = a.id AND t.tier <= 0 \
            JOIN usage_files c ON c.id = t.file_id AND (c.id = $1 OR c.status IN ('accepted', 'closed')) \
            JOIN items i ON i.id = t.item_id GROUP BY a.period_from, a.period_to), \
         all_of_them AS (SELECT s.*, min(unit) OVER () = max(other) OVER () AS one_unit FROM sums s) \
         SELECT NULL AS item_id, NULL AS item, CASE WHEN NOT $2 THEN s.unit END AS unit, NULL AS precision, CASE WHEN $2 THEN f.currency END AS currency, \
         s.period_from, s.period_to, (SELECT z.zone FROM usage_files z WHERE z.id = $1) AS zone, trim_scale(coalesce(s.value, 0))::text AS value, s.settled \
         FROM all_of_them s, f WHERE $2 OR s.one_unit ORDER BY s.period_to, s.period_from"
    ))
    .bind::<Text, _>(id)
    .bind::<Bool, _>(amounts)
    .bind::<Int4, _>(periods)
    .load(read.conn)?)
}
