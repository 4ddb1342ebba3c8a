//! What is far from what it usually is: usage from its own last periods, and prices of an item from each other.
//!
//! With the median m of the last twelve periods and the median of the distances from it, MAD, a number x is an outlier when
//! 0.6745 · |x − m| / MAD is above 3.5, or, where all periods are the same, when it differs by more than 5% of m and by more than 10 units of
//! currency. Something that was reported in fewer than six periods has no usual number yet. Medians are those of `numeric`, exact.

use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{BigInt, Nullable, Text},
};
use serde::Deserialize;

use super::compare::{LIKE, SIDES};
use crate::{
    kit::{db::Looks, id::Id, problem::Result, statement::statement},
    modules::{
        products::items::{Precision, Unit},
        usage::UsageFile,
    },
};

/// An item of a subscription that is far from what it usually is. Numbers are texts: amounts, or quantities where there are none.
#[derive(Debug, Clone, Deserialize)]
pub struct Outlier {
    pub id: String,
    pub name: String,
    pub item: String,
    pub unit: Unit,
    pub precision: Precision,
    pub median: String,
    pub now: String,
    /// How many periods the median is of.
    pub periods: i64,
}

/// An item of which a unit has several prices, in this period.
#[derive(Debug, Clone, Deserialize)]
pub struct Prices {
    pub id: String,
    pub name: String,
    pub unit: Unit,
    pub low: String,
    pub median: String,
    pub high: String,
    /// Subscriptions with a price above twice the median, or below half of it.
    pub far: i64,
}

/// The places of the middle one, or the middle two, of so many.
macro_rules! middle {
    ($of:literal) => {
        concat!("((", $of, " + 1) / 2, (", $of, " + 2) / 2)")
    };
}

/// Outliers of the file `f` of [`SIDES`], as `found`: subscription and item, with x, m and the periods.
///
/// Each sort of a million rows takes seconds. If every earlier period is a single file with nothing reversed, which is nearly always the
/// case, its sums need not be added up again (`plain`). Distances are sorted only where x is far enough away to matter: half of all numbers
/// lie between the quartiles, so MAD is at least the nearer one's distance from m. `d` are the middle two distances, and MAD is their mean.
pub(super) fn outliers_found() -> String {
    format!(
        "WITH earlier AS MATERIALIZED (SELECT DISTINCT a.period_from, a.period_to FROM alike a, f WHERE a.id <> f.id \
            AND a.period_to <= f.period_from AND {LIKE} ORDER BY a.period_to DESC, a.period_from DESC LIMIT 12), \
         theirs AS MATERIALIZED (SELECT a.id, a.period_from, a.period_to FROM alike a JOIN earlier e USING (period_from, period_to)), \
         plain AS MATERIALIZED (SELECT f.schema <> 'TR' AND (SELECT count(*) FROM theirs) = (SELECT count(*) FROM earlier) \
            AND NOT EXISTS (SELECT FROM usage_corrections c WHERE c.file_id IN (SELECT id FROM theirs) \
            OR c.of_file_id IN (SELECT id FROM theirs)) AS plain FROM f), \
         past AS (SELECT t.subscription_id, t.item_id, CASE WHEN f.schema = 'QT' THEN t.quantity ELSE t.amount END AS x \
            FROM theirs a JOIN usage_totals t ON t.file_id = a.id AND t.tier <= 0 CROSS JOIN f WHERE (SELECT plain FROM plain) \
            UNION ALL SELECT t.subscription_id, t.item_id, sum(CASE WHEN f.schema = 'QT' THEN t.quantity ELSE t.amount END) \
            FROM f CROSS JOIN theirs a JOIN net t ON t.of_file_id = a.id AND t.tier <= 0 \
            JOIN usage_files c ON c.id = t.file_id AND (c.id = $1 OR c.status IN ('accepted', 'closed')) WHERE NOT (SELECT plain FROM plain) \
            GROUP BY t.subscription_id, t.item_id, a.period_from, a.period_to HAVING sum(t.records) > 0), \
         ordered AS (SELECT subscription_id, item_id, count(*) AS periods, array_agg(x) AS xs, \
            percentile_disc(ARRAY[0.25, 0.5, 0.500001, 0.75]) WITHIN GROUP (ORDER BY x) AS q FROM past \
            GROUP BY subscription_id, item_id HAVING count(*) >= 6), \
         medians AS (SELECT subscription_id, item_id, periods, xs, (q[2] + q[3]) / 2 AS m, q[1] AS low, q[4] AS high FROM ordered), \
         away AS (SELECT m.*, n.x, n.at_least FROM medians m \
            JOIN (SELECT n.subscription_id, n.item_id, CASE WHEN f.schema = 'QT' THEN n.quantity ELSE n.amount END AS x, \
            CASE WHEN f.schema = 'QT' THEN 0 ELSE 10 END AS at_least FROM now n, f) n USING (subscription_id, item_id) \
            WHERE 0.6745 * abs(n.x - m.m) > 3.5 * least(m.m - m.low, m.high - m.m)), \
         spread AS (SELECT a.subscription_id, a.item_id, a.periods, a.m, a.x, a.at_least, s.d FROM away a CROSS JOIN LATERAL \
            (SELECT percentile_disc(ARRAY[0.5, 0.500001]) WITHIN GROUP (ORDER BY abs(v - a.m)) AS d FROM unnest(a.xs) AS v) s), \
         found AS (SELECT subscription_id, item_id, periods, m, x FROM spread \
            WHERE CASE WHEN d[2] = 0 THEN abs(x - m) > greatest(0.05 * m, at_least) ELSE 0.6745 * abs(x - m) > 1.75 * (d[1] + d[2]) END)"
    )
}

/// What a list of one sort shows at most.
const LISTED: i32 = 10;

/// Columns `outliers`, a list, and `all_outliers`, how many there are, and what they are read from.
pub(super) fn outliers_listed() -> String {
    format!(
        "({found} SELECT count(*) AS all_outliers, coalesce(jsonb_agg(jsonb_build_object('id', x.subscription_id, 'name', s.customer_name, \
         'item', i.name, 'unit', i.unit, 'precision', i.precision, 'median', trim_scale(round(x.m, 8))::text, 'now', trim_scale(x.x)::text, 'periods', x.periods) \
         ORDER BY x.place) FILTER (WHERE x.place <= {LISTED}), '[]') AS outliers FROM (SELECT *, row_number() OVER \
         (ORDER BY abs(x - m) DESC, subscription_id, item_id) AS place FROM found) x \
         JOIN subscriptions s ON s.id = x.subscription_id JOIN items i ON i.id = x.item_id)",
        found = outliers_found()
    )
}

/// The column `prices`, a list of the items of which a unit has several prices, those with prices far apart first.
pub(super) fn prices_listed() -> String {
    format!(
        "(WITH priced AS (SELECT b.item_id, b.amount / b.quantity AS u FROM both_sides b, f WHERE b.quantity > 0 AND b.amount IS NOT NULL \
            AND f.schema IN ('CR', 'PR')), \
         placed AS (SELECT *, row_number() OVER (PARTITION BY item_id ORDER BY u) AS place, count(*) OVER (PARTITION BY item_id) AS n \
            FROM priced), \
         medians AS (SELECT item_id, avg(u) AS m FROM placed WHERE place IN {middle} GROUP BY item_id), \
         spread AS (SELECT item_id, min(p.u) AS low, m.m, max(p.u) AS high, count(*) FILTER (WHERE p.u > 2 * m.m OR p.u < m.m / 2) AS far \
            FROM priced p JOIN medians m USING (item_id) GROUP BY item_id, m.m HAVING min(p.u) <> max(p.u)), \
         ranked AS (SELECT *, row_number() OVER (ORDER BY far DESC, high / nullif(m, 0) DESC NULLS LAST, item_id) AS place FROM spread) \
         SELECT coalesce(jsonb_agg(jsonb_build_object('id', x.item_id, 'name', i.name, 'unit', i.unit, 'low', trim_scale(round(x.low, 8))::text, \
         'median', trim_scale(round(x.m, 8))::text, 'high', trim_scale(round(x.high, 8))::text, 'far', x.far) ORDER BY x.place), '[]') AS prices \
         FROM ranked x JOIN items i ON i.id = x.item_id WHERE x.place <= {LISTED})",
        middle = middle!("n")
    )
}

/// How many outliers a file has, and what they come to where there are amounts.
#[derive(Debug, Clone, QueryableByName)]
pub struct Outliers {
    #[diesel(sql_type = BigInt)]
    pub n: i64,
    #[diesel(sql_type = Nullable<Text>)]
    pub amount: Option<String>,
}

/// Of a file that was found, or that the program itself looks at.
pub fn outliers(look: &mut impl Looks, id: &Id<UsageFile>) -> Result<Outliers> {
    Ok(statement(format!(
        "{SIDES} SELECT o.n, o.amount FROM f, LATERAL ({found} SELECT count(*) AS n, \
         CASE WHEN f.schema <> 'QT' THEN trim_scale(sum(x))::text END AS amount FROM found) o",
        found = outliers_found()
    ))
    .bind::<Text, _>(id)
    .get_result(look.conn())?)
}
