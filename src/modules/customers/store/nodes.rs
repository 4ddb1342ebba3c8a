//! Accounts as trees and lists of choices name them: what stands above and below, and what there is to choose from.

use std::collections::HashMap;

use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Nullable, Text},
};

use crate::{
    kit::{
        actor::Account,
        db::{Looks, Read},
        id::Id,
        problem::Result,
        statement::statement,
    },
    modules::customers::{Status, TierAccount, Type, data::Data},
};

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
