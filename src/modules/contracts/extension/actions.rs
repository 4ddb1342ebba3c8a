//! The verbs of extensions. Each is one transaction: state, stamps, event, mail. They lock the contract.

use chrono::{DateTime, Utc};

use super::{
    Action, RULES,
    store::{self, ExtensionRow},
};
use crate::{
    kit::{
        db::Tx,
        done::Done,
        effect::Effect,
        event::Event,
        id::Id,
        lifecycle::{NoMove, plan},
        problem::{Problem, Result},
        time::Zone,
        violation::{Violation, Why, Words},
    },
    mail,
    modules::{
        agreements::{self, documents},
        contracts::letters::Mail,
        contracts::{
            Contract, Create, Sign, Status,
            data::{NewEnd, Reason},
            evidence,
            lifecycle::Part,
            rights,
            store::{self as contracts, ContractRow},
            terms,
        },
    },
};

/// What the issuer says by offering another end.
pub const OFFER: &str = "On behalf of my company I offer the new expiry date named here.";
/// What the signee agrees to.
pub const CONSENT: &str =
    "I accept the new expiry date of this contract. I have the authority to bind the company for which I sign.";

/// What the page of an act shows of the contract itself.
pub(in crate::modules::contracts) fn terms<P>(
    tx: &mut Tx<'_, P>,
    contract: &ContractRow,
) -> Result<crate::kit::shown::Shown> {
    let document = documents::find(tx.conn, &contract.agreement_id, contract.version)?;
    let agreement = agreements::store::name(tx, &contract.agreement_id)?;
    Ok(terms::shown(contract, &agreement, &document))
}

/// The contract, locked, when the actor's company has this part in it and it is Active.
fn active<P>(tx: &mut Tx<'_, P>, id: &Id<Contract>, part: Part) -> Result<ContractRow> {
    let contract = contracts::lock(tx, id)?;
    let me = &tx.account()?;
    if contract.part_of(me) != part {
        return Err(Problem::NotFound);
    }
    if contract.status != Status::Active {
        return Err(Problem::stale("The expiry date can no longer be changed", contract.stands()).decided(id));
    }
    if contract.lack(rights::hold(tx, &contract.issuer_id)?).is_some() {
        return Err(Problem::refused(
            "This contract cannot be extended right now",
            "The issuer cannot currently offer the permissions in this contract.",
        ));
    }
    Ok(contract)
}

/// Offers the signee another end. `shown` is what the form showed, as [`terms::shown`] makes it.
///
/// # Errors
/// Invalid, when the new end is not later; stale when the contract ended or changed; refused when an offer is open.
pub fn offer(tx: &mut Tx<'_, Create>, id: &Id<Contract>, said: &NewEnd, shown: &str) -> Result<()> {
    let contract = active(tx, id, Part::Issuer)?;
    if store::open(tx, id)?.is_some() {
        return Err(Problem::refused(
            "There is already an open offer",
            "Your partner hasn't answered yet. Withdraw the offer to make a new one.",
        ));
    }
    let zone = tx.who.member()?.person.zone;
    let to = said.ends_on.and_then(|day| zone.end_of(day));
    later(&contract, to, zone, tx.at).map_err(|why| Problem::from(Violation::new("ends_on", why)))?;
    terms(tx, &contract)?.check(shown, "Nothing was offered")?;
    let extension = store::insert(tx, id, contract.expire_at, to)?;
    let on = (id, &contract.agreement_id, contract.version);
    evidence::sign_by_member(tx, on, Some(&extension), (Part::Issuer, OFFER))?;
    tx.record(Event::new("contract.extension_offered", id).note(words(to)))?;
    let Some(signee) = contract.signee_id else { return Ok(()) };
    let company = tx.who.member()?.company.name.clone();
    let told = Mail::ExtensionOffered { contract: id.clone(), signee, company };
    mail::tell(tx, &told)
}

/// Whether an end is later than the contract's own.
fn later(contract: &ContractRow, to: Option<DateTime<Utc>>, zone: Zone, now: DateTime<Utc>) -> Result<(), Why> {
    match (contract.expire_at, to) {
        (Some(from), Some(to)) if to <= from => {
            let words = Words::new("The new date must be after {day}").with("day", zone.day(from).words);
            Err(Why::new("not_later", words))
        }
        (_, Some(to)) if to <= now => Err(Why::new("past", "The new date must be today or later")),
        (None, None) => Err(Why::missing("Enter a date such as 2027-03-29")),
        _ => Ok(()),
    }
}

/// "Until 31 Dec 2027", "No expiry date".
fn words(to: Option<DateTime<Utc>>) -> String {
    to.map_or_else(|| "No expiry date".to_owned(), |to| format!("Until {}", Zone::UTC.day(to).words))
}

/// That the offer of another end is gone by now.
pub fn answered(contract: &Id<Contract>) -> Problem {
    const ENDS: &[&str] = &[
        "contract.extended",
        "contract.extension_declined",
        "contract.extension_withdrawn",
        "contract.extension_lapsed",
    ];
    Problem::stale("There is no open offer", "The offer has already been answered or withdrawn.")
        .decided_by(contract, ENDS)
}

/// The open offer of a contract, and the move that `action` makes of it.
fn decide<P>(
    tx: &mut Tx<'_, P>,
    contract: &ContractRow,
    action: Action,
    part: Part,
) -> Result<(ExtensionRow, super::Move)> {
    let open = store::open(tx, &contract.id)?.ok_or_else(|| answered(&contract.id))?;
    let planned = plan(RULES, open.status, action, part, tx.at).map_err(|no| match no {
        NoMove::WrongPart => Problem::NotFound,
        NoMove::WrongStatus => answered(&contract.id),
    })?;
    Ok((open, planned))
}

/// Whether the actor has accepted already what its page showed: the same form, sent once more.
fn accepted(tx: &mut Tx<'_, Sign>, contract: &ContractRow, shown: &str) -> Result<bool> {
    let Some(mine) = store::accepted_by_me(tx, &contract.id)? else { return Ok(false) };
    // the page showed the contract with the end that it had then
    let before = ContractRow { expire_at: mine.from_at, ..contract.clone() };
    Ok(super::shown(terms(tx, &before)?, &mine).changed(shown).is_empty())
}

/// Accepts the open offer: from now on the contract ends then. `shown` is what the page showed, as [`super::shown`] makes it. Pressed
/// twice by one person, it is accepted once.
pub fn accept(tx: &mut Tx<'_, Sign>, id: &Id<Contract>, shown: &str) -> Result<Done> {
    let contract = active(tx, id, Part::Signee)?;
    if accepted(tx, &contract, shown)? {
        return Ok(Done::Repeated(()));
    }
    let (open, planned) = decide(tx, &contract, Action::Accept, Part::Signee)?;
    super::shown(terms(tx, &contract)?, &open).check(shown, "Nothing was signed")?;
    if contract.over(tx.at) || open.over(tx.at) {
        return Err(Problem::refused(
            "The new expiry date cannot be accepted",
            "The expiry date of the contract has passed. Nothing was signed.",
        ));
    }
    store::advance(tx, &open, &planned, "")?;
    contracts::set_end(tx, id, open.to_at)?;
    evidence::sign_by_member(tx, (id, &contract.agreement_id, contract.version), Some(&open), (Part::Signee, CONSENT))?;
    tx.record(Event::new("contract.extended", id).note(words(open.to_at)))?;
    tell_issuer(tx, &contract, "accepted", "").map(Done::Changed)
}

/// Declines the open offer: the contract ends on its day.
pub fn decline(tx: &mut Tx<'_, Sign>, id: &Id<Contract>, Reason { reason }: &Reason) -> Result<()> {
    let contract = active(tx, id, Part::Signee)?;
    let (open, planned) = decide(tx, &contract, Action::Decline, Part::Signee)?;
    store::advance(tx, &open, &planned, reason)?;
    tx.record(Event::new("contract.extension_declined", id).note(reason))?;
    tell_issuer(tx, &contract, "declined", reason)
}

/// Takes the open offer back.
pub fn withdraw(tx: &mut Tx<'_, Create>, id: &Id<Contract>) -> Result<()> {
    let contract = active(tx, id, Part::Issuer)?;
    let (open, planned) = decide(tx, &contract, Action::Withdraw, Part::Issuer)?;
    store::advance(tx, &open, &planned, "")?;
    tx.record(Event::new("contract.extension_withdrawn", id))
}

/// What a page says of offers that a contract takes along when it ends.
pub fn lapsing(open: &[ExtensionRow]) -> Option<Effect> {
    Effect::counted(
        "contract.extension_lapsed",
        open.len(),
        "{n} offer of a new expiry date will lapse with its contract.",
        "{n} offers of new expiry dates will lapse with their contracts.",
    )
}

/// A contract that ends, which is locked, takes its open offer along.
pub fn lapse<P>(tx: &mut Tx<'_, P>, open: &ExtensionRow) -> Result<()> {
    let planned = plan(RULES, open.status, Action::Lapse, Part::System, tx.at)
        .map_err(|_| Problem::internal("an open offer can lapse"))?;
    tx.as_system("contract ended", |tx| {
        store::advance(tx, open, &planned, "")?;
        tx.record(Event::new("contract.extension_lapsed", &open.contract_id))
    })
}

fn tell_issuer<P>(tx: &mut Tx<'_, P>, contract: &ContractRow, outcome: &str, reason: &str) -> Result<()> {
    let told = Mail::ExtensionDecided {
        contract: contract.id.clone(),
        issuer: contract.issuer_id.clone(),
        company: tx.who.member()?.company.name.clone(),
        outcome: outcome.to_owned(),
        reason: reason.to_owned(),
    };
    mail::tell(tx, &told)
}
