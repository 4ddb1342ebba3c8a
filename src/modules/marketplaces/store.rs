//! Statements about marketplaces. [`owned_by`] is the one tenancy condition.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    dsl::auto_type,
    prelude::*,
    sql_types::{Array, BigInt, Text},
};

use super::{
    Hub, Marketplace,
    data::{General, NewMarketplace, Prices, Reached, unknown_hub},
};
use crate::{
    accounts::store::draw,
    kit::{
        actor::Account,
        constraint::{Constraints, named},
        db::{Looks, Read, Tx},
        id::Id,
        problem::{Problem, Result},
        statement::statement,
        violation::{Violation, Why, none_left},
    },
    schema::{hubs, marketplace_hubs, marketplaces},
};

/// A marketplace is changed by its owner alone.
#[auto_type(no_type_alias)]
fn owned_by<'a>(account: &'a Id<Account>) -> _ {
    marketplaces::owner_id.eq(account)
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = marketplaces)]
pub struct MarketplaceRow {
    pub id: Id<Marketplace>,
    #[diesel(embed)]
    pub general: General,
    #[diesel(embed)]
    pub prices: Prices,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub revision: i32,
    /// The hash of the picture.
    pub logo: Option<String>,
}

pub fn find<P>(read: &mut Read<'_, P>, id: &Id<Marketplace>) -> Result<MarketplaceRow> {
    let me = &read.actor.identity.company.id;
    Ok(marketplaces::table
        .filter(marketplaces::id.eq(id))
        .filter(owned_by(me))
        .select(MarketplaceRow::as_select())
        .first(read.conn)?)
}

pub fn lock<P>(tx: &mut Tx<'_, P>, id: &Id<Marketplace>) -> Result<MarketplaceRow> {
    let me = &tx.account()?;
    Ok(marketplaces::table
        .filter(marketplaces::id.eq(id))
        .filter(owned_by(me))
        .select(MarketplaceRow::as_select())
        .for_update()
        .first(tx.conn)?)
}

/// A hub that a marketplace is reached through, as its page shows it.
#[derive(Debug, Clone, Queryable)]
pub struct ReachedRow {
    pub hub: Id<Hub>,
    pub name: String,
    pub external_id: String,
}

/// The hubs of a marketplace whose sight was checked, by name.
pub fn reached<P>(read: &mut Read<'_, P>, id: &Id<Marketplace>) -> Result<Vec<ReachedRow>> {
    Ok(marketplace_hubs::table
        .inner_join(hubs::table.on(hubs::id.eq(marketplace_hubs::hub_id)))
        .filter(marketplace_hubs::marketplace_id.eq(id))
        .order((hubs::name, hubs::id))
        .select((hubs::id, hubs::name, marketplace_hubs::external_account))
        .load(read.conn)?)
}

/// The hub of a marketplace that has exactly one: what is ordered there comes through it. It stays the marketplace's until the transaction
/// ends, so that nobody removes it meanwhile.
pub fn only_hub<P>(tx: &mut Tx<'_, P>, id: &Id<Marketplace>) -> Result<Option<Id<Hub>>> {
    let hubs: Vec<Id<Hub>> = marketplace_hubs::table
        .filter(marketplace_hubs::marketplace_id.eq(id))
        .select(marketplace_hubs::hub_id)
        .limit(2)
        .for_key_share()
        .load(tx.conn)?;
    Ok(<[_; 1]>::try_from(hubs).ok().map(|[hub]| hub))
}

/// Whether no other marketplace of the actor's company bears this name.
///
/// # Errors
/// [`Problem::Invalid`] when it is taken.
pub fn free<P>(tx: &mut Tx<'_, P>, name: &str, but: Option<&Id<Marketplace>>) -> Result<()> {
    let me = &tx.account()?;
    let other: Option<Id<Marketplace>> = marketplaces::table
        .filter(owned_by(me))
        .filter(marketplaces::name.eq(name))
        .select(marketplaces::id)
        .first(tx.conn)
        .optional()?;
    none_left(other.filter(|other| Some(other) != but).map(|_| name_taken()).into_iter().collect())
}

/// The keys that two acts at once can break, and what the later one is told.
pub const KEYS: Constraints = &[
    ("marketplaces_owner_id_name_key", || name_taken().into()),
    ("agreements_marketplace_id_owner_id_fkey", named_by),
    ("agreement_marketplaces_marketplace_id_owner_id_fkey", named_by),
    ("contract_sources_target_id_enroller_id_fkey", named_by),
    ("listings_marketplace_id_owner_id_fkey", named_by),
    ("subscriptions_marketplace_id_distributor_id_fkey", named_by),
    ("fulfillment_requests_marketplace_id_fkey", named_by),
    ("tier_configs_marketplace_id_fkey", named_by),
];

/// What else keeps a marketplace that shall be deleted: orders keep where they were made, and agreements and listings come meanwhile.
fn named_by() -> Problem {
    Problem::refused(
        "This marketplace cannot be deleted",
        "It is used by agreements, listings or orders. A record of where orders were placed must be kept.",
    )
}

fn name_taken() -> Violation {
    Violation::new("name", Why::new("taken", "Another of your marketplaces already has this name"))
}

pub fn insert<P>(tx: &mut Tx<'_, P>, new: &NewMarketplace) -> Result<Id<Marketplace>> {
    let owner = tx.account()?;
    let id = draw("MP", |id| {
        diesel::insert_into(marketplaces::table)
            .values((
                marketplaces::id.eq(id),
                marketplaces::owner_id.eq(&owner),
                &new.general,
                &new.prices,
                marketplaces::created_at.eq(tx.at),
                marketplaces::updated_at.eq(tx.at),
            ))
            .on_conflict(marketplaces::id)
            .do_nothing()
            .execute(tx.conn)
            .map_err(named(KEYS))
    })?;
    reach(tx, &id, &new.hubs)?;
    Ok(id)
}

/// Changes a marketplace that [`lock`] holds.
pub fn update<P>(tx: &mut Tx<'_, P>, id: &Id<Marketplace>, new: &NewMarketplace) -> Result<()> {
    diesel::update(marketplaces::table.find(id))
        .set((
            &new.general,
            &new.prices,
            marketplaces::updated_at.eq(tx.at),
            marketplaces::revision.eq(marketplaces::revision + 1),
        ))
        .execute(tx.conn)
        .map_err(named(KEYS))?;
    diesel::delete(marketplace_hubs::table.filter(marketplace_hubs::marketplace_id.eq(id))).execute(tx.conn)?;
    reach(tx, id, &new.hubs)
}

/// Changes the logo of a marketplace that [`lock`] holds; none takes it away.
pub fn set_logo<P>(tx: &mut Tx<'_, P>, id: &Id<Marketplace>, logo: Option<&str>) -> Result<()> {
    diesel::update(marketplaces::table.find(id)).set(marketplaces::logo.eq(logo)).execute(tx.conn)?;
    Ok(())
}

/// Names the hubs, which are the company's own and stay until the transaction ends.
fn reach<P>(tx: &mut Tx<'_, P>, id: &Id<Marketplace>, reached: &[Reached]) -> Result<()> {
    let owner = tx.account()?;
    let named: Vec<&Id<Hub>> = reached.iter().map(|(hub, _)| hub).collect();
    let held: Vec<Id<Hub>> = hubs::table
        .filter(hubs::owner_id.eq(&owner))
        .filter(hubs::id.eq_any(named))
        .select(hubs::id)
        .for_key_share()
        .load(tx.conn)?;
    if held.len() != reached.len() {
        return Err(unknown_hub().into());
    }
    statement(
        "INSERT INTO marketplace_hubs (marketplace_id, owner_id, hub_id, external_account) \
         SELECT $1, $2, n.hub, n.account FROM unnest($3, $4) AS n (hub, account)",
    )
    .bind::<Text, _>(id)
    .bind::<Text, _>(owner)
    .bind::<Array<Text>, _>(reached.iter().map(|(hub, _)| hub).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(reached.iter().map(|(_, account)| account.as_str()).collect::<Vec<_>>())
    .execute(tx.conn)?;
    Ok(())
}

/// What names a marketplace.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct NamedBy {
    /// Distribution agreements.
    #[diesel(sql_type = BigInt)]
    pub distribution: i64,
    /// Service agreements that cover it and not all of them.
    #[diesel(sql_type = BigInt)]
    pub catalogs: i64,
    /// Syndication contracts by which its owner sells there, or has sold.
    #[diesel(sql_type = BigInt)]
    pub syndication: i64,
}

/// How much of each names the marketplace.
pub fn naming(look: &mut impl Looks, id: &Id<Marketplace>) -> Result<NamedBy> {
    Ok(statement(
        "SELECT (SELECT count(*) FROM agreements WHERE marketplace_id = $1) AS distribution, \
         (SELECT count(*) FROM agreement_marketplaces WHERE marketplace_id = $1) AS catalogs, \
         (SELECT count(*) FROM contract_sources WHERE target_id = $1) AS syndication",
    )
    .bind::<Text, _>(id)
    .get_result(look.conn())?)
}

pub fn delete<P>(tx: &mut Tx<'_, P>, id: &Id<Marketplace>) -> Result<()> {
    diesel::delete(marketplaces::table.find(id)).execute(tx.conn).map_err(named(KEYS))?;
    Ok(())
}
