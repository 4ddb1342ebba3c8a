//! How the columns of the vendor's own are headed that records of a file have.

use std::collections::BTreeSet;

use diesel::{
    RunQueryDsl as _,
    sql_types::{Array, Text},
};

use super::FileRow;
use crate::{
    kit::{
        db::{Read, Tx},
        id::Id,
        problem::Result,
        statement::statement,
    },
    modules::usage::{UsageFile, check::Record},
};

/// Keeps the headers of good rows of a held file.
pub fn put_columns<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>, rows: &[Record]) -> Result<()> {
    let own = rows.iter().filter_map(|row| row.extra.as_object());
    let headers: BTreeSet<&str> = own.flat_map(|own| own.keys()).map(String::as_str).collect();
    if headers.is_empty() {
        return Ok(());
    }
    statement(
        "INSERT INTO usage_columns (file_id, header) SELECT $1, n.header FROM unnest($2::text[]) AS n (header) ON CONFLICT DO NOTHING",
    )
    .bind::<Text, _>(id)
    .bind::<Array<Text>, _>(headers.into_iter().collect::<Vec<_>>())
    .execute(tx.conn)?;
    Ok(())
}

/// Forgets those of an upload before.
pub fn forget_columns<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>) -> Result<()> {
    statement("DELETE FROM usage_columns WHERE file_id = $1").bind::<Text, _>(id).execute(tx.conn)?;
    Ok(())
}

/// Those of a file that was found; none where the actor's company does not see its records.
pub fn own_columns<P>(read: &mut Read<'_, P>, file: &FileRow) -> Result<Vec<String>> {
    if !file.shows_records(&read.actor.identity.company) {
        return Ok(Vec::new());
    }
    Ok(statement("SELECT header FROM usage_columns WHERE file_id = $1 ORDER BY header")
        .bind::<Text, _>(&file.id)
        .values::<Text, _>(read.conn)?)
}
