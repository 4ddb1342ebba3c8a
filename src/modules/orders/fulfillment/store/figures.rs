//! Requests as figures: how many came in and were dealt with in each span of time, and how long that took. What is over stays as it was, so
//! a request ended when it was last changed.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{Array, BigInt, Int4, Nullable, Text, Timestamptz},
};

use crate::{
    kit::{
        db::Read,
        grid::Listing as _,
        overview::Spans,
        problem::Result,
        statement::{Statement, Values, statement},
    },
    modules::orders::{
        fulfillment::grid::{ENDED, ORDERED, Requests},
        subscriptions::View,
    },
};

/// How long approved requests took: the half of them no longer than the first, nine of ten no longer than the second, in seconds.
const TOOK: &str = "round(percentile_cont(0.5) WITHIN GROUP (ORDER BY x.took))::bigint AS median, \
    round(percentile_cont(0.9) WITHIN GROUP (ORDER BY x.took))::bigint AS most";

/// What came in and went out in one span of time, or in all of them.
#[derive(Debug, Clone, QueryableByName)]
pub struct Flow {
    /// From 1; none of all.
    #[diesel(sql_type = Nullable<Int4>)]
    pub span: Option<i32>,
    #[diesel(sql_type = BigInt)]
    pub received: i64,
    #[diesel(sql_type = BigInt)]
    pub fulfilled: i64,
    /// Failed or revoked.
    #[diesel(sql_type = BigInt)]
    pub lost: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub median: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub most: Option<i64>,
}

/// How long the requests of one product, or with one partner, took.
#[derive(Debug, Clone, QueryableByName)]
pub struct Taken {
    /// "product" or "partner".
    #[diesel(sql_type = Text)]
    pub sort: String,
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = BigInt)]
    pub fulfilled: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub median: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub most: Option<i64>,
}

/// Products, and partners, that are listed.
pub const LISTED: i64 = 20;

/// `text` over `$1` the company, `$2` where the spans begin and the last one ends, `$3` that end.
fn over(read: &Read<'_, View>, spans: &Spans, text: String) -> Statement<impl Values + use<>> {
    let end: DateTime<Utc> = spans.edges.last().copied().unwrap_or_else(|| read.actor.now());
    statement(text)
        .bind::<Text, _>(read.actor.account().as_str().to_owned())
        .bind::<Array<Timestamptz>, _>(spans.edges.clone())
        .bind::<Timestamptz, _>(end)
}

/// The condition that a day lies within the spans.
fn within(column: &str) -> String {
    format!("{ORDERED} AND r.{column} >= ($2::timestamptz[])[1] AND r.{column} < $3")
}

/// What came in and went out in each span, and in all of them. Spans without anything are left out.
pub fn flow(read: &mut Read<'_, View>, spans: &Spans) -> Result<Vec<Flow>> {
    let role = read.actor.identity.company.role;
    let shape = Requests::shape(role);
    let came = shape.rows(
        role,
        "width_bucket(r.created_at, $2::timestamptz[]) AS span, 'came' AS way, NULL::float8 AS took",
        &within("created_at"),
    );
    let went = shape.rows(
        role,
        "width_bucket(r.updated_at, $2::timestamptz[]) AS span, CASE r.status WHEN 'approved' THEN 'fulfilled' ELSE 'lost' END AS way, \
         CASE r.status WHEN 'approved' THEN extract(epoch FROM r.updated_at - r.created_at)::float8 END AS took",
        &format!("{ENDED} AND {}", within("updated_at")),
    );
    let text = format!(
        "SELECT x.span, count(*) FILTER (WHERE x.way = 'came') AS received, count(*) FILTER (WHERE x.way = 'fulfilled') AS fulfilled, \
         count(*) FILTER (WHERE x.way = 'lost') AS lost, {TOOK} FROM ({came} UNION ALL {went}) x \
         GROUP BY GROUPING SETS ((x.span), ()) ORDER BY x.span NULLS LAST"
    );
    Ok(over(read, spans, text).load(read.conn)?)
}

/// How long what was approved in these spans took: by product, and by each of the other companies that a request has. The most first.
pub fn taken(read: &mut Read<'_, View>, spans: &Spans) -> Result<Vec<Taken>> {
    let role = read.actor.identity.company.role;
    let approved = Requests::shape(role).rows(
        role,
        "r.product_id, r.version, r.vendor_id, r.buyer_id, r.distributor_id, \
         extract(epoch FROM r.updated_at - r.created_at)::float8 AS took",
        &format!("(r.status = 'approved') AND {}", within("updated_at")),
    );
    let text = format!(
        "WITH x AS MATERIALIZED ({approved}), \
         products AS (SELECT x.product_id AS id, max(x.version) AS version, count(*) AS fulfilled, {TOOK} FROM x \
            GROUP BY x.product_id ORDER BY count(*) DESC, x.product_id LIMIT {LISTED}), \
         partners AS (SELECT p.id, count(*) AS fulfilled, {TOOK} FROM x CROSS JOIN LATERAL \
            (SELECT DISTINCT o.id FROM unnest(ARRAY[x.vendor_id, x.buyer_id, x.distributor_id]) AS o(id) WHERE o.id <> $1) p \
            GROUP BY p.id ORDER BY count(*) DESC, p.id LIMIT {LISTED}) \
         SELECT 'product' AS sort, p.id, v.name, p.fulfilled, p.median, p.most FROM products p \
         JOIN product_versions v ON v.product_id = p.id AND v.number = p.version UNION ALL \
         SELECT 'partner', p.id, a.name, p.fulfilled, p.median, p.most FROM partners p JOIN accounts a ON a.id = p.id \
         ORDER BY 1 DESC, 4 DESC, 2"
    );
    Ok(over(read, spans, text).load(read.conn)?)
}
