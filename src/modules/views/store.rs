//! Statements about saved views and chosen columns. A view is its owner's; colleagues see what is shared.

use diesel::{
    prelude::*,
    sql_types::{Array, Bool, Text, Uuid as SqlUuid},
};
use uuid::Uuid;

use super::data::Naming;
use crate::{
    kit::{
        actor::Permission,
        constraint::{self, Constraints},
        db::{Read, Tx},
        grid::SavedView,
        problem::{Problem, Result},
        statement::statement,
        violation::{Violation, Why},
    },
    schema::{grid_choices, saved_views},
};

/// More would not fit into a menu.
const MOST: i64 = 30;

/// What a person keeps of one grid.
pub struct Kept {
    pub views: Vec<SavedView>,
    /// The columns chosen, in their order; none when nothing was chosen.
    pub columns: Vec<String>,
}

/// A view by its name.
#[derive(Debug)]
pub struct Named {
    pub name: String,
    pub shared: bool,
}

#[derive(QueryableByName)]
struct KeptRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    query: String,
    #[diesel(sql_type = Bool)]
    shared: bool,
    #[diesel(sql_type = Bool)]
    own: bool,
    #[diesel(sql_type = Bool)]
    first: bool,
    #[diesel(sql_type = Array<Text>)]
    columns: Vec<String>,
}

/// The actor's views of one grid and those that colleagues share, by name; and the columns: one statement.
pub fn of<P>(read: &mut Read<'_, P>, grid: &str) -> Result<Kept> {
    let identity = &read.actor.identity;
    let rows = statement(format!(
        "(SELECT v.id, v.name, v.query, v.shared, v.user_id = $2 AS own, coalesce(c.first_view = v.id, false) AS first, \
          '{{}}'::text[] AS columns FROM saved_views v \
          LEFT JOIN grid_choices c ON c.account_id = $1 AND c.user_id = $2 AND c.grid = $3 \
          WHERE v.account_id = $1 AND v.grid = $3 AND (v.user_id = $2 OR v.shared) ORDER BY v.name, v.id LIMIT {MOST}) \
         UNION ALL \
         (SELECT '{nil}'::uuid, '', '', false, false, false, shown FROM grid_choices \
          WHERE account_id = $1 AND user_id = $2 AND grid = $3)",
        nil = Uuid::nil()
    ))
    .bind::<Text, _>(identity.company.id.as_str())
    .bind::<Text, _>(identity.person.id.as_str())
    .bind::<Text, _>(grid)
    .load::<KeptRow>(read.conn)?;
    let mut kept = Kept { views: Vec::new(), columns: Vec::new() };
    for row in rows {
        if row.id.is_nil() {
            kept.columns = row.columns;
        } else {
            let KeptRow { id, name, query, shared, own, first, .. } = row;
            kept.views.push(SavedView { id: id.to_string(), name, query, shared, own, first });
        }
    }
    Ok(kept)
}

/// Saves a view; one of that name is replaced.
pub fn save<P: Permission>(tx: &mut Tx<'_, P>, grid: &str, name: &str, query: &str) -> Result<()> {
    let identity = tx.who.member()?;
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

/// The one tenancy condition: the actor's own view of this grid.
macro_rules! own {
    ($identity:expr, $grid:expr, $id:expr) => {
        saved_views::table
            .filter(saved_views::account_id.eq($identity.company.id.clone()))
            .filter(saved_views::user_id.eq($identity.person.id.clone()))
            .filter(saved_views::grid.eq($grid))
            .filter(saved_views::id.eq($id))
    };
}

/// The keys that two acts at once can break, and what the later one is told.
pub const KEYS: Constraints = &[("saved_views_account_id_user_id_grid_name_key", || name_taken().into())];

fn name_taken() -> Violation {
    Violation::new("name", Why::new("taken", "Another of your views already has this name"))
}

/// Renames one of the actor's own views, and shares it or not.
///
/// # Errors
/// [`Problem::Invalid`] for a name that another of their views has.
pub fn change<P: Permission>(tx: &mut Tx<'_, P>, grid: &str, id: Uuid, named: &Naming) -> Result<()> {
    let identity = tx.who.member()?;
    let (account, user) = (identity.company.id.clone(), identity.person.id.clone());
    own!(identity, grid, id).for_update().select(saved_views::id).first::<Uuid>(tx.conn)?;
    let taken = saved_views::table
        .filter(saved_views::account_id.eq(account))
        .filter(saved_views::user_id.eq(user))
        .filter(saved_views::grid.eq(grid))
        .filter(saved_views::name.eq(&named.name))
        .filter(saved_views::id.ne(id));
    if diesel::select(diesel::dsl::exists(taken)).get_result::<bool>(tx.conn)? {
        return Err(name_taken().into());
    }
    if !named.shared {
        // colleagues that began with it begin with everything again
        let others =
            grid_choices::table.filter(grid_choices::first_view.eq(id)).filter(grid_choices::user_id.ne(tx.person()?));
        diesel::update(others).set(grid_choices::first_view.eq(None::<Uuid>)).execute(tx.conn)?;
    }
    diesel::update(saved_views::table.find(id))
        .set((saved_views::name.eq(&named.name), saved_views::shared.eq(named.shared)))
        .execute(tx.conn)
        .map_err(constraint::named(KEYS))?;
    Ok(())
}

/// One of the actor's own views, and how many people's lists begin with it.
pub fn to_delete<P: Permission>(read: &mut Read<'_, P>, grid: &str, id: Uuid) -> Result<(Named, usize)> {
    let identity = read.actor.identity.clone();
    let (name, shared) = own!(identity, grid, id).select((saved_views::name, saved_views::shared)).first(read.conn)?;
    let beginning: i64 = grid_choices::table.filter(grid_choices::first_view.eq(id)).count().get_result(read.conn)?;
    Ok((Named { name, shared }, usize::try_from(beginning).map_err(Problem::internal)?))
}

/// Removes one of the actor's own views.
pub fn delete<P: Permission>(tx: &mut Tx<'_, P>, grid: &str, id: Uuid) -> Result<()> {
    let identity = tx.who.member()?;
    if diesel::delete(own!(identity, grid, id)).execute(tx.conn)? == 0 { Err(Problem::NotFound) } else { Ok(()) }
}

/// Chooses the view that the grid begins with: an own one or one that is shared; `None` for everything.
pub fn begin_with<P: Permission>(tx: &mut Tx<'_, P>, grid: &str, id: Option<Uuid>) -> Result<()> {
    let identity = tx.who.member()?;
    let (account, user) = (identity.company.id.clone(), identity.person.id.clone());
    if let Some(id) = id {
        saved_views::table
            .filter(saved_views::account_id.eq(&account))
            .filter(saved_views::user_id.eq(&user).or(saved_views::shared))
            .filter(saved_views::grid.eq(grid))
            .filter(saved_views::id.eq(id))
            .select(saved_views::id)
            .first::<Uuid>(tx.conn)?;
    }
    diesel::insert_into(grid_choices::table)
        .values((
            grid_choices::account_id.eq(account),
            grid_choices::user_id.eq(user),
            grid_choices::grid.eq(grid),
            grid_choices::first_view.eq(id),
        ))
        .on_conflict((grid_choices::account_id, grid_choices::user_id, grid_choices::grid))
        .do_update()
        .set(grid_choices::first_view.eq(id))
        .execute(tx.conn)?;
    Ok(())
}

/// Remembers the columns of a grid in their order.
pub fn choose_columns<P: Permission>(tx: &mut Tx<'_, P>, grid: &str, columns: &[&str]) -> Result<()> {
    let identity = tx.who.member()?;
    diesel::insert_into(grid_choices::table)
        .values((
            grid_choices::account_id.eq(identity.company.id.clone()),
            grid_choices::user_id.eq(identity.person.id.clone()),
            grid_choices::grid.eq(grid),
            grid_choices::shown.eq(columns.to_vec()),
        ))
        .on_conflict((grid_choices::account_id, grid_choices::user_id, grid_choices::grid))
        .do_update()
        .set(grid_choices::shown.eq(columns.to_vec()))
        .execute(tx.conn)?;
    Ok(())
}
