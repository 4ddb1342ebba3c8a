//! What a file reports beside the period before it. Of files that are rated for each tier, what the customer pays (tier 0) is compared.
//!
//! The period before is the last one that was accepted or closed for the same product, marketplace and environment, in the same schema and
//! currency, and about as long; the file's own period has what was accepted of other files for it, so that reports in parts compare whole.
//! What was taken back is taken off the period in which it was reported.

use chrono::{DateTime, Utc};
use diesel::{
    OptionalExtension as _, QueryableByName, RunQueryDsl as _,
    sql_types::{BigInt, Bool, Int4, Nullable, Text, Timestamptz},
};

use super::reversals::by_period;
use crate::{
    kit::{
        db::{Looks, Read},
        id::Id,
        problem::Result,
        statement::statement,
    },
    modules::{
        orders,
        products::items::{Precision, Unit},
        usage::UsageFile,
    },
};

macro_rules! like {
    () => {
        "extract(epoch FROM a.period_to - a.period_from) / extract(epoch FROM f.period_to - f.period_from) BETWEEN 0.85 AND 1.15"
    };
}

/// Whether the period of a file `a` is about as long as that of the file `f`: months differ, quarters are no months.
pub(super) const LIKE: &str = like!();

/// `f` is the file, `p` the period before, `now` and `before` what was reported by subscription and item, `both` one beside the other.
pub(super) const SIDES: &str = concat!(
    "WITH f AS MATERIALIZED (SELECT * FROM usage_files WHERE id = $1), net AS NOT MATERIALIZED (",
    by_period!(),
    "), alike AS (SELECT x.id, x.status, x.period_from, x.period_to FROM usage_files x JOIN f ON x.product_id = f.product_id \
        AND x.marketplace_id = f.marketplace_id AND x.environment = f.environment AND x.schema = f.schema \
        AND x.currency IS NOT DISTINCT FROM f.currency WHERE x.id = f.id OR x.status IN ('accepted', 'closed')), \
    p AS MATERIALIZED (SELECT a.period_from, a.period_to FROM alike a, f WHERE a.period_to <= f.period_from AND ",
    like!(),
    " ORDER BY a.period_to DESC, a.period_from DESC LIMIT 1), \
    now AS (SELECT t.subscription_id, t.item_id, sum(t.quantity) AS quantity, sum(t.amount) AS amount, \
        sum(t.amount) FILTER (WHERE t.of_file_id <> t.file_id) AS reversed FROM f \
        JOIN alike a ON a.period_from = f.period_from AND a.period_to = f.period_to \
        JOIN net t ON t.of_file_id = a.id AND t.tier <= 0 \
        JOIN usage_files c ON c.id = t.file_id AND (c.id = f.id OR c.status IN ('accepted', 'closed')) \
        GROUP BY t.subscription_id, t.item_id HAVING sum(t.records) > 0), \
    before AS (SELECT t.subscription_id, t.item_id, sum(t.quantity) AS quantity, sum(t.amount) AS amount, \
        sum(t.amount) FILTER (WHERE t.of_file_id <> t.file_id) AS reversed FROM p \
        JOIN alike a ON a.period_from = p.period_from AND a.period_to = p.period_to \
        JOIN net t ON t.of_file_id = a.id AND t.tier <= 0 \
        JOIN usage_files c ON c.id = t.file_id AND (c.id = $1 OR c.status IN ('accepted', 'closed')) \
        GROUP BY t.subscription_id, t.item_id HAVING sum(t.records) > 0), \
    both_sides AS (SELECT subscription_id, item_id, n.quantity, n.amount, b.quantity AS was_quantity, b.amount AS was_amount, \
        n.reversed, b.reversed AS was_reversed, n.item_id IS NOT NULL AS reported, b.item_id IS NOT NULL AS was_reported \
        FROM now n FULL JOIN before b USING (subscription_id, item_id))"
);

/// What the two periods come to. Numbers are texts, exact.
#[derive(Debug, Clone, QueryableByName)]
pub struct Headline {
    /// None when nothing was accepted before.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub was_from: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub was_to: Option<DateTime<Utc>>,
    /// Other files that were accepted for the file's own period, and are counted with it.
    #[diesel(sql_type = BigInt)]
    pub others: i64,
    #[diesel(sql_type = Nullable<Text>)]
    pub amount: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub was_amount: Option<String>,
    /// What was taken back of either, which is taken off already; None when nothing was.
    #[diesel(sql_type = Nullable<Text>)]
    pub reversed: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub was_reversed: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub change: Option<String>,
    /// Of what a day comes to, in hundredths of the day before; None when that was nothing.
    #[diesel(sql_type = Nullable<Text>)]
    pub percent: Option<String>,
    #[diesel(sql_type = BigInt)]
    pub subscriptions: i64,
    #[diesel(sql_type = BigInt)]
    pub were_subscriptions: i64,
    #[diesel(sql_type = BigInt)]
    pub items: i64,
    #[diesel(sql_type = BigInt)]
    pub were_items: i64,
    /// Subscriptions and items for which money is asked, but nothing was used.
    #[diesel(sql_type = BigInt)]
    pub unused: i64,
    /// And those that were used for no money.
    #[diesel(sql_type = BigInt)]
    pub free: i64,
}

/// How much more a day of the file's period has than one of the period before, in hundredths of the latter, with one decimal; NULL when that
/// was nothing. `d` has the days of both.
fn per_day(now: &str, was: &str) -> String {
    format!("round(100 * (coalesce({now}, 0) * d.was_days / d.days - {was}) / nullif({was}, 0), 1)::text")
}

/// The days of both periods.
const DAYS: &str = "LATERAL (SELECT extract(epoch FROM f.period_to - f.period_from) AS days, \
    extract(epoch FROM p.period_to - p.period_from) AS was_days) d";

/// The statement of [`Headline`], with further columns and what they are read from.
pub(super) fn headlines(columns: &str, from: &str) -> String {
    let percent = per_day("s.amount", "s.was_amount");
    format!(
        "{SIDES} SELECT p.period_from AS was_from, p.period_to AS was_to, \
         (SELECT count(*) FROM alike a, f WHERE a.id <> f.id AND a.period_from = f.period_from AND a.period_to = f.period_to) AS others, \
         trim_scale(s.amount)::text AS amount, trim_scale(s.was_amount)::text AS was_amount, \
         trim_scale(s.reversed)::text AS reversed, trim_scale(s.was_reversed)::text AS was_reversed, \
         trim_scale(coalesce(s.amount, 0) - s.was_amount)::text AS change, \
         {percent} AS percent, \
         s.subscriptions, s.were_subscriptions, s.items, s.were_items, s.unused, s.free{columns} \
         FROM f LEFT JOIN p ON true, {DAYS}, \
         (SELECT sum(amount) AS amount, sum(was_amount) AS was_amount, sum(reversed) AS reversed, sum(was_reversed) AS was_reversed, \
            count(DISTINCT subscription_id) FILTER (WHERE reported) AS subscriptions, \
            count(DISTINCT subscription_id) FILTER (WHERE was_reported) AS were_subscriptions, \
            count(DISTINCT item_id) FILTER (WHERE reported) AS items, count(DISTINCT item_id) FILTER (WHERE was_reported) AS were_items, \
            count(*) FILTER (WHERE quantity = 0 AND amount > 0) AS unused, count(*) FILTER (WHERE quantity > 0 AND amount = 0) AS free \
            FROM both_sides) s{from}"
    )
}

/// Of a file that was found, or that the program itself looks at.
pub fn headline(look: &mut impl Looks, id: &Id<UsageFile>) -> Result<Headline> {
    Ok(statement(headlines("", "")).bind::<Text, _>(id).get_result(look.conn())?)
}

/// An item of which more is reported than before, or which is new.
#[derive(Debug, Clone, QueryableByName)]
pub struct Rise {
    #[diesel(sql_type = Text)]
    pub item: String,
    /// As [`Headline::percent`], of quantities; None when nothing was reported before.
    #[diesel(sql_type = Nullable<Text>)]
    pub percent: Option<String>,
}

/// The item whose quantity per day rose most, for files without amounts: new ones first. None when nothing was used.
pub fn steepest(look: &mut impl Looks, id: &Id<UsageFile>) -> Result<Option<Rise>> {
    let percent = per_day("o.quantity", "o.was_quantity");
    Ok(statement(format!(
        "{SIDES}, of_items AS (SELECT item_id, sum(quantity) AS quantity, sum(was_quantity) AS was_quantity FROM both_sides GROUP BY item_id) \
         SELECT i.name AS item, {percent} AS percent FROM f JOIN p ON true, {DAYS}, of_items o JOIN items i ON i.id = o.item_id \
         WHERE o.quantity > 0 ORDER BY coalesce(o.was_quantity, 0) > 0, o.quantity / nullif(o.was_quantity, 0) DESC, i.name, o.item_id LIMIT 1"
    ))
    .bind::<Text, _>(id)
    .get_result(look.conn())
    .optional()?)
}

/// One thing's usage in both periods: amounts where the file has them, quantities where not.
#[derive(Debug, Clone, QueryableByName)]
pub struct Pair {
    /// Whether it is a subscription, or else an item.
    #[diesel(sql_type = Bool)]
    pub mover: bool,
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Of a subscription whose quantities are compared; empty otherwise.
    #[diesel(sql_type = Text)]
    pub item: String,
    /// Of quantities; amounts have none.
    #[diesel(sql_type = Nullable<Text>)]
    pub unit: Option<Unit>,
    #[diesel(sql_type = Nullable<Text>)]
    pub precision: Option<Precision>,
    #[diesel(sql_type = Nullable<Text>)]
    pub was: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub is: Option<String>,
    #[diesel(sql_type = Text)]
    pub change: String,
    /// How many things there are that changed, and by how much together; amounts only.
    #[diesel(sql_type = BigInt)]
    pub all: i64,
    #[diesel(sql_type = Nullable<Text>)]
    pub all_change: Option<String>,
}

/// The sums of both periods by item, and the subscriptions whose usage changed most, by their amounts, or item by item where only quantities
/// are reported: so many of each, those that changed most first. Without a period before there is nothing to compare a subscription with.
pub fn pairs<P>(
    read: &mut Read<'_, P>,
    id: &Id<UsageFile>,
    amounts: bool,
    (items, movers): (i32, i32),
) -> Result<Vec<Pair>> {
    Ok(statement(format!(
        "{SIDES}, of_items AS (SELECT item_id, sum(CASE WHEN $2 THEN was_amount ELSE was_quantity END) AS was, \
         sum(CASE WHEN $2 THEN amount ELSE quantity END) AS is_now FROM both_sides GROUP BY item_id), \
         of_subscriptions AS (SELECT subscription_id, CASE WHEN $2 THEN '' ELSE item_id END AS item_id, \
         sum(CASE WHEN $2 THEN was_amount ELSE was_quantity END) AS was, sum(CASE WHEN $2 THEN amount ELSE quantity END) AS is_now \
         FROM both_sides WHERE EXISTS (SELECT FROM p) GROUP BY 1, 2), \
         changed AS (SELECT *, coalesce(is_now, 0) - coalesce(was, 0) AS change FROM of_subscriptions \
         WHERE coalesce(is_now, 0) <> coalesce(was, 0)) \
         (SELECT false AS mover, row_number() OVER (ORDER BY abs(coalesce(o.is_now, 0) - coalesce(o.was, 0)) DESC, i.name, o.item_id) AS place, \
         o.item_id AS id, i.name, '' AS item, CASE WHEN NOT $2 THEN i.unit END AS unit, CASE WHEN NOT $2 THEN i.precision END AS precision, trim_scale(o.was)::text AS was, \
         trim_scale(o.is_now)::text AS is, trim_scale(coalesce(o.is_now, 0) - coalesce(o.was, 0))::text AS change, \
         count(*) OVER () AS all, NULL AS all_change FROM of_items o JOIN items i ON i.id = o.item_id ORDER BY place LIMIT $3) \
         UNION ALL (SELECT true, row_number() OVER (ORDER BY abs(c.change) DESC, c.subscription_id, c.item_id) AS place, \
         c.subscription_id, s.customer_name, coalesce(i.name, ''), i.unit, i.precision, trim_scale(c.was)::text, trim_scale(c.is_now)::text, \
         trim_scale(c.change)::text, count(*) OVER (), CASE WHEN $2 THEN trim_scale(sum(c.change) OVER ())::text END \
         FROM changed c JOIN subscriptions s ON s.id = c.subscription_id LEFT JOIN items i ON i.id = c.item_id ORDER BY place LIMIT $4) \
         ORDER BY 1, 2"
    ))
    .bind::<Text, _>(id)
    .bind::<Bool, _>(amounts)
    .bind::<Int4, _>(items)
    .bind::<Int4, _>(movers)
    .load(read.conn)?)
}

/// What a reviewer should ask about.
#[derive(Debug, Clone, QueryableByName)]
pub struct Odd {
    /// Reported in the period before and not now, though the subscription was there all the time. Otherwise reported now, though the
    /// subscription is not active.
    #[diesel(sql_type = Bool)]
    pub missing: bool,
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub status: orders::Status,
    #[diesel(sql_type = Text)]
    pub item: String,
    #[diesel(sql_type = Text)]
    pub unit: Unit,
    #[diesel(sql_type = Text)]
    pub precision: Precision,
    #[diesel(sql_type = Text)]
    pub quantity: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub amount: Option<String>,
    /// How many there are of its sort, and what they come to.
    #[diesel(sql_type = BigInt)]
    pub all: i64,
    #[diesel(sql_type = Nullable<Text>)]
    pub all_amount: Option<String>,
}

/// What is missing, and what is reported of subscriptions that are not active: so many of each sort, the largest first.
pub fn odd(look: &mut impl Looks, id: &Id<UsageFile>, limit: i32) -> Result<Vec<Odd>> {
    Ok(statement(format!(
        "{SIDES}, found AS (\
         SELECT true AS missing, b.subscription_id, s.customer_name, s.status, b.item_id, b.was_quantity AS quantity, b.was_amount AS amount \
         FROM both_sides b JOIN subscriptions s ON s.id = b.subscription_id JOIN f ON true \
         WHERE NOT b.reported AND (b.was_quantity > 0 OR b.was_amount > 0) AND s.status = 'active' AND s.activated_at <= f.period_from \
         UNION ALL SELECT false, b.subscription_id, s.customer_name, s.status, b.item_id, b.quantity, b.amount \
         FROM both_sides b JOIN subscriptions s ON s.id = b.subscription_id WHERE b.reported AND s.status <> 'active'), \
         ranked AS (SELECT *, count(*) OVER sort AS all, sum(amount) OVER sort AS all_amount, row_number() OVER \
         (PARTITION BY missing ORDER BY amount DESC NULLS LAST, quantity DESC, subscription_id, item_id) AS place \
         FROM found WINDOW sort AS (PARTITION BY missing)) \
         SELECT r.missing, r.subscription_id AS id, r.customer_name AS name, r.status, i.name AS item, i.unit, i.precision, \
         trim_scale(r.quantity)::text AS quantity, trim_scale(r.amount)::text AS amount, r.all, trim_scale(r.all_amount)::text AS all_amount \
         FROM ranked r JOIN items i ON i.id = r.item_id WHERE r.place <= $2 ORDER BY r.missing DESC, r.place"
    ))
    .bind::<Text, _>(id)
    .bind::<Int4, _>(limit)
    .load(look.conn())?)
}
