//! What was used of a subscription, period by period.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{Bool, Int4, Nullable, Text, Timestamptz},
};

use super::reversals::by_period;
use crate::{
    kit::{db::Read, id::Id, problem::Result, statement::statement},
    modules::{
        ids::Subscription,
        products::items::{Precision, Unit},
        usage::{Status, UsageFile},
    },
};

/// What a file reports of an item of a subscription. Numbers are texts, exact.
#[derive(Debug, Clone, QueryableByName)]
pub struct Used {
    #[diesel(sql_type = Text)]
    pub file: Id<UsageFile>,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub status: Status,
    #[diesel(sql_type = Timestamptz)]
    pub period_from: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    pub period_to: DateTime<Utc>,
    /// The time zone of the file to which the period belongs; empty is UTC.
    #[diesel(sql_type = Text)]
    pub zone: String,
    #[diesel(sql_type = Text)]
    pub item_id: String,
    #[diesel(sql_type = Text)]
    pub item: String,
    #[diesel(sql_type = Text)]
    pub unit: Unit,
    #[diesel(sql_type = Text)]
    pub precision: Precision,
    #[diesel(sql_type = Text)]
    pub quantity: String,
    /// For the vendor and the marketplace's owner only: what one pays the other is their business.
    #[diesel(sql_type = Nullable<Text>)]
    pub amount: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub currency: Option<String>,
    /// Whether the viewer sees the file.
    #[diesel(sql_type = Bool)]
    pub theirs: bool,
    /// Whether the file takes back what another reported for the period.
    #[diesel(sql_type = Bool)]
    pub reversal: bool,
}

/// Submitted usage of a subscription whose sight was checked, the latest period first; of several tiers the customer's. Others than
/// the two parties of a file see it once it was accepted. What a file takes back stands in the period of what was taken back.
pub fn used<P>(read: &mut Read<'_, P>, id: &Id<Subscription>, limit: i32) -> Result<Vec<Used>> {
    let me = &read.actor.identity.company.id;
    Ok(statement(concat!(
        "SELECT u.file, u.name, u.status, u.period_from, u.period_to, u.zone, u.item_id, i.name AS item, i.unit, i.precision, u.quantity, u.amount, u.currency, \
         u.theirs, u.reversal FROM (SELECT f.id AS file, f.name, f.status, o.period_from, o.period_to, o.zone, t.item_id, \
         trim_scale(sum(t.quantity))::text AS quantity, \
         CASE WHEN $2 IN (f.vendor_id, f.owner_id) THEN trim_scale(sum(t.amount))::text END AS amount, f.currency, \
         $2 IN (f.vendor_id, f.owner_id) AS theirs, o.id <> f.id AS reversal FROM (",
        by_period!(),
        ") t JOIN usage_files f ON f.id = t.file_id JOIN usage_files o ON o.id = t.of_file_id \
         WHERE t.subscription_id = $1 AND t.tier <= 0 AND f.status IN ('pending', 'accepted', 'closed') \
         GROUP BY f.id, o.id, t.item_id HAVING o.id <> f.id OR sum(t.records) > 0) u \
         JOIN items i ON i.id = u.item_id WHERE u.theirs OR u.status IN ('accepted', 'closed') \
         ORDER BY u.period_from DESC, u.period_to DESC, i.name, u.item_id, u.reversal, u.file LIMIT $3"
    ))
    .bind::<Text, _>(id)
    .bind::<Text, _>(me)
    .bind::<Int4, _>(limit)
    .load(read.conn)?)
}
