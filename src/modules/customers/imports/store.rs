//! Statements about imports. [`owned_by`] is the one tenancy condition.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::{
    dsl::auto_type,
    prelude::*,
    sql_types::{Array, BigInt, Int2, Int4, Jsonb, Nullable, Text, Uuid as DbUuid},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Cells, Fate, FileKind, State, link::Known, read::Layout, row::Above};
use crate::{
    kit::{
        actor::{Account, User},
        choice::Choice as _,
        db::{Read, Tx},
        id::Id,
        problem::{Problem, Result},
        statement::statement,
    },
    modules::customers::{
        Status, TierAccount, Type,
        forms::Changed,
        store::{self as accounts, AccountRow},
    },
    schema::{customer_import_files, customer_import_rows, customer_imports, tier_accounts, users},
};

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
pub fn before(conn: &mut PgConnection, import: &ImportRow) -> Result<i64> {
    Ok(customer_imports::table
        .filter(customer_imports::state.eq(import.state))
        .filter(customer_imports::updated_at.lt(import.updated_at))
        .count()
        .get_result(conn)?)
}

/// Where an import of the actor's company stands, locked.
#[derive(Debug, Clone, Copy, Queryable)]
pub struct Locked {
    pub state: State,
    pub round: i32,
}

pub fn lock<P>(tx: &mut Tx<'_, P>, id: Uuid) -> Result<Locked> {
    let me = &tx.who.identity().ok_or(Problem::NotFound)?.company.id;
    Ok(customer_imports::table
        .filter(owned_by(me))
        .filter(customer_imports::id.eq(id))
        .select((customer_imports::state, customer_imports::round))
        .for_update()
        .first(tx.conn)?)
}

/// The import of the very same file, locked.
pub fn of_file<P>(tx: &mut Tx<'_, P>, sha256: &str) -> Result<Option<(Uuid, State)>> {
    let me = &tx.who.identity().ok_or(Problem::NotFound)?.company.id;
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
    let identity = tx.who.identity().ok_or(Problem::NotFound)?;
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
    keep_file(tx.conn, id, bytes)?;
    Ok(Some(id))
}

pub fn keep_file(conn: &mut PgConnection, id: Uuid, bytes: &[u8]) -> Result<()> {
    diesel::insert_into(customer_import_files::table)
        .values((customer_import_files::import_id.eq(id), customer_import_files::bytes.eq(bytes)))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(())
}

/// A locked import whose file is kept, is checked once more.
pub fn reopen<P>(tx: &mut Tx<'_, P>, id: Uuid) -> Result<()> {
    let by = tx.who.identity().ok_or(Problem::NotFound)?.person.id.clone();
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
pub fn anything_left(conn: &mut PgConnection, id: Uuid) -> Result<bool> {
    let left = customer_import_rows::table
        .filter(customer_import_rows::import_id.eq(id))
        .filter(customer_import_rows::result.eq_any([Fate::Create, Fate::Update, Fate::Error, Fate::Same]));
    Ok(diesel::select(diesel::dsl::exists(left)).get_result(conn)?)
}

/// Whether something of an import was applied, so that it must be kept.
pub fn anything_applied(conn: &mut PgConnection, id: Uuid) -> Result<bool> {
    let applied = customer_import_rows::table
        .filter(customer_import_rows::import_id.eq(id))
        .filter(customer_import_rows::result.eq_any([Fate::Created, Fate::Updated]));
    Ok(diesel::select(diesel::dsl::exists(applied)).get_result(conn)?)
}

/// A locked import that was checked is applied from now on, from its first turn.
pub fn begin_applying<P>(tx: &mut Tx<'_, P>, id: Uuid) -> Result<()> {
    let by = tx.who.identity().ok_or(Problem::NotFound)?.person.id.clone();
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

/// Files of imports that ended so many days ago are forgotten; their results stay.
pub fn forget_files(conn: &mut PgConnection, days: i32) -> Result<usize> {
    Ok(statement(
        "DELETE FROM customer_import_files f USING customer_imports i WHERE i.id = f.import_id \
         AND i.state NOT IN ('reading', 'applying') AND i.updated_at < now() - $1 * interval '1 day'",
    )
    .bind::<Int4, _>(days)
    .execute(conn)?)
}

// what the job does

/// An import that a job holds: nobody else works on it until the lease runs out.
#[derive(Debug, Clone)]
pub struct Held {
    pub id: Uuid,
    pub owner: Id<Account>,
    pub file_name: String,
    /// Who applies it, or else who sent it.
    pub person: Id<User>,
    pub state: State,
    pub round: i32,
    pub layout: Option<Layout>,
    /// The turn and the number of the last row that was applied.
    pub position: (i16, i32),
    pub attempts: i32,
    holder: Uuid,
}

/// How long a lease lasts, in seconds; every piece of work begins it anew.
const LEASE: i32 = 20;

/// Takes the import in this state that waits longest, unless somebody holds it.
pub fn take(conn: &mut PgConnection, state: State, holder: Uuid) -> Result<Option<Held>> {
    #[derive(QueryableByName)]
    struct Taken {
        #[diesel(sql_type = DbUuid)]
        id: Uuid,
        #[diesel(sql_type = Text)]
        owner_id: Id<Account>,
        #[diesel(sql_type = Text)]
        file_name: String,
        #[diesel(sql_type = Text)]
        person: Id<User>,
        #[diesel(sql_type = Int4)]
        round: i32,
        #[diesel(sql_type = Nullable<Jsonb>)]
        layout: Option<serde_json::Value>,
        #[diesel(sql_type = Int2)]
        turn: i16,
        #[diesel(sql_type = Int4)]
        position: i32,
        #[diesel(sql_type = Int4)]
        attempts: i32,
    }
    let taken: Option<Taken> = statement(
        "UPDATE customer_imports i SET leased_by = $1, leased_until = now() + $2 * interval '1 second', attempts = i.attempts + 1 \
         WHERE i.id = (SELECT id FROM customer_imports WHERE state = $3 AND (leased_until IS NULL OR leased_until < now()) \
         ORDER BY updated_at LIMIT 1 FOR UPDATE SKIP LOCKED) \
         RETURNING i.id, i.owner_id, i.file_name, coalesce(i.applied_by_id, i.user_id) AS person, i.round, i.layout, i.turn, i.position, \
         i.attempts",
    )
    .bind::<DbUuid, _>(holder)
    .bind::<Int4, _>(LEASE)
    .bind::<Text, _>(state.key())
    .get_result(conn)
    .optional()?;
    Ok(taken.map(|taken| Held {
        id: taken.id,
        owner: taken.owner_id,
        file_name: taken.file_name,
        person: taken.person,
        state,
        round: taken.round,
        layout: taken.layout.and_then(|layout| serde_json::from_value(layout).ok()),
        position: (taken.turn, taken.position),
        attempts: taken.attempts,
        holder,
    }))
}

/// Locks a held import for the next piece of work and begins its lease anew. False when it is no longer held: it was stopped, discarded,
/// sent again, or taken by another program after too long a pause.
pub fn hold<P>(tx: &mut Tx<'_, P>, held: &Held) -> Result<bool> {
    let kept = statement(
        "UPDATE customer_imports SET leased_until = now() + $1 * interval '1 second' \
         WHERE id = $2 AND leased_by = $3 AND state = $4 AND round = $5",
    )
    .bind::<Int4, _>(LEASE)
    .bind::<DbUuid, _>(held.id)
    .bind::<DbUuid, _>(held.holder)
    .bind::<Text, _>(held.state.key())
    .bind::<Int4, _>(held.round)
    .execute(tx.conn)?;
    Ok(kept == 1)
}

/// Gives a held import back, behind all others that wait.
pub fn release(conn: &mut PgConnection, held: &Held) -> Result<()> {
    statement(
        "UPDATE customer_imports SET leased_by = NULL, leased_until = NULL, updated_at = clock_timestamp() \
         WHERE id = $1 AND leased_by = $2",
    )
    .bind::<DbUuid, _>(held.id)
    .bind::<DbUuid, _>(held.holder)
    .execute(conn)?;
    Ok(())
}

/// The file as it came.
pub fn file(conn: &mut PgConnection, id: Uuid) -> Result<Vec<u8>> {
    Ok(customer_import_files::table.find(id).select(customer_import_files::bytes).first(conn)?)
}

/// Whether the file is still there.
pub fn has_file(conn: &mut PgConnection, id: Uuid) -> Result<bool> {
    Ok(diesel::select(diesel::dsl::exists(customer_import_files::table.find(id))).get_result(conn)?)
}

/// Rows that were applied in an earlier round: they are not looked at again.
pub fn applied(conn: &mut PgConnection, id: Uuid) -> Result<HashSet<i32>> {
    Ok(customer_import_rows::table
        .filter(customer_import_rows::import_id.eq(id))
        .filter(customer_import_rows::result.eq_any([Fate::Created, Fate::Updated]))
        .select(customer_import_rows::number)
        .load(conn)?
        .into_iter()
        .collect())
}

/// Forgets what an earlier check found of rows that were not applied.
pub fn forget_check<P>(tx: &mut Tx<'_, P>, id: Uuid) -> Result<()> {
    diesel::delete(
        customer_import_rows::table
            .filter(customer_import_rows::import_id.eq(id))
            .filter(customer_import_rows::result.ne_all([Fate::Created, Fate::Updated])),
    )
    .execute(tx.conn)?;
    Ok(())
}

/// A check begins from its first row.
pub fn begin_check<P>(tx: &mut Tx<'_, P>, held: &Held) -> Result<()> {
    diesel::update(customer_imports::table.find(held.id)).set(customer_imports::work.eq(0)).execute(tx.conn)?;
    Ok(())
}

/// A field that an update changes, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub label: String,
    pub old: String,
    pub new: String,
}

impl From<Changed> for Change {
    fn from(changed: Changed) -> Self {
        Self { label: changed.label.to_owned(), old: changed.old, new: changed.new }
    }
}

/// A row as it was checked.
#[derive(Debug, Clone)]
pub struct Checked {
    pub number: i32,
    pub cells: Cells,
    pub fate: Fate,
    pub message: String,
    pub changes: Vec<Change>,
    /// The account that it updates, and its version.
    pub account: Option<(Id<TierAccount>, i32)>,
    pub turn: i16,
}

/// Between the cells of a row on their way to the database; no cell contains it.
const BETWEEN: &str = "\u{1f}";

fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(Problem::internal)
}

/// Keeps rows of a held import, and how many are read.
pub fn put_rows<P>(tx: &mut Tx<'_, P>, held: &Held, rows: &[Checked]) -> Result<()> {
    let changes: Vec<String> = rows.iter().map(|row| json(&row.changes)).collect::<Result<_>>()?;
    statement(
        "INSERT INTO customer_import_rows (import_id, round, number, cells, result, message, changes, tier_account_id, version, turn) \
         SELECT $1, $2, n.number, string_to_array(n.cells, $3), n.result, n.message, n.changes::jsonb, n.account, n.version, n.turn \
         FROM unnest($4, $5, $6, $7, $8, $9, $10, $11) AS n (number, cells, result, message, changes, account, version, turn)",
    )
    .bind::<DbUuid, _>(held.id)
    .bind::<Int4, _>(held.round)
    .bind::<Text, _>(BETWEEN)
    .bind::<Array<Int4>, _>(rows.iter().map(|row| row.number).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.cells.join(BETWEEN)).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.fate.key()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.message.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(changes)
    .bind::<Array<Nullable<Text>>, _>(
        rows.iter().map(|row| row.account.as_ref().map(|(id, _)| id.as_str())).collect::<Vec<_>>(),
    )
    .bind::<Array<Nullable<Int4>>, _>(
        rows.iter().map(|row| row.account.as_ref().map(|(_, version)| *version)).collect::<Vec<_>>(),
    )
    .bind::<Array<Int2>, _>(rows.iter().map(|row| row.turn).collect::<Vec<_>>())
    .execute(tx.conn)?;
    let read = i32::try_from(rows.len()).unwrap_or(i32::MAX);
    diesel::update(customer_imports::table.find(held.id))
        .set(customer_imports::work.eq(customer_imports::work + read))
        .execute(tx.conn)?;
    Ok(())
}

/// What the rows of a file say of each other, found after all are read.
#[derive(Debug, Clone)]
pub struct Relinked {
    pub number: i32,
    pub fate: Fate,
    pub message: String,
    pub turn: i16,
    /// Where an update moves its account: added to its changes.
    pub moves: Option<Change>,
}

pub fn relink<P>(tx: &mut Tx<'_, P>, held: &Held, rows: &[Relinked]) -> Result<()> {
    let moves: Vec<String> = rows.iter().map(|row| json(&row.moves.as_slice())).collect::<Result<_>>()?;
    statement(
        "UPDATE customer_import_rows r SET result = n.result, message = n.message, turn = n.turn, \
         changes = CASE WHEN n.result = 'error' THEN '[]' ELSE n.moves::jsonb || r.changes END \
         FROM unnest($1, $2, $3, $4, $5) AS n (number, result, message, turn, moves) \
         WHERE r.import_id = $6 AND r.number = n.number",
    )
    .bind::<Array<Int4>, _>(rows.iter().map(|row| row.number).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.fate.key()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(rows.iter().map(|row| row.message.as_str()).collect::<Vec<_>>())
    .bind::<Array<Int2>, _>(rows.iter().map(|row| row.turn).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(moves)
    .bind::<DbUuid, _>(held.id)
    .execute(tx.conn)?;
    Ok(())
}

/// What is known of a company's accounts of what rows name: parents, and keys.
pub fn known<'a>(
    conn: &mut PgConnection,
    owner: &Id<Account>,
    named: impl Iterator<Item = &'a Above>,
    uids: &[Uuid],
) -> Result<Known> {
    let (mut ids, mut external_ids, mut keys) = (HashSet::new(), HashSet::new(), HashSet::new());
    for above in named {
        match above {
            Above::Id(id) => drop(ids.insert(id.to_string())),
            Above::ExternalId(text) => drop(external_ids.insert(text.as_str())),
            Above::ExternalUid(uid) => drop(keys.insert(*uid)),
            Above::Unsaid | Above::Top => {}
        }
    }
    let mut known = Known::default();
    let resellers = || {
        tier_accounts::table
            .filter(tier_accounts::owner_id.eq(owner))
            .filter(tier_accounts::status.eq(Status::Active))
            .filter(tier_accounts::type_.eq(Type::Reseller))
    };
    for some in external_ids.into_iter().collect::<Vec<_>>().chunks(TOGETHER) {
        let found = resellers()
            .filter(tier_accounts::external_id.eq_any(some))
            .select((tier_accounts::external_id, tier_accounts::id))
            .order(tier_accounts::id)
            .load::<(String, String)>(conn)?;
        for (text, id) in found {
            ids.insert(id.clone());
            known.by_external_id.entry(text).or_default().push(id);
        }
    }
    for some in keys.into_iter().collect::<Vec<_>>().chunks(TOGETHER) {
        let found = resellers()
            .filter(tier_accounts::external_uid.eq_any(some))
            .select((tier_accounts::external_uid, tier_accounts::id))
            .load::<(Uuid, String)>(conn)?;
        for (uid, id) in found {
            ids.insert(id.clone());
            known.by_uid.insert(uid, id);
        }
    }
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    for some in ids.chunks(TOGETHER) {
        known.standings.extend(accounts::standings(conn, owner, some)?);
    }
    for some in uids.chunks(TOGETHER) {
        let found = tier_accounts::table
            .filter(tier_accounts::owner_id.eq(owner))
            .filter(tier_accounts::external_uid.eq_any(some))
            .select((tier_accounts::external_uid, tier_accounts::id))
            .load::<(Uuid, String)>(conn)?;
        known.bearers.extend(found);
    }
    Ok(known)
}

/// Values that are looked up together.
const TOGETHER: usize = 5_000;

/// The company's active accounts with these ids.
pub fn accounts(
    conn: &mut PgConnection,
    owner: &Id<Account>,
    ids: &[Id<TierAccount>],
) -> Result<HashMap<Id<TierAccount>, AccountRow>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<AccountRow> = tier_accounts::table
        .filter(tier_accounts::owner_id.eq(owner))
        .filter(tier_accounts::status.eq(Status::Active))
        .filter(tier_accounts::id.eq_any(ids))
        .select(AccountRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(|row| (row.id.clone(), row)).collect())
}

/// A new account that another has name and address in common with: one that is there, or rows of the same file.
#[derive(Debug, Clone, QueryableByName)]
pub struct Twin {
    #[diesel(sql_type = Int4)]
    pub number: i32,
    /// The first row of the file with this name and address.
    #[diesel(sql_type = Int4)]
    pub first: i32,
    /// How many rows of the file have them.
    #[diesel(sql_type = BigInt)]
    pub rows: i64,
    #[diesel(sql_type = Nullable<Text>)]
    pub account: Option<String>,
}

/// Name and address, folded alike on both sides.
fn alike(name: &str, parts: [&str; 4]) -> String {
    format!("lower(normalize(concat_ws(E'\\n', {name}, {}), NFKC))", parts.join(", "))
}

/// The twins of a file's new accounts.
pub fn twins(conn: &mut PgConnection, held: &Held) -> Result<Vec<Twin>> {
    // the columns of the sheet, from 1
    let name = "coalesce(nullif(r.cells[10], ''), r.cells[17] || ' ' || r.cells[18])";
    let row = alike(name, ["r.cells[11]", "r.cells[13]", "r.cells[15]", "upper(r.cells[16])"]);
    let account = alike("t.name", ["t.address_line1", "t.city", "t.postal_code", "t.country"]);
    Ok(statement(format!(
        "WITH new AS MATERIALIZED (SELECT number, min(number) OVER same AS first, count(*) OVER same AS rows, alike FROM \
         (SELECT r.number, {row} AS alike FROM customer_import_rows r WHERE r.import_id = $1 AND r.result = 'create') k \
         WINDOW same AS (PARTITION BY alike)), \
         there AS (SELECT {account} AS alike, min(t.id) AS id FROM tier_accounts t \
         WHERE t.owner_id = $2 AND t.status = 'active' GROUP BY 1) \
         SELECT new.number, new.first, new.rows, there.id AS account FROM new LEFT JOIN there USING (alike) \
         WHERE new.rows > 1 OR there.id IS NOT NULL ORDER BY new.number"
    ))
    .bind::<DbUuid, _>(held.id)
    .bind::<Text, _>(&held.owner)
    .load(conn)?)
}

/// Warnings of rows of a held import.
pub fn warn<P>(tx: &mut Tx<'_, P>, held: &Held, warnings: &[(i32, String)]) -> Result<()> {
    statement(
        "UPDATE customer_import_rows r SET warning = n.warning FROM unnest($1, $2) AS n (number, warning) \
         WHERE r.import_id = $3 AND r.number = n.number",
    )
    .bind::<Array<Int4>, _>(warnings.iter().map(|(number, _)| *number).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(warnings.iter().map(|(_, words)| words.as_str()).collect::<Vec<_>>())
    .bind::<DbUuid, _>(held.id)
    .execute(tx.conn)?;
    Ok(())
}

/// A held import is checked: how its file is laid out, and what its updates change.
pub fn end_check<P>(tx: &mut Tx<'_, P>, held: &Held, layout: &Layout) -> Result<()> {
    let layout = serde_json::to_value(layout).map_err(Problem::internal)?;
    statement(
        "UPDATE customer_imports SET layout = $1, attempts = 0, changes = (SELECT coalesce(jsonb_agg(jsonb_build_array(label, rows) \
         ORDER BY rows DESC, label), '[]') FROM (SELECT c->>'label' AS label, count(*) AS rows \
         FROM customer_import_rows r, jsonb_array_elements(r.changes) c \
         WHERE r.import_id = $2 AND r.result = 'update' GROUP BY 1) counted) WHERE id = $2",
    )
    .bind::<Jsonb, _>(layout)
    .bind::<DbUuid, _>(held.id)
    .execute(tx.conn)?;
    end(tx, held.id, State::Checked, "")
}

/// A row that is to be applied.
#[derive(Debug, Clone, Queryable)]
pub struct Next {
    pub turn: i16,
    pub number: i32,
    cells: Vec<String>,
    pub version: Option<i32>,
}

impl Next {
    pub fn cells(&self) -> Result<Cells> {
        self.cells.clone().try_into().map_err(|_| Problem::internal("a row has twenty cells"))
    }
}

/// The next rows behind `position` that are still to be applied, all of one turn.
pub fn next(conn: &mut PgConnection, id: Uuid, position: (i16, i32), limit: i64) -> Result<Vec<Next>> {
    let (turn, number) = position;
    let mut rows: Vec<Next> = customer_import_rows::table
        .filter(customer_import_rows::import_id.eq(id))
        .filter(
            customer_import_rows::turn
                .gt(turn)
                .or(customer_import_rows::turn.eq(turn).and(customer_import_rows::number.gt(number))),
        )
        .filter(customer_import_rows::result.eq_any([Fate::Create, Fate::Update]))
        .order((customer_import_rows::turn, customer_import_rows::number))
        .limit(limit)
        .select((
            customer_import_rows::turn,
            customer_import_rows::number,
            customer_import_rows::cells,
            customer_import_rows::version,
        ))
        .load(conn)?;
    if let Some(turn) = rows.first().map(|row| row.turn) {
        rows.retain(|row| row.turn == turn);
    }
    Ok(rows)
}

/// What became of a row.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub number: i32,
    pub fate: Fate,
    pub message: String,
    pub account: Option<Id<TierAccount>>,
}

/// The index of searches gathers what is new before it puts it in its place; for many rows at once a larger heap costs a third less.
pub fn write_many<P>(tx: &mut Tx<'_, P>) -> Result<()> {
    statement("SET LOCAL gin_pending_list_limit = '16MB'").execute(tx.conn)?;
    Ok(())
}

/// Keeps what became of rows of a held import, and how far it has come.
pub fn put_outcomes<P>(tx: &mut Tx<'_, P>, held: &Held, outcomes: &[Outcome], position: (i16, i32)) -> Result<()> {
    statement(
        "UPDATE customer_import_rows r SET result = n.result, message = n.message, \
         tier_account_id = coalesce(n.account, r.tier_account_id) \
         FROM unnest($1, $2, $3, $4) AS n (number, result, message, account) WHERE r.import_id = $5 AND r.number = n.number",
    )
    .bind::<Array<Int4>, _>(outcomes.iter().map(|one| one.number).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(outcomes.iter().map(|one| one.fate.key()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(outcomes.iter().map(|one| one.message.as_str()).collect::<Vec<_>>())
    .bind::<Array<Nullable<Text>>, _>(
        outcomes.iter().map(|one| one.account.as_ref().map(Id::as_str)).collect::<Vec<_>>(),
    )
    .bind::<DbUuid, _>(held.id)
    .execute(tx.conn)?;
    let done = i32::try_from(outcomes.len()).unwrap_or(i32::MAX);
    diesel::update(customer_imports::table.find(held.id))
        .set((
            customer_imports::turn.eq(position.0),
            customer_imports::position.eq(position.1),
            customer_imports::finished.eq(customer_imports::finished + done),
            customer_imports::attempts.eq(0),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The vendors that this round of an import asks to take changes over, and how many.
pub fn asked(conn: &mut PgConnection, id: Uuid, round: i32) -> Result<Vec<(Id<Account>, i64)>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        vendor: Id<Account>,
        #[diesel(sql_type = BigInt)]
        changes: i64,
    }
    let rows: Vec<Row> = statement(
        "SELECT q.vendor_id AS vendor, count(*) AS changes FROM customer_import_rows r \
         JOIN tier_account_requests q ON q.tier_account_id = r.tier_account_id AND q.after_version = r.version + 1 \
         WHERE r.import_id = $1 AND r.round = $2 AND r.result = 'updated' AND q.status = 'pending' GROUP BY 1 ORDER BY 1",
    )
    .bind::<DbUuid, _>(id)
    .bind::<Int4, _>(round)
    .load(conn)?;
    Ok(rows.into_iter().map(|row| (row.vendor, row.changes)).collect())
}

// what pages and files show

/// How many rows of an import whose sight was checked have which result; and how many have a warning.
pub fn counts(conn: &mut PgConnection, id: Uuid) -> Result<(Vec<(Fate, i64)>, i64)> {
    let counted = customer_import_rows::table
        .filter(customer_import_rows::import_id.eq(id))
        .group_by(customer_import_rows::result)
        .select((customer_import_rows::result, diesel::dsl::count_star()))
        .load::<(Fate, i64)>(conn)?;
    let warned = customer_import_rows::table
        .filter(customer_import_rows::import_id.eq(id))
        .filter(customer_import_rows::warning.ne(""))
        .count()
        .get_result(conn)?;
    let counted =
        Fate::ALL.iter().filter_map(|fate| counted.iter().find(|(other, _)| other == fate).copied()).collect();
    Ok((counted, warned))
}

/// A row of an import as its page and its file with results show it.
#[derive(Debug, Clone, Queryable)]
pub struct RowLine {
    pub number: i32,
    pub cells: Vec<String>,
    pub result: Fate,
    pub message: String,
    pub warning: String,
    changes: serde_json::Value,
    pub account: Option<Id<TierAccount>>,
    pub external_uid: Option<Uuid>,
    /// Of the account, by now.
    account_name: Option<String>,
    account_external_id: Option<String>,
    pub round: i32,
}

impl RowLine {
    fn cell(&self, at: usize) -> &str {
        self.cells.get(at).map_or("", String::as_str)
    }

    /// As the file says, or else as the account is called.
    pub fn name(&self) -> String {
        match (self.cell(9), &self.account_name) {
            ("", Some(name)) => name.clone(),
            ("", None) => format!("{} {}", self.cell(16), self.cell(17)).trim().to_owned(),
            (name, _) => name.to_owned(),
        }
    }

    /// The id of its account, as far as it is known.
    pub fn id(&self) -> &str {
        self.account.as_ref().map_or(self.cell(0), Id::as_str)
    }

    pub fn external_id(&self) -> &str {
        match (self.cell(1), &self.account_external_id) {
            ("", Some(known)) => known,
            (said, _) => said,
        }
    }

    pub fn changes(&self) -> Vec<Change> {
        serde_json::from_value(self.changes.clone()).unwrap_or_default()
    }

    /// What stands against it, what it changes, and what it is alike to, in one line.
    pub fn details(&self) -> String {
        let changes = self.changes().into_iter().map(|one| format!("{}: {} → {}", one.label, one.old, one.new));
        let told = self.message.lines().chain(self.warning.lines()).map(str::to_owned);
        told.chain(changes).collect::<Vec<_>>().join(" · ")
    }
}

/// Which rows are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Only {
    All,
    Of(Fate),
    Warned,
}

/// Where a page of rows begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begin {
    Behind(i32),
    /// The last ones before this row.
    Before(i32),
}

/// Rows of an import whose sight was checked, in the order of the file.
pub fn rows(conn: &mut PgConnection, id: Uuid, only: Only, from: Begin, limit: i64) -> Result<Vec<RowLine>> {
    let mut query = customer_import_rows::table
        .left_join(tier_accounts::table.on(tier_accounts::id.nullable().eq(customer_import_rows::tier_account_id)))
        .filter(customer_import_rows::import_id.eq(id))
        .limit(limit)
        .select((
            customer_import_rows::number,
            customer_import_rows::cells,
            customer_import_rows::result,
            customer_import_rows::message,
            customer_import_rows::warning,
            customer_import_rows::changes,
            customer_import_rows::tier_account_id,
            tier_accounts::external_uid.nullable(),
            tier_accounts::name.nullable(),
            tier_accounts::external_id.nullable(),
            customer_import_rows::round,
        ))
        .into_boxed();
    query = match from {
        Begin::Behind(number) => {
            query.filter(customer_import_rows::number.gt(number)).order(customer_import_rows::number.asc())
        }
        Begin::Before(number) => {
            query.filter(customer_import_rows::number.lt(number)).order(customer_import_rows::number.desc())
        }
    };
    query = match only {
        Only::All => query,
        Only::Of(fate) => query.filter(customer_import_rows::result.eq(fate)),
        Only::Warned => query.filter(customer_import_rows::warning.ne("")),
    };
    let mut rows: Vec<RowLine> = query.load(conn)?;
    if matches!(from, Begin::Before(_)) {
        rows.reverse();
    }
    Ok(rows)
}

/// The rows of an export in the columns of an import, behind an id.
pub fn exported<P>(read: &mut Read<'_, P>, behind: Option<&Id<TierAccount>>, limit: i64) -> Result<Vec<AccountRow>> {
    let me = &read.actor.identity.company.id;
    let mut query = tier_accounts::table
        .filter(tier_accounts::owner_id.eq(me))
        .filter(tier_accounts::status.eq(Status::Active))
        .order(tier_accounts::id)
        .limit(limit)
        .select(AccountRow::as_select())
        .into_boxed();
    if let Some(behind) = behind {
        query = query.filter(tier_accounts::id.gt(behind));
    }
    Ok(query.load(read.conn)?)
}
