//! A report that another file of the vendor has already: whoever uploads it is told before it counts, and who goes on is remembered.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{Bool, Text, Timestamptz, Uuid as DbUuid},
};
use uuid::Uuid;

use crate::{
    kit::{
        db::{Looks, Read, Tx},
        id::Id,
        problem::Result,
        statement::statement,
    },
    modules::usage::{Status, UsageFile},
};

/// Another file with the very same report, which counts or is about to.
#[derive(Debug, Clone, QueryableByName)]
pub struct Elsewhere {
    #[diesel(sql_type = Text)]
    pub id: Id<UsageFile>,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub status: Status,
    #[diesel(sql_type = Timestamptz)]
    pub sent_at: DateTime<Utc>,
    /// Who uploaded it; empty when nobody is known.
    #[diesel(sql_type = Text)]
    pub sender: String,
}

/// Lets one upload of a report at a time be kept, until the transaction ends. To be said before any file is locked.
pub fn hold_report<P>(tx: &mut Tx<'_, P>, upload: Uuid) -> Result<()> {
    statement(
        "SELECT pg_advisory_xact_lock(hashtextextended('usage report ' || sha256, 0)) FROM file_uploads WHERE id = $1",
    )
    .bind::<DbUuid, _>(upload)
    .execute(tx.conn)?;
    Ok(())
}

/// The latest other file of the same vendor, product, contract and environment that has what is uploaded to a file of the actor's company.
/// Files that are invalid or rejected count for nothing.
pub fn reported_elsewhere(look: &mut impl Looks, file: &Id<UsageFile>, upload: Uuid) -> Result<Option<Elsewhere>> {
    Ok(statement(
        "SELECT o.id, o.name, o.status, v.sent_at, coalesce(e.actor_name, '') AS sender FROM usage_files f \
         JOIN file_uploads a ON a.id = $2 JOIN file_uploads b ON b.sha256 = a.sha256 AND b.id <> a.id \
         JOIN usage_uploads v ON v.upload = b.id JOIN usage_files o ON o.id = v.file_id AND o.id <> f.id \
         AND o.vendor_id = f.vendor_id AND o.product_id = f.product_id AND o.contract_id = f.contract_id AND o.environment = f.environment \
         AND o.status IN ('uploading', 'processing', 'ready', 'pending', 'accepted', 'closed') \
         LEFT JOIN LATERAL (SELECT n.actor_name FROM events n WHERE n.object = o.id AND n.name = 'usage_file.uploaded' \
            ORDER BY n.number DESC LIMIT 1) e ON true \
         WHERE f.id = $1 ORDER BY v.sent_at DESC, o.id DESC LIMIT 1",
    )
    .bind::<Text, _>(file)
    .bind::<DbUuid, _>(upload)
    .get_result(look.conn())
    .optional()?)
}

/// Keeps that the upload of a locked file repeats what another has, as the actor chose.
pub fn keep_repeats<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>, other: &Id<UsageFile>) -> Result<()> {
    let person = tx.who.member()?.person.id.clone();
    statement("UPDATE usage_uploads SET repeats = $2, repeated_by = $3 WHERE file_id = $1")
        .bind::<Text, _>(id)
        .bind::<Text, _>(other)
        .bind::<Text, _>(&person)
        .execute(tx.conn)?;
    Ok(())
}

/// That somebody uploaded a report although another file has it.
#[derive(Debug, Clone, QueryableByName)]
pub struct Repeats {
    #[diesel(sql_type = Text)]
    pub of: Id<UsageFile>,
    /// Whether the reader's company sees the other file.
    #[diesel(sql_type = Bool)]
    pub seen: bool,
    #[diesel(sql_type = Text)]
    pub person: String,
    #[diesel(sql_type = Timestamptz)]
    pub sent_at: DateTime<Utc>,
}

/// The choice that the upload of a file goes by, whose sight was checked.
pub fn repeats<P>(read: &mut Read<'_, P>, id: &Id<UsageFile>) -> Result<Option<Repeats>> {
    let me = &read.actor.identity.company.id;
    Ok(statement(
        "SELECT o.id AS of, o.vendor_id = $2 OR o.owner_id = $2 AND o.submitted_at IS NOT NULL AS seen, p.name AS person, u.sent_at \
         FROM usage_uploads u JOIN usage_files o ON o.id = u.repeats JOIN users p ON p.id = u.repeated_by WHERE u.file_id = $1",
    )
    .bind::<Text, _>(id)
    .bind::<Text, _>(me)
    .get_result(read.conn)
    .optional()?)
}
