//! The verbs of who orders, and the vendor's adjustment. Each makes a request; what it asks for comes with its approval.

use uuid::Uuid;

use super::{
    Environment, Order, Status, Subscription,
    lifecycle::{Action, Part, RULES},
    quantity::Quantity,
    store::{self, Message, NewSubscription, Offer, SubscriptionRow, Tiers},
    wizard::Answers,
};
use crate::{
    kit::{
        actor::Permission,
        choice::Choice as _,
        db::Tx,
        event::Event,
        id::Id,
        lifecycle::plan,
        problem::{Problem, Result},
        wizard,
    },
    modules::{
        customers::TierAccount,
        fulfillment::{
            self, Process, Request, Type,
            actions::{Asked, open},
            store::{Line, RequestRow},
        },
        products::{self, items::Item, parameters::values::Values, versions::Snapshot},
    },
};

/// What is ordered.
#[derive(Debug, Clone)]
pub struct Ordered {
    pub environment: Environment,
    pub offer: Offer,
    pub customer: Id<TierAccount>,
    pub items: Vec<(Id<Item>, Quantity)>,
    pub values: Values,
    pub external_id: String,
    pub external_uid: Uuid,
    pub note: String,
}

/// Why something cannot be ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Against {
    /// The product is not listed there any more, or its version has changed.
    Offer,
    /// No active customer with a reseller above it.
    Customer,
    Uid,
    NoItems,
    /// Quantities and values are as they were.
    Same,
}

impl Against {
    pub fn words(&self) -> &'static str {
        match self {
            Self::Offer => "What is offered has changed meanwhile: choose the product again",
            Self::Customer => "Choose an active customer that stands below a reseller",
            Self::Uid => "Another subscription of yours has this external UID",
            Self::NoItems => "Order at least one item",
            Self::Same => "Nothing has changed: enter another quantity",
        }
    }
}

type Outcome<T> = std::result::Result<T, Against>;

/// The lines of a request: every item of the version, with what was ordered of it and what there was before.
fn lines(version: &Snapshot, ordered: &[(Id<Item>, Quantity)], before: &[(Id<Item>, Quantity)]) -> Vec<Line> {
    let of = |list: &[(Id<Item>, Quantity)], item: &Id<Item>| {
        list.iter().find(|(id, _)| id == item).map_or(Quantity::NONE, |(_, quantity)| *quantity)
    };
    version.items.iter().map(|item| Line::of(item, of(ordered, &item.id), of(before, &item.id))).collect()
}

/// Finishes the wizard: once, however often its last step is sent.
pub fn create(tx: &mut Tx<'_, Order>, asked: Uuid, new: &Ordered) -> Result<Outcome<()>> {
    let saved = wizard::lock::<Answers, _>(tx, asked)?;
    if saved.finished_as.is_some() {
        tx.replayed();
        return Ok(Ok(()));
    }
    let made = order(tx, new)?;
    match made {
        Ok((subscription, _)) => {
            wizard::finish(tx, asked, subscription.as_str())?;
            Ok(Ok(()))
        }
        Err(against) => {
            tx.replayed();
            Ok(Err(against))
        }
    }
}

/// Orders a subscription.
pub fn order<P: Permission>(tx: &mut Tx<'_, P>, new: &Ordered) -> Result<Outcome<(Id<Subscription>, Id<Request>)>> {
    let buyer = tx.who.identity().ok_or(Problem::NotFound)?.company.id.clone();
    let Some(offer) = store::hold_offer(tx, &new.offer)? else { return Ok(Err(Against::Offer)) };
    if offer.version != new.offer.version {
        return Ok(Err(Against::Offer));
    }
    let Some(tiers) = store::hold_tiers(tx, &buyer, &new.customer)? else { return Ok(Err(Against::Customer)) };
    if store::uid_taken(tx, &buyer, new.external_uid)? {
        return Ok(Err(Against::Uid));
    }
    let version = store::frozen(tx.conn, &offer.product, offer.version)?;
    let lines = lines(&version, &new.items, &[]);
    if lines.iter().all(|line| line.quantity.is_none()) {
        return Ok(Err(Against::NoItems));
    }
    let made = NewSubscription {
        environment: new.environment,
        external_id: &new.external_id,
        external_uid: new.external_uid,
        offer: &offer,
        buyer: &buyer,
        tiers: &tiers,
    };
    let id = store::insert(tx, &made)?;
    tx.record(Event::new("subscription.ordered", &id).note(&tiers.customer.data.name))?;
    let of = store::lock(tx, &id)?;
    let asked = Asked {
        type_: Type::Purchase,
        version: offer.version,
        tiers: &tiers,
        values: &new.values,
        message: None,
        lines: &lines,
        note: &new.note,
    };
    let request = open(tx, &of, &asked)?;
    Ok(Ok((id, request)))
}

/// A locked subscription of the buyer, on which nothing is open and whose contract still allows it.
fn ready(tx: &mut Tx<'_, Order>, id: &Id<Subscription>, type_: Type) -> Result<SubscriptionRow> {
    let of = store::lock(tx, id)?;
    let me = tx.who.identity().ok_or(Problem::NotFound)?.company.id.clone();
    if of.buyer_id != me {
        return Err(Problem::NotFound);
    }
    free(tx, &of)?;
    match may(tx.conn, &of, type_)? {
        Some(words) => Err(impossible(type_, words)),
        None => Ok(of),
    }
}

/// Refuses while another request is open, which is named.
fn free<P>(tx: &mut Tx<'_, P>, of: &SubscriptionRow) -> Result<()> {
    fulfillment::store::open_of(tx.conn, &of.id)?.map_or(Ok(()), |open| Err(another_open(&open)))
}

/// Says which request is open.
pub fn another_open(open: &RequestRow) -> Problem {
    let (id, type_, status) = (&open.id, open.type_, open.status.to_string().to_lowercase());
    Problem::refused(
        "Another request is open",
        format!("{id} ({type_}) is {status}. One request of a subscription is open at a time."),
    )
}

/// Why a request of this type cannot be made.
pub fn impossible(type_: Type, why: String) -> Problem {
    Problem::refused(format!("{type_} is not possible"), why)
}

/// What a rule says against a request of this type, given where the subscription stands; `None` when it can be made.
pub fn may(conn: &mut diesel::PgConnection, of: &SubscriptionRow, type_: Type) -> Result<Option<String>> {
    let status = of.status;
    let needs = |wanted: &[Status]| {
        (!wanted.contains(&status)).then(|| format!("The subscription is {}.", status.label().to_lowercase()))
    };
    let wrong = match type_ {
        Type::Purchase => Some("It was ordered already.".to_owned()),
        Type::Change if status == Status::Suspended => {
            Some("The subscription is suspended: resume it first.".to_owned())
        }
        Type::Change | Type::Suspend | Type::Adjustment => needs(&[Status::Active]),
        Type::Resume => needs(&[Status::Suspended]),
        Type::Cancel => needs(&[Status::Active, Status::Suspended]),
    };
    if wrong.is_some() {
        return Ok(wrong);
    }
    if matches!(type_, Type::Suspend | Type::Resume)
        && !products::store::find_any(conn, &of.product_id)?.administrative_hold
    {
        return Ok(Some("The product's vendor does not offer Administrative Hold.".to_owned()));
    }
    if type_ != Type::Cancel && !store::contracted(conn, of.contract_id.as_ref())? {
        return Ok(Some("Its distribution contract has ended: it can only be cancelled.".to_owned()));
    }
    Ok(None)
}

/// Asks for other quantities, or other values of ordering parameters where the product lets them change.
pub fn change(
    tx: &mut Tx<'_, Order>,
    id: &Id<Subscription>,
    items: &[(Id<Item>, Quantity)],
    values: Option<&Values>,
    note: &str,
) -> Result<Outcome<Id<Request>>> {
    let of = ready(tx, id, Type::Change)?;
    let before = store::items(tx.conn, id)?;
    let product = products::store::find_any(tx.conn, &of.product_id)?;
    let version = of.next_version(&product);
    let frozen = store::frozen(tx.conn, &of.product_id, version)?;
    let lines = lines(&frozen, items, &before);
    let mut all = of.values()?;
    if let Some(values) = values.filter(|_| product.editable_ordering_parameters) {
        all.take(values);
    }
    let against = if lines.iter().all(|line| line.quantity.is_none()) {
        Some(Against::NoItems)
    } else {
        (lines.iter().all(|line| line.change().is_empty()) && all == of.values()?).then_some(Against::Same)
    };
    if let Some(against) = against {
        tx.replayed();
        return Ok(Err(against));
    }
    // the next order takes the tiers as they stand now
    let Some(tiers) = store::hold_tiers(tx, &of.buyer_id, &of.customer_id)? else {
        tx.replayed();
        return Ok(Err(Against::Customer));
    };
    let asked = Asked { type_: Type::Change, version, tiers: &tiers, values: &all, message: None, lines: &lines, note };
    Ok(Ok(open(tx, &of, &asked)?))
}

/// The lines of a request that leaves the items as they are, and the tiers of the last order.
fn unchanged<P>(tx: &mut Tx<'_, P>, of: &SubscriptionRow) -> Result<(Vec<Line>, Tiers)> {
    let before = store::items(tx.conn, &of.id)?;
    let frozen = store::frozen(tx.conn, &of.product_id, of.version)?;
    let mut lines = lines(&frozen, &before, &before);
    lines.retain(|line| !line.quantity.is_none());
    Ok((lines, last_tiers(tx.conn, &of.id)?))
}

/// The tiers as they were in the order that a subscription stands on.
pub fn last_tiers(conn: &mut diesel::PgConnection, id: &Id<Subscription>) -> Result<Tiers> {
    let requests = fulfillment::store::of_subscription(conn, id)?;
    let approved = |row: &&RequestRow| {
        matches!(row.type_, Type::Purchase | Type::Change) && row.status == fulfillment::Status::Approved
    };
    let last = requests.iter().find(approved).or_else(|| requests.last());
    last.ok_or_else(|| Problem::internal("a subscription was ordered"))?.tiers()
}

/// Asks to suspend, to resume or to cancel.
pub fn ask(tx: &mut Tx<'_, Order>, id: &Id<Subscription>, type_: Type, note: &str) -> Result<Id<Request>> {
    let of = ready(tx, id, type_)?;
    let (lines, tiers) = unchanged(tx, &of)?;
    let values = of.values()?;
    let asked =
        Asked { type_, version: of.version, tiers: &tiers, values: &values, message: None, lines: &lines, note };
    let request = open(tx, &of, &asked)?;
    if type_ == Type::Cancel {
        let planned = plan(RULES, of.status, Action::Cancel, Part::Buyer, tx.at)
            .map_err(|_| Problem::internal("what is active or suspended can be cancelled"))?;
        store::advance(tx, id, &planned)?;
        let event = Event::new("subscription.cancelling", id).moved(planned.from(), planned.to());
        tx.record(event.note(format!("By {request}")))?;
    }
    Ok(request)
}

/// A vendor gives an active subscription other values or another message; `at_once` approves it in the same step.
pub fn adjust(
    tx: &mut Tx<'_, Process>,
    id: &Id<Subscription>,
    values: &Values,
    message: Option<&Message>,
    (note, at_once): (&str, bool),
) -> Result<std::result::Result<Id<Request>, fulfillment::actions::Against>> {
    let of = store::lock(tx, id)?;
    if Some(&of.vendor_id) != tx.who.identity().map(|identity| &identity.company.id) {
        return Err(Problem::NotFound);
    }
    free(tx, &of)?;
    if let Some(words) = may(tx.conn, &of, Type::Adjustment)? {
        return Err(impossible(Type::Adjustment, words));
    }
    let (lines, tiers) = unchanged(tx, &of)?;
    let mut all = of.values()?;
    all.take(values);
    let rows = fulfillment::actions::parameters_of(tx.conn, &of.product_id)?;
    if let Some(against) = fulfillment::actions::against(tx, &of, &rows, &all)? {
        tx.replayed();
        return Ok(Err(against));
    }
    let version = of.version;
    let asked = Asked { type_: Type::Adjustment, version, tiers: &tiers, values: &all, message, lines: &lines, note };
    let request = open(tx, &of, &asked)?;
    if !at_once {
        return Ok(Ok(request));
    }
    Ok(fulfillment::actions::approve(tx, &request, &all, None, None)?.map(|()| request))
}
