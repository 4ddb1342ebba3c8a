//! Statements about tier configurations and their requests. [`owned_by`] is the one tenancy condition: the vendor sees one, who
//! ordered, and whose marketplace it was ordered on.

mod awaited;
mod requests;

pub use awaited::*;
pub use requests::*;

use chrono::{DateTime, Utc};
use diesel::{dsl::auto_type, prelude::*};

use super::{Status, TierConfig, lifecycle::ConfigMove};
use crate::{
    accounts::store::draw,
    kit::{
        actor::Account,
        db::{Read, Tx},
        environment::Environment,
        id::Id,
        problem::{Problem, Result},
    },
    modules::{
        customers::TierAccount,
        marketplaces::Marketplace,
        orders::{message::Message, party::Part, subscriptions::store::SubscriptionRow, tiers::Tier},
        products::{Product, parameters::values::Values},
    },
    schema::{accounts, products, tier_configs},
};

#[auto_type(no_type_alias)]
fn owned_by<'a>(account: &'a Id<Account>) -> _ {
    tier_configs::vendor_id
        .eq(account)
        .or(tier_configs::buyer_id.eq(account))
        .or(tier_configs::distributor_id.is_not_distinct_from(account))
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = tier_configs)]
pub struct ConfigRow {
    pub id: Id<TierConfig>,
    pub status: Status,
    pub tier_account_id: Id<TierAccount>,
    pub account_name: String,
    pub level: i32,
    pub upper_id: Option<Id<TierConfig>>,
    pub product_id: Id<Product>,
    pub vendor_id: Id<Account>,
    pub buyer_id: Id<Account>,
    pub distributor_id: Option<Id<Account>>,
    pub marketplace_id: Option<Id<Marketplace>>,
    pub environment: Environment,
    parameter_values: serde_json::Value,
    template: Option<serde_json::Value>,
    pub number: i32,
    pub activated_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl ConfigRow {
    pub fn values(&self) -> Result<Values> {
        Values::read(&self.parameter_values)
    }

    pub fn message(&self) -> Option<Message> {
        self.template.clone().and_then(|json| serde_json::from_value(json).ok())
    }

    pub fn parts(&self, company: &Id<Account>) -> Vec<Part> {
        Part::of(company, &self.vendor_id, &self.buyer_id)
    }
}

/// A configuration with the names around it.
#[derive(Debug, Clone)]
pub struct Detail {
    pub row: ConfigRow,
    pub product: String,
    pub vendor: String,
    pub buyer: String,
}

diesel::alias!(accounts as buyers: BuyersAlias);

pub fn find<P>(read: &mut Read<'_, P>, id: &Id<TierConfig>) -> Result<Detail> {
    let me = &read.actor.identity.company.id;
    let (row, product, vendor, buyer) = tier_configs::table
        .inner_join(products::table.on(products::id.eq(tier_configs::product_id)))
        .inner_join(accounts::table.on(accounts::id.eq(tier_configs::vendor_id)))
        .inner_join(buyers.on(buyers.field(accounts::id).eq(tier_configs::buyer_id)))
        .filter(tier_configs::id.eq(id))
        .filter(owned_by(me))
        .select((ConfigRow::as_select(), products::name, accounts::name, buyers.field(accounts::name)))
        .first(read.conn)?;
    Ok(Detail { row, product, vendor, buyer })
}

/// Locks a configuration of the actor's company.
pub fn lock<P>(tx: &mut Tx<'_, P>, id: &Id<TierConfig>) -> Result<ConfigRow> {
    let me = tx.account()?;
    Ok(tier_configs::table
        .filter(tier_configs::id.eq(id))
        .filter(owned_by(&me))
        .select(ConfigRow::as_select())
        .for_update()
        .first(tx.conn)?)
}

/// Locks a configuration for a rule or a form's link.
pub fn lock_any<P>(tx: &mut Tx<'_, P>, id: &Id<TierConfig>) -> Result<ConfigRow> {
    Ok(tier_configs::table.find(id).select(ConfigRow::as_select()).for_update().first(tx.conn)?)
}

/// The configuration of an account for the product of a subscription, made when there is none, locked.
pub fn ensure<P>(
    tx: &mut Tx<'_, P>,
    of: &SubscriptionRow,
    level: i32,
    tier: &Tier,
    upper: Option<&Id<TierConfig>>,
) -> Result<ConfigRow> {
    let there = |conn: &mut PgConnection| {
        tier_configs::table
            .filter(tier_configs::tier_account_id.eq(&tier.id))
            .filter(tier_configs::product_id.eq(&of.product_id))
            .filter(tier_configs::level.eq(level))
            .filter(tier_configs::environment.eq(of.environment))
            .select(ConfigRow::as_select())
            .for_update()
            .first::<ConfigRow>(conn)
            .optional()
    };
    if let Some(row) = there(tx.conn)? {
        return Ok(row);
    }
    // two first orders at once: one makes it, the other finds it
    draw("TC", |id: &Id<TierConfig>| {
        let made = diesel::insert_into(tier_configs::table)
            .values((
                tier_configs::id.eq(id),
                tier_configs::status.eq(Status::Processing),
                tier_configs::tier_account_id.eq(&tier.id),
                tier_configs::account_name.eq(&tier.data.name),
                tier_configs::level.eq(level),
                tier_configs::upper_id.eq(upper),
                tier_configs::product_id.eq(&of.product_id),
                tier_configs::vendor_id.eq(&of.vendor_id),
                tier_configs::buyer_id.eq(&of.buyer_id),
                tier_configs::distributor_id.eq(&of.distributor_id),
                tier_configs::marketplace_id.eq(&of.marketplace_id),
                tier_configs::environment.eq(of.environment),
                tier_configs::created_at.eq(tx.at),
                tier_configs::updated_at.eq(tx.at),
            ))
            .on_conflict_do_nothing()
            .execute(tx.conn)?;
        let found = made == 1 || there(tx.conn)?.is_some();
        Ok(usize::from(found))
    })?;
    there(tx.conn)?.ok_or_else(|| Problem::internal("the configuration was made"))
}

/// Moves a locked configuration; approved, it has new values and a new message.
pub fn advance_config<P>(
    tx: &mut Tx<'_, P>,
    id: &Id<TierConfig>,
    planned: &ConfigMove,
    filled: Option<(&Values, Option<&Message>)>,
) -> Result<()> {
    let moved = diesel::update(tier_configs::table.find(id).filter(tier_configs::status.eq(planned.from())))
        .set((tier_configs::status.eq(planned.to()), tier_configs::updated_at.eq(planned.at()), {
            (planned.to() == Status::Active).then(|| tier_configs::activated_at.eq(planned.at()))
        }))
        .execute(tx.conn)?;
    if moved != 1 {
        return Err(Problem::internal("a locked configuration moved under its lock"));
    }
    let Some((values, message)) = filled else { return Ok(()) };
    let template = message.map(serde_json::to_value).transpose().map_err(Problem::internal)?;
    diesel::update(tier_configs::table.find(id))
        .set((tier_configs::parameter_values.eq(values.json()?), template.map(|json| tier_configs::template.eq(json))))
        .execute(tx.conn)?;
    Ok(())
}
