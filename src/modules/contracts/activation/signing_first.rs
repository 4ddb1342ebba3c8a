//! The first of two signatures: it is kept as evidence and makes nobody anything. The contract stays Pending, and the second signer gets a
//! link of their own.

use chrono::TimeDelta;

use super::{
    actions::NOTHING,
    forms::User,
    invitation::{self, Step, Ticket},
    passes::{self, Pass},
    store,
};
use crate::{
    kit::{
        db::{Personal, Tx},
        event::Event,
        problem::{Problem, Result},
        secret::{self, Key},
        violation::{Violation, Why},
    },
    mail,
    modules::{
        agreements::documents,
        contracts::{
            data::Recipient,
            evidence::first::{FirstStamp, sign_first},
            letters::Mail,
            rights,
            signers::{Turn, set_turn},
            store::{insert_link, set_recipient},
        },
    },
};

/// What ticking the box says at Review; recorded word by word with the signature.
pub const CONSENT: &str = "I have read and accepted the agreement. By ticking this box I agree, on behalf of my company, to be bound by the agreement once the second signature is given, and I declare that I have the authority to sign for my company.";

/// Signs as the first of two. `lives`: how long the link of the second one does; `sent`: what the last page showed.
///
/// # Errors
/// As [`super::actions::activate`]; invalid when the second signer's address is given, since two people sign.
pub fn sign(
    tx: &mut Tx<'_, Personal>,
    key: &Key,
    (ticket, verify): (&Ticket, bool),
    said: &User,
    (lives, sent): (TimeDelta, &str),
) -> Result<()> {
    let issuer = store::lock(tx, &ticket.contract)?.issuer_id;
    rights::hold(tx, &issuer)?;
    let invitation = invitation::open(tx.conn, key, ticket, verify)?;
    let (found, contract) = (&invitation.found, &invitation.found.contract);
    if invitation.gap() != Step::Sign {
        return Err(Problem::stale("Something is missing", "One of the earlier steps needs to be completed again.")
            .leading_to(ticket.path(), "Continue"));
    }
    let attempt = invitation.attempt.as_ref().ok_or(Problem::NotFound)?;
    let signers = found.signers.as_ref().ok_or(Problem::NotFound)?;
    let document = documents::find(tx.conn, &contract.agreement_id, contract.version)?;
    let again = |problem: Problem| problem.leading_to(format!("{}/review", ticket.path()), "Read again");
    found.terms(&document).check(&attempt.shown, NOTHING).map_err(again)?;
    invitation
        .signs(&document, attempt)
        .check(sent, NOTHING)
        .map_err(|problem| problem.leading_to(format!("{}/sign", ticket.path()), "Review again"))?;
    if attempt.email.to_lowercase() == signers.second_email.to_lowercase() {
        let why = Why::new("same", "This is the email of the second signer. Two people have to sign this contract");
        return Err(Violation::new("name", why).into());
    }
    let stamp = FirstStamp {
        contract,
        agreement: &found.agreement,
        document: &document,
        name: &said.name,
        email: &attempt.email,
        proved: attempt.email_proved_at,
        consent: &attempt.consent,
    };
    sign_first(tx, &stamp)?;
    let next = insert_link(tx, &contract.id, &secret::nonce(), tx.at + lives)?;
    set_turn(tx, &contract.id, Turn::Last)?;
    let recipient = Recipient { recipient_email: signers.second_email.clone(), ..contract.recipient() };
    set_recipient(tx, &contract.id, &recipient)?;
    let letter = Mail::SecondSignature { contract: contract.id.clone(), link: next, sender: said.name.clone() };
    let pass = Pass {
        contract_id: contract.id.clone(),
        link: invitation.link,
        next,
        browser_hash: ticket.browser_hash(),
        meant: contract.recipient_email.clone(),
        giver: said.name.clone(),
        taker: signers.second.clone(),
        email: signers.second_email.clone(),
        message: String::new(),
        mail: mail::queue_and_name(tx, &signers.second_email, &letter)?,
        at: tx.at,
        signed: true,
    };
    passes::insert(tx, &pass)?;
    store::forget(tx, &contract.id)?;
    let told = Mail::FirstSigned {
        contract: contract.id.clone(),
        issuer: contract.issuer_id.clone(),
        person: said.name.clone(),
        second: signers.second.clone(),
    };
    mail::tell(tx, &told)?;
    tx.record(Event::new("contract.first_signed", &contract.id).note(format!("{}, {}", said.name, attempt.email)))
}
