//! Statements about chunks. They are asked of a file that was found or locked, which is their tenancy.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Bool, Text, Timestamptz},
};

use super::{Status, UsageChunk, data::Naming, lifecycle::Move};
use crate::{
    kit::{
        choice::Choice as _,
        db::{Looks, Tx},
        id::Id,
        problem::{Problem, Result},
        statement::statement,
    },
    modules::{
        ids::Hub,
        usage::{UsageFile, data::Billing},
    },
    schema::{hubs, usage_chunks},
};

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = usage_chunks)]
pub struct ChunkRow {
    pub id: Id<UsageChunk>,
    pub number: i32,
    pub hub_id: Option<Id<Hub>>,
    pub status: Status,
    pub records: i32,
    /// Records that are closed: all of them once it is closed itself.
    pub closed: i32,
    /// The sum of all amounts, where the file has one.
    pub amount: Option<String>,
    pub external_id: String,
    /// Empty when its records were closed one by one, or with the file.
    pub billing_reference: String,
    pub billing_note: String,
    pub closed_at: Option<DateTime<Utc>>,
    pub revision: i32,
}

impl ChunkRow {
    /// Records that are closed, on their own or all together.
    pub fn done(&self) -> i32 {
        if self.status == Status::Closed { self.records } else { self.closed }
    }

    pub fn billing(&self) -> Billing {
        Billing { billing_reference: self.billing_reference.clone(), billing_note: self.billing_note.clone() }
    }

    pub fn naming(&self) -> Naming {
        Naming { external_id: self.external_id.clone() }
    }

    /// What asks for its records.
    pub fn hub(&self) -> &str {
        self.hub_id.as_ref().map_or(super::NO_HUB, Id::as_str)
    }
}

/// A chunk with the name of its hub.
pub type Named = (ChunkRow, Option<String>);

/// The chunks of a file that its owner found, in their order.
pub fn all(look: &mut impl Looks, file: &Id<UsageFile>) -> Result<Vec<Named>> {
    Ok(usage_chunks::table
        .left_join(hubs::table.on(hubs::id.nullable().eq(usage_chunks::hub_id)))
        .filter(usage_chunks::file_id.eq(file))
        .order(usage_chunks::number)
        .select((ChunkRow::as_select(), hubs::name.nullable()))
        .load(look.conn())?)
}

/// One of them.
pub fn find(look: &mut impl Looks, file: &Id<UsageFile>, number: i32) -> Result<Named> {
    Ok(usage_chunks::table
        .left_join(hubs::table.on(hubs::id.nullable().eq(usage_chunks::hub_id)))
        .filter(usage_chunks::file_id.eq(file).and(usage_chunks::number.eq(number)))
        .select((ChunkRow::as_select(), hubs::name.nullable()))
        .first(look.conn())?)
}

/// Makes the chunks of a locked file: one for each hub of its subscriptions, and one for those without.
pub fn make<P>(tx: &mut Tx<'_, P>, file: &Id<UsageFile>) -> Result<()> {
    statement(
        "INSERT INTO usage_chunks (id, file_id, number, hub_id, status, records, amount, created_at) \
         SELECT 'UFC' || substr(h.file_id, 3) || '-' || lpad(h.number::text, greatest(3, length(h.number::text)), '0'), h.file_id, h.number, \
         h.hub_id, 'draft', h.records, h.amount, $2 FROM (SELECT t.file_id, s.hub_id, sum(t.records)::int AS records, \
         CASE WHEN f.schema IN ('CR', 'PR') THEN trim_scale(sum(t.amount))::text END AS amount, \
         row_number() OVER (ORDER BY s.hub_id NULLS LAST)::int AS number \
         FROM usage_totals t JOIN usage_files f ON f.id = t.file_id JOIN subscriptions s ON s.id = t.subscription_id \
         WHERE t.file_id = $1 GROUP BY t.file_id, f.schema, s.hub_id) h",
    )
    .bind::<Text, _>(file)
    .bind::<Timestamptz, _>(tx.at)
    .execute(tx.conn)?;
    Ok(())
}

/// Moves the chunks of a locked file that were made.
///
/// # Errors
/// When their records are not all that the file has: nothing is billed that lacks some.
pub fn build<P>(tx: &mut Tx<'_, P>, file: &Id<UsageFile>, records: i32, planned: &Move) -> Result<()> {
    let made: i64 = usage_chunks::table
        .filter(usage_chunks::file_id.eq(file))
        .select(diesel::dsl::sum(usage_chunks::records))
        .first::<Option<i64>>(tx.conn)?
        .unwrap_or_default();
    if made != i64::from(records) {
        return Err(Problem::internal("the chunks of a file have other records than the file"));
    }
    diesel::update(usage_chunks::table.filter(usage_chunks::file_id.eq(file)))
        .filter(usage_chunks::status.eq(planned.from()))
        .set(usage_chunks::status.eq(planned.to()))
        .execute(tx.conn)?;
    Ok(())
}

/// Moves one chunk of a locked file that is billed as a whole.
pub fn close<P>(tx: &mut Tx<'_, P>, chunk: &ChunkRow, billing: &Billing, planned: &Move) -> Result<()> {
    let moved = diesel::update(usage_chunks::table.find(&chunk.id).filter(usage_chunks::status.eq(planned.from())))
        .set((
            usage_chunks::status.eq(planned.to()),
            usage_chunks::closed.eq(usage_chunks::records),
            usage_chunks::closed_at.eq(Some(planned.at())),
            usage_chunks::billing_reference.eq(&billing.billing_reference),
            usage_chunks::billing_note.eq(&billing.billing_note),
            usage_chunks::revision.eq(usage_chunks::revision + 1),
        ))
        .execute(tx.conn)?;
    if moved == 1 { Ok(()) } else { Err(Problem::internal("a chunk moved under the lock of its file")) }
}

/// Moves the chunks of a locked file that have no open record left; all of them when the file itself is closed.
pub fn close_rest<P>(tx: &mut Tx<'_, P>, file: &Id<UsageFile>, planned: &Move, whole: bool) -> Result<()> {
    statement(
        "UPDATE usage_chunks SET status = $2, closed_at = $3, revision = revision + 1 \
         WHERE file_id = $1 AND status = $4 AND ($5 OR closed = records)",
    )
    .bind::<Text, _>(file)
    .bind::<Text, _>(planned.to().key())
    .bind::<Timestamptz, _>(planned.at())
    .bind::<Text, _>(planned.from().key())
    .bind::<Bool, _>(whole)
    .execute(tx.conn)?;
    Ok(())
}

/// Changes the external ID of a chunk.
pub fn name<P>(tx: &mut Tx<'_, P>, chunk: &ChunkRow, naming: &Naming) -> Result<()> {
    diesel::update(usage_chunks::table.find(&chunk.id))
        .set((usage_chunks::external_id.eq(&naming.external_id), usage_chunks::revision.eq(usage_chunks::revision + 1)))
        .execute(tx.conn)?;
    Ok(())
}

/// Changes how a closed chunk was billed.
pub fn bill<P>(tx: &mut Tx<'_, P>, chunk: &ChunkRow, billing: &Billing) -> Result<()> {
    diesel::update(usage_chunks::table.find(&chunk.id))
        .set((
            usage_chunks::billing_reference.eq(&billing.billing_reference),
            usage_chunks::billing_note.eq(&billing.billing_note),
            usage_chunks::revision.eq(usage_chunks::revision + 1),
        ))
        .execute(tx.conn)?;
    Ok(())
}
