//! Statements about requests. [`owned_by`] is the one tenancy condition, the same as that of subscriptions.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{array, auto_type, case_when},
    prelude::*,
    sql_types::{Array, BigInt, Int4, Nullable, Numeric, Text, Timestamptz},
};
use rust_decimal::Decimal;

use super::{Request, Status, Type, lifecycle::Move};
use crate::{
    kit::{
        actor::{Account, User},
        db::{Looks, Read, Tx},
        environment::Environment,
        id::Id,
        problem::{Problem, Result},
        statement::statement,
        words::Words,
    },
    modules::{
        customers::{self, TierAccount},
        marketplaces::Marketplace,
        orders::{
            message::{Message, for_approval},
            party::Part,
            subscriptions::{
                self, Status as SubscriptionStatus, Subscription,
                orderable::{InUse, Orderable},
                quantity::Quantity,
                store::SubscriptionRow,
            },
            tiers::Tiers,
        },
        products::{
            Product,
            items::{Item, Period, Type as ItemType, Unit},
            parameters::values::Values,
        },
    },
    schema::{
        accounts, fulfillment_requests, marketplaces, product_versions, request_items, subscriptions as subscription,
        tier_accounts, users,
    },
    t,
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

/// A line of a request.
#[derive(Debug, Clone)]
pub struct Line {
    pub item: Id<Item>,
    pub name: String,
    pub mpn: String,
    pub type_: ItemType,
    pub unit: Unit,
    pub period: Period,
    /// Years for which who has it is bound.
    pub commitment: i32,
    pub quantity: Quantity,
    pub old: Quantity,
    /// Until when the customer was bound when this was asked for.
    pub committed_until: Option<DateTime<Utc>>,
}

impl Line {
    /// How much is wanted of an item, and how much there was.
    pub fn of(item: &Orderable, quantity: Quantity) -> Self {
        let line = &item.line;
        Self {
            item: line.id.clone(),
            name: line.name.clone(),
            mpn: line.mpn.clone(),
            type_: line.type_,
            unit: line.unit,
            period: line.period,
            commitment: line.commitment,
            quantity,
            old: item.held,
            committed_until: item.committed_until,
        }
    }

    /// Whether a request of this type, made at this time, wants less than the customer was bound to have.
    pub fn is_early(&self, type_: Type, made: DateTime<Utc>) -> bool {
        let less = type_ == Type::Cancel || self.quantity.is_less(self.old);
        less && self.committed_until.is_some_and(|until| until > made)
    }

    /// What is in use once this is approved: a commitment begins on the day from which the item is there, and stays as it is when
    /// the quantity changes.
    pub fn in_use(&self, since: DateTime<Utc>) -> InUse {
        let begins = || {
            let months = u32::try_from(self.commitment).ok().filter(|years| *years > 0)? * 12;
            since.checked_add_months(chrono::Months::new(months))
        };
        let committed_until = if self.old.is_none() { begins() } else { self.committed_until };
        InUse { item: self.item.clone(), quantity: self.quantity, committed_until }
    }

    /// Whether there is any of it: requests list every item of the product.
    pub fn counts(&self) -> bool {
        !(self.old.is_none() && self.quantity.is_none())
    }

    /// "New", "Changed", "Removed", or nothing.
    pub fn change(&self) -> Words {
        match (self.old.is_none(), self.quantity.is_none()) {
            _ if self.old == self.quantity => Words::default(),
            (true, false) => t!("New"),
            (false, true) => t!("Removed"),
            _ => t!("Changed"),
        }
    }
}

/// A request to be made.
pub struct NewRequest<'a> {
    pub subscription: &'a SubscriptionRow,
    pub type_: Type,
    pub status: Status,
    pub version: i32,
    pub tiers: &'a Tiers,
    pub values: &'a Values,
    pub message: Option<&'a Message>,
    pub lines: &'a [Line],
    pub note: &'a str,
    pub creator: &'a Id<User>,
    pub nonce: Option<Vec<u8>>,
    pub due_at: DateTime<Utc>,
}

pub fn insert<P>(tx: &mut Tx<'_, P>, number: i32, new: &NewRequest<'_>) -> Result<Id<Request>> {
    let of = new.subscription;
    let id: Id<Request> = Id::within(&of.id, number);
    let json = |value: &Message| serde_json::to_value(value).map_err(Problem::internal);
    diesel::insert_into(fulfillment_requests::table)
        .values((
            (
                fulfillment_requests::id.eq(&id),
                fulfillment_requests::type_.eq(new.type_),
                fulfillment_requests::status.eq(new.status),
                fulfillment_requests::subscription_id.eq(&of.id),
                fulfillment_requests::status_before.eq(of.status),
                fulfillment_requests::environment.eq(of.environment),
                fulfillment_requests::product_id.eq(&of.product_id),
                fulfillment_requests::version.eq(new.version),
                fulfillment_requests::vendor_id.eq(&of.vendor_id),
                fulfillment_requests::buyer_id.eq(&of.buyer_id),
                fulfillment_requests::distributor_id.eq(&of.distributor_id),
                fulfillment_requests::marketplace_id.eq(&of.marketplace_id),
            ),
            (
                fulfillment_requests::customer_id.eq(&new.tiers.customer.id),
                fulfillment_requests::tier1_id.eq(&new.tiers.tier1.id),
                fulfillment_requests::tier2_id.eq(new.tiers.tier2.as_ref().map(|tier| &tier.id)),
                fulfillment_requests::customer_name.eq(&new.tiers.customer.data.name),
                fulfillment_requests::tiers.eq(serde_json::to_value(new.tiers).map_err(Problem::internal)?),
                fulfillment_requests::parameter_values.eq(new.values.json()?),
                fulfillment_requests::template.eq(new.message.map(json).transpose()?),
                fulfillment_requests::note.eq(new.note),
                fulfillment_requests::hub_id.eq(&of.hub_id),
            ),
            fulfillment_requests::creator_id.eq(new.creator),
            fulfillment_requests::form_nonce.eq(&new.nonce),
            fulfillment_requests::created_at.eq(tx.at),
            fulfillment_requests::updated_at.eq(tx.at),
            fulfillment_requests::due_at.eq(new.due_at),
        ))
        .execute(tx.conn)?;
    insert_lines(tx, &id, new.lines)?;
    Ok(id)
}

fn insert_lines<P>(tx: &mut Tx<'_, P>, id: &Id<Request>, lines: &[Line]) -> Result<()> {
    statement(
        "INSERT INTO request_items (request_id, position, item_id, name, mpn, type, unit, period, quantity, old_quantity, \
         commitment, committed_until) SELECT $1, n.position, n.item, n.name, n.mpn, n.type, n.unit, n.period, n.quantity, n.old, \
         n.commitment, n.until FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11) WITH ORDINALITY \
         AS n (item, name, mpn, type, unit, period, quantity, old, commitment, until, position)",
    )
    .bind::<Text, _>(id)
    .bind::<Array<Text>, _>(lines.iter().map(|line| &line.item).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(lines.iter().map(|line| line.name.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(lines.iter().map(|line| line.mpn.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(lines.iter().map(|line| line.type_).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(lines.iter().map(|line| line.unit).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(lines.iter().map(|line| line.period).collect::<Vec<_>>())
    .bind::<Array<Numeric>, _>(lines.iter().map(|line| line.quantity.kept()).collect::<Vec<_>>())
    .bind::<Array<Numeric>, _>(lines.iter().map(|line| line.old.kept()).collect::<Vec<_>>())
    .bind::<Array<Int4>, _>(lines.iter().map(|line| line.commitment).collect::<Vec<_>>())
    .bind::<Array<Nullable<Timestamptz>>, _>(lines.iter().map(|line| line.committed_until).collect::<Vec<_>>())
    .execute(tx.conn)?;
    Ok(())
}

type LineColumns = (Id<Item>, String, String, ItemType, Unit, Period, Decimal, Decimal, i32, Option<DateTime<Utc>>);

/// The lines of a request whose sight was checked, or that is locked.
pub fn lines(look: &mut impl Looks, id: &Id<Request>) -> Result<Vec<Line>> {
    let rows = request_items::table
        .filter(request_items::request_id.eq(id))
        .order(request_items::position)
        .select((
            request_items::item_id,
            request_items::name,
            request_items::mpn,
            request_items::type_,
            request_items::unit,
            request_items::period,
            request_items::quantity,
            request_items::old_quantity,
            request_items::commitment,
            request_items::committed_until,
        ))
        .load::<LineColumns>(look.conn())?;
    Ok(rows
        .into_iter()
        .map(|(item, name, mpn, type_, unit, period, quantity, old, commitment, committed_until)| Line {
            item,
            name,
            mpn,
            type_,
            unit,
            period,
            quantity: Quantity::of(quantity),
            old: Quantity::of(old),
            commitment,
            committed_until,
        })
        .collect())
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

/// Locks a request of the actor's company, and its subscription before it.
pub fn lock<P>(tx: &mut Tx<'_, P>, id: &Id<Request>) -> Result<(RequestRow, SubscriptionRow)> {
    let of: Id<Subscription> =
        fulfillment_requests::table.find(id).select(fulfillment_requests::subscription_id).first(tx.conn)?;
    let of = subscriptions::store::lock(tx, &of)?;
    Ok((hold(tx, id)?, of))
}

/// Locks a request for a rule or a form's link, and its subscription before it.
pub fn lock_any<P>(tx: &mut Tx<'_, P>, id: &Id<Request>) -> Result<(RequestRow, SubscriptionRow)> {
    let of: Id<Subscription> =
        fulfillment_requests::table.find(id).select(fulfillment_requests::subscription_id).first(tx.conn)?;
    let of = subscriptions::store::lock_any(tx, &of)?;
    Ok((hold(tx, id)?, of))
}

fn hold<P>(tx: &mut Tx<'_, P>, id: &Id<Request>) -> Result<RequestRow> {
    Ok(fulfillment_requests::table.find(id).select(RequestRow::as_select()).for_update().first(tx.conn)?)
}

/// Holds the contract of a request's subscription: before the subscription, as everybody does who ends one.
pub fn hold_contract<P>(tx: &mut Tx<'_, P>, id: &Id<Request>) -> Result<()> {
    let of: Option<Id<Subscription>> =
        fulfillment_requests::table.find(id).select(fulfillment_requests::subscription_id).first(tx.conn).optional()?;
    of.map_or(Ok(()), |of| subscriptions::store::hold_contract(tx, &of))
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

/// Scheduled requests whose time has come, with their subscriptions locked. Those that somebody else holds are left for the next
/// time, so that two programs share the work.
pub fn take_due<P>(tx: &mut Tx<'_, P>, most: i64) -> Result<Vec<Id<Request>>> {
    #[derive(QueryableByName)]
    struct Due {
        #[diesel(sql_type = Text)]
        id: Id<Request>,
    }
    let due: Vec<Due> = statement(
        "SELECT r.id FROM fulfillment_requests r JOIN subscriptions s ON s.id = r.subscription_id \
         WHERE r.status = 'scheduled' AND r.planned_at <= $1 ORDER BY r.planned_at, r.id LIMIT $2 \
         FOR UPDATE OF s SKIP LOCKED",
    )
    .bind::<Timestamptz, _>(tx.at)
    .bind::<BigInt, _>(most)
    .load(tx.conn)?;
    Ok(due.into_iter().map(|due| due.id).collect())
}

/// Moves a set of locked requests that stand in one status, with one reason.
pub fn advance_all<P>(tx: &mut Tx<'_, P>, ids: &[Id<Request>], planned: &Move, reason: &str) -> Result<()> {
    let ids: Vec<&str> = ids.iter().map(Id::as_str).collect();
    let moved = statement(
        "UPDATE fulfillment_requests SET status = $3, reason = $4, updated_at = $5 WHERE id = ANY($1) AND status = $2",
    )
    .bind::<Array<Text>, _>(&ids)
    .bind::<Text, _>(planned.from())
    .bind::<Text, _>(planned.to())
    .bind::<Text, _>(reason)
    .bind::<Timestamptz, _>(planned.at())
    .execute(tx.conn)?;
    if moved == ids.len() { Ok(()) } else { Err(Problem::internal("a locked request moved under its lock")) }
}
