//! Handing over: a person with a link that opens gives it to a colleague. The colleague gets a new link by email, and the old one stops
//! opening. The contract is meant for the colleague from then on; for whom it was meant before stays in the evidence.

use chrono::TimeDelta;

use super::{
    forms::HandingOver,
    invitation::{self, Invitation, Ticket},
    passes::{self, Pass},
    store,
};
use crate::{
    access::throttle::Aim,
    kit::{
        db::{Personal, Tx},
        event::Event,
        id::Id,
        problem::Result,
        secret::{self, Key},
        shown::Shown,
        typed::apart,
        violation::{Violation, Why},
    },
    mail,
    modules::contracts::{
        Contract,
        data::Recipient,
        letters::Mail,
        store::{insert_link, set_recipient},
    },
    t,
};

/// Links of one contract that may be handed over within a day.
const MOST_A_DAY: i64 = 3;
/// What did not happen when something else was shown.
const NOTHING: &str = "Nothing was handed over";

/// What slows down a person who has mail sent to many.
pub fn aim(contract: &Id<Contract>, network: &str) -> Aim {
    Aim::at("hand over").hard(&format!("link {contract}")).network(network)
}

/// What the page shows that asks to whom.
pub fn shown(invitation: &Invitation) -> Shown {
    let found = &invitation.found;
    Shown::new()
        .part("the link", invitation.link)
        .part("the issuer's name", &found.issuer)
        .part("the agreement's name", &found.agreement)
        .part("the contract's version", found.contract.version)
}

/// Hands a link over. `lives`: how long the new one does; `verify`: invitees confirm their e-mail here.
///
/// # Errors
/// Gone when the link does not open; stale when anything else was `sent` with the form than is shown; invalid when it would go
/// to whom it is meant for already or to the other of two signers, or when enough were handed over today.
pub fn hand_over(
    tx: &mut Tx<'_, Personal>,
    key: &Key,
    (ticket, verify): (&Ticket, bool),
    said: &HandingOver,
    (lives, sent): (TimeDelta, &str),
) -> Result<()> {
    store::lock(tx, &ticket.contract)?;
    let invitation = invitation::open(tx.conn, key, ticket, verify)?;
    let contract = &invitation.found.contract;
    shown(&invitation)
        .check(sent, NOTHING)
        .map_err(|problem| problem.leading_to(format!("{}/hand-over", ticket.path()), "Open again"))?;
    if said.colleague_email.to_lowercase() == contract.recipient_email.to_lowercase() {
        let why = Why::new("same", "This address already has the link. Enter the email of your colleague");
        return Err(Violation::new("colleague_email", why).into());
    }
    if let Some(signers) = &invitation.found.signers {
        signers.differ("colleague_email", &said.colleague_email)?;
    }
    if passes::today(tx, &contract.id)? >= MOST_A_DAY {
        let text = t!(
            "{id} was handed over {most} times in the last 24 hours. Try again tomorrow, or ask {issuer}.",
            id = contract.id,
            most = MOST_A_DAY,
            issuer = apart(&invitation.found.issuer),
        );
        return Err(Violation::new("colleague_email", Why::new("too_many", text)).into());
    }
    let next = insert_link(tx, &contract.id, &secret::nonce(), tx.at + lives)?;
    let recipient = Recipient { recipient_email: said.colleague_email.clone(), ..contract.recipient() };
    set_recipient(tx, &contract.id, &recipient)?;
    let letter = Mail::LinkHandedOver {
        contract: contract.id.clone(),
        link: next,
        sender: said.giver.clone(),
        message: said.message.clone(),
    };
    let pass = Pass {
        contract_id: contract.id.clone(),
        link: invitation.link,
        next,
        browser_hash: ticket.browser_hash(),
        meant: contract.recipient_email.clone(),
        giver: said.giver.clone(),
        taker: said.colleague.clone(),
        email: said.colleague_email.clone(),
        message: said.message.clone(),
        mail: mail::queue_and_name(tx, &said.colleague_email, &letter)?,
        at: tx.at,
        signed: false,
    };
    passes::insert(tx, &pass)?;
    let told = Mail::ContractHandedOver {
        contract: contract.id.clone(),
        issuer: contract.issuer_id.clone(),
        person: said.giver.clone(),
        colleague: said.colleague.clone(),
        email: said.colleague_email.clone(),
    };
    mail::tell(tx, &told)?;
    let whom = format!("{}, {}", said.colleague, said.colleague_email);
    tx.record(Event::new("contract.handed_over", &contract.id).note(whom))
}
