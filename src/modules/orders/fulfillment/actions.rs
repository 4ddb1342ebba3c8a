//! The verbs of requests. Each is one transaction: the request, its subscription, event, mail. They lock the subscription, then
//! the request.

use chrono::{DateTime, Months, Utc};
use uuid::Uuid;

use super::{
    Process, Request, Status, Talk, Type,
    lifecycle::{Action, Move, RULES},
    shown,
    store::{self, Line, NewRequest, RequestRow, With},
};
use crate::{
    kit::{
        actor::{Account, Permission},
        db::{System, Tx},
        effect::Effect,
        event::Event,
        id::Id,
        lifecycle::{NoMove, plan, plan_as},
        problem::{Problem, Result},
        secret,
        shown::list as parts_of,
        time::Zone,
    },
    modules::{
        conversation,
        mail::{self, Mail},
        orders::{
            message::Message,
            party::Part,
            questions::{of_phase, parameters_of},
            subscriptions::{
                self, MANAGE, Manage, Status as SubscriptionStatus,
                lifecycle::{Action as SubscriptionAction, Part as SubscriptionPart, RULES as SUBSCRIPTION},
                store::{Filled, SubscriptionRow},
            },
            tiers::Tiers,
        },
        products::parameters::{
            self, Parameter, Phase,
            reveal::{self, Revealed},
            store::ParameterRow,
            values::{self, ValueForm, Values},
        },
        service,
    },
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
    let all = parameters_of(tx.conn, &of.product_id)?;
    let incomplete =
        asked.type_.orders() && !values::missing(&of_phase(&all, Phase::Ordering), asked.values).is_empty();
    let status = match (waits, incomplete) {
        (true, _) => Status::TiersSetup,
        (false, true) => Status::Inquiring,
        (false, false) => Status::Pending,
    };
    let creator = tx.who.identity().ok_or(Problem::NotFound)?.person.id.clone();
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
    let told = Mail::OrderRequested { request: id.clone(), vendor: of.vendor_id.clone(), early };
    mail::outbox::queue_for_holders(tx, &of.vendor_id, MANAGE, &told)
}

pub fn tell_buyer<P>(tx: &mut Tx<'_, P>, request: &RequestRow, outcome: Status, reason: &str) -> Result<()> {
    let told = Mail::OrderDecided {
        request: request.id.clone(),
        buyer: request.buyer_id.clone(),
        outcome: outcome.to_string(),
        reason: reason.to_owned(),
    };
    mail::outbox::queue_for_holders(tx, &request.buyer_id, MANAGE, &told)
}

/// Mails the form's link to the customer's technical contact.
fn ask_customer<P>(tx: &mut Tx<'_, P>, id: &Id<Request>, tiers: &Tiers) -> Result<()> {
    let contact = &tiers.customer.data;
    let told = Mail::DataAsked { request: id.to_string(), name: contact.contact() };
    mail::outbox::queue(tx, &contact.email, &told)
}

fn planned(request: &RequestRow, action: Action, parts: &[Part], at: DateTime<Utc>) -> Result<Move> {
    plan_as(RULES, request.status, action, parts, at).map_err(|no| match no {
        NoMove::WrongPart => Problem::NotFound,
        NoMove::WrongStatus => Problem::moved(&request.id, request.status),
    })
}

/// A request of the actor's company, locked with its subscription, and the move that `action` makes of it.
pub fn taken<P>(tx: &mut Tx<'_, P>, id: &Id<Request>, action: Action) -> Result<(RequestRow, SubscriptionRow, Move)> {
    let (request, of) = store::lock(tx, id)?;
    let me = tx.who.identity().ok_or(Problem::NotFound)?.company.id.clone();
    let planned = planned(&request, action, &request.parts(&me), tx.at)?;
    Ok((request, of, planned))
}

/// Moves a locked subscription by what `part` does with its request.
fn move_subscription<P>(
    tx: &mut Tx<'_, P>,
    of: &SubscriptionRow,
    (action, part): (SubscriptionAction, SubscriptionPart),
    by: &Id<Request>,
) -> Result<()> {
    let planned = plan(SUBSCRIPTION, of.status, action, part, tx.at)
        .map_err(|_| Problem::internal("a request fits the subscription it was made for"))?;
    subscriptions::store::advance(tx, &of.id, &planned)?;
    let event = match planned.to() {
        SubscriptionStatus::Active => "subscription.activated",
        SubscriptionStatus::Suspended => "subscription.suspended",
        _ => "subscription.terminated",
    };
    tx.record(Event::new(event, &of.id).moved(planned.from(), planned.to()).note(format!("By {by}")))
}

/// What stands against an approval, said at fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Against {
    /// Required values that are not there.
    Missing(Vec<Id<Parameter>>),
    /// Another subscription has the value of this parameter.
    Taken(Id<Parameter>),
    /// The day from which it counts does not do; what to say there.
    Day(String),
    /// These parts of what was shown are not so any more.
    Changed(Vec<&'static str>),
}

impl Against {
    /// Says it at its fields; what the vendor can do when they are not on this form.
    pub fn say(&self, form: &mut ValueForm) -> Option<String> {
        let elsewhere = match self {
            Self::Missing(parameters) => {
                form.missing(parameters);
                "A value that the customer has to give is missing: inquire for it".to_owned()
            }
            Self::Taken(parameter) => {
                form.taken(parameter);
                "Another subscription has a value that the customer gave: inquire for another one".to_owned()
            }
            Self::Day(words) => return Some(words.clone()),
            Self::Changed(parts) => return Some(changed(parts)),
        };
        (!form.failing()).then_some(elsewhere)
    }
}

/// What is said on a form that is shown again because what it showed has changed.
pub fn changed(parts: &[&str]) -> String {
    format!("{} changed meanwhile. Check what is shown now, then send it again", parts_of(parts))
}

/// Why this cannot be the day from which a request of a locked subscription counts: it is to come, long gone, or before what was
/// approved last.
fn against_day<P>(tx: &mut Tx<'_, P>, of: &SubscriptionRow, day: DateTime<Utc>) -> Result<Option<String>> {
    let zone = tx.who.identity().map_or(Zone::UTC, |identity| identity.person.zone);
    let (wanted, today) = (zone.today(day), zone.today(tx.at));
    if wanted > today {
        return Ok(Some("Enter today or an earlier day. To fulfil it later, schedule it".into()));
    }
    if Some(wanted) < today.checked_sub_months(Months::new(12)) {
        return Ok(Some("Enter a day of the last twelve months".into()));
    }
    let last = store::last_effective(tx.conn, &of.id)?.filter(|last| wanted < zone.today(*last));
    Ok(last.map(|last| {
        let last = zone.day(last).words;
        format!("What was approved before counts since {last}: enter that day or a later one")
    }))
}

/// What stands against these values of a locked subscription. The database decides once more about those that are unique.
pub fn against<P>(
    tx: &mut Tx<'_, P>,
    of: &SubscriptionRow,
    rows: &[ParameterRow],
    values: &Values,
) -> Result<Option<Against>> {
    let missing: Vec<_> = values::missing(rows, values).into_iter().map(|row| row.id.clone()).collect();
    if !missing.is_empty() {
        return Ok(Some(Against::Missing(missing)));
    }
    let unique = unique(tx, rows, values)?;
    Ok(subscriptions::store::taken_value(tx.conn, &of.id, &unique)?.map(Against::Taken))
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
) -> Result<std::result::Result<(), Against>> {
    store::hold_contract(tx, id)?;
    let (request, of, planned) = taken(tx, id, Action::Approve)?;
    if request.type_ != Type::Cancel && !subscriptions::store::ground(tx.conn, &of)?.contracted {
        return Err(Problem::refused(
            "It cannot be approved any more",
            "The contract that it was ordered under has ended. You can fail the request.",
        ));
    }
    let rows = parameters_of(tx.conn, &of.product_id)?;
    let lines = store::lines(tx.conn, &request.id)?;
    let differs = match sent {
        Some(sent) => shown::request(&request, &lines, &rows)?.changed(sent),
        None => Vec::new(),
    };
    let refused = match effective {
        _ if !differs.is_empty() => Some(Against::Changed(differs)),
        Some(day) => against_day(tx, &of, day)?.map(Against::Day),
        None => None,
    };
    if let Some(against) = refused {
        tx.replayed();
        return Ok(Err(against));
    }
    let mut all = request.values()?;
    all.take(values);
    all.forgive();
    if request.type_.fills() {
        if let Some(against) = against(tx, &of, &rows, &all)? {
            tx.replayed();
            return Ok(Err(against));
        }
        let unique = unique(tx, &rows, &all)?;
        if let Some(taken) = subscriptions::store::claim_values(tx, &of.id, &unique)? {
            // somebody was approved with it at the same instant
            return Err(Problem::refused(
                "This value is taken",
                format!("Another subscription has the value of {taken}."),
            ));
        }
    }
    let message = message.cloned().or_else(|| request.message());
    let tiers = request.tiers()?;
    let since = effective.unwrap_or(tx.at);
    let ordered = matches!(request.type_, Type::Purchase | Type::Change)
        .then(|| (request.version, &tiers, lines.iter().map(|line| line.in_use(since)).collect()));
    subscriptions::store::fill(tx, &of.id, &Filled { values: &all, message: message.as_ref(), ordered })?;
    let part = SubscriptionPart::Vendor;
    match request.type_ {
        Type::Purchase => move_subscription(tx, &of, (SubscriptionAction::Activate, part), &request.id)?,
        Type::Suspend => move_subscription(tx, &of, (SubscriptionAction::Suspend, part), &request.id)?,
        Type::Resume => move_subscription(tx, &of, (SubscriptionAction::Resume, part), &request.id)?,
        Type::Cancel => {
            move_subscription(tx, &of, (SubscriptionAction::Terminate, part), &request.id)?;
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
    store::advance(tx, id, &planned, &with)?;
    tx.record(Event::new("fulfillment_request.approved", id).moved(planned.from(), planned.to()))?;
    if request.type_ != Type::Adjustment {
        tell_buyer(tx, &request, planned.to(), "")?;
    }
    Ok(Ok(()))
}

/// What was wanted does not come about: the subscription goes on as before, and one that never began ends.
pub fn give_up<P>(
    tx: &mut Tx<'_, P>,
    request: &RequestRow,
    of: &SubscriptionRow,
    part: SubscriptionPart,
) -> Result<()> {
    match request.type_ {
        Type::Purchase => move_subscription(tx, of, (SubscriptionAction::Reject, part), &request.id),
        Type::Cancel => {
            let suspended = request.status_before == Some(SubscriptionStatus::Suspended);
            let action = if suspended { SubscriptionAction::KeepSuspended } else { SubscriptionAction::Keep };
            move_subscription(tx, of, (action, part), &request.id)
        }
        Type::Change | Type::Suspend | Type::Resume | Type::Adjustment => Ok(()),
    }
}

/// What becomes of a subscription when a request of it comes to nothing, for pages that say so first: what [`give_up`] records.
pub fn given_up_with(request: &RequestRow) -> Option<Effect> {
    match request.type_ {
        Type::Purchase => Effect::counted(
            "subscription.terminated",
            1,
            "subscription ends before it was fulfilled",
            "subscriptions end before they were fulfilled",
        ),
        Type::Cancel => {
            let suspended = request.status_before == Some(SubscriptionStatus::Suspended);
            let event = if suspended { "subscription.suspended" } else { "subscription.activated" };
            Effect::counted(
                event,
                1,
                "subscription goes back to where it was",
                "subscriptions go back to where they were",
            )
        }
        Type::Change | Type::Suspend | Type::Resume | Type::Adjustment => None,
    }
}

/// What an approval of the request ends.
pub fn ended_with(request: &RequestRow) -> Option<Effect> {
    match request.type_ {
        Type::Cancel => Effect::counted(
            "subscription.terminated",
            1,
            "subscription is over for good",
            "subscriptions are over for good",
        ),
        Type::Suspend => Effect::counted(
            "subscription.suspended",
            1,
            "subscription cannot be used until it is resumed",
            "subscriptions cannot be used until they are resumed",
        ),
        Type::Purchase | Type::Change | Type::Resume | Type::Adjustment => None,
    }
}

/// Fails a request for good.
pub fn fail(tx: &mut Tx<'_, Process>, id: &Id<Request>, reason: &str) -> Result<()> {
    let (request, of, planned) = taken(tx, id, Action::Fail)?;
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
    store::advance(tx, &request.id, planned, &with)?;
    tx.record(Event::new("fulfillment_request.failed", &request.id).moved(planned.from(), planned.to()).note(reason))?;
    tell_buyer(tx, request, planned.to(), reason)
}

/// Asks the customer for data: which values are wrong, and what the vendor says.
pub fn inquire(
    tx: &mut Tx<'_, Process>,
    id: &Id<Request>,
    question: &str,
    blamed: &[(Id<Parameter>, String)],
) -> Result<()> {
    let (request, _, planned) = taken(tx, id, Action::Inquire)?;
    let mut values = request.values()?;
    values.forgive();
    for (parameter, words) in blamed {
        values.blame(parameter, words);
    }
    let with = With {
        parameter_values: Some(values.json()?),
        question: Some(question.to_owned()),
        assignee_id: tx.taker(request.assignee_id.as_ref()),
        answered: Some(false),
        form_nonce: Some(request.form_nonce.clone().unwrap_or_else(secret::nonce)),
        ..With::default()
    };
    store::advance(tx, id, &planned, &with)?;
    tx.record(Event::new("fulfillment_request.inquired", id).moved(planned.from(), planned.to()).note(question))?;
    ask_customer(tx, id, &request.tiers()?)?;
    tell_buyer(tx, &request, planned.to(), question)
}

/// The data is there: back to the vendor. By the buyer or the vendor on behalf of the customer.
pub fn answer(tx: &mut Tx<'_, Talk>, id: &Id<Request>, values: &Values) -> Result<()> {
    let (request, of, planned) = taken(tx, id, Action::Answer)?;
    answered(tx, &request, &of, &planned, values)
}

/// By the customer, whose link was checked.
pub fn answer_by_link<P>(tx: &mut Tx<'_, P>, id: &Id<Request>, values: &Values) -> Result<()> {
    let (request, of) = store::lock_any(tx, id)?;
    let planned = planned(&request, Action::Answer, &[Part::Customer], tx.at)?;
    answered(tx, &request, &of, &planned, values)
}

fn answered<P>(
    tx: &mut Tx<'_, P>,
    request: &RequestRow,
    of: &SubscriptionRow,
    planned: &Move,
    values: &Values,
) -> Result<()> {
    let mut all = request.values()?;
    all.forgive();
    all.take(values);
    let with = With {
        parameter_values: Some(all.json()?),
        answered: Some(true),
        due_at: Some(service::due(tx, &of.vendor_id)?),
        ..With::default()
    };
    store::advance(tx, &request.id, planned, &with)?;
    tx.record(Event::new("fulfillment_request.answered", &request.id).moved(planned.from(), planned.to()))?;
    tell_again(tx, request, of)
}

/// Tells the vendor once more of a request that comes back to it.
fn tell_again<P>(tx: &mut Tx<'_, P>, request: &RequestRow, of: &SubscriptionRow) -> Result<()> {
    let lines = store::lines(tx.conn, &request.id)?;
    let early = lines.iter().any(|line| line.is_early(request.type_, request.created_at));
    tell_vendor(tx, &request.id, of, early)
}

/// Fulfils later, at a time that both know.
pub fn schedule(tx: &mut Tx<'_, Process>, id: &Id<Request>, at: DateTime<Utc>) -> Result<()> {
    let (request, _, planned) = taken(tx, id, Action::Schedule)?;
    let with = With { planned_at: Some(at), assignee_id: tx.taker(request.assignee_id.as_ref()), ..With::default() };
    store::advance(tx, id, &planned, &with)?;
    let note = format!("For {}", crate::kit::time::iso(at));
    tx.record(Event::new("fulfillment_request.scheduled", id).moved(planned.from(), planned.to()).note(note))?;
    tell_buyer(tx, &request, planned.to(), "")
}

/// Takes a scheduled request up again before its time.
pub fn take_up(tx: &mut Tx<'_, Process>, id: &Id<Request>) -> Result<()> {
    let (_, of, planned) = taken(tx, id, Action::Return)?;
    returned(tx, id, &of, &planned)
}

fn returned<P>(tx: &mut Tx<'_, P>, id: &Id<Request>, of: &SubscriptionRow, planned: &Move) -> Result<()> {
    let with = With { due_at: Some(service::due(tx, &of.vendor_id)?), ..With::default() };
    store::advance(tx, id, planned, &with)?;
    tx.record(Event::new("fulfillment_request.returned", id).moved(planned.from(), planned.to()))
}

/// Requests whose time has come go back to their vendor; how many did.
pub fn take_up_due(tx: &mut Tx<'_, System>) -> Result<usize> {
    let due = store::take_due(tx, 100)?;
    for id in &due {
        let (request, of) = store::lock_any(tx, id)?;
        // somebody may have been faster
        if let Ok(planned) = planned(&request, Action::Return, &[Part::System], tx.at) {
            returned(tx, id, &of, &planned)?;
            tell_again(tx, &request, &of)?;
        }
    }
    tx.replayed();
    Ok(due.len())
}

/// The buyer does not want any more what is scheduled; the vendor has to clean up and to confirm.
pub fn revoke(tx: &mut Tx<'_, Manage>, id: &Id<Request>, reason: &str) -> Result<()> {
    let (request, of, planned) = taken(tx, id, Action::Revoke)?;
    let with =
        With { reason: Some(reason.to_owned()), due_at: Some(service::due(tx, &of.vendor_id)?), ..With::default() };
    store::advance(tx, id, &planned, &with)?;
    tx.record(Event::new("fulfillment_request.revoking", id).moved(planned.from(), planned.to()).note(reason))?;
    tell_again(tx, &request, &of)
}

/// The vendor has cleaned up. `sent`: what the page showed.
pub fn confirm(tx: &mut Tx<'_, Process>, id: &Id<Request>, sent: &str) -> Result<()> {
    let (request, of, planned) = taken(tx, id, Action::Confirm)?;
    let (lines, rows) = (store::lines(tx.conn, id)?, parameters_of(tx.conn, &of.product_id)?);
    shown::request(&request, &lines, &rows)?.check(sent, "Nothing was confirmed")?;
    give_up(tx, &request, &of, SubscriptionPart::Vendor)?;
    let with = With { assignee_id: tx.taker(request.assignee_id.as_ref()), ..With::default() };
    store::advance(tx, id, &planned, &with)?;
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
    let rows = parameters_of(tx.conn, &request.product_id)?;
    let of = ("subscription.value_shown", request.subscription_id.as_str(), id.as_str());
    reveal::reveal(tx, of, &rows, &request.values()?, parameter)
}

/// Fills in what the vendor knows, while the request is with it.
pub fn fill_in(tx: &mut Tx<'_, Process>, id: &Id<Request>, values: &Values) -> Result<()> {
    let (request, _) = store::lock(tx, id)?;
    if !request.status.fillable() {
        return Err(Problem::moved(&request.id, request.status));
    }
    let mut all = request.values()?;
    all.take(values);
    store::set_values(tx, id, &all)?;
    store::take(tx, &request)?;
    tx.record(Event::new("fulfillment_request.filled_in", id))
}

/// Takes requests over, or gives them back; those that are over are left alone. How many were open.
pub fn assign(tx: &mut Tx<'_, Process>, ids: &[Id<Request>], to_me: bool) -> Result<usize> {
    let person = tx.who.identity().ok_or(Problem::NotFound)?.person.clone();
    let mut done = 0;
    // in the order in which the end of a contract locks them
    let mut ids: Vec<_> = ids.iter().collect();
    ids.sort_unstable_by_key(|id| id.as_str());
    ids.dedup();
    for id in &ids {
        let (request, _) = match store::lock(tx, id) {
            Err(Problem::NotFound) if ids.len() > 1 => continue,
            other => other?,
        };
        if request.status.open() {
            store::assign(tx, id, to_me.then_some(&person.id))?;
            let event = if to_me { "fulfillment_request.assigned" } else { "fulfillment_request.unassigned" };
            tx.record(Event::new(event, id).note(&person.name).private())?;
            done += 1;
        }
    }
    tx.replayed();
    Ok(done)
}

/// Says something on a request; the other party is told. The same `form` sent twice says it once.
pub fn say(tx: &mut Tx<'_, Talk>, form: Uuid, id: &Id<Request>, text: &str) -> Result<()> {
    let (request, _) = store::lock(tx, id)?;
    if !conversation::say(tx, form, id, text)? {
        return Ok(());
    }
    let company = tx.who.identity().ok_or(Problem::NotFound)?.company.clone();
    let account: Id<Account> = if company.id == request.vendor_id { request.buyer_id } else { request.vendor_id };
    if account == company.id {
        return Ok(());
    }
    let told = Mail::OrderDiscussed { request: id.clone(), account: account.clone(), company: company.name };
    mail::outbox::queue_for_holders(tx, &account, MANAGE, &told)
}

/// Every tier of a request that waited is set up: on to the customer, or to the vendor.
pub fn go_on(tx: &mut Tx<'_, System>, id: &Id<Request>) -> Result<()> {
    let (request, of) = store::lock_any(tx, id)?;
    if request.status != Status::TiersSetup {
        return Ok(());
    }
    let rows = of_phase(&parameters_of(tx.conn, &of.product_id)?, Phase::Ordering);
    let incomplete = !values::missing(&rows, &request.values()?).is_empty();
    let action = if incomplete { Action::Ask } else { Action::Go };
    let planned = planned(&request, action, &[Part::System], tx.at)?;
    let with = With {
        form_nonce: incomplete.then(secret::nonce),
        due_at: Some(service::due(tx, &of.vendor_id)?),
        ..With::default()
    };
    store::advance(tx, id, &planned, &with)?;
    tx.record(Event::new("fulfillment_request.tiers_ready", id).moved(planned.from(), planned.to()))?;
    if incomplete { ask_customer(tx, id, &request.tiers()?) } else { tell_again(tx, &request, &of) }
}

/// A tier that a request waited for was refused.
pub fn fail_with_tier(tx: &mut Tx<'_, System>, id: &Id<Request>, reason: &str) -> Result<()> {
    let (request, of) = store::lock_any(tx, id)?;
    if request.status != Status::TiersSetup {
        return Ok(());
    }
    let planned = planned(&request, Action::Fail, &[Part::System], tx.at)?;
    failed(tx, &request, &of, (&planned, SubscriptionPart::System), reason)
}
