//! The verbs of tier account requests.

use super::{
    Decide, Request, Status,
    store::{self, NewRequest, RequestRow, Use},
};
use crate::{
    kit::{
        actor::Account,
        db::Tx,
        event::Event,
        id::Id,
        problem::{Problem, Result},
        time::counted,
    },
    modules::{
        customers::{self, store::AccountRow},
        mail::{self, Mail},
        service,
    },
};

/// What the program says where the vendor does not take part.
const UNSUPPORTED: &str = "The product does not support changes of customers' data: Tier Accounts Sync is off.";

/// Tells the vendors of an edit, in its own transaction: one request for each product that the account is used with. `row` is
/// the account before it.
pub fn raise<P>(tx: &mut Tx<'_, P>, owner: &Id<Account>, row: &AccountRow, name: &str) -> Result<()> {
    let uses = store::uses(tx.conn, &row.id)?;
    if uses.is_empty() {
        return Ok(());
    }
    let at = tx.at;
    let new: Vec<NewRequest<'_>> = (1..)
        .zip(&uses)
        .map(|(number, one)| NewRequest {
            id: Id::within_part(&row.id, row.version, number),
            status: if one.sync { Status::Pending } else { Status::Unsupported },
            tier_account_id: &row.id,
            before_version: row.version,
            after_version: row.version + 1,
            account_name: name,
            product_id: &one.product,
            vendor_id: &one.vendor,
            owner_id: owner,
            roles: &one.roles,
            reason: if one.sync { "" } else { UNSUPPORTED },
            created_at: at,
            updated_at: at,
            due_at: service::later(at, one.service_days),
        })
        .collect();
    let mut told: Vec<(&Id<Account>, Id<Request>)> = Vec::new();
    for one in &new {
        tx.record(Event::new("customer_request.created", &one.id).note(one.status.to_string()))?;
        if one.status == Status::Pending && !told.iter().any(|(vendor, _)| *vendor == one.vendor_id) {
            told.push((one.vendor_id, one.id.clone()));
        }
    }
    store::insert(tx, &new)?;
    for (vendor, request) in told {
        let mail = Mail::CustomerChanged { request, vendor: vendor.clone(), customer: name.to_owned() };
        mail::outbox::queue_for_holders(tx, vendor, customers::MANAGE, &mail)?;
    }
    Ok(())
}

/// What an edit of this account would cause: "2 requests to 2 vendors".
pub fn foretold(uses: &[Use]) -> Option<String> {
    let asked: Vec<&Use> = uses.iter().filter(|one| one.sync).collect();
    let mut vendors: Vec<&str> = asked.iter().map(|one| one.vendor.as_str()).collect();
    vendors.sort_unstable();
    vendors.dedup();
    (!asked.is_empty()).then(|| format!("{} to {}", counted(asked.len(), "request"), counted(vendors.len(), "vendor")))
}

/// What a vendor makes of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    Accept,
    /// With a reason.
    Ignore(String),
}

/// What has become of a request meanwhile, in words.
pub fn stale(row: &RequestRow) -> Problem {
    Problem::stale(
        "This request was decided meanwhile",
        format!("{} is {}.", row.id, row.status.to_string().to_lowercase()),
    )
}

/// Decides, once: whoever comes second is told what became of it. `sent`: what the page showed that accepts; none from the list, which
/// shows nothing of a change but its request, whose two versions stay as they are for good.
pub fn decide(tx: &mut Tx<'_, Decide>, id: &Id<Request>, decision: &Decision, sent: Option<&str>) -> Result<()> {
    let row = store::lock(tx, id)?;
    if row.status != Status::Pending {
        return Err(stale(&row));
    }
    let (base, shown) = store::standing(tx, &row)?;
    if let (Decision::Accept, Some(sent)) = (decision, sent) {
        shown.check(sent, "Nothing was accepted")?;
    }
    let by = tx.who.identity().ok_or(Problem::NotFound)?.person.id.clone();
    let (status, reason, event) = match decision {
        Decision::Accept => (Status::Accepted, "", "customer_request.accepted"),
        Decision::Ignore(reason) => (Status::Ignored, reason.as_str(), "customer_request.ignored"),
    };
    store::decide(tx, id, (status, base), reason, &by)?;
    tx.record(Event::new(event, id).moved(row.status, status).note(reason))?;
    if status == Status::Ignored {
        let mail =
            Mail::CustomerChangeIgnored { request: id.clone(), owner: row.owner_id.clone(), reason: reason.to_owned() };
        mail::outbox::queue_for_holders(tx, &row.owner_id, customers::MANAGE, &mail)?;
    }
    Ok(())
}
