//! Taking back what was asked for: with a request goes what only it waits for.

use crate::{
    input,
    kit::{
        db::{Looks, Tx},
        effect::Effect,
        event::Event,
        id::Id,
        input::kinds::Line,
        problem::{Problem, Result},
        time::Zone,
    },
    mail,
    modules::{
        orders::{
            fulfillment::{
                Request,
                actions::{give_up, given_up_with, tell_buyer},
                letters::Mail,
                lifecycle::Action,
                queue::Fulfillment,
                store::RequestRow,
            },
            party::Part,
            subscriptions::{Manage, lifecycle::Part as SubscriptionPart},
            tier_config,
        },
        queue::{self, With},
    },
    t,
};

input! {
    /// What is said with a withdrawal.
    pub struct Withdrawal, DraftWithdrawal {
        "" { note: String = Line(200), "Reason", at "note", hint "Shown to the other party. Up to 200 characters."; }
    }
}

/// What a withdrawal ends besides its request, for the page that asks and for the deed: what becomes of the subscription, and set-ups
/// of tiers that only this order waits for.
pub fn withdrawn_with(
    look: &mut impl Looks,
    request: &RequestRow,
) -> Result<(Option<Effect>, Vec<Id<tier_config::Request>>)> {
    let setups = tier_config::store::unneeded(look.conn(), std::slice::from_ref(&request.id))?;
    Ok((given_up_with(request), setups))
}

/// Says from when on a request can be withdrawn that cannot be now.
pub fn not_withdrawable(request: &RequestRow, zone: Zone) -> Problem {
    Problem::refused(
        "It cannot be withdrawn right now",
        t!(
            "{id} can only be withdrawn once it is overdue, after {at}.",
            id = request.id,
            at = zone.when(request.due_at).words
        ),
    )
}

/// Takes back what was asked for, before the vendor acted on it or once it is overdue: by who ordered, or by whose marketplace it is.
/// Needs no right of the company and no active contract.
///
/// # Errors
/// [`Problem::NotFound`] when the act is never theirs, [`Problem::Stale`] when it is not possible now.
pub fn withdraw(tx: &mut Tx<'_, Manage>, id: &Id<Request>, said: &Withdrawal) -> Result<()> {
    let words = &said.note;
    // configurations before the subscription, as everybody locks
    tier_config::store::hold_awaited(tx, std::slice::from_ref(id))?;
    let (request, of, planned) = queue::taken::<Fulfillment, _>(tx, id, Action::Withdraw)?;
    let identity = tx.who.member()?;
    let me = identity.company.id.clone();
    let parts = request.parts(&me);
    let by = format!("Withdrawn by {}, {}", identity.person.name, identity.company.name);
    if !request.withdrawable(&parts, tx.at) {
        return Err(not_withdrawable(&request, identity.person.zone));
    }
    let reason = if words.is_empty() { by } else { format!("{by}: {words}") };
    let (_, setups) = withdrawn_with(tx, &request)?;
    let part = match parts.contains(&Part::Buyer) {
        true => SubscriptionPart::Buyer,
        false => SubscriptionPart::Distributor,
    };
    give_up(tx, &request, &of, part)?;
    queue::advance::<Fulfillment, _>(tx, id, &planned, &With { reason: Some(reason.clone()), ..With::default() })?;
    tx.record(Event::new("fulfillment_request.withdrawn", id).moved(planned.from(), planned.to()).note(words))?;
    let why = format!("{id} was withdrawn");
    tx.as_system("order withdrawn", |tx| tier_config::actions::drop_setups(tx, &setups, &why))?;
    if request.vendor_id != me {
        let told = Mail::OrderWithdrawn {
            request: id.clone(),
            vendor: request.vendor_id.clone(),
            customer: request.customer_name.clone(),
            reason: reason.clone(),
        };
        mail::tell(tx, &told)?;
    }
    if request.buyer_id == me { Ok(()) } else { tell_buyer(tx, &request, planned.to(), &reason) }
}
