//! The verbs of who orders, and the vendor's adjustment. Each makes a request; what it asks for comes with its approval.

use chrono::{DateTime, Utc};
use diesel::PgConnection;
use uuid::Uuid;

use super::{shown as reviewed, wizard::Answers};
use crate::{
    kit::{
        actor::Permission,
        choice::Choice as _,
        db::Tx,
        environment::Environment,
        event::Event,
        id::Id,
        lifecycle::plan,
        problem::{Problem, Result},
        shown, wizard,
    },
    modules::{
        customers::TierAccount,
        orders::{
            fulfillment::{
                self, Process, Request, Type,
                actions::{Asked, against, approve},
                store::{Line, RequestRow},
            },
            message::Message,
            questions::{of_phase, of_tier, parameters_of},
            subscriptions::{
                Manage, Order, Status, Subscription,
                lifecycle::{Action, Part, RULES},
                orderable::{self, InUse, Orderable},
                quantity::Quantity,
                shown as shows,
                store::{self, Ground, NewSubscription, Offer, SubscriptionRow},
            },
            tier_config,
            tiers::{Tiers, hold_tiers},
        },
        products::{
            self, Product,
            items::Item,
            parameters::{
                Phase,
                reveal::{self, Revealed},
                store::ParameterRow,
                values::Values,
            },
            store::ProductRow,
        },
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
    /// More than there is of an item that is not offered any more: its name, and how much there is.
    NotOffered(Id<Item>, String, Quantity),
    /// Less than the customer is bound to have, and nobody has said that it is meant.
    Early,
    /// These parts of what was shown are not so any more.
    Changed(Vec<&'static str>),
}

impl Against {
    pub fn words(&self) -> String {
        match self {
            Self::Offer => "What you chose is not offered any more: choose the product again".into(),
            Self::Customer => "Choose an active customer that stands below a reseller".into(),
            Self::Uid => "Another subscription of yours has this external UID".into(),
            Self::NoItems => "Order at least one item".into(),
            Self::Same => "Nothing has changed: enter another quantity".into(),
            Self::NotOffered(_, name, held) => {
                format!("{name} is not offered any more: keep {held}, or enter less")
            }
            Self::Early => "A commitment is not over yet: tick that you ask for less before".into(),
            Self::Changed(parts) => {
                format!("{} changed meanwhile. Check what is shown now, then send it again", shown::list(parts))
            }
        }
    }
}

type Outcome<T> = std::result::Result<T, Against>;

/// The lines of a request: every item that can be ordered or is in use, with what was ordered of it and what there was before.
pub fn lines(items: &[Orderable], ordered: &[(Id<Item>, Quantity)]) -> Vec<Line> {
    let of =
        |item: &Id<Item>| ordered.iter().find(|(id, _)| id == item).map_or(Quantity::NONE, |(_, quantity)| *quantity);
    items.iter().map(|item| Line::of(item, of(&item.line.id))).collect()
}

/// What an order asks of whoever gives its values: the parameters of the subscription and of the tiers that are set up with it.
pub fn questions(conn: &mut PgConnection, product: &Id<Product>) -> Result<Vec<ParameterRow>> {
    let mut rows = parameters_of(conn, product)?;
    for level in tier_config::actions::levels(conn, product)? {
        rows.extend(of_tier(conn, product, level)?);
    }
    rows.retain(|row| row.phase == Phase::Ordering);
    Ok(rows)
}

/// Finishes the wizard: once, however often its last step is sent. `sent`: what the review showed.
pub fn create(tx: &mut Tx<'_, Order>, asked: Uuid, new: &Ordered, sent: &str) -> Result<Outcome<()>> {
    let saved = wizard::lock::<Answers, _>(tx, asked)?;
    if saved.finished_as.is_some() {
        tx.replayed();
        return Ok(Ok(()));
    }
    let made = order(tx, new, Some(sent))?;
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

/// Orders a subscription as it was reviewed; `sent` is none only where nobody was shown anything, as when data is loaded.
pub fn order<P: Permission>(
    tx: &mut Tx<'_, P>,
    new: &Ordered,
    sent: Option<&str>,
) -> Result<Outcome<(Id<Subscription>, Id<Request>)>> {
    let buyer = tx.who.identity().ok_or(Problem::NotFound)?.company.id.clone();
    let Some(offer) = store::hold_offer(tx, &new.offer)? else { return Ok(Err(Against::Offer)) };
    if offer.environment(new.environment) != new.environment {
        return Ok(Err(Against::Offer));
    }
    let tiers = hold_tiers(tx, &buyer, &new.customer)?;
    let lines = lines(&orderable::all(tx.conn, &offer.product, offer.version, &[])?, &new.items);
    if let Some(sent) = sent {
        let asked = questions(tx.conn, &offer.product)?;
        let changed = reviewed::order(new, &offer, (&lines, tiers.as_ref()), &asked)?.changed(sent);
        if !changed.is_empty() {
            return Ok(Err(Against::Changed(changed)));
        }
    }
    let Some(tiers) = tiers else { return Ok(Err(Against::Customer)) };
    if store::uid_taken(tx, &buyer, new.external_uid)? {
        return Ok(Err(Against::Uid));
    }
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

/// Makes a request of a locked subscription, and what it needs of tier configurations.
fn open<P: Permission>(tx: &mut Tx<'_, P>, of: &SubscriptionRow, asked: &Asked<'_>) -> Result<Id<Request>> {
    let waits = asked.type_.orders() && tier_config::actions::set_up(tx, of, asked.tiers, asked.values)?;
    fulfillment::actions::open(tx, of, asked, waits)
}

/// A locked subscription of the buyer, on which nothing is open and whose contract still allows it.
fn ready(tx: &mut Tx<'_, Manage>, id: &Id<Subscription>, type_: Type) -> Result<SubscriptionRow> {
    if type_ != Type::Cancel {
        store::hold_contract(tx, id)?;
    }
    let of = store::lock(tx, id)?;
    let identity = tx.who.identity().ok_or(Problem::NotFound)?;
    if of.buyer_id != identity.company.id {
        return Err(Problem::NotFound);
    }
    let orders = Order::of_account(identity);
    free(tx, &of)?;
    match may(store::ground(tx.conn, &of)?, of.status, type_, orders) {
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

/// Why a subscription can only be cancelled; `None` while it can be changed. `orders`: the buyer's right to order.
pub fn ended(ground: Ground, orders: bool) -> Option<&'static str> {
    if !ground.contracted {
        return Some("Its distribution contract has ended: it can only be cancelled.");
    }
    (!orders).then_some("The company that ordered it has lost the right to order: it can only be cancelled.")
}

/// What a rule says against a request of this type, given where the subscription stands; `None` when it can be made. `orders`: the
/// buyer's right to order, which cancelling does not need.
pub fn may(ground: Ground, status: Status, type_: Type, orders: bool) -> Option<String> {
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
    if wrong.is_some() || type_ == Type::Cancel {
        return wrong;
    }
    // what was suspended can be resumed, whatever the setting says by now
    if type_ == Type::Suspend && !ground.administrative_hold {
        return Some("The product's vendor does not offer Administrative Hold.".to_owned());
    }
    ended(ground, orders).map(str::to_owned)
}

/// What is asked of a subscription.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub items: Vec<(Id<Item>, Quantity)>,
    pub values: Values,
    pub note: String,
    /// Somebody has ticked that less is wanted before a commitment is over.
    pub early: bool,
    /// What the form showed.
    pub sent: String,
}

/// Asks for other quantities, or other values of ordering parameters where the product lets them change.
pub fn change(tx: &mut Tx<'_, Manage>, id: &Id<Subscription>, wanted: &Wanted) -> Result<Outcome<Id<Request>>> {
    let of = ready(tx, id, Type::Change)?;
    let held = store::in_use(tx.conn, id)?;
    let product = products::store::find_any(tx.conn, &of.product_id)?;
    let version = of.next_version(&product);
    let offered = orderable::all(tx.conn, &of.product_id, version, &held)?;
    // the next order takes the tiers as they stand now
    let tiers = hold_tiers(tx, &of.buyer_id, &of.customer_id)?;
    let asked = editable(tx.conn, &product)?;
    let changed = reviewed::change(&of, (&held, &offered, version), tiers.as_ref(), &asked)?.changed(&wanted.sent);
    let lines = lines(&offered, &wanted.items);
    let mut all = of.values()?;
    if product.editable_ordering_parameters {
        all.take(&wanted.values);
    }
    let more = offered.iter().zip(&lines).find(|(one, line)| !one.offered && one.held.is_less(line.quantity));
    let early = || offered.iter().zip(&lines).any(|(one, line)| one.is_early(line.quantity, tx.at));
    let against = if !changed.is_empty() {
        Some(Against::Changed(changed))
    } else if let Some((one, _)) = more {
        Some(Against::NotOffered(one.line.id.clone(), one.line.name.clone(), one.held))
    } else if lines.iter().all(|line| line.quantity.is_none()) {
        Some(Against::NoItems)
    } else if lines.iter().all(|line| line.change().is_empty()) && all == of.values()? {
        Some(Against::Same)
    } else {
        (early() && !wanted.early).then_some(Against::Early)
    };
    let tiers = match (against, tiers) {
        (Some(against), _) => {
            tx.replayed();
            return Ok(Err(against));
        }
        (None, None) => {
            tx.replayed();
            return Ok(Err(Against::Customer));
        }
        (None, Some(tiers)) => tiers,
    };
    let asked = Asked {
        type_: Type::Change,
        version,
        tiers: &tiers,
        values: &all,
        message: None,
        lines: &lines,
        note: &wanted.note,
    };
    Ok(Ok(open(tx, &of, &asked)?))
}

/// The parameters that a change may give other values.
pub fn editable(conn: &mut PgConnection, product: &ProductRow) -> Result<Vec<ParameterRow>> {
    Ok(match product.editable_ordering_parameters {
        true => of_phase(&parameters_of(conn, &product.id)?, Phase::Ordering),
        false => Vec::new(),
    })
}

/// The lines of a request that leaves everything in use as it is.
pub fn kept_lines(conn: &mut PgConnection, product: &Id<Product>, version: i32, held: &[InUse]) -> Result<Vec<Line>> {
    let all = orderable::all(conn, product, version, held)?;
    Ok(all.iter().filter(|one| !one.held.is_none()).map(|one| Line::of(one, one.held)).collect())
}

/// The lines of a request that leaves the items as they are, and the tiers of the last order.
fn unchanged<P>(tx: &mut Tx<'_, P>, of: &SubscriptionRow, held: &[InUse]) -> Result<(Vec<Line>, Tiers)> {
    let lines = kept_lines(tx.conn, &of.product_id, of.version, held)?;
    Ok((lines, fulfillment::store::last_tiers(tx.conn, &of.id)?))
}

/// Shows a secret value to the vendor or to who ordered.
pub fn reveal(tx: &mut Tx<'_, Manage>, id: &Id<Subscription>, parameter: &str) -> Result<Revealed> {
    let of = store::lock(tx, id)?;
    let me = tx.who.identity().map(|identity| &identity.company.id);
    if me != Some(&of.vendor_id) && me != Some(&of.buyer_id) {
        return Err(Problem::NotFound);
    }
    let rows = parameters_of(tx.conn, &of.product_id)?;
    reveal::reveal(tx, ("subscription.value_shown", id.as_str(), ""), &rows, &of.values()?, parameter)
}

/// Asks to suspend, to resume or to cancel. `early`: somebody has ticked that it is cancelled before a commitment is over; `sent`:
/// what the page showed.
pub fn ask(
    tx: &mut Tx<'_, Manage>,
    id: &Id<Subscription>,
    type_: Type,
    (note, early): (&str, bool),
    sent: &str,
) -> Result<Outcome<Id<Request>>> {
    let of = ready(tx, id, type_)?;
    let held = store::in_use(tx.conn, id)?;
    shows::subscription(&of, &held)?.check(sent, "Nothing was asked for")?;
    if type_ == Type::Cancel && !early && bound(&held, tx.at) {
        tx.replayed();
        return Ok(Err(Against::Early));
    }
    let (lines, tiers) = unchanged(tx, &of, &held)?;
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
    Ok(Ok(request))
}

/// Whether the customer is still bound to have any of this.
pub fn bound(held: &[InUse], now: DateTime<Utc>) -> bool {
    held.iter().any(|one| one.committed_until.is_some_and(|until| until > now))
}

/// A vendor gives an active subscription other values or another message; `at_once` approves it in the same step. `sent`: what the
/// form showed.
pub fn adjust(
    tx: &mut Tx<'_, Process>,
    id: &Id<Subscription>,
    values: &Values,
    message: Option<&Message>,
    (note, at_once, sent): (&str, bool, &str),
) -> Result<std::result::Result<Id<Request>, fulfillment::actions::Against>> {
    store::hold_contract(tx, id)?;
    let of = store::lock(tx, id)?;
    if Some(&of.vendor_id) != tx.who.identity().map(|identity| &identity.company.id) {
        return Err(Problem::NotFound);
    }
    free(tx, &of)?;
    if let Some(words) = may(store::ground(tx.conn, &of)?, of.status, Type::Adjustment, true) {
        return Err(impossible(Type::Adjustment, words));
    }
    let held = store::in_use(tx.conn, id)?;
    let changed = shows::subscription(&of, &held)?.changed(sent);
    if !changed.is_empty() {
        tx.replayed();
        return Ok(Err(fulfillment::actions::Against::Changed(changed)));
    }
    let (lines, tiers) = unchanged(tx, &of, &held)?;
    let mut all = of.values()?;
    all.take(values);
    let rows = parameters_of(tx.conn, &of.product_id)?;
    if let Some(against) = against(tx, &of, &rows, &all)? {
        tx.replayed();
        return Ok(Err(against));
    }
    let version = of.version;
    let asked = Asked { type_: Type::Adjustment, version, tiers: &tiers, values: &all, message, lines: &lines, note };
    let request = open(tx, &of, &asked)?;
    if !at_once {
        return Ok(Ok(request));
    }
    Ok(approve(tx, &request, (&all, message), None, None)?.map(|()| request))
}
