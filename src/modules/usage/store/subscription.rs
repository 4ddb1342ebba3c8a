//! What was used of a subscription, period by period.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{Bool, Int4, Nullable, Text, Timestamptz},
};

use crate::{
    kit::{db::Read, id::Id, problem::Result, statement::statement},
    modules::{
        ids::Subscription,
        products::items::Unit,
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
    #[diesel(sql_type = Text)]
    pub item_id: String,
    #[diesel(sql_type = Text)]
    pub item: String,
    #[diesel(sql_type = Text)]
    pub unit: Unit,
    #[diesel(sql_type = Text)]
    pub quantity: String,
    /// With its currency; for the vendor and the marketplace's owner alone, whose business it is what one pays the other.
    #[diesel(sql_type = Nullable<Text>)]
    pub amount: Option<String>,
    /// Whether the viewer sees the file.
    #[diesel(sql_type = Bool)]
    pub theirs: bool,
}

/// Submitted usage of a subscription whose sight was checked, the latest period first; of several tiers the customer's. Others than
/// the two parties of a file see it once it was accepted.
pub fn used<P>(read: &mut Read<'_, P>, id: &Id<Subscription>, limit: i32) -> Result<Vec<Used>> {
    let me = &read.actor.identity.company.id;
    Ok(statement(
        "SELECT u.file, u.name, u.status, u.period_from, u.period_to, u.item_id, i.name AS item, i.unit, u.quantity, u.amount, u.theirs \
         FROM (SELECT f.id AS file, f.name, f.status, f.period_from, f.period_to, t.item_id, trim_scale(t.quantity)::text AS quantity, \
         CASE WHEN $2 IN (f.vendor_id, f.owner_id) THEN trim_scale(t.amount)::text || ' ' || f.currency END AS amount, \
         $2 IN (f.vendor_id, f.owner_id) AS theirs FROM usage_totals t JOIN usage_files f ON f.id = t.file_id \
         WHERE t.subscription_id = $1 AND t.tier <= 0 AND f.status IN ('pending', 'accepted', 'closed')) u \
         JOIN items i ON i.id = u.item_id WHERE u.theirs OR u.status IN ('accepted', 'closed') \
         ORDER BY u.period_from DESC, u.period_to DESC, i.name, u.item_id, u.file LIMIT $3",
    )
    .bind::<Text, _>(id)
    .bind::<Text, _>(me)
    .bind::<Int4, _>(limit)
    .load(read.conn)?)
}
