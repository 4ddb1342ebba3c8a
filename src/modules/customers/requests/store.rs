//! Statements about tier account requests. [`owned_by`] is the one tenancy condition: the product's vendor sees one, and the
//! account's owner.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    dsl::auto_type,
    prelude::*,
    sql_types::{Array, Bool, Int4, Jsonb, Nullable, Text, Timestamptz},
};

use super::{Request, Status};
use crate::{
    kit::{
        actor::{Account, User},
        db::{Looks, Read, Tx},
        environment::Environment,
        id::Id,
        problem::{Problem, Result},
        shown::Shown,
        statement::statement,
    },
    modules::{
        customers::{
            self, TierAccount,
            snapshot::{Changed, Snapshot},
        },
        ids::Product,
    },
    schema::{accounts, products, tier_account_requests, tier_accounts, users},
};

#[auto_type(no_type_alias)]
fn owned_by<'a>(account: &'a Id<Account>) -> _ {
    tier_account_requests::vendor_id.eq(account).or(tier_account_requests::owner_id.eq(account))
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = tier_account_requests)]
pub struct RequestRow {
    pub id: Id<Request>,
    pub status: Status,
    pub environment: Environment,
    pub tier_account_id: Id<TierAccount>,
    pub before_version: i32,
    pub after_version: i32,
    base_version: Option<i32>,
    pub account_name: String,
    pub product_id: Id<Product>,
    pub vendor_id: Id<Account>,
    pub owner_id: Id<Account>,
    pub roles: Vec<String>,
    pub reason: String,
    pub decided_by_id: Option<Id<User>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
}

/// A product that an account is used with by live subscriptions.
#[derive(Debug, Clone, QueryableByName)]
pub struct Use {
    #[diesel(sql_type = Text)]
    pub account: Id<TierAccount>,
    #[diesel(sql_type = Text)]
    pub product: Id<Product>,
    #[diesel(sql_type = Text)]
    pub vendor: Id<Account>,
    /// Whether the vendor takes part.
    #[diesel(sql_type = Bool)]
    pub sync: bool,
    #[diesel(sql_type = Array<Text>)]
    pub roles: Vec<String>,
    /// A test while every live subscription that uses it is one; what is real goes before.
    #[diesel(sql_type = Text)]
    pub environment: Environment,
    #[diesel(sql_type = Int4)]
    pub service_days: i32,
}

/// With which products an account is used now: read from what is kept with the subscriptions.
pub fn uses<P>(read: &mut Read<'_, P>, account: &Id<TierAccount>) -> Result<Vec<Use>> {
    Ok(used(read, &[account])?.remove(account).unwrap_or_default())
}

/// [`uses`] of many accounts; those that nothing uses are left out.
pub fn uses_of<P>(tx: &mut Tx<'_, P>, accounts: &[&Id<TierAccount>]) -> Result<HashMap<Id<TierAccount>, Vec<Use>>> {
    used(tx, accounts)
}

fn used(look: &mut impl Looks, accounts: &[&Id<TierAccount>]) -> Result<HashMap<Id<TierAccount>, Vec<Use>>> {
    let rows: Vec<Use> = statement(
        "SELECT u.tier_account_id AS account, p.id AS product, p.vendor_id AS vendor, p.tier_accounts_sync AS sync, u.roles, \
         u.environment, a.service_days FROM (SELECT tier_account_id, product_id, array_agg(DISTINCT role ORDER BY role) AS roles, \
         CASE WHEN bool_or(environment = 'production') THEN 'production' WHEN bool_or(environment = 'test') THEN 'test' \
         ELSE 'preview' END AS environment FROM tier_account_uses \
         WHERE tier_account_id = ANY($1) AND live > 0 GROUP BY tier_account_id, product_id) u \
         JOIN products p ON p.id = u.product_id JOIN accounts a ON a.id = p.vendor_id ORDER BY p.id",
    )
    .bind::<Array<Text>, _>(accounts)
    .load(look.conn())?;
    let mut uses: HashMap<Id<TierAccount>, Vec<Use>> = HashMap::new();
    for row in rows {
        uses.entry(row.account.clone()).or_default().push(row);
    }
    Ok(uses)
}

/// A request to be made.
pub struct NewRequest<'a> {
    pub id: Id<Request>,
    pub status: Status,
    pub environment: Environment,
    pub tier_account_id: &'a Id<TierAccount>,
    pub before_version: i32,
    pub after_version: i32,
    pub account_name: &'a str,
    pub product_id: &'a Id<Product>,
    pub vendor_id: &'a Id<Account>,
    pub owner_id: &'a Id<Account>,
    pub roles: &'a [String],
    pub reason: &'static str,
    pub due_at: DateTime<Utc>,
}

/// Makes requests, in one statement however many they are.
pub fn insert<P>(tx: &mut Tx<'_, P>, new: &[NewRequest<'_>]) -> Result<()> {
    // lists of different lengths do not fit into an array: roles go as text, and none of them has a comma
    statement(
        "INSERT INTO tier_account_requests (id, status, tier_account_id, before_version, after_version, account_name, \
         product_id, vendor_id, owner_id, environment, roles, reason, created_at, updated_at, due_at) \
         SELECT n.id, n.status, n.account, n.before, n.after, n.name, n.product, n.vendor, n.owner, n.environment, \
         string_to_array(n.roles, ','), n.reason, $1, $1, n.due FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) \
         AS n (id, status, account, before, after, name, product, vendor, owner, environment, roles, reason, due)",
    )
    .bind::<Timestamptz, _>(tx.at)
    .bind::<Array<Text>, _>(new.iter().map(|one| &one.id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(new.iter().map(|one| one.status).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(new.iter().map(|one| one.tier_account_id).collect::<Vec<_>>())
    .bind::<Array<Int4>, _>(new.iter().map(|one| one.before_version).collect::<Vec<_>>())
    .bind::<Array<Int4>, _>(new.iter().map(|one| one.after_version).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(new.iter().map(|one| one.account_name).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(new.iter().map(|one| one.product_id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(new.iter().map(|one| one.vendor_id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(new.iter().map(|one| one.owner_id).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(new.iter().map(|one| one.environment).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(new.iter().map(|one| one.roles.join(",")).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(new.iter().map(|one| one.reason).collect::<Vec<_>>())
    .bind::<Array<Timestamptz>, _>(new.iter().map(|one| one.due_at).collect::<Vec<_>>())
    .execute(tx.conn)?;
    Ok(())
}

/// A request with the names around it, and what is different.
#[derive(Debug, Clone)]
pub struct Detail {
    pub row: RequestRow,
    pub product: String,
    pub vendor: String,
    pub owner: String,
    pub decided_by: Option<String>,
    /// Whether the account itself may be looked at.
    pub sees: bool,
    /// The version that it is compared with.
    pub base: i32,
    /// The account's version by now.
    pub now: i32,
    pub changes: Vec<Changed>,
    pub after: Snapshot,
}

pub fn find<P>(read: &mut Read<'_, P>, id: &Id<Request>) -> Result<Detail> {
    let me = read.actor.identity.company.id.clone();
    let owners = diesel::alias!(accounts as owners);
    let (row, product, vendor, owner, decided_by, now, sees) = tier_account_requests::table
        .inner_join(products::table.on(products::id.eq(tier_account_requests::product_id)))
        .inner_join(accounts::table.on(accounts::id.eq(tier_account_requests::vendor_id)))
        .inner_join(owners.on(owners.field(accounts::id).eq(tier_account_requests::owner_id)))
        .inner_join(tier_accounts::table.on(tier_accounts::id.eq(tier_account_requests::tier_account_id)))
        .left_join(users::table.on(users::id.nullable().eq(tier_account_requests::decided_by_id)))
        .filter(tier_account_requests::id.eq(id))
        .filter(owned_by(&me))
        .select((
            RequestRow::as_select(),
            products::name,
            accounts::name,
            owners.field(accounts::name),
            users::name.nullable(),
            tier_accounts::version,
            customers::store::seen_by(&me),
        ))
        .first::<(RequestRow, String, String, String, Option<String>, i32, bool)>(read.conn)?;
    let base = base(read, &row, Some(&me))?;
    let (changes, after) = changes(read, &row, base)?;
    Ok(Detail { base, now, changes, row, product, vendor, owner, decided_by, sees, after })
}

/// What a request changes, seen from a version, and what the account is after it.
fn changes(look: &mut impl Looks, row: &RequestRow, base: i32) -> Result<(Vec<Changed>, Snapshot)> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = Int4)]
        number: i32,
        #[diesel(sql_type = Jsonb)]
        data: serde_json::Value,
        #[diesel(sql_type = Nullable<Text>)]
        parent: Option<String>,
    }
    let found: Vec<Found> = statement(
        "SELECT v.number, v.data, p.name AS parent FROM tier_account_versions v \
         LEFT JOIN tier_accounts p ON p.id = v.data->>'parent' WHERE v.tier_account_id = $1 AND v.number IN ($2, $3)",
    )
    .bind::<Text, _>(&row.tier_account_id)
    .bind::<Int4, _>(base)
    .bind::<Int4, _>(row.after_version)
    .load(look.conn())?;
    let mut names = HashMap::new();
    let mut versions = HashMap::new();
    for one in found {
        let snapshot: Snapshot = serde_json::from_value(one.data).map_err(Problem::internal)?;
        names.extend(snapshot.parent.clone().zip(one.parent));
        versions.insert(one.number, snapshot);
    }
    let (Some(before), Some(after)) = (versions.get(&base), versions.get(&row.after_version)) else {
        return Err(Problem::internal("every state of an account is kept"));
    };
    let mut changes = after.changes_since(before);
    changes.iter_mut().for_each(|one| one.name_parents(&names));
    Ok((changes, after.clone()))
}

/// The version that a request is compared with: what its vendor accepted last before it, or what there was before the first change
/// that it was told of. Of one that is decided, what it was compared with then. With `me`, the company that looks, what it has just accepted
/// counts already though it can still be undone, so that it goes on with what comes after.
fn base(look: &mut impl Looks, row: &RequestRow, me: Option<&Id<Account>>) -> Result<i32> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = Nullable<Int4>)]
        accepted: Option<i32>,
        #[diesel(sql_type = Nullable<Int4>)]
        first: Option<i32>,
    }
    if row.status != Status::Pending {
        return Ok(row.base_version.unwrap_or(row.before_version));
    }
    let found: Found = statement(
        "SELECT max(r.after_version) FILTER (WHERE r.status = 'accepted' OR EXISTS (SELECT FROM held_decisions h WHERE h.request = r.id \
           AND h.account_id = $4 AND h.action = 'accept' AND h.refused IS NULL)) AS accepted, min(r.before_version) AS first \
         FROM tier_account_requests r WHERE r.tier_account_id = $1 AND r.product_id = $2 AND r.after_version < $3",
    )
    .bind::<Text, _>(&row.tier_account_id)
    .bind::<Text, _>(&row.product_id)
    .bind::<Int4, _>(row.after_version)
    .bind::<Nullable<Text>, _>(me)
    .get_result(look.conn())?;
    Ok(found.accepted.or(found.first).unwrap_or(row.before_version))
}

/// What the page of a request shows the person who decides.
pub fn shown(row: &RequestRow, base: i32, changes: &[Changed]) -> Shown {
    Shown::new()
        .part("the account", format!("{} {} {}", row.tier_account_id, row.account_name, row.after_version))
        .part("the version you last accepted", base)
        .part("the changes", format!("{changes:?}"))
}

/// The same of a locked request, and the version that it is compared with. `ahead`: as whoever looks sees it, who goes on before its decisions
/// have taken effect; what is for good is compared with what was accepted for good.
pub fn standing<P>(tx: &mut Tx<'_, P>, row: &RequestRow, ahead: bool) -> Result<(i32, Shown)> {
    let me = tx.account()?;
    let base = base(tx, row, ahead.then_some(&me))?;
    let (changes, _) = changes(tx, row, base)?;
    Ok((base, shown(row, base, &changes)))
}

/// Locks a request that the actor's company has to decide.
pub fn lock<P>(tx: &mut Tx<'_, P>, id: &Id<Request>) -> Result<RequestRow> {
    let me = tx.account()?;
    Ok(tier_account_requests::table
        .filter(tier_account_requests::id.eq(id))
        .filter(tier_account_requests::vendor_id.eq(me))
        .select(RequestRow::as_select())
        .for_update()
        .first(tx.conn)?)
}

/// The requests that came of the change of an account's version `before`.
pub fn raised<P>(tx: &mut Tx<'_, P>, account: &Id<TierAccount>, before: i32) -> Result<Vec<String>> {
    Ok(tier_account_requests::table
        .filter(tier_account_requests::tier_account_id.eq(account))
        .filter(tier_account_requests::before_version.eq(before))
        .order(tier_account_requests::id)
        .select(tier_account_requests::id)
        .load(tx.conn)?)
}

/// What the account of a request of the actor's company is called.
pub fn name<P>(read: &mut Read<'_, P>, id: &Id<Request>) -> Result<String> {
    let me = read.actor.identity.company.id.clone();
    Ok(tier_account_requests::table
        .filter(tier_account_requests::id.eq(id))
        .filter(owned_by(&me))
        .select(tier_account_requests::account_name)
        .first(read.conn)?)
}

/// The requests about an account whose sight was checked, the newest first, as far as the actor's company may know them.
pub fn of_account<P>(read: &mut Read<'_, P>, account: &Id<TierAccount>) -> Result<Vec<(RequestRow, String)>> {
    let me = read.actor.identity.company.id.clone();
    Ok(tier_account_requests::table
        .inner_join(products::table.on(products::id.eq(tier_account_requests::product_id)))
        .filter(tier_account_requests::tier_account_id.eq(account))
        .filter(owned_by(&me))
        .order((tier_account_requests::created_at.desc(), tier_account_requests::id.desc()))
        .limit(100)
        .select((RequestRow::as_select(), products::name))
        .load(read.conn)?)
}
