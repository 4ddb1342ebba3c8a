//! Statements about saved views.

use diesel::prelude::*;
use uuid::Uuid;

use crate::{
    kit::{
        actor::Permission,
        db::{Read, Tx},
        grid::SavedView,
        problem::{Problem, Result},
    },
    schema::saved_views,
};

/// More would not fit into a menu.
const MOST: i64 = 30;

/// The actor's views of one grid, by name.
pub fn of<P>(read: &mut Read<'_, P>, grid: &str) -> Result<Vec<SavedView>> {
    let identity = &read.actor.identity;
    let rows = saved_views::table
        .filter(saved_views::account_id.eq(&identity.company.id))
        .filter(saved_views::user_id.eq(&identity.person.id))
        .filter(saved_views::grid.eq(grid))
        .select((saved_views::id, saved_views::name, saved_views::query))
        .order(saved_views::name)
        .limit(MOST)
        .load::<(Uuid, String, String)>(read.conn)?;
    Ok(rows.into_iter().map(|(id, name, query)| SavedView { id: id.to_string(), name, query }).collect())
}

/// Saves a view; one of that name is replaced.
pub fn save<P: Permission>(tx: &mut Tx<'_, P>, grid: &str, name: &str, query: &str) -> Result<()> {
    let identity = tx.who.identity().ok_or(Problem::NotFound)?;
    diesel::insert_into(saved_views::table)
        .values((
            saved_views::id.eq(Uuid::now_v7()),
            saved_views::grid.eq(grid),
            saved_views::account_id.eq(identity.company.id.clone()),
            saved_views::user_id.eq(identity.person.id.clone()),
            saved_views::name.eq(name),
            saved_views::query.eq(query),
            saved_views::created_at.eq(tx.at),
        ))
        .on_conflict((saved_views::account_id, saved_views::user_id, saved_views::grid, saved_views::name))
        .do_update()
        .set(saved_views::query.eq(query))
        .execute(tx.conn)?;
    Ok(())
}

/// Removes one of the actor's own views.
pub fn delete<P: Permission>(tx: &mut Tx<'_, P>, grid: &str, id: Uuid) -> Result<()> {
    let identity = tx.who.identity().ok_or(Problem::NotFound)?;
    let own = saved_views::table
        .filter(saved_views::account_id.eq(identity.company.id.clone()))
        .filter(saved_views::user_id.eq(identity.person.id.clone()))
        .filter(saved_views::grid.eq(grid))
        .filter(saved_views::id.eq(id));
    if diesel::delete(own).execute(tx.conn)? == 0 { Err(Problem::NotFound) } else { Ok(()) }
}
