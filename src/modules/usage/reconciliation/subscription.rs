//! What was reported, accepted and billed of one subscription.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{Int4, Nullable, Text, Timestamptz},
};

use super::billed::billed;
use crate::{
    kit::{db::Read, id::Id, problem::Result, statement::statement},
    modules::{
        ids::Subscription,
        products::items::{Precision, Unit},
    },
};

/// An item in one period, or in all of them. Quantities are texts, exact; of several tiers they are the customer's.
#[derive(Debug, Clone, QueryableByName)]
pub struct Usage {
    #[diesel(sql_type = Text)]
    pub item: String,
    #[diesel(sql_type = Text)]
    pub unit: Unit,
    #[diesel(sql_type = Text)]
    pub precision: Precision,
    /// None of all periods together.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub period_from: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub period_to: Option<DateTime<Utc>>,
    /// The time zone in whose days the period is named; empty is UTC.
    #[diesel(sql_type = Text)]
    pub zone: String,
    #[diesel(sql_type = Text)]
    pub reported: String,
    #[diesel(sql_type = Text)]
    pub accepted: String,
    #[diesel(sql_type = Text)]
    pub billed: String,
}

/// Usage of a subscription whose sight was checked: of each item all periods together, then the latest periods. Others than the two parties
/// of a file see what was accepted.
pub fn usage<P>(read: &mut Read<'_, P>, id: &Id<Subscription>, limit: i32) -> Result<Vec<Usage>> {
    let billed = billed("r.subscription_id = $1");
    Ok(statement(format!(
        "WITH used AS MATERIALIZED (SELECT f.id AS file_id, t.subscription_id, t.item_id, NULL::text AS currency, t.quantity, t.amount \
            FROM usage_totals t JOIN usage_files f ON f.id = t.file_id WHERE t.subscription_id = $1 AND t.tier <= 0 \
            AND (f.status IN ('accepted', 'closed') OR f.status = 'pending' AND $2 IN (f.vendor_id, f.owner_id))), \
         f AS (SELECT f.id, f.status, f.billing_reference, NULL::text AS currency, f.period_from, f.period_to, f.zone FROM usage_files f \
            WHERE f.id IN (SELECT u.file_id FROM used u)), \
         billed AS ({billed}), \
         told AS (SELECT u.file_id, u.item_id, u.quantity AS reported, NULL::numeric AS billed FROM used u \
            UNION ALL SELECT b.file_id, b.item_id, NULL, b.quantity FROM billed b) \
         SELECT i.name AS item, i.unit, i.precision, f.period_from, f.period_to, min(f.zone) AS zone, trim_scale(coalesce(sum(t.reported), 0))::text AS reported, \
         trim_scale(coalesce(sum(t.reported) FILTER (WHERE f.status <> 'pending'), 0))::text AS accepted, \
         trim_scale(coalesce(sum(t.billed), 0))::text AS billed FROM told t JOIN f ON f.id = t.file_id JOIN items i ON i.id = t.item_id \
         GROUP BY GROUPING SETS ((i.id, i.name, i.unit, i.precision), (i.id, i.name, i.unit, i.precision, f.period_from, f.period_to)) \
         ORDER BY f.period_from IS NOT NULL, f.period_from DESC, f.period_to DESC, i.name, i.id LIMIT $3"
    ))
    .bind::<Text, _>(id)
    .bind::<Text, _>(&read.actor.identity.company.id)
    .bind::<Int4, _>(limit)
    .load(read.conn)?)
}
