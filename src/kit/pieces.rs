//! Files that are kept in the database in pieces, so that neither a program nor a connection ever holds one as a whole.
//!
//! Pieces come in one by one, each in a transaction of its own, and count for nothing until an act keeps the upload that they belong to. What
//! no act kept within an hour is cleared away. Whoever keeps an upload in a row of its own has a trigger that lets the upload go with the row.

use actix_web::web;
use diesel::{
    OptionalExtension as _, PgConnection, QueryableByName, RunQueryDsl as _,
    sql_types::{BigInt, Binary, Bool, Int4, Text, Uuid as DbUuid},
};
use uuid::Uuid;

use super::{
    actor::{Actor, Permission},
    db::{Db, Looks, Tx},
    problem::{Problem, Result},
    spool::{Spool, Spooled},
    statement::statement,
};

/// Bytes of a piece; the last has fewer. A connection that carried one is not too large to keep.
pub const PIECE: usize = 256 * 1024;
/// Until what was not kept is cleared away, in SQL.
const WAITS: &str = "interval '1 hour'";

/// Where a piece begins.
fn place(number: i32) -> u64 {
    u64::try_from(number).unwrap_or_default() * PIECE as u64
}

/// How many pieces a file of so many bytes has.
pub fn count(size: i64) -> i32 {
    let pieces = u64::try_from(size).unwrap_or_default().div_ceil(PIECE as u64);
    i32::try_from(pieces).unwrap_or(i32::MAX)
}

/// Brings a file in, for an act that is to come. No connection is held for longer than a piece takes.
///
/// # Errors
/// When the database is away; what came in until then is cleared away.
pub async fn put<P: Permission>(db: &Db, actor: &Actor<P>, file: &Spooled) -> Result<Uuid> {
    let (size, sha256) = (i64::try_from(file.size()).map_err(Problem::internal)?, file.sha256().to_owned());
    let upload = db.draft(actor, move |tx| begin(tx, size, &sha256)).await?;
    for number in 0..count(size) {
        let file = file.clone();
        let added = db.draft(actor, move |tx| add(tx, upload, number, &file.stretch(place(number), PIECE)?)).await;
        if let Err(problem) = added {
            forget(db, actor, upload).await;
            return Err(problem);
        }
    }
    Ok(upload)
}

/// Brings a small file in, in the transaction that keeps it.
pub fn put_all<P>(tx: &mut Tx<'_, P>, sha256: &str, bytes: &[u8]) -> Result<Uuid> {
    let upload = begin(tx, i64::try_from(bytes.len()).map_err(Problem::internal)?, sha256)?;
    for (number, piece) in (0..).zip(bytes.chunks(PIECE)) {
        add(tx, upload, number, piece)?;
    }
    Ok(upload)
}

fn begin<P>(tx: &mut Tx<'_, P>, size: i64, sha256: &str) -> Result<Uuid> {
    let upload = Uuid::new_v4();
    statement("INSERT INTO file_uploads (id, size, sha256, begun_at) VALUES ($1, $2, $3, $4)")
        .bind::<DbUuid, _>(upload)
        .bind::<BigInt, _>(size)
        .bind::<Text, _>(sha256)
        .bind::<diesel::sql_types::Timestamptz, _>(tx.at)
        .execute(tx.conn)?;
    Ok(upload)
}

fn add<P>(tx: &mut Tx<'_, P>, upload: Uuid, number: i32, bytes: &[u8]) -> Result<()> {
    statement("INSERT INTO file_pieces (upload, number, bytes) VALUES ($1, $2, $3)")
        .bind::<DbUuid, _>(upload)
        .bind::<Int4, _>(number)
        .bind::<Binary, _>(bytes)
        .execute(tx.conn)?;
    Ok(())
}

/// Keeps an upload for good, in the act that it came in for.
///
/// # Errors
/// When it was cleared away meanwhile.
pub fn keep<P>(tx: &mut Tx<'_, P>, upload: Uuid) -> Result<()> {
    let kept = statement("UPDATE file_uploads SET kept = true WHERE id = $1 AND NOT kept")
        .bind::<DbUuid, _>(upload)
        .execute(tx.conn)?;
    if kept == 1 { Ok(()) } else { Err(Problem::internal("an upload is gone, or was kept twice")) }
}

/// Whether an upload is there that no act kept.
pub fn waits(look: &mut impl Looks, upload: Uuid) -> Result<bool> {
    Ok(statement("SELECT EXISTS (SELECT FROM file_uploads WHERE id = $1 AND NOT kept) AS \"any\"")
        .bind::<DbUuid, _>(upload)
        .value::<Bool, _>(look.conn())?)
}

/// Lets an upload go that no act kept. What remains when the database is away is cleared away later.
pub async fn forget<P: Permission>(db: &Db, actor: &Actor<P>, upload: Uuid) {
    let gone = db.draft(actor, move |tx| {
        let statement = statement("DELETE FROM file_uploads WHERE id = $1 AND NOT kept");
        Ok(statement.bind::<DbUuid, _>(upload).execute(tx.conn)?)
    });
    if let Err(problem) = gone.await {
        tracing::warn!(%problem, "an upload that nobody keeps will be cleared away later");
    }
}

/// A piece of an upload whose sight was checked, or which is held.
///
/// # Errors
/// [`Problem::NotFound`] when the upload is gone: another took its place.
pub fn piece(look: &mut impl Looks, upload: Uuid, number: i32) -> Result<Vec<u8>> {
    #[derive(QueryableByName)]
    struct Piece {
        #[diesel(sql_type = Binary)]
        bytes: Vec<u8>,
    }
    let found: Option<Piece> = statement("SELECT bytes FROM file_pieces WHERE upload = $1 AND number = $2")
        .bind::<DbUuid, _>(upload)
        .bind::<Int4, _>(number)
        .get_result(look.conn())
        .optional()?;
    found.map(|piece| piece.bytes).ok_or(Problem::NotFound)
}

/// All of a small upload.
pub fn all(look: &mut impl Looks, upload: Uuid, size: i64) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for number in 0..count(size) {
        bytes.append(&mut piece(look, upload, number)?);
    }
    Ok(bytes)
}

/// An upload while it is read back.
pub struct Back(Spool);

impl Back {
    pub fn new() -> Result<Self> {
        Spool::new().map(Self)
    }

    /// Adds the next piece, where other requests are not answered.
    pub async fn add(self, bytes: Vec<u8>) -> Result<Self> {
        let Self(mut spool) = self;
        let added = web::block(move || spool.write(&bytes).map(|()| spool));
        added.await.map_err(Problem::internal)?.map(Self)
    }

    /// All pieces are there.
    ///
    /// # Errors
    /// When they are not what came in.
    pub fn whole(self, sha256: &str) -> Result<Spooled> {
        let file = self.0.done(None);
        if file.sha256() == sha256 {
            Ok(file)
        } else {
            Err(Problem::internal("the pieces of an upload are not what came in"))
        }
    }
}

/// Clears away what no act kept.
pub fn sweep(conn: &mut PgConnection) -> Result<usize> {
    Ok(statement(format!("DELETE FROM file_uploads WHERE NOT kept AND begun_at < now() - {WAITS}")).execute(conn)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_piece_is_what_is_left() {
        let piece = i64::try_from(PIECE).unwrap();
        let counts = [0, 1, piece, piece + 1, 400 * piece].map(count);
        assert_eq!(counts, [0, 1, 1, 2, 400]);
        assert_eq!(place(3), 3 * PIECE as u64);
    }
}
