//! The verbs of contracts on the issuer's side. Each is one transaction: state, stamp, event, mail.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Contract, Create, Manage, Purpose, Status, Type,
    activation::reserved,
    data::{self, Note, Notes, Parameters},
    ending, evidence,
    lifecycle::{Action, Part},
    rights, signers,
    store::{self, ContractRow, NewContract},
    terms,
};
use crate::{
    kit::{
        actor::Rights,
        db::Tx,
        done::Done,
        event::Event,
        id::Id,
        lifecycle::{NoMove, plan},
        problem::{Problem, Result},
        secret,
        violation::{self, Violation, Violations, Why},
        words::Words,
    },
    mail,
    modules::{
        agreements::{self, Agreement, documents},
        contracts::letters::Mail,
    },
    t,
};

/// What the issuer is recorded to have said when it makes a contract.
pub const OFFER: &str =
    "I offer this contract on behalf of my company, on the terms of the agreement's version named here.";

/// Makes a Pending contract on the agreement's active version, stamps it for the issuer and gives it a link.
///
/// `shown` is the version that the form showed, as [`terms::version`] makes it.
///
/// # Errors
/// Invalid when more is granted than is held, or the day of the end has gone by; refused when the company lacks the right or the
/// agreement has no active version; stale when another version is active by now.
pub fn create(
    tx: &mut Tx<'_, Create>,
    agreement: &Id<Agreement>,
    said: &Parameters,
    link_lives: TimeDelta,
    shown: &str,
) -> Result<Id<Contract>> {
    let issuer = tx.account()?;
    let type_ = agreements::store::type_of(tx, &issuer, agreement)?;
    let rights = rights::hold(tx, &issuer)?;
    if !Type::INVITING.contains(&type_) || !type_.written_with(rights) {
        return Err(Problem::refused(
            "This contract cannot be created",
            t!("Your company cannot invite partners with {type} contracts.", type = Words::within(type_)),
        ));
    }
    let end = settled(tx, type_, rights, said)?;
    if said.kind == Purpose::Production && rights::tests_only(tx, &issuer)? {
        return Err(Problem::refused(
            "This contract cannot be created",
            "Your own contract is a test, so anything you create under it is also a test.",
        ));
    }
    let version = agreements::store::active(tx, &issuer, agreement)?.map(|(version, _)| version).ok_or_else(|| {
        Problem::refused(
            "This contract cannot be created",
            "The agreement no longer has an active version. Activate one, or choose another agreement.",
        )
    })?;
    check_version(tx, agreement, version, shown, "No contract was created")?;
    let new = NewContract { type_, kind: said.kind, agreement, version, said, end, after: None, referred: None };
    let id = store::insert(tx, &new)?;
    evidence::sign_by_member(tx, (&id, agreement, version), None, (Part::Issuer, OFFER))?;
    store::insert_link(tx, &id, &secret::nonce(), tx.at + link_lives)?;
    signers::name(tx, &id, said)?;
    tx.record(Event::new("contract.created", &id).note(format!("Version {version}")))?;
    Ok(id)
}

/// The end that the issuer names, when all that it says can be offered by a company with `rights`.
///
/// # Errors
/// Invalid, at each field that cannot.
pub(super) fn settled<P>(
    tx: &Tx<'_, P>,
    type_: Type,
    rights: Rights,
    said: &Parameters,
) -> Result<Option<DateTime<Utc>>> {
    let zone = tx.who.member()?.person.zone;
    let refused = |field: &'static str, words: &'static str| {
        (!data::may_grant(type_, rights, field)).then(|| Violation::new(field, Why::new("right", words)))
    };
    let (program, service, delegate) = said.allows();
    let granted = [
        program.then(|| refused("allows_program", "Your company cannot grant the Program permission here")),
        service.then(|| refused("allows_service", "Your company cannot grant the Service permission here")),
        delegate.then(|| refused("allows_delegate", "Your company cannot grant the Delegate permission here")),
    ];
    let mut wrong: Violations = granted.into_iter().flatten().flatten().collect();
    let end = data::end_of(said.expires_on, "expires_on", zone, tx.at);
    wrong.extend(end.as_ref().err().cloned());
    violation::none_left(wrong)?;
    end.map_err(Problem::from)
}

/// Refuses to offer a version other than the one shown.
pub(super) fn check_version<P>(
    tx: &mut Tx<'_, P>,
    agreement: &Id<Agreement>,
    version: i32,
    shown: &str,
    done: &'static str,
) -> Result<()> {
    let document = documents::find(tx.conn, agreement, version)?;
    let name = agreements::store::name(tx, agreement)?;
    terms::version(&name, &document).check(shown, done)
}

/// The contract, locked, when the actor's company issued it and it still waits for its partner.
pub(super) fn pending<P>(tx: &mut Tx<'_, P>, id: &Id<Contract>, refused: Words) -> Result<ContractRow> {
    let contract = issued(tx, id)?;
    if !contract.has_link() {
        return Err(Problem::NotFound);
    }
    if contract.status != Status::Pending {
        return Err(Problem::stale(
            refused,
            t!(
                "{id} is {status}. Only pending contracts have an activation link.",
                id,
                status = Words::within(contract.status),
            ),
        )
        .decided(id));
    }
    Ok(contract)
}

/// The contract, locked, when the actor's company issued it: a signee has no such page.
fn issued<P>(tx: &mut Tx<'_, P>, id: &Id<Contract>) -> Result<ContractRow> {
    let contract = store::lock(tx, id)?;
    let me = &tx.account()?;
    if contract.part_of(me) == Part::Issuer { Ok(contract) } else { Err(Problem::NotFound) }
}

/// Refuses a new link for a contract whose day has passed: nobody could use it.
pub fn renewable(contract: &ContractRow, over: bool) -> Result<()> {
    match over {
        false => Ok(()),
        true => Err(Problem::refused(
            "The link cannot be renewed",
            t!(
                "The expiry date of {contract} has passed. Delete it and create a new contract.",
                contract = contract.id
            ),
        )),
    }
}

/// A new link; the one before stops working.
pub fn renew_link(tx: &mut Tx<'_, Manage>, id: &Id<Contract>, link_lives: TimeDelta) -> Result<()> {
    let contract = pending(tx, id, t!("The link can no longer be renewed"))?;
    renewable(&contract, contract.over(tx.at))?;
    store::insert_link(tx, id, &secret::nonce(), tx.at + link_lives)?;
    tx.record(Event::new("contract.link_renewed", id).private())
}

/// Puts a Pending contract on the agreement's active version, which was `shown`, with a new stamp and a new link.
pub fn renew_on_newer(tx: &mut Tx<'_, Create>, id: &Id<Contract>, link_lives: TimeDelta, shown: &str) -> Result<i32> {
    let contract = pending(tx, id, t!("The contract can no longer be renewed"))?;
    renewable(&contract, contract.over(tx.at))?;
    let active = agreements::store::active(tx, &contract.issuer_id, &contract.agreement_id)?;
    let Some((version, _)) = active.filter(|(version, _)| *version > contract.version) else {
        return Err(Problem::stale(
            "There is no newer version",
            t!("{id} is already on the agreement's active version.", id),
        ));
    };
    terms::replaced(&contract).check(shown, "Nothing was renewed")?;
    check_version(tx, &contract.agreement_id, version, shown, "Nothing was renewed")?;
    if contract.lack(rights::hold(tx, &contract.issuer_id)?).is_some() {
        return Err(Problem::refused(
            "This contract cannot be renewed",
            "Your company cannot currently offer the permissions in this contract.",
        ));
    }
    let given = signers::of(tx.conn, id)?.and_then(|signers| signers.given());
    store::set_version(tx, id, version)?;
    evidence::sign_by_member(tx, (id, &contract.agreement_id, version), None, (Part::Issuer, OFFER))?;
    store::insert_link(tx, id, &secret::nonce(), tx.at + link_lives)?;
    signers::begin_again(tx, &contract, given)?;
    tx.record(Event::new("contract.link_renewed", id).private().note(format!("On version {version}")))?;
    Ok(version)
}

/// Changes the note to the signee and the internal note. `revision` is the revision the form was opened with.
pub fn change_notes(tx: &mut Tx<'_, Manage>, id: &Id<Contract>, revision: i32, said: &Notes) -> Result<Done> {
    let contract = issued(tx, id)?;
    if contract.notes() == *said {
        return Ok(Done::Same(()));
    }
    if contract.revision != revision {
        return Err(Problem::overtaken("this contract"));
    }
    if contract.note != said.note && contract.status == Status::Pending && signers::half_signed(tx, id)? {
        return Err(Problem::refused(
            "This note can no longer be changed",
            "The first of two signers has signed the contract with it. You can still change the internal note.",
        ));
    }
    store::set_notes(tx, id, said)?;
    let mut event = Event::new("contract.note_changed", id);
    if contract.note == said.note {
        event = event.private().note("Internal note");
    }
    tx.record(event)?;
    Ok(Done::Changed(()))
}

/// Removes a Pending contract and kills its link, with the invitation of whoever was to administer the account that waits for it.
pub fn delete(tx: &mut Tx<'_, Manage>, id: &Id<Contract>) -> Result<()> {
    let contract = issued(tx, id)?;
    if contract.enrolled() {
        return Err(Problem::NotFound);
    }
    if contract.status != Status::Pending {
        return Err(Problem::stale(
            "This contract can no longer be deleted",
            t!("{id} is {status}. Only pending contracts can be deleted.", id, status = Words::within(contract.status)),
        )
        .decided(id));
    }
    evidence::withdraw(tx, id)?;
    reserved::uninvite(tx, id)?;
    store::delete(tx, id)?;
    tx.record(Event::new("contract.deleted", id))
}

/// Ends an Active contract. What its signee was allowed through it is withdrawn; what was made meanwhile stays.
pub fn terminate(tx: &mut Tx<'_, Manage>, id: &Id<Contract>, Note { reason: note }: &Note) -> Result<()> {
    let contract = issued(tx, id)?;
    let planned =
        plan(contract.rules(), contract.status, Action::Terminate, Part::Issuer, tx.at).map_err(|no| match no {
            NoMove::WrongPart => Problem::NotFound,
            NoMove::WrongStatus => {
                Problem::stale("This contract can no longer be terminated", contract.stands()).decided(id)
            }
        })?;
    let ending = ending::find(tx, &contract)?;
    store::advance(tx, id, &planned, note)?;
    tx.record(Event::new("contract.terminated", id).moved(planned.from(), planned.to()).note(note))?;
    if let Some(signee) = &contract.signee_id {
        let told = Mail::ContractTerminated { contract: id.clone(), account: signee.clone(), note: note.to_owned() };
        mail::tell(tx, &told)?;
    }
    ending.carry_out(tx)
}
