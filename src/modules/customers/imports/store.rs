//! Statements about imports. [`owned_by`] is the one tenancy condition.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{dsl::auto_type, prelude::*};
use uuid::Uuid;

use super::{Cells, Fate, State, row::Above};
use crate::{
    kit::{
        actor::Account,
        choice::Choice as _,
        db::{Read, Tx},
        id::Id,
        problem::{Problem, Result},
    },
    modules::customers::{Status, TierAccount, Type, store::AccountRow},
    schema::{customer_import_rows, customer_imports, tier_accounts, users},
};

#[auto_type(no_type_alias)]
fn owned_by<'a>(account: &'a Id<Account>) -> _ {
    customer_imports::owner_id.eq(account)
}

#[derive(Debug, Clone, Queryable)]
pub struct ImportRow {
    pub id: Uuid,
    pub file_name: String,
    pub state: State,
    pub by: String,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

macro_rules! imports {
    () => {
        customer_imports::table.inner_join(users::table.on(users::id.eq(customer_imports::user_id))).select((
            customer_imports::id,
            customer_imports::file_name,
            customer_imports::state,
            users::name,
            customer_imports::created_at,
            customer_imports::updated_at,
        ))
    };
}

/// The company's imports, the newest first.
pub fn all<P>(read: &mut Read<'_, P>) -> Result<Vec<ImportRow>> {
    let me = &read.actor.identity.company.id;
    Ok(imports!().filter(owned_by(me)).order(customer_imports::created_at.desc()).limit(50).load(read.conn)?)
}

pub fn find<P>(read: &mut Read<'_, P>, id: Uuid) -> Result<ImportRow> {
    let me = &read.actor.identity.company.id;
    Ok(imports!().filter(owned_by(me)).filter(customer_imports::id.eq(id)).first(read.conn)?)
}

/// Where an import of the actor's company stands, locked.
pub fn lock<P>(tx: &mut Tx<'_, P>, id: Uuid) -> Result<State> {
    let me = &tx.who.identity().ok_or(Problem::NotFound)?.company.id;
    Ok(customer_imports::table
        .filter(owned_by(me))
        .filter(customer_imports::id.eq(id))
        .select(customer_imports::state)
        .for_update()
        .first(tx.conn)?)
}

/// The import of the very same file.
pub fn of_file<P>(tx: &mut Tx<'_, P>, sha256: &str) -> Result<Option<Uuid>> {
    let me = &tx.who.identity().ok_or(Problem::NotFound)?.company.id;
    Ok(customer_imports::table
        .filter(owned_by(me))
        .filter(customer_imports::sha256.eq(sha256))
        .select(customer_imports::id)
        .first(tx.conn)
        .optional()?)
}

/// A row as it was checked.
pub struct Checked {
    pub number: i32,
    pub cells: Cells,
    pub fate: Fate,
    pub message: String,
}

/// Rows written at a time.
const CHUNK: usize = 2_000;

/// None when somebody else sent the same file in this moment.
pub fn insert<P>(tx: &mut Tx<'_, P>, file_name: &str, sha256: &str, rows: &[Checked]) -> Result<Option<Uuid>> {
    let identity = tx.who.identity().ok_or(Problem::NotFound)?;
    let id = Uuid::now_v7();
    let made = diesel::insert_into(customer_imports::table)
        .values((
            customer_imports::id.eq(id),
            customer_imports::owner_id.eq(&identity.company.id),
            customer_imports::user_id.eq(&identity.person.id),
            customer_imports::file_name.eq(file_name),
            customer_imports::sha256.eq(sha256),
            customer_imports::state.eq(State::Checked),
            customer_imports::created_at.eq(tx.at),
            customer_imports::updated_at.eq(tx.at),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    if made == 0 {
        return Ok(None);
    }
    for chunk in rows.chunks(CHUNK) {
        let values: Vec<_> = chunk
            .iter()
            .map(|row| {
                (
                    customer_import_rows::import_id.eq(id),
                    customer_import_rows::number.eq(row.number),
                    customer_import_rows::cells.eq(row.cells.to_vec()),
                    customer_import_rows::result.eq(row.fate),
                    customer_import_rows::message.eq(&row.message),
                )
            })
            .collect();
        diesel::insert_into(customer_import_rows::table).values(values).execute(tx.conn)?;
    }
    Ok(Some(id))
}

pub fn set_state<P>(tx: &mut Tx<'_, P>, id: Uuid, state: State) -> Result<()> {
    diesel::update(customer_imports::table.find(id))
        .set((customer_imports::state.eq(state), customer_imports::updated_at.eq(tx.at)))
        .execute(tx.conn)?;
    Ok(())
}

pub fn delete<P>(tx: &mut Tx<'_, P>, id: Uuid) -> Result<()> {
    diesel::delete(customer_imports::table.find(id)).execute(tx.conn)?;
    Ok(())
}

/// How many rows of an import whose sight was checked have which result.
pub fn counts(conn: &mut PgConnection, id: Uuid) -> Result<Vec<(Fate, i64)>> {
    let counted = customer_import_rows::table
        .filter(customer_import_rows::import_id.eq(id))
        .group_by(customer_import_rows::result)
        .select((customer_import_rows::result, diesel::dsl::count_star()))
        .load::<(Fate, i64)>(conn)?;
    Ok(Fate::ALL.iter().filter_map(|fate| counted.iter().find(|(other, _)| other == fate).copied()).collect())
}

/// A row of an import as its page shows it.
#[derive(Debug, Clone, Queryable)]
pub struct RowLine {
    pub number: i32,
    pub cells: Vec<String>,
    pub result: Fate,
    pub message: String,
    pub account: Option<Id<TierAccount>>,
}

impl RowLine {
    pub fn name(&self) -> String {
        let cell = |at: usize| self.cells.get(at).map_or("", String::as_str);
        if cell(9).is_empty() { format!("{} {}", cell(16), cell(17)) } else { cell(9).to_owned() }
    }
}

/// The first rows of an import with one result, or with any.
pub fn rows(conn: &mut PgConnection, id: Uuid, only: Option<Fate>, limit: i64) -> Result<Vec<RowLine>> {
    let mut query = customer_import_rows::table
        .filter(customer_import_rows::import_id.eq(id))
        .order(customer_import_rows::number)
        .limit(limit)
        .select((
            customer_import_rows::number,
            customer_import_rows::cells,
            customer_import_rows::result,
            customer_import_rows::message,
            customer_import_rows::tier_account_id,
        ))
        .into_boxed();
    if let Some(only) = only {
        query = query.filter(customer_import_rows::result.eq(only));
    }
    Ok(query.load(conn)?)
}

/// An import that is being applied, locked; another program's is left alone.
#[derive(Debug, Clone, Queryable)]
pub struct Running {
    pub id: Uuid,
    pub owner: Id<Account>,
    pub by: String,
    /// The last row that was applied.
    pub position: i32,
}

pub fn running<P>(tx: &mut Tx<'_, P>) -> Result<Option<Running>> {
    let found: Option<(Uuid, Id<Account>, String, i32)> = customer_imports::table
        .filter(customer_imports::state.eq(State::Applying))
        .order(customer_imports::updated_at)
        .select((
            customer_imports::id,
            customer_imports::owner_id,
            customer_imports::user_id,
            customer_imports::position,
        ))
        .for_update()
        .skip_locked()
        .first(tx.conn)
        .optional()?;
    let Some((id, owner, user, position)) = found else { return Ok(None) };
    let by = users::table.find(user).select(users::name).first(tx.conn)?;
    Ok(Some(Running { id, owner, by, position }))
}

/// The next rows that are still to be applied, in the order of the file.
pub fn next(conn: &mut PgConnection, running: &Running, limit: i64) -> Result<Vec<(i32, Vec<String>)>> {
    Ok(customer_import_rows::table
        .filter(customer_import_rows::import_id.eq(running.id))
        .filter(customer_import_rows::number.gt(running.position))
        .filter(customer_import_rows::result.eq_any([Fate::Create, Fate::Update]))
        .order(customer_import_rows::number)
        .limit(limit)
        .select((customer_import_rows::number, customer_import_rows::cells))
        .load(conn)?)
}

/// The job has come so far.
pub fn set_position<P>(tx: &mut Tx<'_, P>, id: Uuid, position: i32) -> Result<()> {
    diesel::update(customer_imports::table.find(id))
        .set((customer_imports::position.eq(position), customer_imports::updated_at.eq(tx.at)))
        .execute(tx.conn)?;
    Ok(())
}

pub fn set_result<P>(
    tx: &mut Tx<'_, P>,
    id: Uuid,
    number: i32,
    (fate, message): (Fate, &str),
    account: Option<&Id<TierAccount>>,
) -> Result<()> {
    diesel::update(customer_import_rows::table.find((id, number)))
        .set((
            customer_import_rows::result.eq(fate),
            customer_import_rows::message.eq(message),
            customer_import_rows::tier_account_id.eq(account),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The active resellers of a company that a row means; one, if all is well.
pub fn parents(conn: &mut PgConnection, owner: &Id<Account>, above: &Above) -> Result<Vec<Id<TierAccount>>> {
    let mut query = tier_accounts::table
        .filter(tier_accounts::owner_id.eq(owner))
        .filter(tier_accounts::type_.eq(Type::Reseller))
        .filter(tier_accounts::status.eq(Status::Active))
        .order(tier_accounts::id)
        .limit(2)
        .select(tier_accounts::id)
        .into_boxed();
    query = match above {
        Above::Unsaid => return Ok(Vec::new()),
        Above::Id(id) => query.filter(tier_accounts::id.eq(id)),
        Above::ExternalUid(uid) => query.filter(tier_accounts::external_uid.eq(*uid)),
        Above::ExternalId(text) => query.filter(tier_accounts::external_id.eq(text)),
    };
    Ok(query.load(conn)?)
}

/// What is known of a company's accounts, to check a whole file against: resellers by each way a row may name them, and ids.
#[derive(Debug, Default)]
pub struct Known {
    pub ids: HashMap<String, Type>,
    pub resellers_by_external_id: HashMap<String, usize>,
    pub resellers_by_uid: HashMap<Uuid, usize>,
}

/// `ids`, `external_ids` and `uids` are all that the file names.
pub fn known<P>(tx: &mut Tx<'_, P>, ids: &[String], external_ids: &[String], uids: &[Uuid]) -> Result<Known> {
    let me = tx.who.identity().ok_or(Problem::NotFound)?.company.id.clone();
    let active = || {
        tier_accounts::table.filter(tier_accounts::owner_id.eq(&me)).filter(tier_accounts::status.eq(Status::Active))
    };
    let ids = active()
        .filter(tier_accounts::id.eq_any(ids))
        .select((tier_accounts::id, tier_accounts::type_))
        .load::<(String, Type)>(tx.conn)?;
    let mut known = Known { ids: ids.into_iter().collect(), ..Known::default() };
    let resellers = || active().filter(tier_accounts::type_.eq(Type::Reseller));
    let named = resellers().filter(tier_accounts::external_id.eq_any(external_ids));
    for text in named.select(tier_accounts::external_id).load::<String>(tx.conn)? {
        *known.resellers_by_external_id.entry(text).or_default() += 1;
    }
    let keyed = resellers().filter(tier_accounts::external_uid.eq_any(uids));
    for uid in keyed.select(tier_accounts::external_uid).load::<Uuid>(tx.conn)? {
        *known.resellers_by_uid.entry(uid).or_default() += 1;
    }
    Ok(known)
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
