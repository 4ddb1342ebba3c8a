//! Records of one file that are alike but for their ids.

use diesel::{prelude::*, sql_types::Text};

use crate::{
    kit::{db::Tx, id::Id, problem::Result, statement::statement},
    modules::usage::UsageFile,
    schema::usage_alike,
};

/// How many records are like another, and what they come to; exact.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = usage_alike)]
pub struct AlikeRow {
    pub records: i32,
    pub amount: Option<String>,
}

/// Looks whether records of a held file are alike: of one subscription and item, for one time and tier, the same quantity for the same amount.
pub fn compare_records<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>) -> Result<()> {
    super::take_time(tx)?;
    statement(
        "INSERT INTO usage_alike (file_id, records, amount) \
         SELECT f.id, sum(a.records), CASE WHEN f.schema IN ('CR', 'PR') THEN trim_scale(sum(a.amount))::text END FROM usage_files f \
         JOIN (SELECT file_id, count(*) AS records, sum(amount) AS amount FROM usage_records WHERE file_id = $1 \
         GROUP BY file_id, subscription_id, item_id, tier, start_at, end_at, quantity, usage_records.amount HAVING count(*) > 1) a \
         ON a.file_id = f.id GROUP BY f.id",
    )
    .bind::<Text, _>(id)
    .execute(tx.conn)?;
    Ok(())
}

/// Forgets what was found of an upload before.
pub fn forget_alike<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>) -> Result<()> {
    statement("DELETE FROM usage_alike WHERE file_id = $1").bind::<Text, _>(id).execute(tx.conn)?;
    Ok(())
}
