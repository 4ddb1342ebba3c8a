//! What the workbook of a file says of the categories that its records name.

use diesel::{
    RunQueryDsl as _,
    sql_types::{Array, Text},
};

use crate::{
    kit::{db::Tx, id::Id, problem::Result, statement::statement},
    modules::usage::{UsageFile, read::Categories},
};

/// Keeps the categories of a held file, in place of those of an upload before.
pub fn put_categories<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>, all: Option<&Categories>) -> Result<()> {
    statement("DELETE FROM usage_categories WHERE file_id = $1").bind::<Text, _>(id).execute(tx.conn)?;
    let Some(all) = all else { return Ok(()) };
    statement(
        "INSERT INTO usage_categories (file_id, id, name, description) SELECT $1, n.id, n.name, n.description \
         FROM unnest($2::text[], $3::text[], $4::text[]) AS n (id, name, description)",
    )
    .bind::<Text, _>(id)
    .bind::<Array<Text>, _>(all.keys().map(String::as_str).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(all.values().map(|(name, _)| name.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(all.values().map(|(_, description)| description.as_str()).collect::<Vec<_>>())
    .execute(tx.conn)?;
    Ok(())
}
