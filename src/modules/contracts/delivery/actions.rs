//! The verbs of delivery, on the issuer's side. Each is one transaction: state, event, mail.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    revoking::replace_revoked,
    store::{self, Sent},
};
use crate::{
    kit::{
        db::Tx,
        done::Done,
        event::Event,
        id::Id,
        problem::{Problem, Result},
    },
    mail,
    modules::contracts::{
        Contract, Manage,
        actions::pending,
        activation::passes,
        data::{Recipient, Sending},
        letters::Mail,
        rights, signers,
        store::{ContractRow, set_recipient},
    },
    t,
};

/// Mails for one contract within a day.
const MOST_A_DAY: i64 = 3;

/// Names the recipient of a pending contract. `revision` is the revision the form was opened with.
///
/// # Errors
/// Stale once somebody has signed; overtaken when somebody else saved meanwhile; invalid when it is the other of two signers.
pub fn name_recipient(tx: &mut Tx<'_, Manage>, id: &Id<Contract>, revision: i32, said: &Recipient) -> Result<Done> {
    let contract = pending(tx, id, t!("The partner can no longer be changed"))?;
    if contract.recipient() == *said {
        return Ok(Done::Same(()));
    }
    if contract.revision != revision {
        return Err(Problem::overtaken("this contract"));
    }
    name(tx, id, said)?;
    Ok(Done::Changed(()))
}

fn name(tx: &mut Tx<'_, Manage>, id: &Id<Contract>, said: &Recipient) -> Result<()> {
    signers::readdress(tx, id, &said.recipient_email)?;
    set_recipient(tx, id, said)?;
    tx.record(Event::new("contract.recipient_changed", id).private().note(said.line()))
}

/// Sends the link of a pending contract by email, and keeps the address. In place of a revoked link it sends a new one, which lives so long.
///
/// # Errors
/// Stale once somebody has signed; refused when the link does not open, when nobody can be bound by the contract now, or when enough was
/// sent today; invalid when the address is the other of two signers'.
pub fn send(tx: &mut Tx<'_, Manage>, id: &Id<Contract>, said: &Sending, lives: TimeDelta) -> Result<()> {
    let contract = pending(tx, id, t!("This contract can no longer be sent"))?;
    replace_revoked(tx, &contract, lives)?;
    let link = sendable(tx, &contract)?;
    if store::today(tx, id)? >= MOST_A_DAY {
        return Err(Problem::refused(
            "Nothing was sent",
            t!("{id} was emailed {most} times in the last 24 hours. Try again tomorrow.", id, most = MOST_A_DAY),
        ));
    }
    if contract.recipient_email != said.recipient_email {
        let recipient = Recipient { recipient_email: said.recipient_email.clone(), ..contract.recipient() };
        name(tx, id, &recipient)?;
    }
    put(tx, &contract, link, said)
}

/// Reminds the partner of a pending contract, as many are reminded: those without an address, and those who had a mail within a day, are
/// refused and told apart.
///
/// # Errors
/// As [`send`].
pub fn remind(tx: &mut Tx<'_, Manage>, id: &Id<Contract>) -> Result<String> {
    let contract = pending(tx, id, t!("This contract can no longer be sent"))?;
    if contract.recipient_email.is_empty() {
        return Err(Problem::refused("Nothing was sent", t!("Not sent: no email address is known.")));
    }
    if contract.emailed_at.is_some_and(|at| at > tx.at - TimeDelta::days(1)) {
        return Err(Problem::refused("Nothing was sent", t!("Not sent: emailed in the last 24 hours.")));
    }
    let link = sendable(tx, &contract)?;
    let said = Sending { recipient_email: contract.recipient_email.clone(), message: String::new() };
    put(tx, &contract, link, &said)?;
    Ok(said.recipient_email)
}

/// That a link which expires then still opens the contract; until when it does.
///
/// # Errors
/// Refused when the contract or its link has expired.
pub fn opens(contract: &ContractRow, expires_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    if contract.over(now) {
        return Err(Problem::refused("Nothing was sent", t!("Not sent: the contract's expiry date has passed.")));
    }
    if expires_at <= now {
        return Err(Problem::refused("Nothing was sent", t!("Not sent: its link has expired. Renew the link first.")));
    }
    Ok(contract.expire_at.map_or(expires_at, |end| end.min(expires_at)))
}

/// The number of a link that opens.
fn sendable(tx: &mut Tx<'_, Manage>, contract: &ContractRow) -> Result<i32> {
    let current = store::current(tx, &contract.id)?;
    if current.revoked {
        let words = t!("Not sent: its link was revoked. Send it by itself to create a new link.");
        return Err(Problem::refused("Nothing was sent", words));
    }
    opens(contract, current.expires_at, tx.at)?;
    if !rights::may_bind(tx.conn, contract)? {
        return Err(Problem::refused(
            "Nothing was sent",
            t!("Not sent: your company cannot currently offer the permissions in this contract."),
        ));
    }
    Ok(current.number)
}

fn put(tx: &mut Tx<'_, Manage>, contract: &ContractRow, link: i32, said: &Sending) -> Result<()> {
    let sender = tx.who.member()?.person.name.clone();
    // there is no reminder without a first email, be it one that a colleague had sent
    let reminder = store::written_to(tx, &contract.id, &said.recipient_email)?
        || passes::of(tx.conn, &contract.id)?.iter().any(|pass| pass.email == said.recipient_email);
    let letter =
        Mail::ContractInvited { contract: contract.id.clone(), link, sender, message: said.message.clone(), reminder };
    let mail = mail::queue_and_name(tx, &said.recipient_email, &letter)?;
    store::insert(
        tx,
        &Sent {
            mail,
            contract: &contract.id,
            link,
            recipient: &said.recipient_email,
            message: &said.message,
            reminder,
        },
    )?;
    let event = if reminder { "contract.reminded" } else { "contract.emailed" };
    tx.record(Event::new(event, &contract.id).private().note(&said.recipient_email))
}
