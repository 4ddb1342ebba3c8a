//! Statements about imports. [`owned_by`] is the one tenancy condition.

mod apply;
mod check;
mod lease;
mod shown;

use chrono::{DateTime, Utc};
use diesel::{dsl::auto_type, prelude::*, sql_types::Int4};
use uuid::Uuid;

use super::{Fate, FileKind, State, read::Layout};
use crate::{
    kit::{
        actor::Account,
        db::{self, Looks, Read, Tx},
        id::Id,
        problem::Result,
        statement::statement,
    },
    schema::{customer_import_files, customer_import_rows, customer_imports, users},
};

pub use apply::*;
pub use check::*;
pub use lease::*;
pub use shown::*;

#[auto_type(no_type_alias)]
fn owned_by<'a>(account: &'a Id<Account>) -> _ {
    customer_imports::owner_id.eq(account)
}

/// An import as its pages show it.
#[derive(Debug, Clone, Queryable)]
pub struct ImportRow {
    pub id: Uuid,
    pub file_name: String,
    pub kind: FileKind,
    pub state: State,
    pub by: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    layout: Option<serde_json::Value>,
    pub complaint: String,
    pub round: i32,
    /// Rows that are read; or that are to be applied, and how many of them are done.
    pub work: i32,
    pub finished: i32,
    changes: serde_json::Value,
}

impl ImportRow {
    pub fn layout(&self) -> Option<Layout> {
        self.layout.clone().and_then(|layout| serde_json::from_value(layout).ok())
    }

    /// Which fields the updates change, and in how many rows.
    pub fn changes(&self) -> Vec<(String, i64)> {
        serde_json::from_value(self.changes.clone()).unwrap_or_default()
    }
}

macro_rules! imports {
    () => {
        customer_imports::table.inner_join(users::table.on(users::id.eq(customer_imports::user_id))).select((
            customer_imports::id,
            customer_imports::file_name,
            customer_imports::kind,
            customer_imports::state,
            users::name,
            customer_imports::created_at,
            customer_imports::updated_at,
            customer_imports::layout,
            customer_imports::complaint,
            customer_imports::round,
            customer_imports::work,
            customer_imports::finished,
            customer_imports::changes,
        ))
    };
}

/// The company's imports, the newest first.
pub fn all<P>(read: &mut Read<'_, P>) -> Result<Vec<ImportRow>> {
    let me = &read.actor.identity.company.id;
    Ok(imports!().filter(owned_by(me)).order(customer_imports::updated_at.desc()).limit(50).load(read.conn)?)
}

pub fn find<P>(read: &mut Read<'_, P>, id: Uuid) -> Result<ImportRow> {
    let me = &read.actor.identity.company.id;
    Ok(imports!().filter(owned_by(me)).filter(customer_imports::id.eq(id)).first(read.conn)?)
}

/// How many imports of whatever company the job takes up before this one.
pub fn before<P>(read: &mut Read<'_, P>, import: &ImportRow) -> Result<i64> {
    Ok(customer_imports::table
        .filter(customer_imports::state.eq(import.state))
        .filter(customer_imports::updated_at.lt(import.updated_at))
        .count()
        .get_result(read.conn)?)
}

/// Where an import of the actor's company stands, locked.
#[derive(Debug, Clone, Copy, Queryable)]
pub struct Locked {
    pub state: State,
    pub round: i32,
}

pub fn lock<P>(tx: &mut Tx<'_, P>, id: Uuid) -> Result<Locked> {
    let me = &tx.account()?;
    Ok(customer_imports::table
        .filter(owned_by(me))
        .filter(customer_imports::id.eq(id))
        .select((customer_imports::state, customer_imports::round))
        .for_update()
        .first(tx.conn)?)
}

/// The import of the very same file, locked.
pub fn of_file<P>(tx: &mut Tx<'_, P>, sha256: &str) -> Result<Option<(Uuid, State)>> {
    let me = &tx.account()?;
    Ok(customer_imports::table
        .filter(owned_by(me))
        .filter(customer_imports::sha256.eq(sha256))
        .select((customer_imports::id, customer_imports::state))
        .for_update()
        .first(tx.conn)
        .optional()?)
}

/// Keeps a file that the company did not send before; `None` when somebody else sends it in this moment.
pub fn insert<P>(
    tx: &mut Tx<'_, P>,
    file_name: &str,
    kind: FileKind,
    sha256: &str,
    bytes: &[u8],
) -> Result<Option<Uuid>> {
    let identity = tx.who.member()?;
    let id = Uuid::now_v7();
    let made = diesel::insert_into(customer_imports::table)
        .values((
            customer_imports::id.eq(id),
            customer_imports::owner_id.eq(&identity.company.id),
            customer_imports::user_id.eq(&identity.person.id),
            customer_imports::file_name.eq(file_name),
            customer_imports::kind.eq(kind),
            customer_imports::sha256.eq(sha256),
            customer_imports::state.eq(State::Reading),
            customer_imports::created_at.eq(tx.at),
            customer_imports::updated_at.eq(tx.at),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    if made == 0 {
        return Ok(None);
    }
    keep_file(tx, id, bytes)?;
    Ok(Some(id))
}

pub fn keep_file<P>(tx: &mut Tx<'_, P>, id: Uuid, bytes: &[u8]) -> Result<()> {
    diesel::insert_into(customer_import_files::table)
        .values((customer_import_files::import_id.eq(id), customer_import_files::bytes.eq(bytes)))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    db::carried(bytes.len());
    Ok(())
}

/// A locked import whose file is kept, is checked once more.
pub fn reopen<P>(tx: &mut Tx<'_, P>, id: Uuid) -> Result<()> {
    let by = tx.person()?;
    diesel::update(customer_imports::table.find(id))
        .set((
            customer_imports::state.eq(State::Reading),
            customer_imports::round.eq(customer_imports::round + 1),
            customer_imports::user_id.eq(by),
            customer_imports::complaint.eq(""),
            customer_imports::attempts.eq(0),
            customer_imports::work.eq(0),
            customer_imports::finished.eq(0),
            customer_imports::leased_by.eq(None::<Uuid>),
            customer_imports::leased_until.eq(None::<DateTime<Utc>>),
            customer_imports::updated_at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Whether there are rows that a further check could find to be had.
pub fn anything_left<P>(tx: &mut Tx<'_, P>, id: Uuid) -> Result<bool> {
    let left = customer_import_rows::table
        .filter(customer_import_rows::import_id.eq(id))
        .filter(customer_import_rows::result.eq_any([Fate::Create, Fate::Update, Fate::Error, Fate::Same]));
    Ok(diesel::select(diesel::dsl::exists(left)).get_result(tx.conn)?)
}

/// Whether something of an import was applied, so that it must be kept.
pub fn anything_applied(look: &mut impl Looks, id: Uuid) -> Result<bool> {
    let applied = customer_import_rows::table
        .filter(customer_import_rows::import_id.eq(id))
        .filter(customer_import_rows::result.eq_any([Fate::Created, Fate::Updated]));
    Ok(diesel::select(diesel::dsl::exists(applied)).get_result(look.conn())?)
}

/// A locked import that was checked is applied from now on, from its first turn.
pub fn begin_applying<P>(tx: &mut Tx<'_, P>, id: Uuid) -> Result<()> {
    let by = tx.person()?;
    let work: i64 = customer_import_rows::table
        .filter(customer_import_rows::import_id.eq(id))
        .filter(customer_import_rows::result.eq_any([Fate::Create, Fate::Update]))
        .count()
        .get_result(tx.conn)?;
    diesel::update(customer_imports::table.find(id))
        .set((
            customer_imports::state.eq(State::Applying),
            customer_imports::applied_by_id.eq(by),
            customer_imports::turn.eq(0),
            customer_imports::position.eq(0),
            customer_imports::work.eq(i32::try_from(work).unwrap_or(i32::MAX)),
            customer_imports::finished.eq(0),
            customer_imports::updated_at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    Ok(())
}

pub fn delete<P>(tx: &mut Tx<'_, P>, id: Uuid) -> Result<()> {
    diesel::delete(customer_imports::table.find(id)).execute(tx.conn)?;
    Ok(())
}

/// Ends what the job did, or what a person stopped; nobody holds it any more.
pub fn end<P>(tx: &mut Tx<'_, P>, id: Uuid, state: State, complaint: &str) -> Result<()> {
    diesel::update(customer_imports::table.find(id))
        .set((
            customer_imports::state.eq(state),
            customer_imports::complaint.eq(complaint),
            customer_imports::leased_by.eq(None::<Uuid>),
            customer_imports::leased_until.eq(None::<DateTime<Utc>>),
            customer_imports::updated_at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Files are deleted this many days after their import ended. Its results stay.
pub fn forget_files(conn: &mut PgConnection, days: i32) -> Result<usize> {
    Ok(statement(
        "DELETE FROM customer_import_files f USING customer_imports i WHERE i.id = f.import_id \
         AND i.state NOT IN ('reading', 'applying') AND i.updated_at < now() - $1 * interval '1 day'",
    )
    .bind::<Int4, _>(days)
    .execute(conn)?)
}
