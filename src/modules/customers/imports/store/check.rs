//! What a check finds out about the rows of a file, and keeps.

use std::collections::{HashMap, HashSet};

use diesel::{
    connection::SimpleConnection as _,
    prelude::*,
    sql_types::{Array, BigInt, Int2, Int4, Jsonb, Nullable, Text, Uuid as DbUuid},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{end, lease::Held};
use crate::modules::customers::imports::{Cells, Fate, State, link::Known, read::Layout, row::Above};
use crate::{
    kit::{
        actor::Account,
        choice::Choice as _,
        db::Tx,
        id::Id,
        problem::{Problem, Result},
        statement::statement,
    },
    modules::customers::{
        Status, TierAccount, Type,
        snapshot::Changed,
        store::{self as accounts, AccountRow},
    },
    schema::{customer_import_rows, customer_imports, tier_accounts},
};

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
        Self { label: changed.label.to_owned(), old: changed.old.to_string(), new: changed.new.to_string() }
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

/// A new account with the same name and address as an existing one or other rows of the file.
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

/// Name and address, folded the same way on both sides.
fn alike(name: &str, parts: [&str; 4]) -> String {
    format!("lower(normalize(concat_ws(E'\\n', {name}, {}), NFKC))", parts.join(", "))
}

/// How long PostgreSQL may look for twins: all accounts of the company are compared, which a page would not wait for, and an import
/// does as long as it is held.
const COMPARED_WITHIN: &str = "SET LOCAL statement_timeout = '15s'";

/// The twins of a file's new accounts.
pub fn twins(conn: &mut PgConnection, held: &Held) -> Result<Vec<Twin>> {
    // the columns of the sheet, from 1
    let name = "coalesce(nullif(r.cells[10], ''), r.cells[17] || ' ' || r.cells[18])";
    let row = alike(name, ["r.cells[11]", "r.cells[13]", "r.cells[15]", "upper(r.cells[16])"]);
    let account = alike("t.name", ["t.address_line1", "t.city", "t.postal_code", "t.country"]);
    let compared = statement(format!(
        "WITH new AS MATERIALIZED (SELECT number, min(number) OVER same AS first, count(*) OVER same AS rows, alike FROM \
         (SELECT r.number, {row} AS alike FROM customer_import_rows r WHERE r.import_id = $1 AND r.result = 'create') k \
         WINDOW same AS (PARTITION BY alike)), \
         there AS (SELECT {account} AS alike, min(t.id) AS id FROM tier_accounts t \
         WHERE t.owner_id = $2 AND t.status = 'active' GROUP BY 1) \
         SELECT new.number, new.first, new.rows, there.id AS account FROM new LEFT JOIN there USING (alike) \
         WHERE new.rows > 1 OR there.id IS NOT NULL ORDER BY new.number"
    ))
    .bind::<DbUuid, _>(held.id)
    .bind::<Text, _>(&held.owner);
    conn.transaction(|conn| {
        conn.batch_execute(COMPARED_WITHIN)?;
        Ok(compared.load(conn)?)
    })
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
