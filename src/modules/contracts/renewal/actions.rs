//! The verbs of renewal. Each is one transaction: both contracts, stamps, events, mail. They lock the one before, then its successor.

use super::estate::{self, Enrolled, Estate};
use crate::{
    kit::{
        db::{Looks, Tx},
        done::Done,
        event::Event,
        id::Id,
        lifecycle::{NoMove, plan},
        problem::{Problem, Result},
        shown::Shown,
        words::Words,
    },
    mail,
    modules::{
        agreements::{self, documents},
        contracts::letters::Mail,
        contracts::{
            Contract, Create, Sign, Status, Type,
            actions::{OFFER, check_version, settled},
            data::{Acceptance, Parameters, Reason},
            evidence, extension,
            lifecycle::{Action, Part},
            rights,
            signing::actions::CONSENT,
            store::{self, ContractRow, NewContract},
            terms,
        },
    },
    t,
};

/// Offers the partner of a contract a successor on the agreement's active version, which was `shown`, and stamps it for the issuer.
///
/// # Errors
/// Invalid when more is granted than is held, or the day of the end has gone by; stale when another version is active by now or another
/// successor is there; refused when the issuer may not offer it.
pub fn offer(tx: &mut Tx<'_, Create>, id: &Id<Contract>, said: &Parameters, shown: &str) -> Result<Id<Contract>> {
    let before = store::lock(tx, id)?;
    let company = tx.who.member()?.company.clone();
    if before.part_of(&company.id) != Part::Issuer {
        return Err(Problem::NotFound);
    }
    if !estate::renewable(tx, &before)? {
        return Err(Problem::stale(
            "This contract cannot be renewed",
            match estate::successor(tx, id)? {
                Some((successor, status)) => {
                    t!("Its renewal {successor} is {status}.", successor, status = Words::within(status))
                }
                None => before.stands(),
            },
        ));
    }
    refuse_beside(tx, &before, "This contract cannot be renewed")?;
    let held = rights::hold(tx, &company.id)?;
    if !before.type_.written_with(held) {
        return Err(Problem::refused(
            "This contract cannot be renewed",
            "You can only grant permissions that your own company has.",
        ));
    }
    let end = settled(tx, before.type_, held, said)?;
    if rights::is_only_tried(tx, id)? {
        return Err(Problem::refused(
            "This contract cannot be renewed",
            "Your own contract is a test, so anything you create under it is also a test.",
        ));
    }
    let active = agreements::store::active(tx, &before.issuer_id, &before.agreement_id)?;
    let Some((version, _)) = active else {
        return Err(Problem::refused(
            "This contract cannot be renewed",
            "The agreement has no active version. Activate one first.",
        ));
    };
    check_version(tx, &before.agreement_id, version, shown, "Nothing was offered")?;
    let new = NewContract {
        type_: before.type_,
        kind: before.kind,
        agreement: &before.agreement_id,
        version,
        said,
        end,
        after: Some(&before),
        referred: None,
    };
    let made = store::insert(tx, &new)?;
    evidence::sign_by_member(tx, (&made, &before.agreement_id, version), None, (Part::Issuer, OFFER))?;
    tx.record(Event::new("contract.created", &made).note(format!("Version {version}, to succeed {id}")))?;
    tx.record(Event::new("contract.renewal_offered", id).note(made.to_string()))?;
    let Some(signee) = before.signee_id else { return Ok(made) };
    let told = Mail::RenewalOffered { contract: made.clone(), signee: signee.clone(), company: company.name };
    mail::tell(tx, &told)?;
    Ok(made)
}

/// Refuses while another contract of the same partner on the same agreement is active: there is never more than one.
pub(super) fn refuse_beside(look: &mut impl Looks, before: &ContractRow, title: &'static str) -> Result<()> {
    match estate::beside(look, before)? {
        None => Ok(()),
        Some(other) => Err(Problem::stale(
            title,
            t!(
                "{other} is already active between the same two companies on the same agreement. Nothing was signed.",
                other,
            ),
        )),
    }
}

/// Refuses a renewal of a syndication contract that has ended: what it was about may be offered no more, or be signed anew by now.
pub(super) fn refuse_ended(before: &ContractRow) -> Result<()> {
    if before.type_ != Type::Syndication || before.status == Status::Active {
        return Ok(());
    }
    Err(Problem::stale(
        "This contract cannot be signed",
        t!(
            "{contract}, which it renews, has ended. Your company can enroll again from its catalog. Nothing was signed.",
            contract = before.id
        ),
    ))
}

/// That an offered contract was signed or declined by now.
pub fn answered(contract: &ContractRow) -> Problem {
    Problem::stale("This contract has already been answered", contract.stands()).decided(&contract.id)
}

/// An offered successor with the contract before it, both locked, when the actor's company is to sign it.
fn offered<P>(
    tx: &mut Tx<'_, P>,
    id: &Id<Contract>,
    action: Action,
) -> Result<(ContractRow, ContractRow, super::super::lifecycle::Move)> {
    // which one comes before never changes
    let first = store::predecessor_of(tx, id)?.ok_or(Problem::NotFound)?;
    let before = store::lock(tx, &first)?;
    let contract = store::lock(tx, id)?;
    let me = tx.account()?;
    let planned =
        plan(contract.rules(), contract.status, action, contract.part_of(&me), tx.at).map_err(|no| match no {
            NoMove::WrongStatus => answered(&contract),
            // an enrolled contract, once decided, has another table
            NoMove::WrongPart if contract.status != Status::Pending => answered(&contract),
            NoMove::WrongPart => Problem::NotFound,
        })?;
    Ok((before, contract, planned))
}

/// What the page of the decision shows.
pub fn shown(
    contract: &ContractRow,
    agreement: &str,
    issuer: &str,
    document: &documents::Document,
    estate: &Estate,
) -> Shown {
    terms::offered(contract, agreement, issuer, document).part("what moves to the new contract", estate.words())
}

/// Whether the actor has signed already what its page showed: the same form, sent once more. What it took over is no longer to be seen.
fn signed(tx: &mut Tx<'_, Sign>, id: &Id<Contract>, sent: &str) -> Result<bool> {
    // in the order in which everybody locks
    let first = store::predecessor_of(tx, id)?.ok_or(Problem::NotFound)?;
    store::lock(tx, &first)?;
    let contract = store::lock(tx, id)?;
    if contract.status != Status::Active || !evidence::signed_by_me(tx, id, contract.version, Part::Signee)? {
        return Ok(false);
    }
    let document = documents::find(tx.conn, &contract.agreement_id, contract.version)?;
    let agreement = agreements::store::name(tx, &contract.agreement_id)?;
    let issuer = crate::accounts::store::name(tx.conn, &contract.issuer_id)?;
    Ok(terms::offered(&contract, &agreement, &issuer, &document).changed(sent).is_empty())
}

/// Signs an offered successor: it becomes Active, the one before it ends, and what hung on that one goes over. `sent` is what the page
/// showed, as [`shown`] makes it. Pressed twice by one person, it is signed once.
///
/// # Errors
/// Refused or stale while it cannot be signed; stale when anything else was shown.
pub fn accept(tx: &mut Tx<'_, Sign>, id: &Id<Contract>, _: &Acceptance, sent: &str) -> Result<Done> {
    if signed(tx, id, sent)? {
        return Ok(Done::Repeated(()));
    }
    let (before, contract, planned) = offered(tx, id, Action::Activate)?;
    if contract.over(tx.at) {
        return Err(Problem::refused("This contract cannot be signed", "Its expiry date has passed."));
    }
    refuse_ended(&before)?;
    refuse_beside(tx, &before, "This contract cannot be signed")?;
    let lacks = contract.lack(rights::hold(tx, &contract.issuer_id)?).is_some();
    if lacks || rights::is_only_tried(tx, &contract.id)? {
        return Err(Problem::refused(
            "This contract cannot be signed right now",
            "Your partner cannot currently offer the permissions in this contract. Nothing was signed.",
        ));
    }
    if store::lacks_parent(tx, &contract)? {
        return Err(Problem::refused(
            "This contract cannot be signed right now",
            "The contract above it is not active. Nothing was signed.",
        ));
    }
    let document = documents::find(tx.conn, &contract.agreement_id, contract.version)?;
    let agreement = agreements::store::name(tx, &contract.agreement_id)?;
    let issuer = crate::accounts::store::name(tx.conn, &contract.issuer_id)?;
    let consequences = tx.consequences()?;
    let estate = estate::find(tx.conn, &consequences, &before)?;
    shown(&contract, &agreement, &issuer, &document, &estate).check(sent, "Nothing was signed")?;
    succeed(tx, (&before, &estate), id)?;
    store::advance(tx, id, &planned, "")?;
    evidence::sign_by_member(tx, (id, &contract.agreement_id, contract.version), None, (Part::Signee, CONSENT))?;
    tx.record(
        Event::new("contract.activated", id)
            .moved(planned.from(), planned.to())
            .note(format!("Succeeds {}", before.id)),
    )?;
    estate.hand_over(tx, id)?;
    tell_issuer(tx, &contract, "signed", "").map(Done::Changed)
}

/// Ends the previous contract if it is still running. Nothing that depends on it ends.
fn succeed<P>(tx: &mut Tx<'_, P>, (before, estate): (&ContractRow, &Estate), successor: &Id<Contract>) -> Result<()> {
    let note = format!("Succeeded by {successor}");
    tx.as_system("contract renewed", |tx| {
        if before.status == Status::Active {
            for open in estate.lapsing() {
                extension::actions::lapse(tx, open)?;
            }
            let planned = plan(before.rules(), before.status, Action::Succeed, Part::System, tx.at)
                .map_err(|_| Problem::internal("an active contract can be succeeded"))?;
            store::advance(tx, &before.id, &planned, &note)?;
            return tx
                .record(Event::new("contract.succeeded", &before.id).moved(planned.from(), planned.to()).note(&note));
        }
        tx.record(Event::new("contract.succeeded", &before.id).note(&note))
    })
}

/// A vendor's new enrolment is approved: what hung on the contract that had ended before goes over to it.
pub fn inherit<P>(tx: &mut Tx<'_, P>, contract: &ContractRow) -> Result<()> {
    let Some(signee) = &contract.signee_id else { return Ok(()) };
    let enrolled =
        Enrolled { issuer: &contract.issuer_id, signee, kind: contract.kind, agreement: &contract.agreement_id };
    let Some(before) = estate::ended_before(tx.conn, enrolled)? else { return Ok(()) };
    let before = store::lock_any(tx, &before.id)?;
    let consequences = tx.consequences()?;
    let estate = estate::find(tx.conn, &consequences, &before)?;
    store::set_predecessor(tx, &contract.id, &before.id)?;
    succeed(tx, (&before, &estate), &contract.id)?;
    estate.hand_over(tx, &contract.id)
}

/// Declines an offered successor; the contract before it stays as it is.
pub fn decline(tx: &mut Tx<'_, Sign>, id: &Id<Contract>, Reason { reason }: &Reason) -> Result<()> {
    let (before, contract, planned) = offered(tx, id, Action::Reject)?;
    store::advance(tx, id, &planned, reason)?;
    tx.record(Event::new("contract.rejected", id).moved(planned.from(), planned.to()).note(reason))?;
    tx.record(Event::new("contract.renewal_declined", &before.id).note(id.to_string()))?;
    tell_issuer(tx, &contract, "declined", reason)
}

fn tell_issuer<P>(tx: &mut Tx<'_, P>, contract: &ContractRow, outcome: &str, reason: &str) -> Result<()> {
    let told = Mail::RenewalDecided {
        contract: contract.id.clone(),
        issuer: contract.issuer_id.clone(),
        company: tx.who.member()?.company.name.clone(),
        outcome: outcome.to_owned(),
        reason: reason.to_owned(),
    };
    mail::tell(tx, &told)
}
