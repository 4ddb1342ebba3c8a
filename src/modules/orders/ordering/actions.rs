//! The verbs of who orders, and the vendor's adjustment. Each makes a request; what it asks for comes with its approval.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{forms::Keys, shown as reviewed, wizard::Answers};
use crate::{
    kit::{
        actor::Permission,
        db::{Looks, Tx},
        done::{Done, finish},
        environment::Environment,
        event::Event,
        id::Id,
        input::Input as _,
        lifecycle::plan,
        problem::{Problem, Result},
        violation::{Path, Violation, Violations, Why, Words, none_left},
    },
    modules::{
        customers::TierAccount,
        orders::{
            asking::acts::wrong,
            fulfillment::{
                self, Process, Request, Type,
                actions::{Asked, approve, complete},
                store::{Line, RequestRow},
            },
            message::{Message, messages},
            note::{self, note},
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
    t,
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

impl Ordered {
    /// What the buyer gives of its own with it, as it is kept.
    ///
    /// # Errors
    /// What is wrong, at `external_id`, `external_uid` or `note`.
    fn keys(&self) -> Result<Keys, Violations> {
        let (external_id, note) = (self.external_id.clone(), self.note.clone());
        Keys::read(&Keys { external_id, external_uid: Some(self.external_uid), note }.texts())
    }

    /// The same without values that nobody asks for any more.
    pub fn fitting(mut self, asked: &[ParameterRow]) -> Self {
        self.values = self.values.only(asked);
        self
    }
}

/// The lines of a request: every item that can be ordered or is in use, with what was ordered of it and what there was before.
pub fn lines(items: &[Orderable], ordered: &[(Id<Item>, Quantity)]) -> Vec<Line> {
    let of =
        |item: &Id<Item>| ordered.iter().find(|(id, _)| id == item).map_or(Quantity::NONE, |(_, quantity)| *quantity);
    items.iter().map(|item| Line::of(item, of(&item.line.id))).collect()
}

/// What an order asks of whoever gives its values: the parameters of the subscription and of the tiers that are set up with it.
pub fn questions(look: &mut impl Looks, product: &Id<Product>) -> Result<Vec<ParameterRow>> {
    let mut rows = parameters_of(look, product)?;
    for level in tier_config::actions::levels(look, product)? {
        rows.extend(of_tier(look, product, level)?);
    }
    rows.retain(|row| row.phase == Phase::Ordering);
    Ok(rows)
}

fn refused(at: impl Into<Path>, code: &'static str, words: impl Into<Words>) -> Problem {
    Problem::Invalid(vec![Violation::new(at, Why::new(code, words))])
}

/// What is wrong with quantities of these items.
fn against_items(offered: &[Orderable], ordered: &[(Id<Item>, Quantity)]) -> Violations {
    let against = |(id, quantity): &(Id<Item>, Quantity)| {
        let why = match offered.iter().find(|one| one.line.id == *id) {
            None => Some(Why::new("not_offered", "This item isn't offered here")),
            Some(one) => quantity.against(one.line.type_),
        };
        why.map(|why| Violation::new(format!("{ITEMS}.{id}"), why))
    };
    ordered.iter().filter_map(against).collect()
}

/// What is said without a customer.
pub const NO_CUSTOMER: &str = "Choose an active customer under a reseller";

/// Why nothing is ordered.
pub fn no_items() -> Violation {
    Violation::new(ITEMS, Why::missing("Order at least one item"))
}

/// The place of the quantities in what is given; that of one item ends with its id.
pub const ITEMS: &str = "items";

/// Finishes the wizard: once, however often its last step is sent. `sent`: what the review showed.
pub fn create(tx: &mut Tx<'_, Order>, asked: Uuid, new: &Ordered, sent: &str) -> Result<Done<Id<Subscription>>> {
    finish::<Answers, _, _>(tx, asked, |tx, _| order(tx, new, Some(sent)).map(|(subscription, _)| subscription))
}

/// Orders a subscription as it was reviewed; `sent` is none only where nobody was shown anything, as when data is loaded.
///
/// # Errors
/// [`Problem::Invalid`] at `offer`, `customer`, `items`, one of them, `params.{id}`, `external_id`, `external_uid` or `note`.
pub fn order<P: Permission>(
    tx: &mut Tx<'_, P>,
    new: &Ordered,
    sent: Option<&str>,
) -> Result<(Id<Subscription>, Id<Request>)> {
    let buyer = tx.account()?;
    let gone = || refused("offer", "not_offered", t!("Your choice is no longer offered: choose the product again"));
    let offer = store::hold_offer(tx, &new.offer)?.ok_or_else(gone)?;
    // a vendor's own product is previewed, what a marketplace lists is ordered for good or as a test
    let previewed = offer.contract.is_none();
    if previewed != (new.environment == Environment::Preview) || offer.environment(new.environment) != new.environment {
        return Err(gone());
    }
    let tiers = hold_tiers(tx, &buyer, &new.customer)?;
    let offered = orderable::all(tx, &offer.product, offer.version, &[])?;
    let asked = questions(tx, &offer.product)?;
    let lines = lines(&offered, &new.items);
    let mut new = new.clone();
    if let Some(sent) = sent {
        // what was answered before and is not asked any more is left out: the review shows it
        new = new.fitting(&asked);
        new.items.retain(|(item, _)| offered.iter().any(|one| one.line.id == *item));
        reviewed::order(&new, &offer, (&lines, tiers.as_ref()), &asked)?.unchanged(sent)?;
    }
    let tiers = tiers.ok_or_else(|| refused("customer", "customer", NO_CUSTOMER))?;
    let mut against = against_items(&offered, &new.items);
    against.extend(wrong(tx, &asked, &Values::default(), &new.values)?);
    let Keys { external_id, note, .. } = match new.keys() {
        Ok(keys) => keys,
        Err(wrong) => return Err(Problem::Invalid([against, wrong].concat())),
    };
    none_left(against)?;
    if store::bears_uid(tx, &buyer, new.external_uid)? {
        return Err(store::uid_taken().into());
    }
    if lines.iter().all(|line| line.quantity.is_none()) {
        return Err(no_items().into());
    }
    let made = NewSubscription {
        environment: new.environment,
        external_id: &external_id,
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
        note: &note,
    };
    let request = open(tx, &of, &asked)?;
    Ok((id, request))
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
    let identity = tx.who.member()?;
    if of.buyer_id != identity.company.id {
        return Err(Problem::NotFound);
    }
    let orders = Order::of_account(identity);
    free(tx, &of)?;
    match may(store::ground(tx, &of)?, of.status, type_, orders) {
        Some(words) => Err(impossible(type_, words)),
        None => Ok(of),
    }
}

/// Refuses while another request is open, which is named.
fn free<P>(tx: &mut Tx<'_, P>, of: &SubscriptionRow) -> Result<()> {
    fulfillment::store::open_of(tx, &of.id)?.map_or(Ok(()), |open| Err(another_open(&open)))
}

/// Says which request is open.
pub fn another_open(open: &RequestRow) -> Problem {
    let words = t!(
        "{id} ({action}) is {status}. A subscription can only have one open request at a time.",
        id = open.id,
        action = open.type_,
        status = Words::within(open.status)
    );
    Problem::refused("Another request is open", words)
}

/// Why a request of this type cannot be made.
pub fn impossible(type_: Type, why: Words) -> Problem {
    Problem::refused(t!("Action not available: {action}", action = type_), why)
}

/// Why a subscription can only be cancelled; `None` while it can be changed. `orders`: the buyer's right to order.
pub fn ended(ground: Ground, orders: bool) -> Option<Words> {
    if !ground.contracted {
        return Some(t!("The contract that carried it has ended, so it can only be cancelled."));
    }
    (!orders).then(|| t!("The company that ordered it can no longer order, so it can only be cancelled."))
}

/// What a rule says against a request of this type, given where the subscription stands; `None` when it can be made. `orders`: the
/// buyer's right to order, which cancelling does not need.
pub fn may(ground: Ground, status: Status, type_: Type, orders: bool) -> Option<Words> {
    let needs = |wanted: &[Status]| {
        (!wanted.contains(&status)).then(|| t!("The subscription is {status}.", status = Words::within(status)))
    };
    let wrong = match type_ {
        Type::Purchase => Some(t!("It has already been ordered.")),
        Type::Change if status == Status::Suspended => Some(t!("The subscription is suspended. Resume it first.")),
        Type::Change | Type::Suspend | Type::Adjustment => needs(&[Status::Active]),
        Type::Resume => needs(&[Status::Suspended]),
        Type::Cancel => needs(&[Status::Active, Status::Suspended]),
    };
    if wrong.is_some() || type_ == Type::Cancel {
        return wrong;
    }
    // what was suspended can be resumed, whatever the setting says by now
    if type_ == Type::Suspend && !ground.administrative_hold {
        return Some(t!("The product's vendor doesn't offer Administrative Hold."));
    }
    ended(ground, orders)
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
///
/// # Errors
/// [`Problem::Invalid`] at `items`, one of them, `params.{id}`, `note` or `early`, or of the whole when it is not as it was shown.
pub fn change(tx: &mut Tx<'_, Manage>, id: &Id<Subscription>, wanted: &Wanted) -> Result<Id<Request>> {
    let of = ready(tx, id, Type::Change)?;
    let held = store::in_use(tx, id)?;
    let product = products::store::find_any(tx, &of.product_id)?;
    let version = of.next_version(&product);
    let offered = orderable::all(tx, &of.product_id, version, &held)?;
    // the next order takes the tiers as they stand now
    let tiers = hold_tiers(tx, &of.buyer_id, &of.customer_id)?;
    let asked = editable(tx, &product)?;
    reviewed::change(&of, (&held, &offered, version), tiers.as_ref(), &asked)?.unchanged(&wanted.sent)?;
    let mut against = against_items(&offered, &wanted.items);
    against.extend(wrong(tx, &asked, &of.values()?, &wanted.values)?);
    none_left(against)?;
    let note = note(&wanted.note)?;
    let lines = lines(&offered, &wanted.items);
    let mut all = of.values()?;
    if product.editable_ordering_parameters {
        all.take(&wanted.values);
    }
    let more = offered.iter().zip(&lines).find(|(one, line)| !one.offered && one.held.is_less(line.quantity));
    let early = || offered.iter().zip(&lines).any(|(one, line)| one.is_early(line.quantity, tx.at));
    if let Some((one, _)) = more {
        let words = Words::new("{item} is no longer offered: keep {held}, or enter less");
        let words = words.with("item", &one.line.name).with("held", one.held);
        return Err(refused(format!("{ITEMS}.{}", one.line.id), "not_offered", words));
    }
    if lines.iter().all(|line| line.quantity.is_none()) {
        return Err(no_items().into());
    }
    if lines.iter().all(|line| line.change().is_empty()) && all == of.values()? {
        return Err(refused(ITEMS, "same", t!("No changes: enter a different quantity")));
    }
    if early() && !wanted.early {
        return Err(too_early());
    }
    let tiers = tiers.ok_or_else(|| refused(ITEMS, "customer", NO_CUSTOMER))?;
    let asked =
        Asked { type_: Type::Change, version, tiers: &tiers, values: &all, message: None, lines: &lines, note: &note };
    open(tx, &of, &asked)
}

fn too_early() -> Problem {
    refused("early", "early", "A commitment is not over yet: tick that you ask for less before")
}

/// The parameters that a change may give other values.
pub fn editable(look: &mut impl Looks, product: &ProductRow) -> Result<Vec<ParameterRow>> {
    Ok(match product.editable_ordering_parameters {
        true => of_phase(&parameters_of(look, &product.id)?, Phase::Ordering),
        false => Vec::new(),
    })
}

/// The lines of a request that leaves everything in use as it is.
pub fn kept_lines(look: &mut impl Looks, product: &Id<Product>, version: i32, held: &[InUse]) -> Result<Vec<Line>> {
    let all = orderable::all(look, product, version, held)?;
    Ok(all.iter().filter(|one| !one.held.is_none()).map(|one| Line::of(one, one.held)).collect())
}

/// The lines of a request that leaves the items as they are, and the tiers of the last order.
fn unchanged<P>(tx: &mut Tx<'_, P>, of: &SubscriptionRow, held: &[InUse]) -> Result<(Vec<Line>, Tiers)> {
    let lines = kept_lines(tx, &of.product_id, of.version, held)?;
    Ok((lines, fulfillment::store::last_tiers(tx, &of.id)?))
}

/// Shows a secret value to the vendor or to who ordered.
pub fn reveal(tx: &mut Tx<'_, Manage>, id: &Id<Subscription>, parameter: &str) -> Result<Revealed> {
    let of = store::lock(tx, id)?;
    let me = tx.who.identity().map(|identity| &identity.company.id);
    if me != Some(&of.vendor_id) && me != Some(&of.buyer_id) {
        return Err(Problem::NotFound);
    }
    let rows = parameters_of(tx, &of.product_id)?;
    reveal::reveal(tx, ("subscription.value_shown", id.as_str(), ""), &rows, &of.values()?, parameter)
}

/// Asks to suspend, to resume or to cancel. `early`: somebody has ticked that it is cancelled before a commitment is over; `sent`:
/// what the page showed, none only where nobody was shown anything, as when data is loaded.
pub fn ask(
    tx: &mut Tx<'_, Manage>,
    id: &Id<Subscription>,
    type_: Type,
    (note, early): (&str, bool),
    sent: Option<&str>,
) -> Result<Id<Request>> {
    let note = &note::note(note)?;
    let of = ready(tx, id, type_)?;
    let held = store::in_use(tx, id)?;
    if let Some(sent) = sent {
        shows::subscription(&of, &held)?.check(sent, "Nothing was requested")?;
    }
    if type_ == Type::Cancel && !early && bound(&held, tx.at) {
        return Err(too_early());
    }
    let (lines, tiers) = unchanged(tx, &of, &held)?;
    let values = of.values()?;
    let asked =
        Asked { type_, version: of.version, tiers: &tiers, values: &values, message: None, lines: &lines, note };
    let request = open(tx, &of, &asked)?;
    if type_ == Type::Cancel {
        let planned = plan(RULES, of.status, Action::Cancel, Part::Buyer, tx.at)
            .map_err(|_| Problem::internal("what is active or suspended can be cancelled"))?;
        store::advance(tx, id, &planned, tx.at)?;
        let event = Event::new("subscription.cancelling", id).moved(planned.from(), planned.to());
        tx.record(event.note(format!("By {request}")))?;
    }
    Ok(request)
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
) -> Result<Id<Request>> {
    let note = &note::note(note)?;
    store::hold_contract(tx, id)?;
    let of = store::lock(tx, id)?;
    if Some(&of.vendor_id) != tx.who.identity().map(|identity| &identity.company.id) {
        return Err(Problem::NotFound);
    }
    free(tx, &of)?;
    if let Some(words) = may(store::ground(tx, &of)?, of.status, Type::Adjustment, true) {
        return Err(impossible(Type::Adjustment, words));
    }
    let held = store::in_use(tx, id)?;
    shows::subscription(&of, &held)?.unchanged(sent)?;
    let (lines, tiers) = unchanged(tx, &of, &held)?;
    let mut all = of.values()?;
    let (rows, version) = (parameters_of(tx, &of.product_id)?, of.version);
    let mut against = wrong(tx, &rows, &all, values)?;
    if let Some(message) = message {
        against.extend(message.against(&messages(tx, &of.product_id, version)?));
    }
    none_left(against)?;
    all.take(values);
    complete(tx, &of, &rows, &all)?;
    let asked = Asked { type_: Type::Adjustment, version, tiers: &tiers, values: &all, message, lines: &lines, note };
    let request = open(tx, &of, &asked)?;
    if at_once {
        approve(tx, &request, (&all, message), None, None)?;
    }
    Ok(request)
}
