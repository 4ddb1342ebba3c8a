//! What a reviewer is told of a file's amounts besides the headline: why they changed, who makes them, and what looks made up.

use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{BigInt, Bool, Jsonb, Nullable, Text},
};
use serde_json::Value;

use super::{
    compare::{Headline, headlines},
    outliers::{Outlier, Prices, outliers_listed, prices_listed},
};
use crate::{
    kit::{
        db::Read,
        id::Id,
        problem::{Problem, Result},
        statement::statement,
    },
    modules::usage::UsageFile,
};

/// The headline of a file with a reviewer's numbers. Amounts are texts, exact; shares are hundredths.
#[derive(Debug, Clone, QueryableByName)]
pub struct Review {
    #[diesel(embed)]
    pub headline: Headline,
    /// Of what was used in both periods: by how much the amount changed because another quantity was used, at the price of before…
    #[diesel(sql_type = Text)]
    pub volume: String,
    /// …and because a unit has another price. The two come to the change of it exactly.
    #[diesel(sql_type = Text)]
    pub price: String,
    /// What was not reported before and, below zero, what is no longer reported.
    #[diesel(sql_type = Text)]
    pub fresh: String,
    #[diesel(sql_type = Text)]
    pub gone: String,
    /// What has no price in one of the periods, since nothing was used: with it all five come to the change.
    #[diesel(sql_type = Text)]
    pub other: String,
    /// Customers who pay something.
    #[diesel(sql_type = BigInt)]
    pub customers: i64,
    /// The one who pays most, and the share of the whole; none when nobody pays.
    #[diesel(sql_type = Nullable<Text>)]
    pub largest: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub largest_share: Option<String>,
    /// The share of the five who pay most.
    #[diesel(sql_type = Nullable<Text>)]
    pub five_share: Option<String>,
    /// The fewest customers who make four fifths of what all who pay more pay more, and their share of it; none when nobody pays more.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub risers: Option<i64>,
    #[diesel(sql_type = Nullable<Text>)]
    pub risers_share: Option<String>,
    /// How many pay more.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub rising: Option<i64>,
    /// Whether every one of several quantities is 1, or every amount the same.
    #[diesel(sql_type = Bool)]
    pub all_one: bool,
    #[diesel(sql_type = Bool)]
    pub all_same: bool,
    /// Items of active subscriptions that were last reported before the period before, in the twelve periods up to the file's.
    #[diesel(sql_type = BigInt)]
    pub silent: i64,
    /// Reservations of which more is used than is ordered.
    #[diesel(sql_type = BigInt)]
    pub above_order: i64,
    #[diesel(sql_type = BigInt)]
    pub all_outliers: i64,
    #[diesel(sql_type = Jsonb)]
    outliers: Value,
    #[diesel(sql_type = Jsonb)]
    prices: Value,
}

impl Review {
    /// The first of what is far from what it usually is, what is furthest first.
    pub fn outliers(&self) -> Result<Vec<Outlier>> {
        serde_json::from_value(self.outliers.clone()).map_err(Problem::internal)
    }

    /// The first items of which a unit has several prices.
    pub fn prices(&self) -> Result<Vec<Prices>> {
        serde_json::from_value(self.prices.clone()).map_err(Problem::internal)
    }
}

const COLUMNS: &str = ", trim_scale(v.volume)::text AS volume, trim_scale(v.in_both - v.volume)::text AS price, \
    trim_scale(v.fresh)::text AS fresh, trim_scale(v.gone)::text AS gone, \
    trim_scale(v.change - v.in_both - v.fresh - v.gone)::text AS other, coalesce(v.all_one, false) AS all_one, \
    coalesce(v.all_same, false) AS all_same, c.customers, c.largest, c.largest_share, c.five_share, r.risers, r.risers_share, r.rising, q.silent, w.above_order, o.all_outliers, o.outliers, u.prices";

const FROM: &str = ", (SELECT coalesce(round(sum((quantity - was_quantity) * was_amount / nullif(was_quantity, 0)) \
        FILTER (WHERE quantity > 0 AND was_quantity > 0), 8), 0) AS volume, \
        coalesce(sum(amount - was_amount) FILTER (WHERE quantity > 0 AND was_quantity > 0), 0) AS in_both, \
        coalesce(sum(amount) FILTER (WHERE NOT was_reported), 0) AS fresh, \
        coalesce(-sum(was_amount) FILTER (WHERE NOT reported), 0) AS gone, \
        coalesce(sum(amount), 0) - coalesce(sum(was_amount), 0) AS change, \
        count(*) FILTER (WHERE reported) > 1 AND bool_and(quantity = 1) FILTER (WHERE reported) AS all_one, \
        count(amount) > 1 AND max(amount) > 0 AND min(amount) = max(amount) AS all_same FROM both_sides) v, \
    (SELECT count(*) FILTER (WHERE amount > 0) AS customers, max(name) FILTER (WHERE place = 1 AND amount > 0) AS largest, \
        round(100 * max(amount) / nullif(sum(amount), 0), 1)::text AS largest_share, \
        round(100 * sum(amount) FILTER (WHERE place <= 5) / nullif(sum(amount), 0), 1)::text AS five_share \
        FROM (SELECT max(s.customer_name) AS name, coalesce(sum(b.amount), 0) AS amount, \
            row_number() OVER (ORDER BY coalesce(sum(b.amount), 0) DESC, s.customer_id) AS place \
            FROM both_sides b JOIN subscriptions s ON s.id = b.subscription_id GROUP BY s.customer_id) k) c, \
    (SELECT count(*) AS silent FROM (SELECT DISTINCT t.subscription_id, t.item_id FROM f JOIN p ON true \
        JOIN alike a ON a.period_to <= p.period_from AND a.period_from >= f.period_from - 12 * (f.period_to - f.period_from) \
        JOIN usage_totals t ON t.file_id = a.id AND t.tier <= 0 AND t.quantity > 0) o \
        JOIN subscriptions s ON s.id = o.subscription_id AND s.status = 'active' WHERE NOT EXISTS (SELECT FROM both_sides b \
        WHERE b.subscription_id = o.subscription_id AND b.item_id = o.item_id)) q, \
    (SELECT count(*) AS above_order FROM both_sides b JOIN items i ON i.id = b.item_id AND i.type = 'reservation' \
        LEFT JOIN subscription_items l ON l.subscription_id = b.subscription_id AND l.item_id = b.item_id \
        WHERE b.reported AND b.quantity > coalesce(l.quantity, 0)) w \
    LEFT JOIN LATERAL (SELECT place AS risers, round(100 * upto / total)::text AS risers_share, rising \
        FROM (SELECT row_number() OVER so AS place, sum(change) OVER so AS upto, sum(change) OVER () AS total, count(*) OVER () AS rising \
            FROM (SELECT s.customer_id, sum(coalesce(b.amount, 0) - coalesce(b.was_amount, 0)) AS change \
                FROM both_sides b JOIN subscriptions s ON s.id = b.subscription_id GROUP BY s.customer_id) k \
            WHERE change > 0 WINDOW so AS (ORDER BY change DESC, customer_id ROWS UNBOUNDED PRECEDING)) w \
        WHERE upto >= 0.8 * total ORDER BY place LIMIT 1) r ON true";

/// The headline and a reviewer's numbers of a file that was found.
pub fn review<P>(read: &mut Read<'_, P>, id: &Id<UsageFile>) -> Result<Review> {
    let from = format!("{FROM}, {} o, {} u", outliers_listed(), prices_listed());
    Ok(statement(headlines(COLUMNS, &from)).bind::<Text, _>(id).get_result(read.conn)?)
}
