//! Statements about hubs. [`owned_by`] is the one tenancy condition.

use chrono::{DateTime, Utc};
use diesel::{dsl::auto_type, prelude::*};

use super::Hub;
use crate::{
    kit::{
        actor::Account,
        db::{Read, Tx},
        id::Id,
        problem::{Problem, Result},
    },
    modules::accounts::store::draw,
    schema::{hubs, marketplace_hubs, marketplaces, subscriptions},
};

/// A hub is its owner's alone.
#[auto_type(no_type_alias)]
fn owned_by<'a>(account: &'a Id<Account>) -> _ {
    hubs::owner_id.eq(account)
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = hubs)]
pub struct HubRow {
    pub id: Id<Hub>,
    pub name: String,
    pub description: String,
    pub instance: Option<String>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub revision: i32,
}

/// What a hub is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewHub {
    pub name: String,
    pub instance: Option<String>,
    pub description: String,
}

pub fn find<P>(read: &mut Read<'_, P>, id: &Id<Hub>) -> Result<HubRow> {
    let me = &read.actor.identity.company.id;
    Ok(hubs::table.filter(hubs::id.eq(id)).filter(owned_by(me)).select(HubRow::as_select()).first(read.conn)?)
}

/// All hubs of the actor's company, by name: a company has few.
pub fn all<P>(read: &mut Read<'_, P>) -> Result<Vec<(Id<Hub>, String)>> {
    let me = &read.actor.identity.company.id;
    Ok(hubs::table
        .filter(owned_by(me))
        .order((hubs::name, hubs::id))
        .select((hubs::id, hubs::name))
        .limit(200)
        .load(read.conn)?)
}

pub fn lock<P>(tx: &mut Tx<'_, P>, id: &Id<Hub>) -> Result<HubRow> {
    let me = &tx.who.identity().ok_or(Problem::NotFound)?.company.id;
    Ok(hubs::table
        .filter(hubs::id.eq(id))
        .filter(owned_by(me))
        .select(HubRow::as_select())
        .for_update()
        .first(tx.conn)?)
}

/// Which of the owner's other hubs bears this name or instance ID.
pub fn taken<P>(tx: &mut Tx<'_, P>, new: &NewHub, but: Option<&Id<Hub>>) -> Result<Option<Taken>> {
    let me = &tx.who.identity().ok_or(Problem::NotFound)?.company.id;
    let others: Vec<(Id<Hub>, String, Option<String>)> = hubs::table
        .filter(owned_by(me))
        .filter(hubs::name.eq(&new.name).or(hubs::instance.eq(&new.instance)))
        .select((hubs::id, hubs::name, hubs::instance))
        .load(tx.conn)?;
    Ok(others.iter().filter(|(id, ..)| Some(id) != but).find_map(|(_, name, instance)| {
        if *name == new.name {
            Some(Taken::Name)
        } else if instance.is_some() && *instance == new.instance {
            Some(Taken::Instance)
        } else {
            None
        }
    }))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    Name,
    Instance,
}

pub fn insert<P>(tx: &mut Tx<'_, P>, new: &NewHub) -> Result<Id<Hub>> {
    let owner = tx.who.identity().ok_or(Problem::NotFound)?.company.id.clone();
    draw("HB", |id| {
        Ok(diesel::insert_into(hubs::table)
            .values((
                hubs::id.eq(id),
                hubs::owner_id.eq(&owner),
                hubs::name.eq(&new.name),
                hubs::description.eq(&new.description),
                hubs::instance.eq(&new.instance),
                hubs::created_at.eq(tx.at),
                hubs::updated_at.eq(tx.at),
            ))
            .on_conflict(hubs::id)
            .do_nothing()
            .execute(tx.conn)?)
    })
}

/// Changes a hub that [`lock`] holds.
pub fn update<P>(tx: &mut Tx<'_, P>, id: &Id<Hub>, new: &NewHub) -> Result<()> {
    diesel::update(hubs::table.find(id))
        .set((
            hubs::name.eq(&new.name),
            hubs::description.eq(&new.description),
            hubs::instance.eq(&new.instance),
            hubs::updated_at.eq(tx.at),
            hubs::revision.eq(hubs::revision + 1),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// How many subscriptions were ordered through a hub.
pub fn ordered(conn: &mut PgConnection, id: &Id<Hub>) -> Result<usize> {
    let count: i64 = subscriptions::table.filter(subscriptions::hub_id.eq(id)).count().get_result(conn)?;
    usize::try_from(count).map_err(Problem::internal)
}

pub fn delete<P>(tx: &mut Tx<'_, P>, id: &Id<Hub>) -> Result<()> {
    diesel::delete(hubs::table.find(id)).execute(tx.conn)?;
    Ok(())
}

/// The marketplaces that are reached through a hub whose sight was checked: id, name, external ID.
pub fn marketplaces(conn: &mut PgConnection, id: &Id<Hub>) -> Result<Vec<(String, String, String)>> {
    Ok(marketplace_hubs::table
        .inner_join(marketplaces::table.on(marketplaces::id.eq(marketplace_hubs::marketplace_id)))
        .filter(marketplace_hubs::hub_id.eq(id))
        .order((marketplaces::name, marketplaces::id))
        .select((marketplaces::id, marketplaces::name, marketplace_hubs::external_account))
        .limit(200)
        .load(conn)?)
}
