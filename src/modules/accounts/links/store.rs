//! Statements about links. [`owned_by`] is the one tenancy condition.

use diesel::{
    dsl::auto_type,
    prelude::*,
    sql_types::{Array, BigInt, Text},
};

use super::data::Tile;
use crate::{
    kit::{
        actor::Account,
        db::{Looks, Read, Tx},
        id::Id,
        problem::Result,
        statement::statement,
    },
    schema::account_links,
};

/// Links that a company may have.
pub const MOST: usize = 24;

/// A link is its company's alone.
#[auto_type(no_type_alias)]
fn owned_by<'a>(account: &'a Id<Account>) -> _ {
    account_links::account_id.eq(account)
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = account_links)]
pub struct TileRow {
    pub number: i64,
    #[diesel(embed)]
    pub tile: Tile,
    pub revision: i32,
}

/// All links of a company, in their order.
pub fn all(look: &mut impl Looks, account: &Id<Account>) -> Result<Vec<TileRow>> {
    Ok(account_links::table
        .filter(owned_by(account))
        .order((account_links::place, account_links::number))
        .select(TileRow::as_select())
        .load(look.conn())?)
}

pub fn find<P>(read: &mut Read<'_, P>, number: i64) -> Result<TileRow> {
    let me = &read.actor.identity.company.id;
    Ok(account_links::table
        .filter(owned_by(me))
        .filter(account_links::number.eq(number))
        .select(TileRow::as_select())
        .first(read.conn)?)
}

pub fn lock<P>(tx: &mut Tx<'_, P>, number: i64) -> Result<TileRow> {
    let me = tx.account()?;
    Ok(account_links::table
        .filter(owned_by(&me))
        .filter(account_links::number.eq(number))
        .select(TileRow::as_select())
        .for_update()
        .first(tx.conn)?)
}

/// Puts a link behind all others.
pub fn insert<P>(tx: &mut Tx<'_, P>, tile: &Tile) -> Result<i64> {
    let me = tx.account()?;
    let last: Option<i32> =
        account_links::table.filter(owned_by(&me)).select(diesel::dsl::max(account_links::place)).first(tx.conn)?;
    Ok(diesel::insert_into(account_links::table)
        .values((account_links::account_id.eq(&me), account_links::place.eq(last.unwrap_or(0) + 1), tile))
        .returning(account_links::number)
        .get_result(tx.conn)?)
}

/// Changes a link that [`lock`] holds.
pub fn update<P>(tx: &mut Tx<'_, P>, number: i64, tile: &Tile) -> Result<()> {
    let me = tx.account()?;
    diesel::update(account_links::table.find((&me, number)))
        .set((tile, account_links::revision.eq(account_links::revision + 1)))
        .execute(tx.conn)?;
    Ok(())
}

/// Takes away a link that [`lock`] holds.
pub fn delete<P>(tx: &mut Tx<'_, P>, number: i64) -> Result<()> {
    let me = tx.account()?;
    diesel::delete(account_links::table.find((&me, number))).execute(tx.conn)?;
    Ok(())
}

/// Puts the links of the company that is locked into this order.
pub fn arrange<P>(tx: &mut Tx<'_, P>, numbers: &[i64]) -> Result<()> {
    let me = tx.account()?;
    statement(
        "UPDATE account_links l SET place = n.place FROM unnest($2::bigint[]) WITH ORDINALITY AS n (number, place) \
         WHERE l.account_id = $1 AND l.number = n.number",
    )
    .bind::<Text, _>(me)
    .bind::<Array<BigInt>, _>(numbers)
    .execute(tx.conn)?;
    Ok(())
}
