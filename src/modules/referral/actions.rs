//! The verbs of a referral: the partner enrolls, the vendor signs or rejects. Each is one transaction: state, stamps, event, mail.

use uuid::Uuid;

use super::{
    EnrollDirectly,
    data::Said,
    letters::Mail,
    store::{self, NOTHING, Way},
    wizard::Answers,
};
use crate::{
    accounts,
    kit::{
        actor::Rights,
        choice::Choice as _,
        db::Tx,
        done::{Done, finish},
        event::Event,
        id::Id,
        lifecycle::{NoMove, plan},
        problem::{Problem, Result},
        shown::Shown,
        typed::apart,
    },
    mail,
    modules::{
        agreements::{
            self, Agreement, Type,
            documents::{self, Document},
        },
        contracts::{
            self, Contract, Joined, Sign, Status,
            actions::OFFER,
            data::{Acceptance, Parameters, Reason},
            evidence,
            lifecycle::{Action, Move, Part},
            renewal::{actions::answered, estate},
            rights,
            signing::actions::CONSENT as SIGNED,
            store::{ContractRow, NewContract, NewReferral, Referral},
            terms,
        },
        distribution::actions::CONSENT,
    },
    t,
};

/// What a company that enrolls is shown and bound to: the referral agreement, and the program agreement that it offers.
pub fn shown(way: &Way, document: &Document, program: (&Id<Agreement>, &str, &Document)) -> Shown {
    let (id, name, offered) = program;
    terms::version(&way.offer.name, document)
        .part("the product", format!("{} {}", way.offer.product, way.offer.called))
        .part("the vendor", format!("{} {}", way.offer.vendor_id, way.vendor))
        .part("the kind", way.kind.key())
        .part("your program agreement", format!("{id} {name} {}", offered.version_id))
}

/// Finishes the wizard: a Pending program contract whose signee is the vendor. It comes to its id.
///
/// The company accepts the referral agreement's version, which is between it and the distributor: its stamp stands in the chain of the
/// service contract between the two, once for each version. The contract's own chain has the offer to the vendor. `sent` is what the page
/// showed, as [`shown`] makes it.
///
/// # Errors
/// Stale when anything else was shown, when it is offered no more, or when the vendor has a contract on the agreement; refused while the
/// company or the distributor may not offer theirs.
pub fn enroll(tx: &mut Tx<'_, EnrollDirectly>, asked: Uuid, said: &Said, sent: &str) -> Result<Done<Id<Contract>>> {
    finish::<Answers, _, _>(tx, asked, |tx, answers| offer(tx, &answers, said, sent))
}

fn offer(tx: &mut Tx<'_, EnrollDirectly>, answers: &Answers, said: &Said, sent: &str) -> Result<Id<Contract>> {
    let company = tx.who.member()?.company.clone();
    let (Some(product), Some(referral), Some(program)) = (&answers.product, &answers.referral, &answers.program) else {
        return Err(Problem::NotFound);
    };
    // the stamp goes into the chain of the service contract, which stays as it is from here on
    let service = store::way(tx, &company.id, product, referral)?.offer.service;
    contracts::store::lock(tx, &service)?;
    let way = store::way(tx, &company.id, product, referral)?;
    if way.offer.service != service {
        return Err(Problem::stale(
            NOTHING,
            "The service contract by which this was offered is no longer active. Nothing was signed.",
        ));
    }
    may_refer(&way, rights::hold(tx, &way.offer.owner_id)?)?;
    if !Type::Program.written_with(rights::hold(tx, &company.id)?) {
        return Err(Problem::refused(
            NOTHING,
            "Your company's contracts don't include the Program permission, so it cannot offer a program agreement.",
        ));
    }
    if agreements::store::type_of(tx, &company.id, program)? != Type::Program {
        return Err(Problem::NotFound);
    }
    // shared locks: both stay the active ones until the contract rests on them
    let offered = agreements::store::active(tx, &company.id, program)?;
    let accepted = agreements::store::active(tx, &way.offer.owner_id, referral)?;
    let (Some((version, _)), Some((number, _))) = (offered, accepted) else {
        return Err(Problem::stale(NOTHING, "One of the two agreements has no active version. Nothing was signed."));
    };
    let document = documents::find(tx.conn, referral, number)?;
    let own = documents::find(tx.conn, program, version)?;
    let name = agreements::store::name(tx, program)?;
    shown(&way, &document, (program, &name, &own)).check(sent, "Nothing was signed")?;
    store::refuse_taken(tx, program, (&way.offer.vendor_id, &way.vendor))?;
    let parameters = Parameters {
        recipient_company: String::new(),
        recipient_email: String::new(),
        first_signer: String::new(),
        second_signer: String::new(),
        second_email: String::new(),
        allows_program: false,
        allows_service: false,
        allows_delegate: false,
        kind: way.kind,
        note: said.note.clone(),
        internal_note: String::new(),
        expires_on: None,
    };
    let new = NewContract {
        type_: Type::Program,
        kind: way.kind,
        agreement: program,
        version,
        said: &parameters,
        end: None,
        after: None,
        referred: Some((&way.offer.vendor_id, referral)),
    };
    let made = contracts::store::insert(tx, &new)?;
    let how = NewReferral {
        agreement: referral,
        version: number,
        referrer: &way.offer.owner_id,
        service: &service,
        product,
        vendor: &way.offer.vendor_id,
        enroller: &company.id,
        program,
    };
    contracts::store::insert_referral(tx, &made, &how)?;
    if !evidence::accepted(tx, &service, referral, number)? {
        evidence::sign_by_member(tx, (&service, referral, number), None, (Part::Signee, CONSENT))?;
        tx.record(Event::new("contract.referral_accepted", &service).note(referral.to_string()))?;
    }
    evidence::sign_by_member(tx, (&made, program, version), None, (Part::Issuer, OFFER))?;
    tx.record(Event::new("contract.offered_directly", &made).note(format!("Version {version}")))?;
    let told = Mail::ReferralOffered {
        contract: made.clone(),
        vendor: way.offer.vendor_id.clone(),
        company: company.name,
        referrer: way.offer.owner.clone(),
        product: way.offer.called.clone(),
    };
    mail::tell(tx, &told)?;
    Ok(made)
}

/// Refuses while the distributor, which has these rights, may not offer referral agreements.
fn may_refer(way: &Way, rights: Rights) -> Result<()> {
    match Type::Referral.written_with(rights) {
        true => Ok(()),
        false => Err(Problem::refused(
            "This agreement isn't currently offered",
            t!(
                "{owner} cannot currently offer referral agreements. Nothing was signed.",
                owner = apart(&way.offer.owner)
            ),
        )),
    }
}

/// What the vendor is shown and bound to.
pub fn answer_shown(
    contract: &ContractRow,
    agreement: &str,
    issuer: &str,
    document: &Document,
    by: &Referral,
) -> Shown {
    terms::offered(contract, agreement, issuer, document).part("through whom it came", by.line())
}

/// A contract that came by a referral, locked, when the actor's company is to sign it.
fn offered(tx: &mut Tx<'_, Sign>, id: &Id<Contract>) -> Result<(ContractRow, Referral)> {
    let contract = contracts::store::lock(tx, id)?;
    let me = tx.account()?;
    if contract.part_of(&me) != Part::Signee {
        return Err(Problem::NotFound);
    }
    let by = contracts::store::referral(tx, id)?.ok_or(Problem::NotFound)?;
    Ok((contract, by))
}

fn planned(tx: &Tx<'_, Sign>, contract: &ContractRow, action: Action) -> Result<Move> {
    plan(contract.rules(), contract.status, action, Part::Signee, tx.at).map_err(|no| match no {
        NoMove::WrongStatus => answered(contract),
        NoMove::WrongPart => Problem::NotFound,
    })
}

/// Signs it: it becomes Active, and the vendor joins the program. `sent` is what the page showed, as [`answer_shown`] makes it. Pressed
/// twice by one person, it is signed once.
///
/// # Errors
/// Stale when it was answered or anything else was shown; refused while the issuer may not offer it.
pub fn accept(tx: &mut Tx<'_, Sign>, id: &Id<Contract>, _: &Acceptance, sent: &str) -> Result<Done> {
    let (contract, by) = offered(tx, id)?;
    let document = documents::find(tx.conn, &contract.agreement_id, contract.version)?;
    let agreement = agreements::store::name(tx, &contract.agreement_id)?;
    let issuer = accounts::store::name(tx.conn, &contract.issuer_id)?;
    let shown = answer_shown(&contract, &agreement, &issuer, &document, &by);
    let mine = contract.status == Status::Active && evidence::signed_by_me(tx, id, contract.version, Part::Signee)?;
    if mine && shown.changed(sent).is_empty() {
        return Ok(Done::Repeated(()));
    }
    let planned = planned(tx, &contract, Action::Activate)?;
    if let Some(other) = estate::beside(tx, &contract)? {
        return Err(Problem::stale(
            "This contract cannot be signed",
            t!(
                "{other} is already active between the same two companies on the same agreement. Nothing was signed.",
                other,
            ),
        ));
    }
    let lacks = contract.lack(rights::hold(tx, &contract.issuer_id)?).is_some();
    if lacks || rights::is_only_tried(tx, id)? {
        return Err(Problem::refused(
            "This contract cannot be signed right now",
            "Your partner cannot currently offer the permissions in this contract. Nothing was signed.",
        ));
    }
    shown.check(sent, "Nothing was signed")?;
    contracts::store::advance(tx, id, &planned, "")?;
    evidence::sign_by_member(tx, (id, &contract.agreement_id, contract.version), None, (Part::Signee, SIGNED))?;
    let company = tx.who.member()?.company.clone();
    tx.record(Event::new("contract.activated", id).moved(planned.from(), planned.to()).note(&company.name))?;
    tell_issuer(tx, &contract, "signed", "")?;
    let told = Mail::ReferralBegan {
        agreement: by.agreement_id,
        referrer: by.referrer_id,
        company: issuer,
        vendor: company.name,
        product: by.product,
    };
    mail::tell(tx, &told)?;
    let joined = Joined { program: contract.agreement_id, vendor: company.id };
    tx.follow("program signed", &joined).map(Done::Changed)
}

/// Rejects it, with the reason.
pub fn reject(tx: &mut Tx<'_, Sign>, id: &Id<Contract>, Reason { reason }: &Reason) -> Result<()> {
    let (contract, _) = offered(tx, id)?;
    let planned = planned(tx, &contract, Action::Reject)?;
    contracts::store::advance(tx, id, &planned, reason)?;
    tx.record(Event::new("contract.rejected", id).moved(planned.from(), planned.to()).note(reason))?;
    tell_issuer(tx, &contract, "rejected", reason)
}

fn tell_issuer(tx: &mut Tx<'_, Sign>, contract: &ContractRow, outcome: &str, reason: &str) -> Result<()> {
    let told = Mail::ReferralDecided {
        contract: contract.id.clone(),
        issuer: contract.issuer_id.clone(),
        company: tx.who.member()?.company.name.clone(),
        outcome: outcome.to_owned(),
        reason: reason.to_owned(),
    };
    mail::tell(tx, &told)
}
