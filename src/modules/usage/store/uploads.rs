//! The report that a file was uploaded as, and the pieces that it is kept in.

use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_types::{BigInt, Text, Uuid as DbUuid},
};
use serde_json::Value;
use uuid::Uuid;

use super::FileRow;
use crate::{
    kit::{
        actor::User,
        db::{Looks, Read, Tx},
        id::Id,
        pieces,
        problem::Result,
        statement::statement,
    },
    modules::{
        customers::imports::{FileKind, read::place_of},
        usage::{
            UsageFile,
            actions::Sent,
            read::{Beside, Numbers, named},
        },
    },
    schema::{usage_files, usage_uploads},
};

/// The last upload of a file, without its bytes.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = usage_uploads)]
pub struct UploadRow {
    pub file_name: String,
    pub kind: FileKind,
    pub sent_at: DateTime<Utc>,
    /// Rows that were read, and how many of them are wrong.
    pub work: i32,
    pub wrong: i32,
    /// The pieces that it is kept in.
    pub upload: Uuid,
    /// Rows that are hidden, once all are read.
    pub hidden: i32,
    /// Whether it was read as Windows-1252, once all is read.
    pub western: bool,
    /// Cells whose numbers were rounded to fifteen digits, and those that are formatted as dates, once all is read.
    pub rounded: i32,
    pub dated: i32,
    /// The file that had the same report, when somebody went on all the same.
    pub repeats: Option<Id<UsageFile>>,
    /// What hidden rows come to, exactly, and the first cell beyond the columns that are read, once all is read.
    pub hidden_amount: Option<String>,
    pub beyond: Option<String>,
}

impl UploadRow {
    /// What is told of it beside its rows.
    pub fn beside(&self) -> Beside {
        let count = |cells: i32| u32::try_from(cells).unwrap_or_default();
        let numbers = Numbers { rounded: count(self.rounded), dated: count(self.dated) };
        let exactly = |amount: &String| serde_json::from_value(Value::from(amount.as_str())).ok();
        Beside {
            hidden: count(self.hidden),
            hidden_amount: self.hidden_amount.as_ref().and_then(exactly),
            beyond: self.beyond.as_deref().and_then(place_of),
            western: self.western,
            numbers,
        }
    }
}

/// The pieces of an upload.
#[derive(Debug, Clone, QueryableByName)]
pub struct Pieces {
    #[diesel(sql_type = DbUuid)]
    pub upload: Uuid,
    #[diesel(sql_type = BigInt)]
    pub size: i64,
    #[diesel(sql_type = Text)]
    pub sha256: String,
}

/// Keeps an upload of a locked file, in place of the one before, which the file's figures were of, and of what was only tried out.
pub fn keep_upload<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>, sent: &Sent) -> Result<()> {
    diesel::delete(usage_uploads::table.find(id)).execute(tx.conn)?;
    super::forget_trial(tx, id)?;
    pieces::keep(tx, sent.upload)?;
    diesel::insert_into(usage_uploads::table)
        .values((
            usage_uploads::file_id.eq(id),
            usage_uploads::file_name.eq(&sent.file_name),
            usage_uploads::kind.eq(sent.kind),
            usage_uploads::sent_at.eq(tx.at),
            usage_uploads::upload.eq(sent.upload),
        ))
        .execute(tx.conn)?;
    without_figures(tx, id)
}

/// Deletes the findings about a locked file's upload, which will be checked again.
pub fn renew_upload<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>) -> Result<()> {
    for text in [
        "UPDATE usage_uploads SET work = 0, wrong = 0, hidden = 0, hidden_amount = NULL, beyond = NULL, western = false, \
         rounded = 0, dated = 0, attempts = 0 WHERE file_id = $1",
        "UPDATE usage_mapped SET ledger = NULL WHERE file_id = $1",
        "UPDATE usage_controls SET read_rows = NULL, read_total = NULL, found_rows = NULL, found_total = NULL, difference = NULL \
         WHERE file_id = $1",
    ] {
        statement(text).bind::<Text, _>(id).execute(tx.conn)?;
    }
    without_figures(tx, id)
}

/// Deletes the figures of a locked file, which another check will replace.
fn without_figures<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>) -> Result<()> {
    diesel::update(usage_files::table.find(id))
        .set((
            usage_files::round.eq(usage_files::round + 1),
            usage_files::note.eq(""),
            usage_files::records.eq(0),
            usage_files::amount.eq(None::<String>),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The person who had a held file checked, by sending its report or by changing what it is checked against; a program is nobody to tell.
pub fn sender<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>) -> Result<Option<Id<User>>> {
    #[derive(QueryableByName)]
    struct Sender {
        #[diesel(sql_type = Text)]
        user_id: Id<User>,
    }
    let found: Option<Sender> = statement(
        "SELECT e.user_id FROM (SELECT * FROM events WHERE object = $1 AND moved_to = 'uploading' ORDER BY number DESC LIMIT 1) e \
         WHERE e.user_id IS NOT NULL",
    )
    .bind::<Text, _>(id)
    .get_result(tx.conn)
    .optional()?;
    Ok(found.map(|sender| sender.user_id))
}

/// Keeps what is to be told of the upload of a held file.
pub fn keep_beside<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>, beside: Beside) -> Result<()> {
    let count = |cells: u32| i32::try_from(cells).unwrap_or(i32::MAX);
    diesel::update(usage_uploads::table.find(id))
        .set((
            usage_uploads::hidden.eq(count(beside.hidden)),
            usage_uploads::hidden_amount.eq(beside.hidden_amount.map(|amount| amount.to_string())),
            usage_uploads::beyond.eq(beside.beyond.map(named)),
            usage_uploads::western.eq(beside.western),
            usage_uploads::rounded.eq(count(beside.numbers.rounded)),
            usage_uploads::dated.eq(count(beside.numbers.dated)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The pieces of the upload of a file that is held, or whose sight was checked.
pub fn pieces_of(look: &mut impl Looks, id: &Id<UsageFile>) -> Result<Pieces> {
    Ok(statement(
        "SELECT f.id AS upload, f.size, f.sha256 FROM usage_uploads u JOIN file_uploads f ON f.id = u.upload WHERE u.file_id = $1",
    )
    .bind::<Text, _>(id)
    .get_result(look.conn())?)
}

/// The upload of a file of the actor's company: its name, its kind and the pieces of it.
pub fn original<P>(read: &mut Read<'_, P>, id: &Id<UsageFile>) -> Result<(FileRow, UploadRow, Pieces)> {
    let me = &read.actor.identity.company.id;
    let (file, upload): (FileRow, UploadRow) = usage_uploads::table
        .inner_join(usage_files::table.on(usage_files::id.eq(usage_uploads::file_id)))
        .filter(usage_files::id.eq(id))
        .filter(usage_files::vendor_id.eq(me))
        .select((FileRow::as_select(), UploadRow::as_select()))
        .first(read.conn)?;
    let pieces = pieces_of(read, id)?;
    Ok((file, upload, pieces))
}

/// A piece of the upload of a file of the actor's company.
pub fn original_piece<P>(read: &mut Read<'_, P>, id: &Id<UsageFile>, upload: Uuid, number: i32) -> Result<Vec<u8>> {
    let me = &read.actor.identity.company.id;
    let upload: Uuid = usage_uploads::table
        .inner_join(usage_files::table.on(usage_files::id.eq(usage_uploads::file_id)))
        .filter(usage_files::id.eq(id))
        .filter(usage_files::vendor_id.eq(me))
        .filter(usage_uploads::upload.eq(upload))
        .select(usage_uploads::upload)
        .first(read.conn)?;
    pieces::piece(read, upload, number)
}
