//! Statements about product groups. [`owned_by`] is the one tenancy condition.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    dsl::auto_type,
    prelude::*,
    sql_types::{Array, BigInt, Text, Timestamptz},
};

use super::{ProductGroup, data::NewGroup};
use crate::{
    accounts::store::draw,
    kit::{
        actor::Account,
        constraint::{Constraints, named},
        db::{Looks, Read, Tx},
        id::Id,
        problem::{Problem, Result},
        statement::statement,
    },
    modules::{agreements::Type, ids::Product},
    schema::{agreement_groups, product_groups},
};

/// A group is its owner's alone.
#[auto_type(no_type_alias)]
fn owned_by<'a>(account: &'a Id<Account>) -> _ {
    product_groups::owner_id.eq(account)
}

/// A product group.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = product_groups)]
pub struct GroupRow {
    pub id: Id<ProductGroup>,
    #[diesel(embed)]
    pub data: NewGroup,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub revision: i32,
}

/// A group of the actor's company.
pub fn find<P>(read: &mut Read<'_, P>, id: &Id<ProductGroup>) -> Result<GroupRow> {
    let me = &read.actor.identity.company.id;
    let own = product_groups::table.filter(product_groups::id.eq(id)).filter(owned_by(me));
    Ok(own.select(GroupRow::as_select()).first(read.conn)?)
}

/// The groups of the actor's company, by name.
pub fn all<P>(read: &mut Read<'_, P>) -> Result<Vec<(Id<ProductGroup>, String)>> {
    let me = &read.actor.identity.company.id;
    Ok(product_groups::table
        .filter(owned_by(me))
        .order((product_groups::name, product_groups::id))
        .select((product_groups::id, product_groups::name))
        .limit(200)
        .load(read.conn)?)
}

/// As [`find`], locked until the transaction ends.
pub fn lock<P>(tx: &mut Tx<'_, P>, id: &Id<ProductGroup>) -> Result<GroupRow> {
    let me = &tx.account()?;
    let own = product_groups::table.filter(product_groups::id.eq(id)).filter(owned_by(me));
    Ok(own.select(GroupRow::as_select()).for_update().first(tx.conn)?)
}

/// The keys that two acts at once can break, and what the later one is told.
pub const KEYS: Constraints = &[("agreement_groups_group_id_owner_id_fkey", carried)];

/// An agreement began to carry it meanwhile, or it was deleted.
fn carried() -> Problem {
    Problem::stale("The product group has changed", "It was deleted, or an agreement includes it. Nothing was saved.")
}

/// Makes a group without products.
pub fn insert<P>(tx: &mut Tx<'_, P>, new: &NewGroup) -> Result<Id<ProductGroup>> {
    let owner = tx.account()?;
    draw("PG", |id| {
        Ok(diesel::insert_into(product_groups::table)
            .values((
                product_groups::id.eq(id),
                product_groups::owner_id.eq(&owner),
                new,
                product_groups::created_at.eq(tx.at),
                product_groups::updated_at.eq(tx.at),
            ))
            .on_conflict(product_groups::id)
            .do_nothing()
            .execute(tx.conn)?)
    })
}

/// Changes a group that [`lock`] holds.
pub fn update<P>(tx: &mut Tx<'_, P>, id: &Id<ProductGroup>, new: &NewGroup) -> Result<()> {
    diesel::update(product_groups::table.find(id))
        .set((new, product_groups::updated_at.eq(tx.at), product_groups::revision.eq(product_groups::revision + 1)))
        .execute(tx.conn)?;
    Ok(())
}

/// Marks a group that [`lock`] holds as changed.
pub fn touch<P>(tx: &mut Tx<'_, P>, id: &Id<ProductGroup>) -> Result<()> {
    diesel::update(product_groups::table.find(id)).set(product_groups::updated_at.eq(tx.at)).execute(tx.conn)?;
    Ok(())
}

/// Deletes a group that [`lock`] holds.
pub fn delete<P>(tx: &mut Tx<'_, P>, id: &Id<ProductGroup>) -> Result<()> {
    diesel::delete(product_groups::table.find(id)).execute(tx.conn).map_err(named(KEYS))?;
    Ok(())
}

/// How many agreements carry a group whose sight was checked.
pub fn carriers(look: &mut impl Looks, id: &Id<ProductGroup>) -> Result<usize> {
    let count: i64 =
        agreement_groups::table.filter(agreement_groups::group_id.eq(id)).count().get_result(look.conn())?;
    usize::try_from(count).map_err(Problem::internal)
}

/// An agreement that carries a group.
#[derive(Debug, Clone, QueryableByName)]
pub struct Carrier {
    #[diesel(sql_type = Text)]
    pub id: String,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub type_: Type,
}

/// The agreements that carry a group whose sight was checked, by name.
pub fn carrying<P>(read: &mut Read<'_, P>, id: &Id<ProductGroup>) -> Result<Vec<Carrier>> {
    Ok(statement(
        "SELECT a.id, a.name, a.type AS type_ FROM agreement_groups g JOIN agreements a ON a.id = g.agreement_id \
         WHERE g.group_id = $1 ORDER BY a.name, a.id LIMIT 200",
    )
    .bind::<Text, _>(id)
    .load(read.conn)?)
}

/// How many products a group whose sight was checked has.
pub fn size<P>(read: &mut Read<'_, P>, id: &Id<ProductGroup>) -> Result<i64> {
    #[derive(QueryableByName)]
    struct Size {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let size: Size = statement("SELECT count(*) AS n FROM product_group_members WHERE group_id = $1")
        .bind::<Text, _>(id)
        .get_result(read.conn)?;
    Ok(size.n)
}

/// A product in a group, or one that may be put into it.
#[derive(Debug, Clone, QueryableByName)]
pub struct ProductRow {
    #[diesel(sql_type = Text)]
    pub id: Id<Product>,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub vendor: String,
}

/// Which products are asked for: those whose words hold a text, and those that are chosen already.
#[derive(Debug, Clone, Default)]
pub struct Sought {
    pub words: String,
    pub chosen: Vec<Id<Product>>,
    pub most: i64,
}

/// What a company may put into its groups: what it has listed on its marketplaces, and what it sells by syndication. `$1` is the company,
/// `$2` the group.
const SOLD: &str = "SELECT DISTINCT s.product_id FROM sight s WHERE s.viewer_id = $1 AND s.search <> '' AND (s.why = 'syndication' \
    OR (s.why = 'listing' AND EXISTS (SELECT FROM listings l WHERE l.product_id = s.product_id AND l.owner_id = $1 AND l.status = 'listed'))) \
    AND NOT EXISTS (SELECT FROM product_group_members m WHERE m.group_id = $2 AND m.product_id = s.product_id)";
/// What a group of the company has.
const HELD: &str = "SELECT m.product_id FROM product_group_members m JOIN product_groups g ON g.id = m.group_id \
    WHERE g.owner_id = $1 AND m.group_id = $2";

fn products(
    conn: &mut PgConnection,
    of: &'static str,
    (owner, group): (&Id<Account>, &Id<ProductGroup>),
    sought: &Sought,
) -> Result<Vec<ProductRow>> {
    let chosen: Vec<&str> = sought.chosen.iter().map(Id::as_str).collect();
    Ok(statement(format!(
        "SELECT p.id, coalesce(v.name, p.id) AS name, a.name AS vendor FROM ({of}) o JOIN products p ON p.id = o.product_id \
         JOIN accounts a ON a.id = p.vendor_id \
         LEFT JOIN product_versions v ON v.product_id = p.id AND v.number = p.public_version \
         WHERE $3 = '' OR v.search LIKE holding($3) OR p.id = ANY ($4) ORDER BY p.id = ANY ($4) DESC, v.name, p.id LIMIT $5"
    ))
    .bind::<Text, _>(owner)
    .bind::<Text, _>(group)
    .bind::<Text, _>(sought.words.as_str())
    .bind::<Array<Text>, _>(chosen)
    .bind::<BigInt, _>(sought.most)
    .planned_anew(!sought.words.is_empty())
    .load(conn)?)
}

/// Products that may be put into a group of the actor's company.
pub fn sold<P>(read: &mut Read<'_, P>, id: &Id<ProductGroup>, sought: &Sought) -> Result<Vec<ProductRow>> {
    let me = read.actor.identity.company.id.clone();
    products(read.conn, SOLD, (&me, id), sought)
}

/// Products of a group of the actor's company.
pub fn held<P>(read: &mut Read<'_, P>, id: &Id<ProductGroup>, sought: &Sought) -> Result<Vec<ProductRow>> {
    let me = read.actor.identity.company.id.clone();
    products(read.conn, HELD, (&me, id), sought)
}

#[derive(QueryableByName)]
struct One {
    #[diesel(sql_type = Text)]
    product_id: Id<Product>,
}

/// Puts those of `wanted` into a group that [`lock`] holds which may be, and says which.
pub fn put<P>(tx: &mut Tx<'_, P>, id: &Id<ProductGroup>, wanted: &[Id<Product>]) -> Result<Vec<Id<Product>>> {
    let me = tx.account()?;
    let put: Vec<One> = statement(format!(
        "INSERT INTO product_group_members (group_id, product_id, added_at) SELECT $2, o.product_id, $4 FROM ({SOLD}) o \
         WHERE o.product_id = ANY ($3) ON CONFLICT DO NOTHING RETURNING product_id"
    ))
    .bind::<Text, _>(&me)
    .bind::<Text, _>(id)
    .bind::<Array<Text>, _>(wanted.iter().map(Id::as_str).collect::<Vec<_>>())
    .bind::<Timestamptz, _>(tx.at)
    .load(tx.conn)?;
    Ok(put.into_iter().map(|one| one.product_id).collect())
}

/// Takes those of `unwanted` out of a group that [`lock`] holds which it has, and says which.
pub fn take<P>(tx: &mut Tx<'_, P>, id: &Id<ProductGroup>, unwanted: &[Id<Product>]) -> Result<Vec<Id<Product>>> {
    let taken: Vec<One> = statement(
        "DELETE FROM product_group_members WHERE group_id = $1 AND product_id = ANY ($2) RETURNING product_id",
    )
    .bind::<Text, _>(id)
    .bind::<Array<Text>, _>(unwanted.iter().map(Id::as_str).collect::<Vec<_>>())
    .load(tx.conn)?;
    Ok(taken.into_iter().map(|one| one.product_id).collect())
}
