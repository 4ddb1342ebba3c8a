//! The verbs of requests. Each is one transaction: the request, its subscription, event, mail. They lock the subscription, then
//! the request.

use chrono::{DateTime, Months, Utc};

use super::{
    Process, Request, Status, Type,
    lifecycle::{Action, Move},
    queue::Fulfillment,
    shown,
    store::{self, Line, NewRequest, RequestRow},
};
use crate::{
    kit::{
        actor::Permission,
        db::{System, Tx},
        effect::Effect,
        event::Event,
        id::Id,
        input::kinds::ahead,
        lifecycle::plan,
        problem::{Problem, Result},
        secret,
        time::Zone,
        violation::{Violation, Why, Words, none_left},
    },
    mail,
    modules::{
        orders::{
            asking::acts::{missing, wrong},
            fulfillment::letters::Mail,
            message::{Message, messages},
            party::Part,
            questions::{of_phase, parameters_of},
            subscriptions::{
                self, Manage, Status as SubscriptionStatus,
                lifecycle::{Action as SubscriptionAction, Part as SubscriptionPart, RULES as SUBSCRIPTION},
                store::{Filled, SubscriptionRow},
            },
            tiers::Tiers,
        },
        products::parameters::{
            self, Parameter, Phase,
            reveal::{self, Revealed},
            store::ParameterRow,
            values::{self, Values},
        },
        queue::{self, With},
        service,
    },
    t,
};

/// What is asked of a subscription.
pub struct Asked<'a> {
    pub type_: Type,
    pub version: i32,
    pub tiers: &'a Tiers,
    pub values: &'a Values,
    /// What an adjustment wants to be shown.
    pub message: Option<&'a Message>,
    pub lines: &'a [Line],
    pub note: &'a str,
}

/// Makes a request of a locked subscription, which has no other that is open. It `waits` for tiers, or for data, or for the vendor.
pub fn open<P: Permission>(
    tx: &mut Tx<'_, P>,
    of: &SubscriptionRow,
    asked: &Asked<'_>,
    waits: bool,
) -> Result<Id<Request>> {
    let all = parameters_of(tx, &of.product_id)?;
    let incomplete =
        asked.type_.orders() && !values::missing(&of_phase(&all, Phase::Ordering), asked.values).is_empty();
    let status = match (waits, incomplete) {
        (true, _) => Status::TiersSetup,
        (false, true) => Status::Inquiring,
        (false, false) => Status::Pending,
    };
    let creator = tx.person()?;
    let due_at = service::due(tx, &of.vendor_id)?;
    let number = subscriptions::store::next_number(tx, &of.id)?;
    // the values of tiers are kept with their configurations
    let mut kept = Values::default();
    for row in &all {
        kept.set(&row.id, asked.values.get(&row.id).to_owned());
    }
    let new = NewRequest {
        subscription: of,
        type_: asked.type_,
        status,
        version: asked.version,
        tiers: asked.tiers,
        values: &kept,
        message: asked.message,
        lines: asked.lines,
        note: asked.note,
        creator: &creator,
        nonce: (status == Status::Inquiring).then(secret::nonce),
        due_at,
    };
    let id = store::insert(tx, number, &new)?;
    tx.record(Event::new("fulfillment_request.created", &id).note(asked.type_.to_string()))?;
    match status {
        Status::Inquiring => ask_customer(tx, &id, asked.tiers)?,
        Status::Pending if asked.type_ != Type::Adjustment => {
            let early = asked.lines.iter().any(|line| line.is_early(asked.type_, tx.at));
            tell_vendor(tx, &id, of, early)?;
        }
        _ => {}
    }
    Ok(id)
}

/// `early`: it asks for less before a commitment is over.
fn tell_vendor<P>(tx: &mut Tx<'_, P>, id: &Id<Request>, of: &SubscriptionRow, early: bool) -> Result<()> {
    let told = Mail::OrderRequested {
        request: id.clone(),
        vendor: of.vendor_id.clone(),
        customer: of.customer_name.clone(),
        early,
    };
    mail::tell(tx, &told)
}

pub fn tell_buyer<P>(tx: &mut Tx<'_, P>, request: &RequestRow, outcome: Status, reason: &str) -> Result<()> {
    let told = Mail::OrderDecided {
        request: request.id.clone(),
        buyer: request.buyer_id.clone(),
        customer: request.customer_name.clone(),
        outcome: outcome.to_string(),
        reason: reason.to_owned(),
    };
    mail::tell(tx, &told)
}

/// Mails the form's link to the customer's technical contact.
pub fn ask_customer<P>(tx: &mut Tx<'_, P>, id: &Id<Request>, tiers: &Tiers) -> Result<()> {
    let contact = &tiers.customer.data;
    let told = Mail::DataAsked { request: id.to_string(), name: contact.contact() };
    mail::queue(tx, &contact.email, &told)
}

/// Moves a locked subscription by what `part` does with its request; `since` as for [`subscriptions::store::advance`].
fn move_subscription<P>(
    tx: &mut Tx<'_, P>,
    of: &SubscriptionRow,
    (action, part): (SubscriptionAction, SubscriptionPart),
    (by, since): (&Id<Request>, DateTime<Utc>),
) -> Result<()> {
    let planned = plan(SUBSCRIPTION, of.status, action, part, tx.at)
        .map_err(|_| Problem::internal("a request fits the subscription it was made for"))?;
    subscriptions::store::advance(tx, &of.id, &planned, since)?;
    let event = match planned.to() {
        SubscriptionStatus::Active => "subscription.activated",
        SubscriptionStatus::Suspended => "subscription.suspended",
        _ => "subscription.terminated",
    };
    tx.record(Event::new(event, &of.id).moved(planned.from(), planned.to()).note(format!("By {by}")))
}

/// Why this cannot be the day from which a request of a locked subscription counts: it is to come, long gone, or before what was
/// approved last.
fn against_day<P>(tx: &mut Tx<'_, P>, of: &SubscriptionRow, day: DateTime<Utc>) -> Result<Option<Violation>> {
    let wrong = |words: Words| Ok(Some(Violation::new("effective", Why::new("day", words))));
    let zone = tx.who.identity().map_or(Zone::UTC, |identity| identity.person.zone);
    let (wanted, today) = (zone.today(day), zone.today(tx.at));
    if wanted > today {
        return wrong(t!("Enter today's date or an earlier one. To fulfil it later, schedule it"));
    }
    if Some(wanted) < today.checked_sub_months(Months::new(12)) {
        return wrong(t!("Enter a date within the last twelve months"));
    }
    let last = store::last_effective(tx, &of.id)?.filter(|last| wanted < zone.today(*last));
    match last {
        Some(last) => wrong(
            Words::new("An earlier request took effect on {day}: enter that date or a later one")
                .with("day", zone.day(last).words),
        ),
        None => Ok(None),
    }
}

/// Refuses values of a locked subscription that are not enough, or that another one has. The database decides once more about those that
/// are unique.
pub fn complete<P>(tx: &mut Tx<'_, P>, of: &SubscriptionRow, rows: &[ParameterRow], values: &Values) -> Result<()> {
    none_left(missing(rows, values))?;
    let unique = unique(tx, rows, values)?;
    let taken = subscriptions::store::taken_value(tx, &of.id, &unique)?;
    none_left(taken.iter().map(taken_elsewhere).collect())
}

fn taken_elsewhere(parameter: &Id<Parameter>) -> Violation {
    Violation::new(values::place(parameter), Why::new("taken", "Another subscription already has this value"))
}

/// The values that no other subscription may have; of a secret its keyed hash.
fn unique<P>(tx: &Tx<'_, P>, rows: &[ParameterRow], values: &Values) -> Result<Vec<(Id<Parameter>, String)>> {
    let unique = rows.iter().filter(|row| row.is_unique && !values.get(&row.id).is_empty());
    unique
        .map(|row| {
            let value = values.get(&row.id);
            let value = match row.type_ {
                parameters::Type::Password => {
                    let vault = tx.vault()?;
                    vault.index(row.id.as_str(), &vault.open(row.id.as_str(), value)?)
                }
                _ => value.to_owned(),
            };
            Ok((row.id.clone(), value))
        })
        .collect()
}

/// Approves: the subscription becomes what was asked for. `filled`: values of the fulfilment phase, and what the customer reads;
/// `sent`: what the form showed, none only where nobody was shown anything.
pub fn approve(
    tx: &mut Tx<'_, Process>,
    id: &Id<Request>,
    (values, message): (&Values, Option<&Message>),
    effective: Option<DateTime<Utc>>,
    sent: Option<&str>,
) -> Result<()> {
    store::hold_contract(tx, id)?;
    let (request, of, planned) = queue::taken::<Fulfillment, _>(tx, id, Action::Approve)?;
    if request.type_ != Type::Cancel && !subscriptions::store::ground(tx, &of)?.contracted {
        return Err(Problem::refused(
            "It can no longer be approved",
            "The contract it was ordered under has ended. You can fail the request.",
        ));
    }
    let rows = parameters_of(tx, &of.product_id)?;
    let lines = store::lines(tx, &request.id)?;
    if let Some(sent) = sent {
        shown::request(&request, &lines, &rows)?.unchanged(sent)?;
    }
    let mut all = request.values()?;
    let filled = if request.type_.fills() { of_phase(&rows, Phase::Fulfillment) } else { Vec::new() };
    let mut wrong = wrong(tx, &filled, &all, values)?;
    if let Some(day) = effective {
        wrong.extend(against_day(tx, &of, day)?);
    }
    if let Some(message) = message {
        wrong.extend(message.against(&messages(tx, &request.product_id, request.version)?));
    }
    none_left(wrong)?;
    all.take(values);
    all.forgive();
    if request.type_.fills() {
        complete(tx, &of, &rows, &all)?;
        let unique = unique(tx, &rows, &all)?;
        // somebody may have been approved with it at the same instant
        let taken = subscriptions::store::claim_values(tx, &of.id, &unique)?;
        none_left(taken.iter().map(taken_elsewhere).collect())?;
    }
    let message = message.cloned().or_else(|| request.message());
    let tiers = request.tiers()?;
    let since = effective.unwrap_or(tx.at);
    let ordered = matches!(request.type_, Type::Purchase | Type::Change)
        .then(|| (request.version, &tiers, lines.iter().map(|line| line.in_use(since)).collect()));
    subscriptions::store::fill(tx, &of.id, &Filled { values: &all, message: message.as_ref(), ordered })?;
    let part = SubscriptionPart::Vendor;
    match request.type_ {
        Type::Purchase => move_subscription(tx, &of, (SubscriptionAction::Activate, part), (&request.id, since))?,
        Type::Suspend => move_subscription(tx, &of, (SubscriptionAction::Suspend, part), (&request.id, since))?,
        Type::Resume => move_subscription(tx, &of, (SubscriptionAction::Resume, part), (&request.id, since))?,
        Type::Cancel => {
            move_subscription(tx, &of, (SubscriptionAction::Terminate, part), (&request.id, since))?;
            subscriptions::store::free_values(tx, &of.id)?;
        }
        Type::Change | Type::Adjustment => {
            tx.record(Event::new("subscription.changed", &of.id).note(format!("By {}", request.id)))?;
        }
    }
    let with = With {
        parameter_values: Some(all.json()?),
        template: message.map(|message| serde_json::to_value(message).map_err(Problem::internal)).transpose()?,
        assignee_id: tx.taker(request.assignee_id.as_ref()),
        effective_at: Some(since),
        ..With::default()
    };
    queue::advance::<Fulfillment, _>(tx, id, &planned, &with)?;
    tx.record(Event::new("fulfillment_request.approved", id).moved(planned.from(), planned.to()))?;
    if request.type_ != Type::Adjustment {
        tell_buyer(tx, &request, planned.to(), "")?;
    }
    Ok(())
}

/// What was wanted does not come about: the subscription goes on as before, and one that never began ends.
pub fn give_up<P>(
    tx: &mut Tx<'_, P>,
    request: &RequestRow,
    of: &SubscriptionRow,
    part: SubscriptionPart,
) -> Result<()> {
    match request.type_ {
        Type::Purchase => move_subscription(tx, of, (SubscriptionAction::Reject, part), (&request.id, tx.at)),
        Type::Cancel => {
            let suspended = request.status_before == Some(SubscriptionStatus::Suspended);
            let action = if suspended { SubscriptionAction::KeepSuspended } else { SubscriptionAction::Keep };
            move_subscription(tx, of, (action, part), (&request.id, tx.at))
        }
        Type::Change | Type::Suspend | Type::Resume | Type::Adjustment => Ok(()),
    }
}

/// What becomes of a subscription when a request of it comes to nothing, for pages that say so first: what [`give_up`] records.
pub fn given_up_with(request: &RequestRow) -> Option<Effect> {
    match request.type_ {
        Type::Purchase => {
            Some(Effect::of_one("subscription.terminated", "The subscription ends before it was fulfilled."))
        }
        Type::Cancel => {
            let suspended = request.status_before == Some(SubscriptionStatus::Suspended);
            let event = if suspended { "subscription.suspended" } else { "subscription.activated" };
            Some(Effect::of_one(event, "The subscription returns to its previous status."))
        }
        Type::Change | Type::Suspend | Type::Resume | Type::Adjustment => None,
    }
}

/// What an approval of the request ends.
pub fn ended_with(request: &RequestRow) -> Option<Effect> {
    match request.type_ {
        Type::Cancel => Some(Effect::of_one("subscription.terminated", "The subscription ends permanently.")),
        Type::Suspend => {
            Some(Effect::of_one("subscription.suspended", "The subscription cannot be used until it is resumed."))
        }
        Type::Purchase | Type::Change | Type::Resume | Type::Adjustment => None,
    }
}

/// Fails a request for good.
pub fn fail(tx: &mut Tx<'_, Process>, id: &Id<Request>, reason: &str) -> Result<()> {
    let reason = &queue::reason(reason)?;
    let (request, of, planned) = queue::taken::<Fulfillment, _>(tx, id, Action::Fail)?;
    failed(tx, &request, &of, (&planned, SubscriptionPart::Vendor), reason)
}

fn failed<P>(
    tx: &mut Tx<'_, P>,
    request: &RequestRow,
    of: &SubscriptionRow,
    (planned, part): (&Move, SubscriptionPart),
    reason: &str,
) -> Result<()> {
    give_up(tx, request, of, part)?;
    let with = With {
        reason: Some(reason.to_owned()),
        assignee_id: tx.taker(request.assignee_id.as_ref()),
        ..With::default()
    };
    queue::advance::<Fulfillment, _>(tx, &request.id, planned, &with)?;
    tx.record(Event::new("fulfillment_request.failed", &request.id).moved(planned.from(), planned.to()).note(reason))?;
    tell_buyer(tx, request, planned.to(), reason)
}

/// Tells the vendor once more of a request that comes back to it.
pub fn tell_again<P>(tx: &mut Tx<'_, P>, request: &RequestRow, of: &SubscriptionRow) -> Result<()> {
    let lines = store::lines(tx, &request.id)?;
    let early = lines.iter().any(|line| line.is_early(request.type_, request.created_at));
    tell_vendor(tx, &request.id, of, early)
}

/// Fulfils later, at a time that both know.
///
/// # Errors
/// [`Problem::Invalid`] at `at` when it does not lie ahead, or further than ten years.
pub fn schedule(tx: &mut Tx<'_, Process>, id: &Id<Request>, at: DateTime<Utc>) -> Result<()> {
    ahead(at, tx.at).map_err(|why| Violation::new("at", why))?;
    let (request, _, planned) = queue::taken::<Fulfillment, _>(tx, id, Action::Schedule)?;
    let with = With { planned_at: Some(at), assignee_id: tx.taker(request.assignee_id.as_ref()), ..With::default() };
    queue::advance::<Fulfillment, _>(tx, id, &planned, &with)?;
    let note = format!("For {}", crate::kit::time::iso(at));
    tx.record(Event::new("fulfillment_request.scheduled", id).moved(planned.from(), planned.to()).note(note))?;
    tell_buyer(tx, &request, planned.to(), "")
}

/// Takes a scheduled request up again before its time.
pub fn take_up(tx: &mut Tx<'_, Process>, id: &Id<Request>) -> Result<()> {
    let (_, of, planned) = queue::taken::<Fulfillment, _>(tx, id, Action::Return)?;
    returned(tx, id, &of, &planned)
}

fn returned<P>(tx: &mut Tx<'_, P>, id: &Id<Request>, of: &SubscriptionRow, planned: &Move) -> Result<()> {
    let with = With { due_at: Some(service::due(tx, &of.vendor_id)?), ..With::default() };
    queue::advance::<Fulfillment, _>(tx, id, planned, &with)?;
    tx.record(Event::new("fulfillment_request.returned", id).moved(planned.from(), planned.to()))
}

/// Requests whose time has come go back to their vendor; how many did.
pub fn take_up_due(tx: &mut Tx<'_, System>) -> Result<usize> {
    let due = store::take_due(tx, 100)?;
    for id in &due {
        let (request, of) = store::lock_any(tx, id)?;
        // somebody may have been faster
        if let Ok(planned) = queue::planned::<Fulfillment>(&request, Action::Return, &[Part::System], tx.at) {
            returned(tx, id, &of, &planned)?;
            tell_again(tx, &request, &of)?;
        }
    }
    Ok(due.len())
}

/// The buyer does not want any more what is scheduled; the vendor has to clean up and to confirm.
pub fn revoke(tx: &mut Tx<'_, Manage>, id: &Id<Request>, reason: &str) -> Result<()> {
    let reason = &queue::reason(reason)?;
    let (request, of, planned) = queue::taken::<Fulfillment, _>(tx, id, Action::Revoke)?;
    let with =
        With { reason: Some(reason.to_owned()), due_at: Some(service::due(tx, &of.vendor_id)?), ..With::default() };
    queue::advance::<Fulfillment, _>(tx, id, &planned, &with)?;
    tx.record(Event::new("fulfillment_request.revoking", id).moved(planned.from(), planned.to()).note(reason))?;
    tell_again(tx, &request, &of)
}

/// The vendor has cleaned up. `sent`: what the page showed.
pub fn confirm(tx: &mut Tx<'_, Process>, id: &Id<Request>, sent: &str) -> Result<()> {
    let (request, of, planned) = queue::taken::<Fulfillment, _>(tx, id, Action::Confirm)?;
    let (lines, rows) = (store::lines(tx, id)?, parameters_of(tx, &of.product_id)?);
    shown::request(&request, &lines, &rows)?.check(sent, "Nothing was confirmed")?;
    give_up(tx, &request, &of, SubscriptionPart::Vendor)?;
    let with = With { assignee_id: tx.taker(request.assignee_id.as_ref()), ..With::default() };
    queue::advance::<Fulfillment, _>(tx, id, &planned, &with)?;
    tx.record(Event::new("fulfillment_request.revoked", id).moved(planned.from(), planned.to()))?;
    tell_buyer(tx, &request, planned.to(), "")
}

/// Shows a secret value to the vendor or to who ordered.
pub fn reveal(tx: &mut Tx<'_, Manage>, id: &Id<Request>, parameter: &str) -> Result<Revealed> {
    let (request, _) = store::lock(tx, id)?;
    let me = tx.who.identity().map(|identity| &identity.company.id);
    if me != Some(&request.vendor_id) && me != Some(&request.buyer_id) {
        return Err(Problem::NotFound);
    }
    let rows = parameters_of(tx, &request.product_id)?;
    let of = ("subscription.value_shown", request.subscription_id.as_str(), id.as_str());
    reveal::reveal(tx, of, &rows, &request.values()?, parameter)
}

/// Every tier of a request that waited is set up: on to the customer, or to the vendor.
pub fn go_on(tx: &mut Tx<'_, System>, id: &Id<Request>) -> Result<()> {
    let (request, of) = store::lock_any(tx, id)?;
    if request.status != Status::TiersSetup {
        return Ok(());
    }
    let rows = of_phase(&parameters_of(tx, &of.product_id)?, Phase::Ordering);
    let incomplete = !values::missing(&rows, &request.values()?).is_empty();
    let action = if incomplete { Action::Ask } else { Action::Go };
    let planned = queue::planned::<Fulfillment>(&request, action, &[Part::System], tx.at)?;
    let with = With {
        form_nonce: incomplete.then(secret::nonce),
        due_at: Some(service::due(tx, &of.vendor_id)?),
        ..With::default()
    };
    queue::advance::<Fulfillment, _>(tx, id, &planned, &with)?;
    tx.record(Event::new("fulfillment_request.tiers_ready", id).moved(planned.from(), planned.to()))?;
    if incomplete { ask_customer(tx, id, &request.tiers()?) } else { tell_again(tx, &request, &of) }
}

/// A tier that a request waited for was refused.
pub fn fail_with_tier(tx: &mut Tx<'_, System>, id: &Id<Request>, reason: &str) -> Result<()> {
    let (request, of) = store::lock_any(tx, id)?;
    if request.status != Status::TiersSetup {
        return Ok(());
    }
    let planned = queue::planned::<Fulfillment>(&request, Action::Fail, &[Part::System], tx.at)?;
    failed(tx, &request, &of, (&planned, SubscriptionPart::System), reason)
}
