//! Statements about subscriptions. [`owned_by`] is the one tenancy condition: its vendor sees one, who ordered it, and whose
//! marketplace it was ordered on.

mod filling;
mod making;
mod offers;
mod unique;

pub use filling::*;
pub use making::*;
pub use offers::*;
pub use unique::*;

use chrono::{DateTime, Utc};
use diesel::{
    dsl::auto_type,
    prelude::*,
    sql_types::{Array, Bool, Text, Timestamptz},
};
use uuid::Uuid;

use super::{Status, Subscription, lifecycle::Move};
use crate::{
    kit::{
        actor::Account,
        db::{Looks, Read, Tx},
        environment::Environment,
        id::Id,
        problem::{Problem, Result},
        statement::statement,
    },
    modules::{
        contracts::{Contract, Status as ContractStatus},
        customers::TierAccount,
        ids::Hub,
        marketplaces::Marketplace,
        orders::message::Message,
        products::{
            Product,
            parameters::values::Values,
            sight,
            store::ProductRow,
            versions::{self, Snapshot},
        },
    },
    schema::{accounts, contracts, marketplaces, product_versions, products, subscriptions},
};

#[auto_type(no_type_alias)]
fn owned_by<'a>(account: &'a Id<Account>) -> _ {
    subscriptions::vendor_id
        .eq(account)
        .or(subscriptions::buyer_id.eq(account))
        .or(subscriptions::distributor_id.is_not_distinct_from(account))
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = subscriptions)]
pub struct SubscriptionRow {
    pub id: Id<Subscription>,
    pub status: Status,
    pub environment: Environment,
    pub external_id: String,
    pub external_uid: Uuid,
    pub product_id: Id<Product>,
    pub version: i32,
    pub vendor_id: Id<Account>,
    pub buyer_id: Id<Account>,
    pub distributor_id: Option<Id<Account>>,
    pub marketplace_id: Option<Id<Marketplace>>,
    pub contract_id: Option<Id<Contract>>,
    pub customer_id: Id<TierAccount>,
    pub tier1_id: Id<TierAccount>,
    pub tier2_id: Option<Id<TierAccount>>,
    pub customer_name: String,
    parameter_values: serde_json::Value,
    template: Option<serde_json::Value>,
    pub number: i32,
    pub activated_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    /// Through which it was ordered.
    pub hub_id: Option<Id<Hub>>,
}

impl SubscriptionRow {
    /// The version that a change takes it to: the newest public one, but never an older one than it has, which it may read also when
    /// the vendor has made it private; in preview the one it has.
    pub fn next_version(&self, product: &ProductRow) -> i32 {
        let newest = product.public_version.filter(|_| self.environment != Environment::Preview);
        newest.map_or(self.version, |newest| newest.max(self.version))
    }

    pub fn values(&self) -> Result<Values> {
        Values::read(&self.parameter_values)
    }

    pub fn message(&self) -> Option<Message> {
        self.template.clone().and_then(|json| serde_json::from_value(json).ok())
    }
}

/// What a version of a product froze.
pub fn frozen(look: &mut impl Looks, product: &Id<Product>, version: i32) -> Result<Snapshot> {
    Ok(versions::store::find(look, product, version)?.1)
}

/// What a subscription stands on.
#[derive(Debug, Clone, Copy)]
pub struct Ground {
    /// Whether its contract still lets it change, and of what is sold by syndication also the vendor's; always in preview.
    pub contracted: bool,
    /// Whether its product offers Administrative Hold.
    pub administrative_hold: bool,
}

impl Ground {
    fn of(contract: Option<ContractStatus>, administrative_hold: bool) -> Self {
        Self { contracted: contract.is_none_or(|status| status == ContractStatus::Active), administrative_hold }
    }
}

/// What a subscription that is locked stands on.
pub fn ground<P>(tx: &mut Tx<'_, P>, of: &SubscriptionRow) -> Result<Ground> {
    let (contract, hold) = subscriptions::table
        .inner_join(products::table.on(products::id.eq(subscriptions::product_id)))
        .left_join(contracts::table.on(contracts::id.nullable().eq(subscriptions::contract_id)))
        .filter(subscriptions::id.eq(&of.id))
        .select((contracts::status.nullable(), products::administrative_hold))
        .first(tx.conn)?;
    resting(tx, Ground::of(contract, hold), of)
}

/// What is sold by syndication also stands on the contract by which its vendor lists it.
fn resting(look: &mut impl Looks, ground: Ground, of: &SubscriptionRow) -> Result<Ground> {
    let contract = of.contract_id.as_ref().filter(|_| of.distributor_id.as_ref() != Some(&of.buyer_id));
    let Some(contract) = contract.filter(|_| ground.contracted) else { return Ok(ground) };
    let ended = "SELECT EXISTS (SELECT FROM contract_sources s JOIN listings l ON l.id = s.listing_id \
        JOIN contracts d ON d.id = l.contract_id WHERE s.contract_id = $1 AND d.status <> 'active')";
    let ended: bool = statement(ended).bind::<Text, _>(contract).value::<Bool, _>(look.conn())?;
    Ok(Ground { contracted: !ended, ..ground })
}

/// A subscription with the names around it.
#[derive(Debug, Clone)]
pub struct Detail {
    pub row: SubscriptionRow,
    pub product: String,
    pub vendor: String,
    pub buyer: String,
    pub marketplace: Option<String>,
    pub ground: Ground,
    /// Whether the viewer sees the product.
    pub sees_product: bool,
    /// Whether usage of the product is reported.
    pub metered: bool,
}

pub fn find<P>(read: &mut Read<'_, P>, id: &Id<Subscription>) -> Result<Detail> {
    type Head = (SubscriptionRow, (String, String, String, Option<String>), (Option<ContractStatus>, bool, bool), bool);
    let me = &read.actor.identity.company.id;
    let buyers = diesel::alias!(accounts as buyers);
    let (row, (product, vendor, buyer, marketplace), (contract, hold, metered), seen) = subscriptions::table
        .inner_join(
            product_versions::table.on(product_versions::product_id
                .eq(subscriptions::product_id)
                .and(product_versions::number.eq(subscriptions::version))),
        )
        .inner_join(products::table.on(products::id.eq(subscriptions::product_id)))
        .inner_join(accounts::table.on(accounts::id.eq(subscriptions::vendor_id)))
        .inner_join(buyers.on(buyers.field(accounts::id).eq(subscriptions::buyer_id)))
        .left_join(marketplaces::table.on(marketplaces::id.nullable().eq(subscriptions::marketplace_id)))
        .left_join(contracts::table.on(contracts::id.nullable().eq(subscriptions::contract_id)))
        .filter(subscriptions::id.eq(id))
        .filter(owned_by(me))
        .select((
            SubscriptionRow::as_select(),
            (product_versions::name, accounts::name, buyers.field(accounts::name), marketplaces::name.nullable()),
            (contracts::status.nullable(), products::administrative_hold, products::usage_schema.is_not_null()),
            sight::seen_by(me),
        ))
        .first::<Head>(read.conn)?;
    let sees_product = seen || row.vendor_id == *me;
    let ground = resting(read, Ground::of(contract, hold), &row)?;
    Ok(Detail { row, product, vendor, buyer, marketplace, ground, sees_product, metered })
}

/// Holds the contract of a subscription, and the one that it rests on, as they stand until the transaction ends: before the
/// subscription itself, as everybody does who ends one.
pub fn hold_contract<P>(tx: &mut Tx<'_, P>, id: &Id<Subscription>) -> Result<()> {
    let contract: Option<Option<Id<Contract>>> =
        subscriptions::table.find(id).select(subscriptions::contract_id).first(tx.conn).optional()?;
    if let Some(contract) = contract.flatten() {
        statement(
            "SELECT c.id FROM contracts c WHERE c.id = ANY(ARRAY(SELECT $1 UNION SELECT l.contract_id FROM contract_sources s \
             JOIN listings l ON l.id = s.listing_id WHERE s.contract_id = $1)) ORDER BY c.id FOR SHARE",
        )
        .bind::<Text, _>(&contract)
        .execute(tx.conn)?;
    }
    Ok(())
}

pub fn lock<P>(tx: &mut Tx<'_, P>, id: &Id<Subscription>) -> Result<SubscriptionRow> {
    let me = tx.account()?;
    Ok(subscriptions::table
        .filter(subscriptions::id.eq(id))
        .filter(owned_by(&me))
        .select(SubscriptionRow::as_select())
        .for_update()
        .first(tx.conn)?)
}

/// A subscription whose request is held by a rule or by a form's link.
pub fn lock_any<P>(tx: &mut Tx<'_, P>, id: &Id<Subscription>) -> Result<SubscriptionRow> {
    Ok(subscriptions::table.find(id).select(SubscriptionRow::as_select()).for_update().first(tx.conn)?)
}

/// Moves a locked subscription. `since`: from when it counts as active if it was not before, the effective day of its purchase.
pub fn advance<P>(tx: &mut Tx<'_, P>, id: &Id<Subscription>, planned: &Move, since: DateTime<Utc>) -> Result<()> {
    let moved = statement(
        "UPDATE subscriptions SET status = $3, updated_at = $4, \
         activated_at = CASE WHEN $3 = 'active' THEN coalesce(activated_at, $5) ELSE activated_at END \
         WHERE id = $1 AND status = $2",
    )
    .bind::<Text, _>(id)
    .bind::<Text, _>(planned.from())
    .bind::<Text, _>(planned.to())
    .bind::<Timestamptz, _>(planned.at())
    .bind::<Timestamptz, _>(since)
    .execute(tx.conn)?;
    if moved == 1 { Ok(()) } else { Err(Problem::internal("a locked subscription moved under its lock")) }
}

/// Moves a set of locked subscriptions that stand in one status.
pub fn advance_all<P>(tx: &mut Tx<'_, P>, ids: &[Id<Subscription>], planned: &Move) -> Result<()> {
    let ids: Vec<&str> = ids.iter().map(Id::as_str).collect();
    let moved = statement("UPDATE subscriptions SET status = $3, updated_at = $4 WHERE id = ANY($1) AND status = $2")
        .bind::<Array<Text>, _>(&ids)
        .bind::<Text, _>(planned.from())
        .bind::<Text, _>(planned.to())
        .bind::<Timestamptz, _>(planned.at())
        .execute(tx.conn)?;
    if moved == ids.len() { Ok(()) } else { Err(Problem::internal("a locked subscription moved under its lock")) }
}

/// The number of the next request of a locked subscription.
pub fn next_number<P>(tx: &mut Tx<'_, P>, id: &Id<Subscription>) -> Result<i32> {
    Ok(diesel::update(subscriptions::table.find(id))
        .set((subscriptions::number.eq(subscriptions::number + 1), subscriptions::updated_at.eq(tx.at)))
        .returning(subscriptions::number)
        .get_result(tx.conn)?)
}
