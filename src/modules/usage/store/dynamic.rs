//! Items that usage files make.

use diesel::{
    prelude::*,
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
    modules::{
        ids::{Item, Product},
        usage::UsageFile,
    },
};

/// Drafts that the totals of a held file name.
pub fn drafts_of<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>) -> Result<Vec<Id<Item>>> {
    Ok(statement(
        "SELECT DISTINCT i.id FROM usage_totals t JOIN items i ON i.id = t.item_id AND i.dynamic AND i.status = 'draft' \
         WHERE t.file_id = $1 ORDER BY i.id",
    )
    .bind::<Text, _>(id).values::<Text, _>(tx.conn)?)
}

/// Remembers which items a held file makes.
pub fn keep_made<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>, items: &[Id<Item>]) -> Result<()> {
    statement("INSERT INTO usage_items (file_id, item_id) SELECT $1, n.item FROM unnest($2::text[]) AS n (item)")
        .bind::<Text, _>(id)
        .bind::<Array<Text>, _>(items.iter().map(Id::as_str).collect::<Vec<_>>())
        .execute(tx.conn)?;
    Ok(())
}

/// Takes away drafts of a product that no record names: their files were refused.
pub fn clear_drafts<P>(tx: &mut Tx<'_, P>, product: &Id<Product>) -> Result<()> {
    statement(
        "DELETE FROM items i WHERE i.product_id = $1 AND i.dynamic AND i.status = 'draft' \
         AND NOT EXISTS (SELECT FROM usage_records r WHERE r.item_id = i.id)",
    )
    .bind::<Text, _>(product)
    .execute(tx.conn)?;
    Ok(())
}

/// An item that a file made.
#[derive(Debug, Clone, QueryableByName)]
pub struct Made {
    #[diesel(sql_type = Text)]
    pub id: Id<Item>,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub mpn: String,
}

/// The items that a file made whose sight was checked; of all its uploads, since what was made stays.
pub fn made<P>(read: &mut Read<'_, P>, file: &FileRow) -> Result<Vec<Made>> {
    Ok(statement(
        "SELECT i.id, i.name, i.mpn FROM usage_items u JOIN items i ON i.id = u.item_id WHERE u.file_id = $1 ORDER BY i.name, i.id",
    )
    .bind::<Text, _>(&file.id)
    .load(read.conn)?)
}
