//! Statements about requests. [`owned_by`] is the one tenancy condition, the same as that of subscriptions.

pub mod figures;
mod held;
mod line;
mod making;

pub use held::*;
pub use line::*;
pub use making::*;

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{array, auto_type, case_when},
    prelude::*,
};

use super::{Request, Status, Type};
use crate::{
    kit::{
        actor::{Account, User},
        db::{Looks, Read, Tx},
        environment::Environment,
        id::Id,
        problem::{Problem, Result},
    },
    modules::{
        customers::{self, TierAccount},
        marketplaces::Marketplace,
        orders::{
            message::{Message, for_approval},
            party::Part,
            subscriptions::{Status as SubscriptionStatus, Subscription},
            tiers::Tiers,
        },
        products::{Product, parameters::values::Values},
    },
    schema::{
        accounts, fulfillment_requests, marketplaces, product_versions, subscriptions as subscription, tier_accounts,
        users,
    },
};

#[auto_type(no_type_alias)]
fn owned_by<'a>(account: &'a Id<Account>) -> _ {
    fulfillment_requests::vendor_id
        .eq(account)
        .or(fulfillment_requests::buyer_id.eq(account))
        .or(fulfillment_requests::distributor_id.is_not_distinct_from(account))
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = fulfillment_requests)]
pub struct RequestRow {
    pub id: Id<Request>,
    pub type_: Type,
    pub status: Status,
    pub subscription_id: Id<Subscription>,
    pub status_before: Option<SubscriptionStatus>,
    pub environment: Environment,
    pub product_id: Id<Product>,
    pub version: i32,
    pub vendor_id: Id<Account>,
    pub buyer_id: Id<Account>,
    pub distributor_id: Option<Id<Account>>,
    pub marketplace_id: Option<Id<Marketplace>>,
    pub customer_id: Id<TierAccount>,
    pub tier1_id: Id<TierAccount>,
    pub tier2_id: Option<Id<TierAccount>>,
    pub customer_name: String,
    tiers: serde_json::Value,
    parameter_values: serde_json::Value,
    template: Option<serde_json::Value>,
    pub note: String,
    pub question: String,
    pub reason: String,
    pub assignee_id: Option<Id<User>>,
    pub creator_id: Id<User>,
    pub planned_at: Option<DateTime<Utc>>,
    pub effective_at: Option<DateTime<Utc>>,
    pub answered: bool,
    pub form_nonce: Option<Vec<u8>>,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
    pub due_at: DateTime<Utc>,
}

impl RequestRow {
    pub fn values(&self) -> Result<Values> {
        Values::read(&self.parameter_values)
    }

    pub fn tiers(&self) -> Result<Tiers> {
        serde_json::from_value(self.tiers.clone()).map_err(Problem::internal)
    }

    pub fn message(&self) -> Option<Message> {
        self.template.clone().and_then(|json| serde_json::from_value(json).ok())
    }

    pub fn parts(&self, company: &Id<Account>) -> Vec<Part> {
        let mut parts = Part::of(company, &self.vendor_id, &self.buyer_id);
        parts.extend((self.distributor_id.as_ref() == Some(company)).then_some(Part::Distributor));
        parts
    }

    /// Whether the vendor has done something with it: took it over, asked, scheduled; an adjustment is the vendor's own.
    pub fn acted_on(&self) -> bool {
        self.type_ == Type::Adjustment
            || self.assignee_id.is_some()
            || !self.question.is_empty()
            || self.planned_at.is_some()
    }

    /// Whether it may be withdrawn by somebody with these parts, where the lifecycle lets them: by the buyer until the vendor acted
    /// on it; afterwards, and by the owner of the marketplace, while it is overdue. So no silent vendor holds a subscription for ever.
    pub fn withdrawable(&self, parts: &[Part], now: DateTime<Utc>) -> bool {
        let overdue = self.due_at < now;
        if parts.contains(&Part::Buyer) { !self.acted_on() || overdue } else { overdue }
    }
}

/// A request with its lines and the names around it.
#[derive(Debug, Clone)]
pub struct Detail {
    pub row: RequestRow,
    pub lines: Vec<Line>,
    pub product: String,
    pub vendor: String,
    pub buyer: String,
    pub marketplace: Option<String>,
    pub creator: String,
    pub assignee: Option<String>,
    pub subscription: SubscriptionStatus,
    /// Those of the tiers' accounts that the viewer may look at.
    pub seen: Vec<Id<TierAccount>>,
    /// What an approval may show to the customer, while one is possible.
    pub messages: Vec<Message>,
}

pub fn find<P>(read: &mut Read<'_, P>, id: &Id<Request>) -> Result<Detail> {
    type Head = (
        RequestRow,
        (String, String, String, String),
        (Option<String>, Option<String>),
        (SubscriptionStatus, Option<serde_json::Value>),
        Vec<Id<TierAccount>>,
    );
    let me = &read.actor.identity.company.id;
    let buyers = diesel::alias!(accounts as buyers);
    let creators = diesel::alias!(users as creators);
    let tiers = tier_accounts::table
        .filter(
            (tier_accounts::id.eq(fulfillment_requests::customer_id))
                .or(tier_accounts::id.eq(fulfillment_requests::tier1_id))
                .or(tier_accounts::id.nullable().eq(fulfillment_requests::tier2_id)),
        )
        .filter(customers::store::seen_by(me));
    let head = fulfillment_requests::table
        .inner_join(
            product_versions::table.on(product_versions::product_id
                .eq(fulfillment_requests::product_id)
                .and(product_versions::number.eq(fulfillment_requests::version))),
        )
        .inner_join(accounts::table.on(accounts::id.eq(fulfillment_requests::vendor_id)))
        .inner_join(buyers.on(buyers.field(accounts::id).eq(fulfillment_requests::buyer_id)))
        .inner_join(subscription::table.on(subscription::id.eq(fulfillment_requests::subscription_id)))
        .inner_join(creators.on(creators.field(users::id).eq(fulfillment_requests::creator_id)))
        .left_join(users::table.on(users::id.nullable().eq(fulfillment_requests::assignee_id)))
        .left_join(marketplaces::table.on(marketplaces::id.nullable().eq(fulfillment_requests::marketplace_id)))
        .filter(fulfillment_requests::id.eq(id))
        .filter(owned_by(me))
        .select((
            RequestRow::as_select(),
            (product_versions::name, accounts::name, buyers.field(accounts::name), creators.field(users::name)),
            (users::name.nullable(), marketplaces::name.nullable()),
            (
                subscription::status,
                case_when(fulfillment_requests::status.eq(Status::Pending), product_versions::snapshot),
            ),
            array(tiers.select(tier_accounts::id)),
        ))
        .first::<Head>(read.conn)?;
    let (row, (product, vendor, buyer, creator), (assignee, marketplace), (subscription, frozen), seen) = head;
    let lines = lines(read, &row.id)?;
    let messages = match frozen.filter(|_| row.type_.fills()) {
        Some(frozen) => for_approval(serde_json::from_value(frozen).map_err(Problem::internal)?),
        None => Vec::new(),
    };
    Ok(Detail { row, lines, product, vendor, buyer, marketplace, creator, assignee, subscription, seen, messages })
}

/// A request by its id alone: for a form's link, whose code shows who may see it.
pub fn find_any(look: &mut impl Looks, id: &Id<Request>) -> Result<Option<RequestRow>> {
    Ok(fulfillment_requests::table.find(id).select(RequestRow::as_select()).first(look.conn()).optional()?)
}

/// Since when what was approved last counts.
pub fn last_effective<P>(tx: &mut Tx<'_, P>, of: &Id<Subscription>) -> Result<Option<DateTime<Utc>>> {
    Ok(fulfillment_requests::table
        .filter(fulfillment_requests::subscription_id.eq(of))
        .select(diesel::dsl::max(fulfillment_requests::effective_at))
        .first(tx.conn)?)
}

/// The requests of a subscription whose sight was checked, the newest first.
pub fn of_subscription<P>(read: &mut Read<'_, P>, id: &Id<Subscription>) -> Result<Vec<RequestRow>> {
    Ok(fulfillment_requests::table
        .filter(fulfillment_requests::subscription_id.eq(id))
        .order((fulfillment_requests::created_at.desc(), fulfillment_requests::id.desc()))
        .limit(100)
        .select(RequestRow::as_select())
        .load(read.conn)?)
}

/// The tiers as they were in the order that a subscription stands on: the last that was approved, or its first while none is.
pub fn last_tiers(look: &mut impl Looks, id: &Id<Subscription>) -> Result<Tiers> {
    let approved = || fulfillment_requests::status.eq(Status::Approved);
    let tiers: serde_json::Value = fulfillment_requests::table
        .filter(fulfillment_requests::subscription_id.eq(id))
        .filter(fulfillment_requests::type_.eq_any([Type::Purchase, Type::Change]))
        .order((
            approved().desc(),
            case_when(approved(), fulfillment_requests::created_at).desc(),
            fulfillment_requests::created_at,
        ))
        .select(fulfillment_requests::tiers)
        .first(look.conn())?;
    serde_json::from_value(tiers).map_err(Problem::internal)
}

/// The request that is open on a subscription.
pub fn open_of(look: &mut impl Looks, id: &Id<Subscription>) -> Result<Option<RequestRow>> {
    Ok(fulfillment_requests::table
        .filter(fulfillment_requests::subscription_id.eq(id))
        .filter(fulfillment_requests::status.eq_any(Status::OPEN))
        .select(RequestRow::as_select())
        .first(look.conn())
        .optional()?)
}

/// Requests that wait for the set-up of an account as this tier with a product, in the order of their ids.
pub fn waiting_for(
    look: &mut impl Looks,
    product: &Id<Product>,
    environment: Environment,
    (level, account): (i32, &Id<TierAccount>),
) -> Result<Vec<Id<Request>>> {
    let waiting = fulfillment_requests::table
        .filter(fulfillment_requests::product_id.eq(product))
        .filter(fulfillment_requests::environment.eq(environment))
        .filter(fulfillment_requests::status.eq(Status::TiersSetup))
        .order(fulfillment_requests::id)
        .select(fulfillment_requests::id);
    Ok(match level {
        2 => waiting.filter(fulfillment_requests::tier2_id.eq(account)).load(look.conn())?,
        _ => waiting.filter(fulfillment_requests::tier1_id.eq(account)).load(look.conn())?,
    })
}
