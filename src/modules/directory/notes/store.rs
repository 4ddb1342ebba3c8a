//! Statements about notes. Each asks for the company that keeps them.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{BigInt, Integer, Text, Timestamptz},
};

use crate::{
    kit::{
        actor::{Account, Permission, User},
        db::{Read, Tx},
        id::Id,
        problem::Result,
        statement::statement,
    },
    modules::directory::View,
};

/// Notes that a tab shows.
const SHOWN: i64 = 200;

/// A note, with the name of who wrote it.
#[derive(Debug, Clone, QueryableByName)]
pub struct NoteRow {
    #[diesel(sql_type = BigInt)]
    pub number: i64,
    #[diesel(sql_type = Text)]
    pub author_id: Id<User>,
    #[diesel(sql_type = Text)]
    pub author: String,
    #[diesel(sql_type = Text)]
    pub text: String,
    #[diesel(sql_type = Timestamptz)]
    pub updated_at: DateTime<Utc>,
    #[diesel(sql_type = Integer)]
    pub revision: i32,
}

/// What is read of a note of the company `$1` on the partner `$2`.
const NOTES: &str = "SELECT n.number, n.author_id, u.name AS author, n.text, n.updated_at, n.revision \
    FROM partner_notes n JOIN users u ON u.id = n.author_id WHERE n.account_id = $1 AND n.partner_id = $2";

/// The notes on a partner, the latest first.
pub fn all(read: &mut Read<'_, View>, partner: &Id<Account>) -> Result<Vec<NoteRow>> {
    Ok(statement(format!("{NOTES} ORDER BY n.number DESC LIMIT {SHOWN}"))
        .bind::<Text, _>(read.actor.account())
        .bind::<Text, _>(partner)
        .load(read.conn)?)
}

/// A note of the actor's company on this partner.
pub fn find<P: Permission>(read: &mut Read<'_, P>, partner: &Id<Account>, number: i64) -> Result<NoteRow> {
    Ok(statement(format!("{NOTES} AND n.number = $3"))
        .bind::<Text, _>(read.actor.account())
        .bind::<Text, _>(partner)
        .bind::<BigInt, _>(number)
        .get_result(read.conn)?)
}

/// As [`find`], locked until the transaction ends.
pub fn lock<P>(tx: &mut Tx<'_, P>, partner: &Id<Account>, number: i64) -> Result<NoteRow> {
    let me = tx.account()?;
    Ok(statement(format!("{NOTES} AND n.number = $3 FOR UPDATE OF n"))
        .bind::<Text, _>(&me)
        .bind::<Text, _>(partner)
        .bind::<BigInt, _>(number)
        .get_result(tx.conn)?)
}

#[derive(QueryableByName)]
struct Known {
    #[diesel(sql_type = Integer)]
    one: i32,
}

/// Whether the company has, or had, this partner.
pub fn is_partner<P>(tx: &mut Tx<'_, P>, partner: &Id<Account>) -> Result<bool> {
    let me = tx.account()?;
    let found: Option<Known> =
        statement("SELECT 1 AS one FROM partners t WHERE t.issuer_id = $1 AND t.partner_id = $2")
            .bind::<Text, _>(&me)
            .bind::<Text, _>(partner)
            .get_result(tx.conn)
            .optional()?;
    Ok(found.is_some_and(|found| found.one == 1))
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// Adds a note of the actor, and says its number.
pub fn insert<P>(tx: &mut Tx<'_, P>, partner: &Id<Account>, text: &str) -> Result<i64> {
    let (me, author) = (tx.account()?, tx.person()?);
    let made: Number = statement(
        "INSERT INTO partner_notes (account_id, partner_id, author_id, text, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $5, $5) RETURNING number",
    )
    .bind::<Text, _>(&me)
    .bind::<Text, _>(partner)
    .bind::<Text, _>(&author)
    .bind::<Text, _>(text)
    .bind::<Timestamptz, _>(tx.at)
    .get_result(tx.conn)?;
    Ok(made.number)
}

/// Changes a note that [`lock`] holds.
pub fn update<P>(tx: &mut Tx<'_, P>, number: i64, text: &str) -> Result<()> {
    let me = tx.account()?;
    statement(
        "UPDATE partner_notes SET text = $3, updated_at = $4, revision = revision + 1 WHERE number = $2 AND account_id = $1",
    )
    .bind::<Text, _>(&me)
    .bind::<BigInt, _>(number)
    .bind::<Text, _>(text)
    .bind::<Timestamptz, _>(tx.at)
    .execute(tx.conn)?;
    Ok(())
}

/// Takes away a note that [`lock`] holds.
pub fn delete<P>(tx: &mut Tx<'_, P>, number: i64) -> Result<()> {
    let me = tx.account()?;
    statement("DELETE FROM partner_notes WHERE number = $2 AND account_id = $1")
        .bind::<Text, _>(&me)
        .bind::<BigInt, _>(number)
        .execute(tx.conn)?;
    Ok(())
}
