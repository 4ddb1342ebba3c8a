//! Statements about hubs. [`owned_by`] is the one tenancy condition.

use chrono::{DateTime, Utc};
use diesel::{dsl::auto_type, prelude::*};

use super::{Hub, data::NewHub};
use crate::{
    accounts::store::draw,
    kit::{
        actor::Account,
        constraint::{Constraints, named},
        db::{Looks, Read, Tx},
        id::Id,
        problem::{Problem, Result},
        violation::{Violation, Why, none_left},
    },
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
    #[diesel(embed)]
    pub data: NewHub,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub revision: i32,
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
    let me = &tx.account()?;
    Ok(hubs::table
        .filter(hubs::id.eq(id))
        .filter(owned_by(me))
        .select(HubRow::as_select())
        .for_update()
        .first(tx.conn)?)
}

/// Whether none of the owner's other hubs bears this name or instance ID.
///
/// # Errors
/// [`Problem::Invalid`] for each that is taken.
pub fn free<P>(tx: &mut Tx<'_, P>, new: &NewHub, but: Option<&Id<Hub>>) -> Result<()> {
    let me = &tx.account()?;
    let mut others: Vec<(Id<Hub>, String, Option<String>)> = hubs::table
        .filter(owned_by(me))
        .filter(hubs::name.eq(&new.name).or(hubs::instance.eq(&new.instance)))
        .select((hubs::id, hubs::name, hubs::instance))
        .load(tx.conn)?;
    others.retain(|(id, ..)| Some(id) != but);
    let name = others.iter().any(|(_, name, _)| *name == new.name).then(name_taken);
    let instance = others.iter().any(|(.., instance)| instance.is_some() && *instance == new.instance);
    none_left(name.into_iter().chain(instance.then(instance_taken)).collect())
}

/// The keys that two acts at once can break, and what the later one is told.
pub const KEYS: Constraints = &[
    ("hubs_owner_id_name_key", || name_taken().into()),
    ("hubs_owner_id_instance_key", || instance_taken().into()),
    ("marketplace_hubs_hub_id_owner_id_fkey", used),
    ("subscriptions_hub_id_distributor_id_fkey", used),
];

/// Somebody began to use it meanwhile.
fn used() -> Problem {
    Problem::refused("This hub cannot be removed", "A marketplace or subscription uses it.")
}

fn name_taken() -> Violation {
    Violation::new("name", Why::new("taken", "Another of your hubs already has this name"))
}

fn instance_taken() -> Violation {
    Violation::new("instance", Why::new("taken", "Another of your hubs already has this instance ID"))
}

pub fn insert<P>(tx: &mut Tx<'_, P>, new: &NewHub) -> Result<Id<Hub>> {
    let owner = tx.account()?;
    draw("HB", |id| {
        diesel::insert_into(hubs::table)
            .values((
                hubs::id.eq(id),
                hubs::owner_id.eq(&owner),
                new,
                hubs::created_at.eq(tx.at),
                hubs::updated_at.eq(tx.at),
            ))
            .on_conflict(hubs::id)
            .do_nothing()
            .execute(tx.conn)
            .map_err(named(KEYS))
    })
}

/// Changes a hub that [`lock`] holds.
pub fn update<P>(tx: &mut Tx<'_, P>, id: &Id<Hub>, new: &NewHub) -> Result<()> {
    diesel::update(hubs::table.find(id))
        .set((new, hubs::updated_at.eq(tx.at), hubs::revision.eq(hubs::revision + 1)))
        .execute(tx.conn)
        .map_err(named(KEYS))?;
    Ok(())
}

/// How many subscriptions were ordered through a hub.
pub fn ordered(look: &mut impl Looks, id: &Id<Hub>) -> Result<usize> {
    let count: i64 = subscriptions::table.filter(subscriptions::hub_id.eq(id)).count().get_result(look.conn())?;
    usize::try_from(count).map_err(Problem::internal)
}

pub fn delete<P>(tx: &mut Tx<'_, P>, id: &Id<Hub>) -> Result<()> {
    diesel::delete(hubs::table.find(id)).execute(tx.conn).map_err(named(KEYS))?;
    Ok(())
}

/// The marketplaces that are reached through a hub whose sight was checked: id, name, external ID.
pub fn marketplaces(look: &mut impl Looks, id: &Id<Hub>) -> Result<Vec<(String, String, String)>> {
    Ok(marketplace_hubs::table
        .inner_join(marketplaces::table.on(marketplaces::id.eq(marketplace_hubs::marketplace_id)))
        .filter(marketplace_hubs::hub_id.eq(id))
        .order((marketplaces::name, marketplaces::id))
        .select((marketplaces::id, marketplaces::name, marketplace_hubs::external_account))
        .limit(200)
        .load(look.conn())?)
}
