//! The verbs of tier account requests.

use serde::{Deserialize, Serialize};

use super::{
    Decide, Request, Status,
    lifecycle::{Action, Part},
    queue::Changes,
    store::{self, NewRequest, RequestRow, Use},
};
use crate::{
    input,
    kit::{
        actor::Account,
        db::Tx,
        event::Event,
        id::Id,
        input::{Input as _, kinds::Line},
        problem::{Problem, Result},
        words::Words,
    },
    mail,
    modules::{
        customers::{TierAccount, letters::Mail, store::AccountRow},
        queue::{self, With},
        service,
    },
    t,
};

/// What the program says where the vendor does not take part.
const UNSUPPORTED: &str = "The product does not support changes of customers' data: Tier Accounts Sync is off.";

/// When the vendors' people are written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Letters {
    /// A letter for each edit.
    Now,
    /// Many edits at once are told in one letter.
    Later,
}

/// Tells the vendors of edits, in their own transaction: one request for each product that an account is used with. Of each edit: the
/// account before it, and its name after it.
pub fn raise<P>(
    tx: &mut Tx<'_, P>,
    owner: &Id<Account>,
    edits: &[(&AccountRow, &str)],
    letters: Letters,
) -> Result<()> {
    let ids: Vec<_> = edits.iter().map(|(row, _)| &row.id).collect();
    let uses = store::uses_of(tx, &ids)?;
    if uses.is_empty() {
        return Ok(());
    }
    let at = tx.at;
    let mut new: Vec<NewRequest<'_>> = Vec::new();
    for (row, name) in edits {
        let Some(uses) = uses.get(&row.id) else { continue };
        new.extend((1..).zip(uses).map(|(number, one)| NewRequest {
            id: Id::within_part(&row.id, row.version, number),
            status: if one.sync { Status::Pending } else { Status::Unsupported },
            environment: one.environment,
            tier_account_id: &row.id,
            before_version: row.version,
            after_version: row.version + 1,
            account_name: name,
            product_id: &one.product,
            vendor_id: &one.vendor,
            owner_id: owner,
            roles: &one.roles,
            reason: if one.sync { "" } else { UNSUPPORTED },
            due_at: service::later(at, one.service_days),
        }));
    }
    let events: Vec<Event> =
        new.iter().map(|one| Event::new("customer_request.created", &one.id).note(one.status.to_string())).collect();
    tx.record_all(events)?;
    store::insert(tx, &new)?;
    if letters == Letters::Later {
        return Ok(());
    }
    let mut told: Vec<(&Id<Account>, &Id<TierAccount>)> = Vec::new();
    for one in new.iter().filter(|one| one.status == Status::Pending) {
        if told.contains(&(one.vendor_id, one.tier_account_id)) {
            continue;
        }
        told.push((one.vendor_id, one.tier_account_id));
        let mail = Mail::CustomerChanged {
            request: one.id.clone(),
            vendor: one.vendor_id.clone(),
            customer: one.account_name.to_owned(),
        };
        mail::tell(tx, &mail)?;
    }
    Ok(())
}

/// What an edit of this account would cause: "2 requests to 2 vendors".
pub fn foretold(uses: &[Use]) -> Option<Words> {
    let asked: Vec<&Use> = uses.iter().filter(|one| one.sync).collect();
    let mut vendors: Vec<&str> = asked.iter().map(|one| one.vendor.as_str()).collect();
    vendors.sort_unstable();
    vendors.dedup();
    (!asked.is_empty()).then(|| {
        let requests = t!("{n} request" | "{n} requests", asked.len());
        t!("{requests} to {vendors}", requests, vendors = t!("{n} vendor" | "{n} vendors", vendors.len()))
    })
}

/// What a vendor makes of a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Decision {
    Accept,
    /// With a reason.
    Ignore(String),
}

input! {
    /// Why a change is ignored.
    pub struct Ignoring, IgnoringDraft {
        "" {
            reason: String = Line(500), "Reason for ignoring", at "reason", missing "Enter a reason",
                hint "Shown to the account's owner, who can fix what is wrong. Up to 500 characters.";
        }
    }
}

impl Decision {
    /// Ignoring takes a reason, on every channel.
    fn settled(&self) -> Result<Self> {
        Ok(match self {
            Self::Accept => Self::Accept,
            Self::Ignore(reason) => {
                Self::Ignore(Ignoring::read(std::slice::from_ref(reason)).map_err(Problem::Invalid)?.reason)
            }
        })
    }
}

/// What has become of a request meanwhile, in words.
pub fn stale(row: &RequestRow) -> Problem {
    Problem::stale(
        "This request has already been decided",
        t!("{id} is {status}.", id = row.id, status = Words::within(row.status)),
    )
    .decided(&row.id)
}

/// Decides, once: the second decision is refused with what happened. `sent`: what the page showed that accepts; none from the list, which
/// shows nothing of a change but its request, whose two versions stay as they are for good.
pub fn decide(tx: &mut Tx<'_, Decide>, id: &Id<Request>, decision: &Decision, sent: Option<&str>) -> Result<()> {
    decided(tx, id, decision, sent, false)
}

/// The same on trial: what the company has just accepted counts, as it does on the page.
pub fn attempt(tx: &mut Tx<'_, Decide>, id: &Id<Request>, decision: &Decision, sent: &str) -> Result<()> {
    decided(tx, id, decision, Some(sent), true)
}

fn decided(
    tx: &mut Tx<'_, Decide>,
    id: &Id<Request>,
    decision: &Decision,
    sent: Option<&str>,
    ahead: bool,
) -> Result<()> {
    let decision = &decision.settled()?;
    let row = store::lock(tx, id)?;
    queue::held::undecided(tx, id)?;
    let action = match decision {
        Decision::Accept => Action::Accept,
        Decision::Ignore(_) => Action::Ignore,
    };
    let planned = queue::planned::<Changes>(&row, action, &[Part::Vendor], tx.at).map_err(|_| stale(&row))?;
    let (base, shown) = store::standing(tx, &row, ahead)?;
    if let (Decision::Accept, Some(sent)) = (decision, sent) {
        shown.check(sent, "Nothing was accepted")?;
    }
    let by = tx.person()?;
    let (reason, event) = match decision {
        Decision::Accept => (String::new(), "customer_request.accepted"),
        Decision::Ignore(reason) => (reason.clone(), "customer_request.ignored"),
    };
    let with =
        With { reason: Some(reason.clone()), base_version: Some(base), decided_by_id: Some(by), ..With::default() };
    queue::advance::<Changes, _>(tx, id, &planned, &with)?;
    tx.record(Event::new(event, id).moved(planned.from(), planned.to()).note(&reason))?;
    let (request, owner) = (id.clone(), row.owner_id.clone());
    let told = match decision {
        Decision::Accept => Mail::CustomerChangeAccepted { request, owner },
        Decision::Ignore(_) => Mail::CustomerChangeIgnored { request, owner, reason },
    };
    mail::tell(tx, &told)
}
