//! Statements about tier accounts. [`owned_by`] is the one tenancy condition.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::{
    dsl::auto_type,
    prelude::*,
    sql_types::{Array, BigInt, Int4, Nullable, Text, Timestamptz, Uuid as DbUuid},
};
use uuid::Uuid;

use super::{
    Status, TierAccount, Type,
    data::{Data, PhoneNumber},
    lifecycle::Move,
    snapshot::{Changed, PARENT, Snapshot},
};
use crate::{
    kit::{
        actor::{Account, User},
        choice::Choice as _,
        db::{Looks, Read, Tx},
        id::Id,
        problem::{Problem, Result},
        statement::{Statement, Values, statement},
    },
    schema::{tier_account_sight, tier_account_versions, tier_accounts},
};

/// An account is its owner's.
#[auto_type(no_type_alias)]
fn owned_by<'a>(account: &'a Id<Account>) -> _ {
    tier_accounts::owner_id.eq(account)
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = tier_accounts)]
pub struct AccountRow {
    pub id: Id<TierAccount>,
    pub type_: Type,
    pub status: Status,
    pub parent_id: Option<Id<TierAccount>>,
    pub name: String,
    pub external_id: String,
    pub external_uid: Uuid,
    pub tax_id: String,
    pub country: String,
    pub state: String,
    pub city: String,
    pub postal_code: String,
    pub address_line1: String,
    pub address_line2: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    phone: String,
    phone_extension: String,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl AccountRow {
    pub fn data(&self) -> Data {
        Data {
            name: self.name.clone(),
            external_id: self.external_id.clone(),
            external_uid: Some(self.external_uid),
            tax_id: self.tax_id.clone(),
            country: self.country.clone(),
            state: self.state.clone(),
            city: self.city.clone(),
            postal_code: self.postal_code.clone(),
            address_line1: self.address_line1.clone(),
            address_line2: self.address_line2.clone(),
            first_name: self.first_name.clone(),
            last_name: self.last_name.clone(),
            email: self.email.clone(),
            phone: PhoneNumber { number: self.phone.clone(), extension: self.phone_extension.clone() },
        }
    }
}

pub fn find<P>(read: &mut Read<'_, P>, id: &Id<TierAccount>) -> Result<AccountRow> {
    let me = &read.actor.identity.company.id;
    Ok(tier_accounts::table
        .filter(tier_accounts::id.eq(id))
        .filter(owned_by(me))
        .select(AccountRow::as_select())
        .first(read.conn)?)
}

/// What is known of an account whose sight was checked, or that a locked object names.
pub fn data_of<P>(tx: &mut Tx<'_, P>, id: &Id<TierAccount>) -> Result<Data> {
    Ok(tier_accounts::table.find(id).select(AccountRow::as_select()).first::<AccountRow>(tx.conn)?.data())
}

/// Whether a company may look at an account: its own, or one that live subscriptions of its products use.
#[auto_type(no_type_alias)]
pub fn seen_by<'a>(account: &'a Id<Account>) -> _ {
    let own: diesel::dsl::Eq<tier_accounts::owner_id, &'a Id<Account>> = owned_by(account);
    own.or(diesel::dsl::exists(
        tier_account_sight::table
            .filter(tier_account_sight::viewer_id.eq(account))
            .filter(tier_account_sight::tier_account_id.eq(tier_accounts::id)),
    ))
}

/// Those of these accounts that the actor's company may look at.
pub fn seen<P>(read: &mut Read<'_, P>, ids: &[&Id<TierAccount>]) -> Result<Vec<Id<TierAccount>>> {
    Ok(tier_accounts::table
        .filter(tier_accounts::id.eq_any(ids))
        .filter(seen_by(&read.actor.identity.company.id))
        .select(tier_accounts::id)
        .load(read.conn)?)
}

/// An account to look at, and whether it is the company's own.
pub fn look<P>(read: &mut Read<'_, P>, id: &Id<TierAccount>) -> Result<(AccountRow, bool)> {
    let me = &read.actor.identity.company.id;
    Ok(tier_accounts::table
        .filter(tier_accounts::id.eq(id))
        .filter(seen_by(me))
        .select((AccountRow::as_select(), owned_by(me)))
        .first(read.conn)?)
}

/// Those of these accounts that are the actor's company's own, and active.
pub fn active<P>(read: &mut Read<'_, P>, ids: &[&str]) -> Result<Vec<AccountRow>> {
    Ok(tier_accounts::table
        .filter(tier_accounts::id.eq_any(ids))
        .filter(owned_by(&read.actor.identity.company.id))
        .filter(tier_accounts::status.eq(Status::Active))
        .select(AccountRow::as_select())
        .load(read.conn)?)
}

/// For whom a change is made, and in whose name its version is kept.
#[derive(Debug, Clone)]
pub struct Owner {
    pub id: Id<Account>,
    pub author: String,
    pub author_id: Id<User>,
}

impl Owner {
    /// The actor's company, by the actor.
    pub fn of<P>(tx: &Tx<'_, P>) -> Result<Self> {
        let identity = tx.who.member()?;
        let (company, person) = (&identity.company, &identity.person);
        Ok(Self { id: company.id.clone(), author: person.name.clone(), author_id: person.id.clone() })
    }
}

pub fn lock<P>(tx: &mut Tx<'_, P>, owner: &Owner, id: &Id<TierAccount>) -> Result<AccountRow> {
    Ok(tier_accounts::table
        .filter(tier_accounts::id.eq(id))
        .filter(owned_by(&owner.id))
        .select(AccountRow::as_select())
        .for_update()
        .first(tx.conn)?)
}

/// Locks accounts of the company, in one order for everybody; those it does not have are left out.
pub fn lock_all<P>(
    tx: &mut Tx<'_, P>,
    owner: &Owner,
    ids: &[Id<TierAccount>],
) -> Result<HashMap<Id<TierAccount>, AccountRow>> {
    let rows: Vec<AccountRow> = tier_accounts::table
        .filter(tier_accounts::id.eq_any(ids))
        .filter(owned_by(&owner.id))
        .order(tier_accounts::id)
        .select(AccountRow::as_select())
        .for_update()
        .load(tx.conn)?;
    Ok(rows.into_iter().map(|row| (row.id.clone(), row)).collect())
}

/// Changes of a company's trees go one after the other, so that two moves cannot make a circle together.
pub fn lock_trees<P>(tx: &mut Tx<'_, P>, owner: &Owner) -> Result<()> {
    statement("SELECT pg_advisory_xact_lock(hashtextextended('tier accounts of ' || $1, 0))")
        .bind::<Text, _>(owner.id.as_str())
        .execute(tx.conn)?;
    Ok(())
}

/// Nobody changes the company's trees until the transaction ends; others may hold them as well.
pub fn hold_trees<P>(tx: &mut Tx<'_, P>, owner: &Id<Account>) -> Result<()> {
    statement("SELECT pg_advisory_xact_lock_shared(hashtextextended('tier accounts of ' || $1, 0))")
        .bind::<Text, _>(owner.as_str())
        .execute(tx.conn)?;
    Ok(())
}

/// An account as trees and lists of choices name it.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Node {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub type_: Type,
    #[diesel(sql_type = Text)]
    pub parent: String,
    /// Active ones right below it.
    #[diesel(sql_type = BigInt)]
    pub children: i64,
}

const NODE: &str = "t.id, t.name, t.type AS type_, coalesce(t.parent_id, '') AS parent, \
    (SELECT count(*) FROM tier_accounts c WHERE c.parent_id = t.id AND c.status = 'active') AS children";

/// How many accounts a tree shows below one.
pub const SHOWN: usize = 200;

/// The tops of the company's trees, by name; one more than is shown.
pub fn roots<P>(read: &mut Read<'_, P>) -> Result<Vec<Node>> {
    let me = read.actor.identity.company.id.clone();
    Ok(statement(format!(
        "SELECT {NODE} FROM tier_accounts t WHERE t.owner_id = $1 AND t.parent_id IS NULL AND t.status = 'active' \
         ORDER BY t.name, t.id LIMIT {}",
        SHOWN + 1
    ))
    .bind::<Text, _>(me.as_str())
    .load(read.conn)?)
}

/// What stands right below each of these accounts, by name; one more of each than is shown.
pub fn below<P>(read: &mut Read<'_, P>, parents: &[String]) -> Result<Vec<Node>> {
    if parents.is_empty() {
        return Ok(Vec::new());
    }
    let me = read.actor.identity.company.id.clone();
    // in a SELECT of its own, so that PostgreSQL does not see how few there are and plans for them each time
    Ok(statement(format!(
        "SELECT t.* FROM unnest((SELECT $2::text[])) AS p(id) CROSS JOIN LATERAL (SELECT {NODE} FROM tier_accounts t \
         WHERE t.owner_id = $1 AND t.parent_id = p.id AND t.status = 'active' ORDER BY t.name, t.id LIMIT {}) t",
        SHOWN + 1
    ))
    .bind::<Text, _>(me.as_str())
    .bind::<Array<Text>, _>(parents)
    .load(read.conn)?)
}

/// The accounts that a text finds, the first few, with everything above them: a part of the trees.
pub fn around<P>(read: &mut Read<'_, P>, text: &str) -> Result<(Vec<String>, Vec<Node>)> {
    let me = read.actor.identity.company.id.clone();
    let found: Vec<Node> = statement(format!(
        "SELECT {NODE} FROM tier_accounts t WHERE t.owner_id = $1 AND t.status = 'active' AND t.search LIKE holding($2) \
         ORDER BY t.name, t.id LIMIT {FOUND}"
    ))
    .planned_anew(!text.is_empty())
    .bind::<Text, _>(me.as_str())
    .bind::<Text, _>(text)
    .load(read.conn)?;
    let ids: Vec<String> = found.into_iter().map(|node| node.id).collect();
    let nodes = statement(format!(
        "WITH RECURSIVE up AS (SELECT id, parent_id FROM tier_accounts WHERE id = ANY($1) \
         UNION SELECT a.id, a.parent_id FROM tier_accounts a JOIN up ON a.id = up.parent_id) \
         SELECT {NODE} FROM up JOIN tier_accounts t ON t.id = up.id ORDER BY t.name, t.id"
    ))
    .bind::<Array<Text>, _>(&ids)
    .load(read.conn)?;
    Ok((ids, nodes))
}

/// How many a search in the trees shows.
pub const FOUND: usize = 50;

/// From the root down to an account whose sight was checked, itself included.
pub fn path(look: &mut impl Looks, id: &Id<TierAccount>) -> Result<Vec<Node>> {
    Ok(statement(format!(
        "WITH RECURSIVE up AS (SELECT id, parent_id, 1 AS step FROM tier_accounts WHERE id = $1 \
         UNION ALL SELECT a.id, a.parent_id, up.step + 1 FROM tier_accounts a JOIN up ON a.id = up.parent_id WHERE up.step < 20) \
         SELECT {NODE} FROM up JOIN tier_accounts t ON t.id = up.id ORDER BY up.step DESC"
    ))
    .bind::<Text, _>(id.as_str())
    .load(look.conn())?)
}

/// Where an account stands that something is to stand below.
#[derive(Debug, Clone)]
pub struct Standing {
    pub type_: Type,
    pub status: Status,
    /// Itself and everything above it.
    pub path: Vec<String>,
}

impl Standing {
    /// Whether something may stand below it.
    pub fn may_bear(&self) -> bool {
        self.type_ == Type::Reseller && self.status == Status::Active
    }
}

/// How the company's accounts with these ids stand; those it does not have are left out.
pub fn standings(conn: &mut PgConnection, owner: &Id<Account>, ids: &[&str]) -> Result<HashMap<String, Standing>> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        id: String,
        #[diesel(sql_type = Text)]
        type_: Type,
        #[diesel(sql_type = Text)]
        status: Status,
        #[diesel(sql_type = Array<Text>)]
        path: Vec<String>,
    }
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Row> = statement(
        "WITH RECURSIVE up AS (SELECT id AS start, id, parent_id, 1 AS step FROM tier_accounts WHERE id = ANY($1) AND owner_id = $2 \
         UNION ALL SELECT up.start, a.id, a.parent_id, up.step + 1 FROM tier_accounts a JOIN up ON a.id = up.parent_id WHERE up.step < 20) \
         SELECT t.id, t.type AS type_, t.status, s.path FROM (SELECT start, array_agg(id) AS path FROM up GROUP BY start) s \
         JOIN tier_accounts t ON t.id = s.start",
    )
    .bind::<Array<Text>, _>(ids)
    .bind::<Text, _>(owner)
    .load(conn)?;
    Ok(rows
        .into_iter()
        .map(|row| (row.id, Standing { type_: row.type_, status: row.status, path: row.path }))
        .collect())
}

/// What stands below an account: how many in all, and how many levels deep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, QueryableByName)]
pub struct Subtree {
    #[diesel(sql_type = BigInt)]
    pub accounts: i64,
    #[diesel(sql_type = BigInt)]
    pub levels: i64,
    /// Tiers from the nearest and from the furthest customer below; 0 when there is none.
    #[diesel(sql_type = BigInt)]
    pub nearest: i64,
    #[diesel(sql_type = BigInt)]
    pub furthest: i64,
}

/// Of an account whose sight was checked.
pub fn subtree(look: &mut impl Looks, id: &Id<TierAccount>) -> Result<Subtree> {
    Ok(statement(
        "WITH RECURSIVE down AS (SELECT id, type, 0 AS step FROM tier_accounts WHERE id = $1 \
         UNION ALL SELECT a.id, a.type, down.step + 1 FROM tier_accounts a JOIN down ON a.parent_id = down.id \
         WHERE a.status = 'active' AND down.step < 20) \
         SELECT count(*) - 1 AS accounts, max(step)::bigint AS levels, \
         coalesce(min(step) FILTER (WHERE type = 'customer'), 0)::bigint AS nearest, \
         coalesce(max(step) FILTER (WHERE type = 'customer'), 0)::bigint AS furthest FROM down",
    )
    .bind::<Text, _>(id.as_str())
    .get_result(look.conn())?)
}

/// Resellers that may stand above an account: found by a text, never the account itself.
pub fn possible_parents<P>(read: &mut Read<'_, P>, text: &str, but: Option<&Id<TierAccount>>) -> Result<Vec<Node>> {
    let me = read.actor.identity.company.id.clone();
    Ok(statement(format!(
        "SELECT {NODE} FROM tier_accounts t WHERE t.owner_id = $1 AND t.type = 'reseller' AND t.status = 'active' \
         AND t.id <> $2 AND t.search LIKE holding($3) ORDER BY t.name, t.id LIMIT 20"
    ))
    .planned_anew(!text.is_empty())
    .bind::<Text, _>(me.as_str())
    .bind::<Text, _>(but.map_or("", |id| id.as_str()))
    .bind::<Text, _>(text)
    .load(read.conn)?)
}

/// A customer that something may be ordered for, with the resellers above it.
#[derive(Debug, QueryableByName)]
pub struct Possible {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub tier1: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub tier2: Option<String>,
}

/// The rows `t` of [`Possible`] of the company `$1`: all three of them active.
const POSSIBLE_ROWS: &str = "FROM tier_accounts t JOIN tier_accounts p ON p.id = t.parent_id AND p.status = 'active' \
    LEFT JOIN tier_accounts g ON g.id = p.parent_id WHERE t.owner_id = $1 AND t.type = 'customer' AND t.status = 'active' \
    AND (g.id IS NULL OR g.status = 'active')";

/// How many customers are offered at once.
pub const POSSIBLE: usize = 20;

/// The newest customers that something may be ordered for, found by a text.
pub fn possible_customers<P>(read: &mut Read<'_, P>, text: &str) -> Result<Vec<Possible>> {
    let me = read.actor.identity.company.id.clone();
    Ok(statement(format!(
        "SELECT t.id, t.name, p.name AS tier1, g.name AS tier2 {POSSIBLE_ROWS} AND t.search LIKE holding($2) \
         ORDER BY t.created_at DESC, t.id LIMIT {POSSIBLE}"
    ))
    .planned_anew(!text.is_empty())
    .bind::<Text, _>(me.as_str())
    .bind::<Text, _>(text)
    .load(read.conn)?)
}

/// How many there are of them, counted up to 10,000.
pub fn count_possible<P>(read: &mut Read<'_, P>, text: &str) -> Result<i64> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        n: i64,
    }
    let me = read.actor.identity.company.id.clone();
    let counted = statement(format!(
        "SELECT count(*) AS n FROM (SELECT {POSSIBLE_ROWS} AND t.search LIKE holding($2) LIMIT 10000) w"
    ))
    .planned_anew(!text.is_empty())
    .bind::<Text, _>(me.as_str())
    .bind::<Text, _>(text)
    .get_result::<Count>(read.conn)?;
    Ok(counted.n)
}

/// One of them, if it still is one.
pub fn possible_customer<P>(read: &mut Read<'_, P>, id: &Id<TierAccount>) -> Result<Option<Possible>> {
    let me = read.actor.identity.company.id.clone();
    Ok(statement(format!("SELECT t.id, t.name, p.name AS tier1, g.name AS tier2 {POSSIBLE_ROWS} AND t.id = $2"))
        .bind::<Text, _>(me.as_str())
        .bind::<Text, _>(id)
        .get_result(read.conn)
        .optional()?)
}

/// Active accounts of the company that may be the same as the one described.
pub fn duplicates<P>(read: &mut Read<'_, P>, data: &Data) -> Result<Vec<Node>> {
    let me = read.actor.identity.company.id.clone();
    Ok(statement(format!(
        "SELECT {NODE} FROM tier_accounts t WHERE t.owner_id = $1 AND t.status = 'active' AND (folded(t.email) = folded($2) \
         OR (t.tax_id <> '' AND t.tax_id = $3) OR (t.search LIKE holding($4) AND folded(t.name) = folded($4)) \
         OR (t.external_id <> '' AND t.external_id = $5)) ORDER BY t.created_at DESC LIMIT 5"
    ))
    .planned_anew(true)
    .bind::<Text, _>(me.as_str())
    .bind::<Text, _>(&data.email)
    .bind::<Text, _>(&data.tax_id)
    .bind::<Text, _>(&data.name)
    .bind::<Text, _>(&data.external_id)
    .load(read.conn)?)
}

/// Which accounts of the company bear these keys.
pub fn bearers<P>(tx: &mut Tx<'_, P>, owner: &Owner, uids: &[Uuid]) -> Result<HashMap<Uuid, Id<TierAccount>>> {
    if uids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = tier_accounts::table
        .filter(owned_by(&owner.id))
        .filter(tier_accounts::external_uid.eq_any(uids))
        .select((tier_accounts::external_uid, tier_accounts::id))
        .load(tx.conn)?;
    Ok(found.into_iter().collect())
}

/// An account to be made.
#[derive(Debug, Clone)]
pub struct New {
    pub type_: Type,
    pub parent: Option<Id<TierAccount>>,
    pub data: Data,
}

/// Ids are drawn at random: how often to draw again before giving up.
const DRAWS: usize = 50;

/// Writes new accounts with their first versions, in two statements however many they are; their ids, in the same order.
pub fn insert_all<P>(tx: &mut Tx<'_, P>, owner: &Owner, new: &[New]) -> Result<Vec<Id<TierAccount>>> {
    let states: Vec<Snapshot> = new
        .iter()
        .map(|one| Snapshot {
            parent: one.parent.as_ref().map(ToString::to_string),
            data: Data { external_uid: Some(one.data.external_uid.unwrap_or_else(Uuid::now_v7)), ..one.data.clone() },
        })
        .collect();
    let mut ids: Vec<Option<Id<TierAccount>>> = vec![None; new.len()];
    for _ in 0..DRAWS {
        let mut drawn: HashMap<Id<TierAccount>, usize> = HashMap::new();
        for place in (0..new.len()).filter(|place| ids[*place].is_none()) {
            // drawn twice in one breath: the place that lost it draws again in the next round
            drawn.insert(Id::draw("TA"), place);
        }
        if drawn.is_empty() {
            break;
        }
        let (drawn, places): (Vec<_>, Vec<_>) = drawn.into_iter().unzip();
        let chosen: Vec<&Snapshot> = places.iter().map(|place| &states[*place]).collect();
        let types: Vec<&str> = places.iter().map(|place| new[*place].type_.key()).collect();
        let made: Vec<Found> = written(
            statement(format!(
                "INSERT INTO tier_accounts (owner_id, created_at, updated_at, type, id, {COLUMNS}) \
                 SELECT $1, $2, $2, n.* FROM unnest($3, $4, {UNNESTED}) AS n ON CONFLICT (id) DO NOTHING RETURNING id",
                UNNESTED = numbered(5),
            ))
            .bind::<Text, _>(&owner.id)
            .bind::<Timestamptz, _>(tx.at)
            .bind::<Array<Text>, _>(types)
            .bind::<Array<Text>, _>(&drawn),
            &chosen,
        )
        .load(tx.conn)?;
        let free: HashSet<Id<TierAccount>> = made.into_iter().map(|found| found.id).collect();
        for (id, place) in drawn.into_iter().zip(places) {
            if free.contains(&id) {
                ids[place] = Some(id);
            }
        }
    }
    let ids: Vec<Id<TierAccount>> =
        ids.into_iter().collect::<Option<_>>().ok_or_else(|| Problem::internal("no free id was drawn"))?;
    let numbers = vec![1; ids.len()];
    keep_versions(tx, owner, &ids, &numbers, &states)?;
    Ok(ids)
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Text)]
    id: Id<TierAccount>,
}

/// What is known of an account, as columns, in the order in which [`written`] binds them.
const COLUMNS: &str = "parent_id, external_uid, name, external_id, tax_id, country, state, city, postal_code, \
    address_line1, address_line2, first_name, last_name, email, phone, phone_extension";

/// The placeholders of [`COLUMNS`], beginning with this number.
fn numbered(first: usize) -> String {
    (first..first + 16).map(|number| format!("${number}")).collect::<Vec<_>>().join(", ")
}

/// Binds the columns of many states, one array for each.
fn written<'a, V: Values>(query: Statement<V>, states: &[&'a Snapshot]) -> Statement<impl Values + use<'a, V>> {
    let texts = |of: fn(&Data) -> &str| states.iter().map(|state| of(&state.data)).collect::<Vec<&'a str>>();
    query
        .bind::<Array<Nullable<Text>>, _>(states.iter().map(|state| state.parent.as_deref()).collect::<Vec<_>>())
        .bind::<Array<Nullable<DbUuid>>, _>(states.iter().map(|state| state.data.external_uid).collect::<Vec<_>>())
        .bind::<Array<Text>, _>(texts(|data| &data.name))
        .bind::<Array<Text>, _>(texts(|data| &data.external_id))
        .bind::<Array<Text>, _>(texts(|data| &data.tax_id))
        .bind::<Array<Text>, _>(texts(|data| &data.country))
        .bind::<Array<Text>, _>(texts(|data| &data.state))
        .bind::<Array<Text>, _>(texts(|data| &data.city))
        .bind::<Array<Text>, _>(texts(|data| &data.postal_code))
        .bind::<Array<Text>, _>(texts(|data| &data.address_line1))
        .bind::<Array<Text>, _>(texts(|data| &data.address_line2))
        .bind::<Array<Text>, _>(texts(|data| &data.first_name))
        .bind::<Array<Text>, _>(texts(|data| &data.last_name))
        .bind::<Array<Text>, _>(texts(|data| &data.email))
        .bind::<Array<Text>, _>(texts(|data| &data.phone.number))
        .bind::<Array<Text>, _>(texts(|data| &data.phone.extension))
}

/// Writes what locked accounts are now, each as its next version, in two statements however many they are.
pub fn update_all<P>(tx: &mut Tx<'_, P>, owner: &Owner, all: &[(&AccountRow, Snapshot)]) -> Result<()> {
    let states: Vec<&Snapshot> = all.iter().map(|(_, state)| state).collect();
    let ids: Vec<Id<TierAccount>> = all.iter().map(|(row, _)| row.id.clone()).collect();
    let set: Vec<String> = COLUMNS.split(", ").map(|column| format!("{column} = n.{column}")).collect();
    written(
        statement(format!(
            "UPDATE tier_accounts t SET {}, version = t.version + 1, updated_at = $1 \
             FROM unnest($2, {}) AS n (id, {COLUMNS}) WHERE t.id = n.id",
            set.join(", "),
            numbered(3),
        ))
        .bind::<Timestamptz, _>(tx.at)
        .bind::<Array<Text>, _>(&ids),
        &states,
    )
    .execute(tx.conn)?;
    let numbers: Vec<i32> = all.iter().map(|(row, _)| row.version + 1).collect();
    let states: Vec<Snapshot> = all.iter().map(|(_, state)| state.clone()).collect();
    keep_versions(tx, owner, &ids, &numbers, &states)
}

/// Writes a planned move of a locked account.
pub fn advance<P>(tx: &mut Tx<'_, P>, id: &Id<TierAccount>, planned: &Move) -> Result<()> {
    let moved = diesel::update(tier_accounts::table.find(id).filter(tier_accounts::status.eq(planned.from())))
        .set((tier_accounts::status.eq(planned.to()), tier_accounts::updated_at.eq(planned.at())))
        .execute(tx.conn)?;
    if moved == 1 { Ok(()) } else { Err(Problem::internal("a locked account moved under its lock")) }
}

/// Every state is kept, by whom it was made.
fn keep_versions<P>(
    tx: &mut Tx<'_, P>,
    owner: &Owner,
    ids: &[Id<TierAccount>],
    numbers: &[i32],
    states: &[Snapshot],
) -> Result<()> {
    let data: Vec<String> =
        states.iter().map(serde_json::to_string).collect::<Result<_, _>>().map_err(Problem::internal)?;
    statement(
        "INSERT INTO tier_account_versions (tier_account_id, number, data, author, at, author_id) \
         SELECT n.id, n.number, n.data::jsonb, $1, $2, $6 FROM unnest($3, $4, $5) AS n (id, number, data)",
    )
    .bind::<Text, _>(&owner.author)
    .bind::<Timestamptz, _>(tx.at)
    .bind::<Array<Text>, _>(ids)
    .bind::<Array<Int4>, _>(numbers)
    .bind::<Array<Text>, _>(data)
    .bind::<Text, _>(&owner.author_id)
    .execute(tx.conn)?;
    Ok(())
}

/// A state that an account was in.
pub struct Version {
    pub number: i32,
    pub snapshot: Snapshot,
    pub author: String,
    pub at: DateTime<Utc>,
}

/// The states of an account whose sight was checked, the newest first.
pub fn versions<P>(read: &mut Read<'_, P>, id: &Id<TierAccount>) -> Result<Vec<Version>> {
    let rows = tier_account_versions::table
        .filter(tier_account_versions::tier_account_id.eq(id))
        .order(tier_account_versions::number.desc())
        .limit(100)
        .select((
            tier_account_versions::number,
            tier_account_versions::data,
            tier_account_versions::author,
            tier_account_versions::at,
        ))
        .load::<(i32, serde_json::Value, String, DateTime<Utc>)>(read.conn)?;
    rows.into_iter()
        .map(|(number, data, author, at)| {
            let snapshot = serde_json::from_value(data).map_err(Problem::internal)?;
            Ok(Version { number, snapshot, author, at })
        })
        .collect()
}

/// Names the parents in differences, which keep their ids alone.
pub fn name_parents<'a, P>(read: &mut Read<'_, P>, changes: impl IntoIterator<Item = &'a mut Changed>) -> Result<()> {
    let mut changes: Vec<&mut Changed> = changes.into_iter().filter(|one| one.label == PARENT).collect();
    if changes.is_empty() {
        return Ok(());
    }
    let wanted: Vec<String> = changes.iter().flat_map(|one| [one.old.to_string(), one.new.to_string()]).collect();
    let named: HashMap<String, String> = tier_accounts::table
        .filter(tier_accounts::id.eq_any(wanted))
        .select((tier_accounts::id, tier_accounts::name))
        .load(read.conn)?
        .into_iter()
        .collect();
    for one in &mut changes {
        one.name_parents(&named);
    }
    Ok(())
}

/// How many active accounts stand right below one.
pub fn children(look: &mut impl Looks, id: &Id<TierAccount>) -> Result<i64> {
    Ok(tier_accounts::table
        .filter(tier_accounts::parent_id.eq(id))
        .filter(tier_accounts::status.eq(Status::Active))
        .count()
        .get_result(look.conn())?)
}

/// How many live subscriptions use an account, in whichever role it is used most.
pub fn live_subscriptions(look: &mut impl Looks, id: &Id<TierAccount>) -> Result<i64> {
    use crate::schema::tier_account_uses as uses;
    let live: Vec<(String, i64)> = uses::table
        .filter(uses::tier_account_id.eq(id))
        .filter(uses::live.gt(0))
        .group_by(uses::role)
        .select((uses::role, diesel::dsl::sum(uses::live).assume_not_null()))
        .load(look.conn())?;
    Ok(live.into_iter().map(|(_, live)| live).max().unwrap_or(0))
}
