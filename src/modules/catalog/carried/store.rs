//! Statements about what agreements carry. The sight of the agreement was checked by `agreements::store`.

use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Array, BigInt, Bool, Int4, Nullable, Text},
};

use crate::{
    accounts::store::draw,
    kit::{
        actor::Permission,
        constraint::{Constraints, named},
        db::{Looks, Read, Tx},
        id::{Id, Kind},
        problem::Result,
        statement::statement,
    },
    modules::{
        agreements::{Agreement, Type, data::Words},
        catalog::{carried::data, groups},
        ids::{Marketplace, ProductGroup},
    },
    schema::{agreement_groups, agreement_marketplaces, agreements, marketplaces},
};

/// The keys that two acts at once can break, and what the later one is told.
pub const KEYS: Constraints = &[("agreement_marketplaces_marketplace_id_owner_id_fkey", || data::no_place().into())];

/// A group that an agreement carries.
#[derive(Debug, Clone, QueryableByName)]
pub struct Carried {
    #[diesel(sql_type = Text)]
    pub id: Id<ProductGroup>,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = BigInt)]
    pub products: i64,
}

/// The groups that an agreement carries, by name.
pub fn carried(look: &mut impl Looks, id: &Id<Agreement>) -> Result<Vec<Carried>> {
    Ok(statement(
        "SELECT g.id, g.name, (SELECT count(*) FROM product_group_members m WHERE m.group_id = g.id) AS products \
         FROM agreement_groups a JOIN product_groups g ON g.id = a.group_id WHERE a.agreement_id = $1 ORDER BY g.name, g.id LIMIT 200",
    )
    .bind::<Text, _>(id)
    .load(look.conn())?)
}

/// Their ids.
pub fn group_ids(look: &mut impl Looks, id: &Id<Agreement>) -> Result<Vec<Id<ProductGroup>>> {
    let carried =
        agreement_groups::table.filter(agreement_groups::agreement_id.eq(id)).order(agreement_groups::group_id);
    Ok(carried.select(agreement_groups::group_id).load(look.conn())?)
}

/// A marketplace that an agreement covers.
#[derive(Debug, Clone, QueryableByName)]
pub struct Covered {
    #[diesel(sql_type = Text)]
    pub id: Id<Marketplace>,
    #[diesel(sql_type = Text)]
    pub name: String,
}

/// The marketplaces that an agreement names, by name; none when it covers all of its owner's.
pub fn covered(look: &mut impl Looks, id: &Id<Agreement>) -> Result<Vec<Covered>> {
    Ok(statement(
        "SELECT k.id, k.name FROM agreement_marketplaces a JOIN marketplaces k ON k.id = a.marketplace_id \
         WHERE a.agreement_id = $1 ORDER BY k.name, k.id LIMIT 200",
    )
    .bind::<Text, _>(id)
    .load(look.conn())?)
}

/// Their ids.
pub fn place_ids(look: &mut impl Looks, id: &Id<Agreement>) -> Result<Vec<Id<Marketplace>>> {
    let covered = agreement_marketplaces::table
        .filter(agreement_marketplaces::agreement_id.eq(id))
        .order(agreement_marketplaces::marketplace_id);
    Ok(covered.select(agreement_marketplaces::marketplace_id).load(look.conn())?)
}

/// All marketplaces of the actor's company, by name.
pub fn marketplaces<P: Permission>(read: &mut Read<'_, P>) -> Result<Vec<data::Choice<Marketplace>>> {
    Ok(marketplaces::table
        .filter(marketplaces::owner_id.eq(read.actor.account()))
        .order((marketplaces::name, marketplaces::id))
        .select((marketplaces::id, marketplaces::name))
        .limit(200)
        .load(read.conn)?)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How many of these groups are the actor's company's.
pub fn own_groups<P>(tx: &mut Tx<'_, P>, ids: &[Id<ProductGroup>]) -> Result<usize> {
    count(tx, "SELECT count(*) AS n FROM product_groups WHERE owner_id = $1 AND id = ANY ($2)", ids)
}

/// How many of these marketplaces are the actor's company's.
pub fn own_places<P>(tx: &mut Tx<'_, P>, ids: &[Id<Marketplace>]) -> Result<usize> {
    count(tx, "SELECT count(*) AS n FROM marketplaces WHERE owner_id = $1 AND id = ANY ($2)", ids)
}

fn count<P, K: Kind>(tx: &mut Tx<'_, P>, text: &'static str, ids: &[Id<K>]) -> Result<usize> {
    let me = tx.account()?;
    let found: Count = statement(text)
        .bind::<Text, _>(&me)
        .bind::<Array<Text>, _>(ids.iter().map(Id::as_str).collect::<Vec<_>>())
        .get_result(tx.conn)?;
    Ok(usize::try_from(found.n).unwrap_or_default())
}

/// Makes an agreement carry these groups and no others.
pub fn set_groups<P>(tx: &mut Tx<'_, P>, id: &Id<Agreement>, groups: &[Id<ProductGroup>]) -> Result<()> {
    let me = tx.account()?;
    diesel::delete(agreement_groups::table.filter(agreement_groups::agreement_id.eq(id))).execute(tx.conn)?;
    statement("INSERT INTO agreement_groups (agreement_id, group_id, owner_id) SELECT $1, unnest($2::text[]), $3")
        .bind::<Text, _>(id)
        .bind::<Array<Text>, _>(groups.iter().map(Id::as_str).collect::<Vec<_>>())
        .bind::<Text, _>(&me)
        .execute(tx.conn)
        .map_err(named(groups::store::KEYS))?;
    Ok(())
}

/// Makes an agreement name these marketplaces and no others.
pub fn set_places<P>(tx: &mut Tx<'_, P>, id: &Id<Agreement>, places: &[Id<Marketplace>]) -> Result<()> {
    let me = tx.account()?;
    diesel::delete(agreement_marketplaces::table.filter(agreement_marketplaces::agreement_id.eq(id)))
        .execute(tx.conn)?;
    statement(
        "INSERT INTO agreement_marketplaces (agreement_id, marketplace_id, owner_id) SELECT $1, unnest($2::text[]), $3",
    )
    .bind::<Text, _>(id)
    .bind::<Array<Text>, _>(places.iter().map(Id::as_str).collect::<Vec<_>>())
    .bind::<Text, _>(&me)
    .execute(tx.conn)
    .map_err(named(KEYS))?;
    Ok(())
}

/// Marks an agreement that is held as changed, so that an older form does not overwrite it.
pub fn revise<P>(tx: &mut Tx<'_, P>, id: &Id<Agreement>) -> Result<()> {
    diesel::update(agreements::table.find(id))
        .set((agreements::updated_at.eq(tx.at), agreements::revision.eq(agreements::revision + 1)))
        .execute(tx.conn)?;
    Ok(())
}

/// An agreement with groups that are taken away from it.
#[derive(Debug, Clone, QueryableByName)]
pub struct Narrowed {
    #[diesel(sql_type = Text)]
    pub id: Id<Agreement>,
    #[diesel(sql_type = Text)]
    pub name: String,
    /// It has no other groups, and would be for all of them without these.
    #[diesel(sql_type = Bool)]
    pub bare: bool,
}

/// The agreements that hang on one and carry some of these groups, locked.
pub fn narrowed<P>(tx: &mut Tx<'_, P>, parent: &Id<Agreement>, gone: &[Id<ProductGroup>]) -> Result<Vec<Narrowed>> {
    Ok(statement(
        "SELECT a.id, a.name, NOT EXISTS (SELECT FROM agreement_groups g WHERE g.agreement_id = a.id AND g.group_id <> ALL ($2)) AS bare \
         FROM agreements a WHERE a.parent_id = $1 AND a.type IN ('syndication', 'referral') \
         AND EXISTS (SELECT FROM agreement_groups g WHERE g.agreement_id = a.id AND g.group_id = ANY ($2)) ORDER BY a.id FOR UPDATE OF a",
    )
    .bind::<Text, _>(parent)
    .bind::<Array<Text>, _>(gone.iter().map(Id::as_str).collect::<Vec<_>>())
    .load(tx.conn)?)
}

/// Takes groups away from an agreement.
pub fn narrow<P>(tx: &mut Tx<'_, P>, id: &Id<Agreement>, gone: &[Id<ProductGroup>]) -> Result<()> {
    let carried = agreement_groups::table.filter(agreement_groups::agreement_id.eq(id));
    diesel::delete(carried.filter(agreement_groups::group_id.eq_any(gone))).execute(tx.conn)?;
    Ok(())
}

/// An agreement that hangs on a service agreement, as that lists it.
#[derive(Debug, Clone, QueryableByName)]
pub struct Child {
    #[diesel(sql_type = Text)]
    pub id: Id<Agreement>,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Nullable<Int4>)]
    pub version: Option<i32>,
    #[diesel(sql_type = BigInt)]
    pub groups: i64,
}

/// Those of one type, by name.
pub fn children<P>(read: &mut Read<'_, P>, parent: &Id<Agreement>, type_: Type) -> Result<Vec<Child>> {
    Ok(statement(
        "SELECT a.id, a.name, v.number AS version, (SELECT count(*) FROM agreement_groups g WHERE g.agreement_id = a.id) AS groups \
         FROM agreements a LEFT JOIN agreement_versions v ON v.agreement_id = a.id AND v.status = 'active' \
         WHERE a.parent_id = $1 AND a.type = $2 ORDER BY a.name, a.id LIMIT 200",
    )
    .bind::<Text, _>(parent)
    .bind::<Text, _>(type_)
    .load(read.conn)?)
}

/// Makes an agreement that hangs on a service agreement of the same owner.
pub fn insert<P>(tx: &mut Tx<'_, P>, parent: &Id<Agreement>, type_: Type, words: &Words) -> Result<Id<Agreement>> {
    let owner = tx.account()?;
    draw(type_.agreement_prefix(), |id| {
        Ok(diesel::insert_into(agreements::table)
            .values((
                agreements::id.eq(id),
                agreements::type_.eq(type_),
                agreements::owner_id.eq(&owner),
                agreements::name.eq(&words.name),
                agreements::description.eq(&words.description),
                agreements::parent_id.eq(parent),
                agreements::created_at.eq(tx.at),
                agreements::updated_at.eq(tx.at),
            ))
            .on_conflict(agreements::id)
            .do_nothing()
            .execute(tx.conn)?)
    })
}
