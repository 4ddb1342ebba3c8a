//! Statements about tier accounts. [`owned_by`] is the one tenancy condition.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::auto_type,
    prelude::*,
    sql_query,
    sql_types::{Array, BigInt, Text},
};
use uuid::Uuid;

use super::{
    Status, TierAccount, Type,
    forms::{Data, Snapshot},
};
use crate::{
    kit::{
        actor::Account,
        db::{Read, Tx},
        id::Id,
        problem::{Problem, Result},
    },
    modules::accounts::store::draw,
    schema::{tier_account_versions, tier_accounts},
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
    pub phone: String,
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
            phone: self.phone.clone(),
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
pub fn data_of(conn: &mut PgConnection, id: &Id<TierAccount>) -> Result<Data> {
    Ok(tier_accounts::table.find(id).select(AccountRow::as_select()).first::<AccountRow>(conn)?.data())
}

/// Whether the actor's company may look at an account: its own, or one that its products are used with.
pub fn sees<P>(read: &mut Read<'_, P>, id: &Id<TierAccount>) -> Result<bool> {
    Ok(match find(read, id) {
        Ok(_) => true,
        Err(Problem::NotFound) => used(read, id)?,
        Err(other) => return Err(other),
    })
}

/// Whether live subscriptions of the actor's company's products use an account.
fn used<P>(read: &mut Read<'_, P>, id: &Id<TierAccount>) -> Result<bool> {
    use crate::schema::tier_account_uses as uses;
    let me = &read.actor.identity.company.id;
    let used = uses::table.filter(uses::vendor_id.eq(me)).filter(uses::tier_account_id.eq(id)).filter(uses::live.gt(0));
    Ok(diesel::select(diesel::dsl::exists(used)).get_result(read.conn)?)
}

/// An account to look at, and whether it is the company's own.
pub fn look<P>(read: &mut Read<'_, P>, id: &Id<TierAccount>) -> Result<(AccountRow, bool)> {
    match find(read, id) {
        Err(Problem::NotFound) if used(read, id)? => {
            Ok((tier_accounts::table.find(id).select(AccountRow::as_select()).first(read.conn)?, false))
        }
        other => Ok((other?, true)),
    }
}

/// For whom a change is made, and in whose name its version is kept.
#[derive(Debug, Clone)]
pub struct Owner {
    pub id: Id<Account>,
    pub author: String,
}

impl Owner {
    /// The actor's company, by the actor.
    pub fn of<P>(tx: &Tx<'_, P>) -> Result<Self> {
        let identity = tx.who.identity().ok_or(Problem::NotFound)?;
        Ok(Self { id: identity.company.id.clone(), author: identity.person.name.clone() })
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

/// Changes of a company's trees go one after the other, so that two moves cannot make a circle together.
pub fn lock_trees<P>(tx: &mut Tx<'_, P>, owner: &Owner) -> Result<()> {
    sql_query("SELECT pg_advisory_xact_lock(hashtextextended('tier accounts of ' || $1, 0))")
        .bind::<Text, _>(owner.id.as_str())
        .execute(tx.conn)?;
    Ok(())
}

/// Nobody changes the company's trees until the transaction ends; others may hold them as well.
pub fn hold_trees<P>(tx: &mut Tx<'_, P>, owner: &Id<Account>) -> Result<()> {
    sql_query("SELECT pg_advisory_xact_lock_shared(hashtextextended('tier accounts of ' || $1, 0))")
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
    Ok(sql_query(format!(
        "SELECT {NODE} FROM tier_accounts t WHERE t.owner_id = $1 AND t.parent_id IS NULL AND t.status = 'active' \
         ORDER BY t.name, t.id LIMIT {}",
        SHOWN + 1
    ))
    .bind::<Text, _>(me.as_str())
    .load(read.conn)?)
}

/// What stands right below each of these accounts, by name; one more of each than is shown.
pub fn below<P>(read: &mut Read<'_, P>, parents: &[String]) -> Result<Vec<Node>> {
    let me = read.actor.identity.company.id.clone();
    Ok(sql_query(format!(
        "SELECT t.* FROM unnest($2::text[]) AS p(id) CROSS JOIN LATERAL (SELECT {NODE} FROM tier_accounts t \
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
    let found: Vec<Node> = sql_query(format!(
        "SELECT {NODE} FROM tier_accounts t WHERE t.owner_id = $1 AND t.status = 'active' AND t.search LIKE holding($2) \
         ORDER BY t.name, t.id LIMIT {FOUND}"
    ))
    .bind::<Text, _>(me.as_str())
    .bind::<Text, _>(text)
    .load(read.conn)?;
    let ids: Vec<String> = found.into_iter().map(|node| node.id).collect();
    let nodes = sql_query(format!(
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
pub fn path(conn: &mut PgConnection, id: &Id<TierAccount>) -> Result<Vec<Node>> {
    Ok(sql_query(format!(
        "WITH RECURSIVE up AS (SELECT id, parent_id, 1 AS step FROM tier_accounts WHERE id = $1 \
         UNION ALL SELECT a.id, a.parent_id, up.step + 1 FROM tier_accounts a JOIN up ON a.id = up.parent_id WHERE up.step < 20) \
         SELECT {NODE} FROM up JOIN tier_accounts t ON t.id = up.id ORDER BY up.step DESC"
    ))
    .bind::<Text, _>(id.as_str())
    .load(conn)?)
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
pub fn subtree(conn: &mut PgConnection, id: &Id<TierAccount>) -> Result<Subtree> {
    Ok(sql_query(
        "WITH RECURSIVE down AS (SELECT id, type, 0 AS step FROM tier_accounts WHERE id = $1 \
         UNION ALL SELECT a.id, a.type, down.step + 1 FROM tier_accounts a JOIN down ON a.parent_id = down.id \
         WHERE a.status = 'active' AND down.step < 20) \
         SELECT count(*) - 1 AS accounts, max(step)::bigint AS levels, \
         coalesce(min(step) FILTER (WHERE type = 'customer'), 0)::bigint AS nearest, \
         coalesce(max(step) FILTER (WHERE type = 'customer'), 0)::bigint AS furthest FROM down",
    )
    .bind::<Text, _>(id.as_str())
    .get_result(conn)?)
}

/// Resellers that may stand above an account: found by a text, never the account itself.
pub fn possible_parents<P>(read: &mut Read<'_, P>, text: &str, but: Option<&Id<TierAccount>>) -> Result<Vec<Node>> {
    let me = read.actor.identity.company.id.clone();
    Ok(sql_query(format!(
        "SELECT {NODE} FROM tier_accounts t WHERE t.owner_id = $1 AND t.type = 'reseller' AND t.status = 'active' \
         AND t.id <> $2 AND t.search LIKE holding($3) ORDER BY t.name, t.id LIMIT 20"
    ))
    .bind::<Text, _>(me.as_str())
    .bind::<Text, _>(but.map_or("", |id| id.as_str()))
    .bind::<Text, _>(text)
    .load(read.conn)?)
}

/// Customers that something may be ordered for, found by a text.
pub fn possible_customers<P>(read: &mut Read<'_, P>, text: &str) -> Result<Vec<Node>> {
    let me = read.actor.identity.company.id.clone();
    Ok(sql_query(format!(
        "SELECT {NODE} FROM tier_accounts t WHERE t.owner_id = $1 AND t.type = 'customer' AND t.status = 'active' \
         AND t.search LIKE holding($2) ORDER BY t.created_at DESC, t.id LIMIT 20"
    ))
    .bind::<Text, _>(me.as_str())
    .bind::<Text, _>(text)
    .load(read.conn)?)
}

/// Active accounts of the company that may be the same as the one described.
pub fn duplicates<P>(read: &mut Read<'_, P>, data: &Data) -> Result<Vec<Node>> {
    let me = read.actor.identity.company.id.clone();
    Ok(sql_query(format!(
        "SELECT {NODE} FROM tier_accounts t WHERE t.owner_id = $1 AND t.status = 'active' AND (folded(t.email) = folded($2) \
         OR (t.tax_id <> '' AND t.tax_id = $3) OR (t.search LIKE holding($4) AND folded(t.name) = folded($4)) \
         OR (t.external_id <> '' AND t.external_id = $5)) ORDER BY t.created_at DESC LIMIT 5"
    ))
    .bind::<Text, _>(me.as_str())
    .bind::<Text, _>(&data.email)
    .bind::<Text, _>(&data.tax_id)
    .bind::<Text, _>(&data.name)
    .bind::<Text, _>(&data.external_id)
    .load(read.conn)?)
}

/// Whether another account of the company bears this key.
pub fn uid_taken<P>(tx: &mut Tx<'_, P>, owner: &Owner, uid: Uuid, but: Option<&Id<TierAccount>>) -> Result<bool> {
    let other: Option<Id<TierAccount>> = tier_accounts::table
        .filter(owned_by(&owner.id))
        .filter(tier_accounts::external_uid.eq(uid))
        .select(tier_accounts::id)
        .first(tx.conn)
        .optional()?;
    Ok(other.is_some_and(|other| Some(&other) != but))
}

pub fn insert<P>(
    tx: &mut Tx<'_, P>,
    owner: &Owner,
    type_: Type,
    parent: Option<&Id<TierAccount>>,
    data: &Data,
) -> Result<Id<TierAccount>> {
    let uid = data.external_uid.unwrap_or_else(Uuid::new_v4);
    let id: Id<TierAccount> = draw("TA", |id| {
        Ok(diesel::insert_into(tier_accounts::table)
            .values((
                tier_accounts::id.eq(id),
                tier_accounts::owner_id.eq(&owner.id),
                tier_accounts::type_.eq(type_),
                tier_accounts::parent_id.eq(parent),
                tier_accounts::external_uid.eq(uid),
                columns(data),
                tier_accounts::created_at.eq(tx.at),
                tier_accounts::updated_at.eq(tx.at),
            ))
            .on_conflict(tier_accounts::id)
            .do_nothing()
            .execute(tx.conn)?)
    })?;
    keep_version(tx, owner, &id)?;
    Ok(id)
}

/// What is known of an account, as columns.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = tier_accounts)]
struct Columns<'a> {
    name: &'a str,
    external_id: &'a str,
    tax_id: &'a str,
    country: &'a str,
    state: &'a str,
    city: &'a str,
    postal_code: &'a str,
    address_line1: &'a str,
    address_line2: &'a str,
    first_name: &'a str,
    last_name: &'a str,
    email: &'a str,
    phone: &'a str,
}

fn columns(data: &Data) -> Columns<'_> {
    Columns {
        name: &data.name,
        external_id: &data.external_id,
        tax_id: &data.tax_id,
        country: &data.country,
        state: &data.state,
        city: &data.city,
        postal_code: &data.postal_code,
        address_line1: &data.address_line1,
        address_line2: &data.address_line2,
        first_name: &data.first_name,
        last_name: &data.last_name,
        email: &data.email,
        phone: &data.phone,
    }
}

/// Writes what a locked account is now, as its next version.
pub fn update<P>(
    tx: &mut Tx<'_, P>,
    owner: &Owner,
    id: &Id<TierAccount>,
    parent: Option<&Id<TierAccount>>,
    data: &Data,
) -> Result<()> {
    diesel::update(tier_accounts::table.find(id))
        .set((
            columns(data),
            tier_accounts::parent_id.eq(parent),
            tier_accounts::version.eq(tier_accounts::version + 1),
            tier_accounts::updated_at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    if let Some(uid) = data.external_uid {
        diesel::update(tier_accounts::table.find(id)).set(tier_accounts::external_uid.eq(uid)).execute(tx.conn)?;
    }
    keep_version(tx, owner, id)
}

pub fn decommission<P>(tx: &mut Tx<'_, P>, id: &Id<TierAccount>) -> Result<()> {
    diesel::update(tier_accounts::table.find(id).filter(tier_accounts::status.eq(Status::Active)))
        .set((tier_accounts::status.eq(Status::Decommissioned), tier_accounts::updated_at.eq(tx.at)))
        .execute(tx.conn)?;
    Ok(())
}

/// Every state is kept, by whom it was made.
fn keep_version<P>(tx: &mut Tx<'_, P>, owner: &Owner, id: &Id<TierAccount>) -> Result<()> {
    let row: AccountRow = tier_accounts::table.find(id).select(AccountRow::as_select()).first(tx.conn)?;
    let data = serde_json::to_value(Snapshot::of(&row)).map_err(Problem::internal)?;
    diesel::insert_into(tier_account_versions::table)
        .values((
            tier_account_versions::tier_account_id.eq(id),
            tier_account_versions::number.eq(row.version),
            tier_account_versions::data.eq(data),
            tier_account_versions::author.eq(&owner.author),
            tier_account_versions::at.eq(tx.at),
        ))
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
pub fn versions(conn: &mut PgConnection, id: &Id<TierAccount>) -> Result<Vec<Version>> {
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
        .load::<(i32, serde_json::Value, String, DateTime<Utc>)>(conn)?;
    rows.into_iter()
        .map(|(number, data, author, at)| {
            let snapshot = serde_json::from_value(data).map_err(Problem::internal)?;
            Ok(Version { number, snapshot, author, at })
        })
        .collect()
}

/// How many active accounts stand right below one.
pub fn children(conn: &mut PgConnection, id: &Id<TierAccount>) -> Result<i64> {
    Ok(tier_accounts::table
        .filter(tier_accounts::parent_id.eq(id))
        .filter(tier_accounts::status.eq(Status::Active))
        .count()
        .get_result(conn)?)
}

/// How many live subscriptions use an account, in whichever role it is used most.
pub fn live_subscriptions(conn: &mut PgConnection, id: &Id<TierAccount>) -> Result<i64> {
    use crate::schema::tier_account_uses as uses;
    let live: Vec<(String, i64)> = uses::table
        .filter(uses::tier_account_id.eq(id))
        .filter(uses::live.gt(0))
        .group_by(uses::role)
        .select((uses::role, diesel::dsl::sum(uses::live).assume_not_null()))
        .load(conn)?;
    Ok(live.into_iter().map(|(_, live)| live).max().unwrap_or(0))
}
