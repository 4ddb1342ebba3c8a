//! The verbs of tier configurations. They lock the configuration of tier 2 before that of tier 1, a configuration before its
//! request, and both before the orders that wait.

use super::{
    Manage, Process, Request, RequestStatus, TierConfig, Type,
    lifecycle::{Action, CONFIG, Move, Outcome},
    queue::Tiers,
    shown,
    store::{self, ConfigRow, NewRequest, RequestRow},
};
use crate::{
    kit::{
        actor::Permission,
        db::{Looks, System, Tx},
        done::Done,
        effect::Effect,
        event::Event,
        id::Id,
        lifecycle::plan,
        problem::{Problem, Result},
        secret,
        violation::{Words, none_left},
    },
    mail,
    modules::{
        customers,
        orders::{
            asking::acts::{missing, wrong},
            fulfillment,
            message::{self, Message},
            note,
            party::Part,
            questions::{of_phase, of_tier, scope},
            subscriptions::store::SubscriptionRow,
            tier_config::letters::Mail,
            tiers::{self, Tier},
        },
        products::{
            self, Product,
            parameters::{
                Phase,
                reveal::{self, Revealed},
                store::ParameterRow,
                values::{self, Values},
            },
        },
        queue::{self, Queue as _, With},
        service,
    },
    t,
};

/// Which tiers of an order the product's vendor wants to set up, the upper one first.
pub fn levels(look: &mut impl Looks, product: &Id<Product>) -> Result<Vec<i32>> {
    let authorized = products::store::find_any(look, product)?.reseller_authorization;
    let mut levels = Vec::new();
    for level in (1..=authorized).rev() {
        if !of_tier(look, product, level)?.is_empty() {
            levels.push(level);
        }
    }
    Ok(levels)
}

fn tier(tiers: &tiers::Tiers, level: i32) -> Option<&Tier> {
    if level == 2 { tiers.tier2.as_ref() } else { Some(&tiers.tier1) }
}

/// Makes what an order needs of configurations and their requests; whether the order has to wait for any of them.
pub fn set_up<P>(tx: &mut Tx<'_, P>, of: &SubscriptionRow, tiers: &tiers::Tiers, given: &Values) -> Result<bool> {
    let mut waits = false;
    let mut upper: Option<(Id<TierConfig>, bool)> = None;
    for level in levels(tx, &of.product_id)? {
        let Some(tier) = tier(tiers, level) else { continue };
        let config = store::ensure(tx, of, level, tier, upper.as_ref().map(|(id, _)| id))?;
        let ready = config.activated_at.is_some();
        if !ready && store::open_of(tx, &config.id)?.is_none() {
            let rows = of_tier(tx, &of.product_id, level)?;
            let mut values = Values::default();
            for row in rows.iter().filter(|row| row.phase == Phase::Ordering) {
                values.set(&row.id, given.get(&row.id).to_owned());
            }
            let after_upper = upper.as_ref().is_some_and(|(_, ready)| !ready);
            request(tx, &config, Type::Setup, &values, "", after_upper)?;
        }
        waits |= !ready;
        upper = Some((config.id, ready));
    }
    Ok(waits)
}

/// Makes a request of a locked configuration that has no other open.
fn request<P>(
    tx: &mut Tx<'_, P>,
    config: &ConfigRow,
    type_: Type,
    values: &Values,
    note: &str,
    after_upper: bool,
) -> Result<Id<Request>> {
    let ordering = ordering(tx, config)?;
    let incomplete = !values::missing(&ordering, values).is_empty();
    let status = match (after_upper, incomplete) {
        (true, _) => RequestStatus::TiersSetup,
        (false, true) => RequestStatus::Inquiring,
        (false, false) => RequestStatus::Pending,
    };
    let nonce = (status == RequestStatus::Inquiring).then(secret::nonce);
    let due_at = service::due(tx, &config.vendor_id)?;
    let id = store::insert_request(tx, config, &NewRequest { type_, status, values, note, nonce, due_at })?;
    tx.record(Event::new("tier_config_request.created", &id).note(type_.to_string()))?;
    match status {
        RequestStatus::Inquiring => ask_reseller(tx, &id, config)?,
        RequestStatus::Pending if type_ != Type::Adjustment => tell_vendor(tx, &id, config)?,
        _ => {}
    }
    Ok(id)
}

fn ordering<P>(tx: &mut Tx<'_, P>, config: &ConfigRow) -> Result<Vec<ParameterRow>> {
    let rows = of_tier(tx, &config.product_id, config.level)?;
    Ok(of_phase(&rows, Phase::Ordering))
}

pub fn tell_vendor<P>(tx: &mut Tx<'_, P>, id: &Id<Request>, config: &ConfigRow) -> Result<()> {
    let told = Mail::TierConfigRequested {
        request: id.clone(),
        vendor: config.vendor_id.clone(),
        customer: config.account_name.clone(),
    };
    mail::tell(tx, &told)
}

pub fn tell_buyer<P>(
    tx: &mut Tx<'_, P>,
    id: &Id<Request>,
    config: &ConfigRow,
    outcome: RequestStatus,
    reason: &str,
) -> Result<()> {
    let told = Mail::TierConfigDecided {
        request: id.clone(),
        buyer: config.buyer_id.clone(),
        customer: config.account_name.clone(),
        outcome: outcome.to_string(),
        reason: reason.to_owned(),
    };
    mail::tell(tx, &told)
}

/// Mails the form's link to the reseller's technical contact.
pub fn ask_reseller<P>(tx: &mut Tx<'_, P>, id: &Id<Request>, config: &ConfigRow) -> Result<()> {
    let contact = customers::store::data_of(tx, &config.tier_account_id)?;
    let told = fulfillment::letters::Mail::DataAsked { request: id.to_string(), name: contact.contact() };
    mail::queue(tx, &contact.email, &told)
}

/// Approves: the configuration is active with these values, and what waited for it goes on. `sent`: what the form showed.
pub fn approve(
    tx: &mut Tx<'_, Process>,
    id: &Id<Request>,
    values: &Values,
    message: Option<&Message>,
    sent: &str,
) -> Result<()> {
    let (request, config, planned) = queue::taken::<Tiers, _>(tx, id, Action::Approve)?;
    let rows = of_tier(tx, &config.product_id, config.level)?;
    shown::request(&request, &config, &rows)?.unchanged(sent)?;
    let mut all = request.values()?;
    let mut wrong = wrong(tx, &filled(&rows, request.type_), &all, values)?;
    if let Some(message) = message {
        wrong.extend(message.against(&message::of_tier(tx, &config.product_id, scope(config.level))?));
    }
    none_left(wrong)?;
    all.take(values);
    all.forgive();
    none_left(missing(&rows, &all))?;
    let with = With {
        parameter_values: Some(all.json()?),
        assignee_id: tx.taker(request.assignee_id.as_ref()),
        effective_at: Some(tx.at),
        ..With::default()
    };
    queue::advance::<Tiers, _>(tx, id, &planned, &with)?;
    tx.record(Event::new("tier_config_request.approved", id).moved(planned.from(), planned.to()))?;
    activate(tx, &config, Some((&all, message)), id)?;
    if request.type_ != Type::Adjustment {
        tell_buyer(tx, id, &config, planned.to(), "")?;
    }
    if request.type_ == Type::Setup {
        let config = config.clone();
        tx.as_system("tier configuration approved", |tx| {
            for below in store::below(tx, &config.id)? {
                go_on(tx, &below)?;
            }
            for waiting in waiting_for(tx, &config)? {
                release(tx, &waiting)?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// The parameters that an approval fills in: an adjustment is the vendor's own, so everything may be looked at again.
pub fn filled(rows: &[ParameterRow], type_: Type) -> Vec<ParameterRow> {
    match type_ {
        Type::Adjustment => rows.to_vec(),
        Type::Setup | Type::Update => of_phase(rows, Phase::Fulfillment),
    }
}

fn activate<P>(
    tx: &mut Tx<'_, P>,
    config: &ConfigRow,
    filled: Option<(&Values, Option<&Message>)>,
    by: &Id<Request>,
) -> Result<()> {
    let planned = plan(CONFIG, config.status, Outcome::Activate, Part::System, tx.at)
        .map_err(|_| Problem::internal("a request fits the configuration it was made for"))?;
    store::advance_config(tx, &config.id, &planned, filled)?;
    let event = Event::new("tier_config.activated", &config.id).moved(planned.from(), planned.to());
    tx.record(event.note(format!("By {by}")))
}

/// Tier 2 is set up: tier 1 is asked, or handed to the vendor.
fn go_on<P>(tx: &mut Tx<'_, P>, id: &Id<Request>) -> Result<()> {
    let (request, config) = store::lock_any_request(tx, id)?;
    if request.status != RequestStatus::TiersSetup {
        return Ok(());
    }
    let incomplete = !values::missing(&ordering(tx, &config)?, &request.values()?).is_empty();
    let action = if incomplete { Action::Ask } else { Action::Go };
    let planned = queue::planned::<Tiers>(&request, action, &[Part::System], tx.at)?;
    let with = With {
        form_nonce: incomplete.then(secret::nonce),
        due_at: Some(service::due(tx, &config.vendor_id)?),
        ..With::default()
    };
    queue::advance::<Tiers, _>(tx, id, &planned, &with)?;
    tx.record(Event::new("tier_config_request.tiers_ready", id).moved(planned.from(), planned.to()))?;
    if incomplete { ask_reseller(tx, id, &config) } else { tell_vendor(tx, id, &config) }
}

/// The orders that wait for a configuration.
fn waiting_for(look: &mut impl Looks, config: &ConfigRow) -> Result<Vec<Id<fulfillment::Request>>> {
    let tier = (config.level, &config.tier_account_id);
    fulfillment::store::waiting_for(look, &config.product_id, config.environment, tier)
}

/// Fails set-ups that nobody waits for any more, as [`store::unneeded`] found them. Their configurations stay Processing: the next
/// order asks anew.
pub fn drop_setups(tx: &mut Tx<'_, System>, setups: &[Id<Request>], why: &str) -> Result<()> {
    for id in setups {
        let (request, config) = store::lock_any_request(tx, id)?;
        let planned = queue::planned::<Tiers>(&request, Action::Fail, &[Part::System], tx.at)?;
        let with = With { reason: Some(why.to_owned()), ..With::default() };
        queue::advance::<Tiers, _>(tx, id, &planned, &with)?;
        tx.record(Event::new("tier_config_request.failed", id).moved(planned.from(), planned.to()).note(why))?;
        tell_buyer(tx, id, &config, planned.to(), why)?;
        // a vendor that has seen it would look for it in vain
        if request.status != RequestStatus::TiersSetup {
            let told = Mail::TierConfigDropped {
                request: id.clone(),
                vendor: config.vendor_id.clone(),
                customer: config.account_name.clone(),
                reason: why.to_owned(),
            };
            mail::tell(tx, &told)?;
        }
    }
    Ok(())
}

/// Lets an order go on when nothing that it needs is missing any more.
fn release(tx: &mut Tx<'_, System>, id: &Id<fulfillment::Request>) -> Result<()> {
    let Some(row) = fulfillment::store::find_any(tx, id)? else { return Ok(()) };
    let tiers = row.tiers()?;
    let wanted: Vec<_> = levels(tx, &row.product_id)?
        .into_iter()
        .filter_map(|level| tier(&tiers, level).map(|tier| (level, &tier.id)))
        .collect();
    if store::ready(tx, &row.product_id, row.environment, &wanted)? {
        fulfillment::actions::go_on(tx, id)?;
    }
    Ok(())
}

/// What fails with a set-up of a tier.
#[derive(Debug, Default)]
pub struct Failing {
    /// Set-ups of the tier below that wait for it, each with its configuration.
    below: Vec<(Id<Request>, ConfigRow)>,
    /// Orders that wait for any of them, and whether each is a purchase.
    orders: Vec<(Id<fulfillment::Request>, bool)>,
}

impl Failing {
    /// What a confirm page says.
    pub fn effects(&self) -> Vec<Effect> {
        let purchases = self.orders.iter().filter(|(_, purchase)| *purchase).count();
        [
            Effect::counted(
                "tier_config_request.failed",
                self.below.len(),
                "{n} request of the tier below depends on it and will also fail.",
                "{n} requests of the tier below depend on it and will also fail.",
            ),
            Effect::counted(
                "fulfillment_request.failed",
                self.orders.len(),
                "{n} order depends on it and will also fail.",
                "{n} orders depend on it and will also fail.",
            ),
            Effect::counted(
                "subscription.terminated",
                purchases,
                "{n} ordered subscription will end before being fulfilled.",
                "{n} ordered subscriptions will end before being fulfilled.",
            ),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// What fails with a request, for the page that asks first and for the deed.
pub fn failing(look: &mut impl Looks, request: &RequestRow, config: &ConfigRow) -> Result<Failing> {
    let mut failing = Failing::default();
    if request.type_ != Type::Setup {
        return Ok(failing);
    }
    let mut orders = waiting_for(look, config)?;
    for below in store::below(look, &config.id)? {
        if let Some((_, lower)) = store::find_any(look, &below)? {
            orders.extend(waiting_for(look, &lower)?);
            failing.below.push((below, lower));
        }
    }
    orders.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
    orders.dedup();
    for order in orders {
        if let Some(row) = fulfillment::store::find_any(look, &order)? {
            failing.orders.push((order, row.type_ == fulfillment::Type::Purchase));
        }
    }
    Ok(failing)
}

/// Fails a request for good, and every order that waits for it.
pub fn fail<P: Permission>(tx: &mut Tx<'_, P>, id: &Id<Request>, reason: &str) -> Result<()> {
    let reason = &queue::reason(reason)?;
    let (request, config, planned) = queue::taken::<Tiers, _>(tx, id, Action::Fail)?;
    failed(tx, &request, &config, &planned, reason)
}

fn failed<P>(tx: &mut Tx<'_, P>, request: &RequestRow, config: &ConfigRow, planned: &Move, reason: &str) -> Result<()> {
    let with = With {
        reason: Some(reason.to_owned()),
        assignee_id: tx.taker(request.assignee_id.as_ref()),
        ..With::default()
    };
    queue::advance::<Tiers, _>(tx, &request.id, planned, &with)?;
    tx.record(Event::new("tier_config_request.failed", &request.id).moved(planned.from(), planned.to()).note(reason))?;
    tell_buyer(tx, &request.id, config, planned.to(), reason)?;
    if request.type_ != Type::Setup {
        return activate(tx, config, None, &request.id);
    }
    for (_, lower) in failing(tx, request, config)?.below {
        store::lock_any(tx, &lower.id)?;
    }
    let found = failing(tx, request, config)?;
    let words = format!("{} failed: {reason}", request.id);
    let words: String = words.chars().take(500).collect();
    tx.as_system("tier configuration failed", |tx| {
        for (below, lower) in &found.below {
            let request = store::hold_request(tx, below)?;
            let planned = queue::planned::<Tiers>(&request, Action::Fail, &[Part::System], tx.at)?;
            let with = With { reason: Some(words.clone()), ..With::default() };
            queue::advance::<Tiers, _>(tx, below, &planned, &with)?;
            let event = Event::new("tier_config_request.failed", below).moved(planned.from(), planned.to());
            tx.record(event.note(&words))?;
            tell_buyer(tx, below, lower, planned.to(), &words)?;
        }
        for (order, _) in &found.orders {
            fulfillment::actions::fail_with_tier(tx, order, &words)?;
        }
        Ok(())
    })
}

/// Shows a secret value of a configuration to the vendor or to who ordered.
pub fn reveal(tx: &mut Tx<'_, Manage>, id: &Id<TierConfig>, parameter: &str) -> Result<Revealed> {
    let config = store::lock(tx, id)?;
    let rows = party(tx, &config)?;
    reveal::reveal(tx, ("tier_config.value_shown", id.as_str(), ""), &rows, &config.values()?, parameter)
}

/// The same of a request.
pub fn reveal_asked(tx: &mut Tx<'_, Manage>, id: &Id<Request>, parameter: &str) -> Result<Revealed> {
    let (request, config) = Tiers::lock(tx, id)?;
    let rows = party(tx, &config)?;
    let of = ("tier_config.value_shown", config.id.as_str(), id.as_str());
    reveal::reveal(tx, of, &rows, &request.values()?, parameter)
}

/// The parameters of a configuration, for one of its two parties.
fn party<P>(tx: &mut Tx<'_, P>, config: &ConfigRow) -> Result<Vec<ParameterRow>> {
    let me = tx.account()?;
    if config.parts(&me).is_empty() {
        return Err(Problem::NotFound);
    }
    of_tier(tx, &config.product_id, config.level)
}

/// Asks for other values of an active configuration: the buyer by an update, the vendor by an adjustment that it approves itself.
/// `sent`: what the form showed.
pub fn update(
    tx: &mut Tx<'_, Manage>,
    id: &Id<TierConfig>,
    values: &Values,
    note: &str,
    sent: &str,
) -> Result<Done<Option<Id<Request>>>> {
    let config = store::lock(tx, id)?;
    if let Some(open) = store::open_of(tx, id)? {
        return Err(Problem::refused(
            "Another request is open",
            t!("{id} is {status}.", id = open.id, status = Words::within(open.status)),
        ));
    }
    let me = tx.account()?;
    let part = *config.parts(&me).first().ok_or(Problem::NotFound)?;
    let planned = plan(CONFIG, config.status, Outcome::Update, part, tx.at).map_err(|_| {
        Problem::refused(
            "This configuration cannot be updated",
            t!("It is {status}.", status = Words::within(config.status)),
        )
    })?;
    let rows = updatable(tx, &config, part == Part::Vendor)?;
    shown::config(&config, &rows)?.unchanged(sent)?;
    let mut all = config.values()?;
    none_left(wrong(tx, &rows, &all, values)?)?;
    let note = &note::note(note)?;
    all.take(values);
    none_left(missing(&rows, &all))?;
    if all == config.values()? {
        return Ok(Done::Same(None));
    }
    store::advance_config(tx, id, &planned, None)?;
    tx.record(Event::new("tier_config.updating", id).moved(planned.from(), planned.to()))?;
    let type_ = if part == Part::Vendor { Type::Adjustment } else { Type::Update };
    Ok(Done::Changed(Some(request(tx, &config, type_, &all, note, false)?)))
}

/// The parameters that may get other values: a vendor may give every value, who ordered only those of ordering.
pub fn updatable(look: &mut impl Looks, config: &ConfigRow, vendor: bool) -> Result<Vec<ParameterRow>> {
    let rows = of_tier(look, &config.product_id, config.level)?;
    Ok(if vendor { rows } else { of_phase(&rows, Phase::Ordering) })
}
