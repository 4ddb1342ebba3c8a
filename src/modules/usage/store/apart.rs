//! Records of a file that are told apart: those that take back others, those that lie outside of the file's period, and those that go on
//! after their subscription has ended.

use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_types::Text};

use super::FileRow;
use crate::{
    choice,
    kit::{
        db::{Looks, Tx},
        id::Id,
        problem::Result,
        statement::statement,
    },
    modules::usage::{UsageFile, check::Allowed},
    schema::usage_apart,
};

choice! {
    /// A sort of records that is told apart.
    Aside without column { Reversals = "reversal" / "Reversals", Late = "late" / "Late", Future = "future" / "Future", Beyond = "beyond" / "Beyond the subscription" }
}

/// How many records of a file are of each sort, and what they come to: texts, as the sum of the file. A record is of one of the first three sorts
/// at most.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = usage_apart)]
pub struct Apart {
    reversals: i32,
    reversals_amount: Option<String>,
    late: i32,
    late_amount: Option<String>,
    future: i32,
    future_amount: Option<String>,
    beyond: i32,
    beyond_amount: Option<String>,
    /// How many days lie behind the ends of subscriptions, of all records that go on there.
    pub beyond_days: Option<String>,
}

impl Apart {
    pub fn of(&self, aside: Aside) -> (i32, Option<&String>) {
        match aside {
            Aside::Reversals => (self.reversals, self.reversals_amount.as_ref()),
            Aside::Late => (self.late, self.late_amount.as_ref()),
            Aside::Future => (self.future, self.future_amount.as_ref()),
            Aside::Beyond => (self.beyond, self.beyond_amount.as_ref()),
        }
    }
}

/// Of a record `r` that takes back `v`, if any, in the file `f`: whether it begins before the file's period, and whether it ends behind it.
pub const LATE: &str = "v.number IS NULL AND r.start_at < f.period_from";
pub const FUTURE: &str = "v.number IS NULL AND r.start_at >= f.period_from AND r.end_at > f.period_to";

/// When a subscription `s` ended; NULL while it lives.
pub const ENDED_AT: &str = "CASE WHEN s.status = 'terminated' THEN coalesce((SELECT max(c.effective_at) FROM fulfillment_requests c \
    WHERE c.subscription_id = s.id AND c.type = 'cancel' AND c.status = 'approved'), s.updated_at) END";

/// Of a record `r` that takes back `v`, if any, of a subscription that ended `e`: whether it goes on after that. One that only begins then is
/// refused.
pub const BEYOND: &str = "v.number IS NULL AND r.start_at < e.ended_at AND r.end_at > e.ended_at";

/// The sort of a record with these times that takes back none.
pub fn outside(file: &FileRow, start: DateTime<Utc>, end: DateTime<Utc>) -> Option<Aside> {
    if start < file.period_from { Some(Aside::Late) } else { (end > file.period_to).then_some(Aside::Future) }
}

/// What the settings of a file's product allow.
pub fn allowed(look: &mut impl Looks, file: &FileRow) -> Result<Allowed> {
    Ok(statement(
        "SELECT usage_late AS late, usage_future AS future, usage_dynamic AS dynamic, usage_reservations AS reservations FROM products \
         WHERE id = $1",
    )
    .bind::<Text, _>(&file.product_id)
    .get_result(look.conn())?)
}

/// Sums up the records of a held file that are told apart, once all are kept. Of amounts that say what each tier pays there is no sum.
pub fn sum_up_apart<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>) -> Result<()> {
    statement(format!(
        "WITH e AS MATERIALIZED (SELECT s.id, {ENDED_AT} AS ended_at FROM usage_files f JOIN subscriptions s ON s.product_id = f.product_id \
         AND s.marketplace_id = f.marketplace_id AND s.environment = f.environment AND s.status = 'terminated' WHERE f.id = $1) \
         INSERT INTO usage_apart (file_id, reversals, reversals_amount, late, late_amount, future, future_amount, beyond, beyond_amount, \
         beyond_days) SELECT * FROM (SELECT f.id, count(v.number)::int AS reversals, \
         CASE WHEN f.schema <> 'TR' THEN trim_scale(sum(r.amount) FILTER (WHERE v.number IS NOT NULL))::text END AS reversals_amount, \
         count(*) FILTER (WHERE {LATE})::int AS late, \
         CASE WHEN f.schema <> 'TR' THEN trim_scale(sum(r.amount) FILTER (WHERE {LATE}))::text END AS late_amount, \
         count(*) FILTER (WHERE {FUTURE})::int AS future, \
         CASE WHEN f.schema <> 'TR' THEN trim_scale(sum(r.amount) FILTER (WHERE {FUTURE}))::text END AS future_amount, \
         count(*) FILTER (WHERE {BEYOND})::int AS beyond, \
         CASE WHEN f.schema <> 'TR' THEN trim_scale(sum(r.amount) FILTER (WHERE {BEYOND}))::text END AS beyond_amount, \
         trim_scale(round(sum(extract(epoch FROM r.end_at - e.ended_at)) FILTER (WHERE {BEYOND}) / 86400, 2))::text AS beyond_days \
         FROM usage_files f JOIN usage_records r ON r.file_id = f.id LEFT JOIN e ON e.id = r.subscription_id \
         LEFT JOIN usage_reversals v ON v.file_id = r.file_id AND v.number = r.number WHERE f.id = $1 GROUP BY f.id) a \
         WHERE a.reversals + a.late + a.future + a.beyond > 0"
    ))
    .bind::<Text, _>(id)
    .execute(tx.conn)?;
    Ok(())
}

/// Forgets what was told apart of an upload before.
pub fn forget_apart<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>) -> Result<()> {
    statement("DELETE FROM usage_apart WHERE file_id = $1").bind::<Text, _>(id).execute(tx.conn)?;
    Ok(())
}
