//! The verbs of distribution. Each is one transaction: state, stamp, event, mail.

use diesel::PgConnection;

use super::{
    Approve, Enroll, Talk,
    data::{Opening, Place},
    store::{self, Accepting, NewContract},
};
use crate::{
    kit::{
        actor::Account,
        consequence::{Consequences, Foretold},
        db::{Looks, System, Tx},
        done::Done,
        effect::Effect,
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
            self, Agreement, Manage, Type,
            data::{NewDocument, Words},
            documents::{self, Document},
        },
        contracts::{
            self, Contract, Status,
            data::{Acceptance, Reason},
            evidence::{self, Stamp},
            lifecycle::{Action, DISTRIBUTION, Move, Part},
            renewal::{
                self,
                estate::{self, Enrolled, Estate},
            },
            rights,
            store::{ContractRow, Source, advance},
        },
        conversation,
        distribution::letters::Mail,
    },
    t,
};

/// What the vendor agrees to.
pub const CONSENT: &str =
    "I have read and accepted the agreement. I have the authority to bind the company for which I enroll to its terms.";
/// What the marketplace's owner says by approving.
pub const APPROVAL: &str =
    "I approve this enrolment on behalf of my company, on the terms of the agreement's version named here.";
/// How the owner's side is stamped where Auto Accept is on.
pub const STANDING_OFFER: &str =
    "My company offers this agreement to every vendor of its program without further approval.";

/// A distribution agreement to be made.
pub struct NewDistribution {
    pub place: Place,
    pub words: Words,
    pub document: NewDocument,
    pub opening: Opening,
}

/// Makes a distribution agreement inside a program agreement.
///
/// # Errors
/// Invalid at `marketplace` when it is not the company's, or has one in this program; forbidden when it is activated by somebody who may not.
pub fn create(tx: &mut Tx<'_, Manage>, program: &Id<Agreement>, new: &NewDistribution) -> Result<Id<Agreement>> {
    if agreements::store::lock(tx, program)?.type_ != Type::Program {
        return Err(Problem::NotFound);
    }
    if !store::is_free(tx, program, &new.place.marketplace)? {
        return Err(store::no_place());
    }
    if new.opening.auto_accept {
        agreements::actions::may_activate(tx)?;
    }
    let id = store::insert(tx, program, &new.place.marketplace, &new.words)?;
    tx.record(Event::new("agreement.created", &id).note(&new.words.name))?;
    agreements::actions::add(tx, &id, &new.document, new.opening.activate)?;
    if new.opening.auto_accept {
        switch(tx, program, &id, true)?;
    }
    Ok(id)
}

/// Switches Auto Accept. On, every vendor of the program without one gets an Active contract; off changes none.
pub fn set_auto_accept(tx: &mut Tx<'_, Approve>, id: &Id<Agreement>, on: bool) -> Result<Done> {
    agreements::store::lock(tx, id)?;
    let place = agreements::store::place(tx.conn, id)?.ok_or(Problem::NotFound)?;
    if place.auto_accept == on {
        return Ok(Done::Same(()));
    }
    switch(tx, &place.program, id, on).map(Done::Changed)
}

fn switch<P>(tx: &mut Tx<'_, P>, program: &Id<Agreement>, id: &Id<Agreement>, on: bool) -> Result<()> {
    store::set_auto_accept(tx, id, on)?;
    tx.record(Event::new(if on { "agreement.auto_accept_on" } else { "agreement.auto_accept_off" }, id))?;
    if on { accept_all(tx, program, Some(id), None) } else { Ok(()) }
}

/// A version became active: where Auto Accept is on, vendors that joined while there was none get their contracts.
pub fn version_activated(tx: &mut Tx<'_, System>, happened: &agreements::Activated) -> Result<()> {
    match agreements::store::place(tx.conn, &happened.agreement)? {
        Some(place) => accept_all(tx, &place.program, Some(&happened.agreement), None),
        None => Ok(()),
    }
}

/// A vendor has signed a program: it gets the contracts of those distribution agreements that accept by themselves.
pub fn welcome(tx: &mut Tx<'_, System>, joined: &contracts::Joined) -> Result<()> {
    accept_all(tx, &joined.program, None, Some(&joined.vendor))
}

fn accept_all<P>(
    tx: &mut Tx<'_, P>,
    program: &Id<Agreement>,
    only: Option<&Id<Agreement>>,
    vendor: Option<&Id<Account>>,
) -> Result<()> {
    for accepting in store::accepting(tx, program, only)? {
        // nobody is bound in the name of a company that lost the right; it can approve again when it has it back
        if !Type::Distribution.written_with(rights::hold(tx, &accepting.owner)?) {
            continue;
        }
        store::hold_vendors(tx, program, vendor)?;
        for waiting in store::without(tx.conn, program, &accepting.id, vendor)? {
            tx.as_system("auto accept", |tx| accept(tx, &accepting, &waiting))?;
        }
    }
    Ok(())
}

fn accept<P>(tx: &mut Tx<'_, P>, accepting: &Accepting, waiting: &store::Waiting) -> Result<()> {
    let (contract, version) = match &waiting.pending {
        Some(pending) => {
            let id: Id<Contract> = pending.parse().map_err(Problem::internal)?;
            let row = contracts::store::lock_any(tx, &id)?;
            let planned = plan(DISTRIBUTION, row.status, Action::Approve, Part::System, tx.at)
                .map_err(|_| Problem::internal("a pending contract can be approved"))?;
            advance(tx, &id, &planned, "")?;
            tx.record(Event::new("contract.approved", &id).moved(planned.from(), planned.to()).note("Auto Accept"))?;
            (id, row.version)
        }
        None => {
            let id = store::insert_contract(
                tx,
                &NewContract {
                    type_: Type::Distribution,
                    agreement: &accepting.id,
                    version: accepting.version,
                    kind: waiting.kind,
                    issuer: &accepting.owner,
                    signee: (&waiting.vendor, &waiting.name),
                    creator: &accepting.activator,
                    status: Status::Active,
                    auto_accepted: true,
                },
            )?;
            tx.record(Event::new("contract.auto_accepted", &id).note("Auto Accept"))?;
            (id, accepting.version)
        }
    };
    evidence::sign(
        tx,
        &Stamp {
            contract: &contract,
            agreement: &accepting.id,
            version,
            extension: None,
            party: Part::Issuer,
            user: &accepting.activator,
            account: &accepting.owner,
            consent: STANDING_OFFER,
        },
    )?;
    let row = contracts::store::lock_any(tx, &contract)?;
    renewal::actions::inherit(tx, &row)?;
    let told = Mail::ContractApproved { contract, signee: waiting.vendor.clone() };
    mail::tell(tx, &told)
}

/// Enrolls the actor's company: Enrolling, and at once Pending, since no form has to be filled in.
///
/// `shown` is what the vendor saw, as [`Offer::terms`] makes it.
///
/// # Errors
/// Stale when anything else was shown, or when the company is enrolled already; refused while the owner may not offer it.
pub fn enroll(tx: &mut Tx<'_, Enroll>, id: &Id<Agreement>, _: &Acceptance, shown: &str) -> Result<Id<Contract>> {
    let identity = tx.who.member()?;
    let (person, company) = (identity.person.id.clone(), identity.company.clone());
    let offer = store::lock_offer(tx, id)?;
    if !offer.open() {
        return Err(Problem::stale(
            "There is nothing to enroll in",
            match &offer.contract {
                Some(contract) => t!(
                    "Your company already has contract {contract} on {agreement}.",
                    contract,
                    agreement = apart(&offer.name),
                ),
                None => t!("{agreement} no longer has an active version.", agreement = apart(&offer.name)),
            },
        ));
    }
    may_offer(tx, Type::Distribution, &offer.owner_id, &offer.owner)?;
    // shared lock: it stays the active one, and there, until the contract rests on it
    let active = agreements::store::active(tx, &offer.owner_id, id)?;
    let Some((version, _)) = active else {
        return Err(Problem::stale(
            "There is nothing to enroll in",
            t!("{agreement} no longer has an active version.", agreement = apart(&offer.name)),
        ));
    };
    offer.terms(&documents::find(tx.conn, id, version)?).check(shown, "Nothing was signed")?;
    let contract = store::insert_contract(
        tx,
        &NewContract {
            type_: Type::Distribution,
            agreement: id,
            version,
            kind: offer.kind,
            issuer: &offer.owner_id,
            signee: (&company.id, &company.name),
            creator: &person,
            status: Status::Enrolling,
            auto_accepted: false,
        },
    )?;
    evidence::sign_by_member(tx, (&contract, id, version), None, (Part::Signee, CONSENT))?;
    tx.record(Event::new("contract.enrolled", &contract).note(format!("Version {version}")))?;
    tx.as_system("no form to fill in", |tx| {
        let planned = plan(DISTRIBUTION, Status::Enrolling, Action::Submit, Part::System, tx.at)
            .map_err(|_| Problem::internal("an enrolment can be submitted"))?;
        advance(tx, &contract, &planned, "")?;
        tx.record(Event::new("contract.submitted", &contract).moved(planned.from(), planned.to()))
    })?;
    let told = Mail::ContractEnrolled {
        contract: contract.clone(),
        issuer: offer.owner_id.clone(),
        company: company.name,
        more: 0,
    };
    mail::tell(tx, &told)?;
    Ok(contract)
}

/// Refuses while the owner of an agreement has no right to agreements of its type.
pub fn may_offer<P>(tx: &mut Tx<'_, P>, type_: Type, owner: &Id<Account>, name: &str) -> Result<()> {
    let owner_name = apart(name);
    let words = match (type_.written_with(rights::hold(tx, owner)?), type_) {
        (true, _) => return Ok(()),
        (false, Type::Syndication) => {
            t!("{owner} cannot currently create syndication contracts. Nothing was signed.", owner = owner_name)
        }
        (false, _) => {
            t!("{owner} cannot currently create distribution contracts. Nothing was signed.", owner = owner_name)
        }
    };
    Err(Problem::refused("This agreement isn't currently offered", words))
}

/// That an enrolment was approved or rejected by now.
pub fn decided(contract: &ContractRow) -> Problem {
    Problem::stale("This enrollment has already been decided", contract.stands()).decided(&contract.id)
}

/// An enrolment of either type that the actor's company may decide, locked, and the move that `action` makes of it.
fn decide(tx: &mut Tx<'_, Approve>, id: &Id<Contract>, action: Action) -> Result<(ContractRow, Move)> {
    let contract = contracts::store::lock(tx, id)?;
    let me = tx.account()?;
    if !contract.type_.hangs() || contract.part_of(&me) != Part::Issuer {
        return Err(Problem::NotFound);
    }
    let planned = plan(contract.rules(), contract.status, action, Part::Issuer, tx.at).map_err(|no| match no {
        NoMove::WrongPart => Problem::NotFound,
        NoMove::WrongStatus => decided(&contract),
    })?;
    Ok((contract, planned))
}

/// What a contract takes over once it is approved; a syndication contract, which is about one product, takes over nothing.
pub fn inherited(look: &mut impl Looks, consequences: &Consequences, contract: &ContractRow) -> Result<Option<Estate>> {
    if contract.type_ != Type::Distribution {
        return Ok(None);
    }
    let signee = contract.signee_id.as_ref().ok_or_else(|| Problem::internal("a vendor enrolled"))?;
    let (issuer, agreement) = (&contract.issuer_id, &contract.agreement_id);
    estate::inherited(look.conn(), consequences, Enrolled { issuer, signee, kind: contract.kind, agreement })
}

/// What the page of an approval shows.
pub fn approval(
    contract: &ContractRow,
    agreement: &str,
    document: &Document,
    (estate, source): (Option<&Estate>, Option<&Source>),
) -> Shown {
    let estate = estate.map_or_else(String::new, Estate::words);
    contracts::terms::shown(contract, agreement, document)
        .part("what moves to the new contract", estate)
        .part("the product or its marketplaces", source.map_or_else(String::new, Source::line))
}

/// What switching Auto Accept on does at once.
pub fn effects_of_switching_on(
    conn: &mut PgConnection,
    consequences: &Consequences,
    owner: &Id<Account>,
    program: &Id<Agreement>,
    id: &Id<Agreement>,
) -> Result<Vec<Effect>> {
    let waiting = store::without(conn, program, id, None)?;
    let pending = waiting.iter().filter(|one| one.pending.is_some()).count();
    let mut effects: Vec<Effect> = [
        Effect::counted(
            "contract.approved",
            pending,
            "{n} pending enrollment will be approved.",
            "{n} pending enrollments will be approved.",
        )
        .map(|effect| effect.at(format!("/contracts?type=distribution&status=pending&agreement={id}"))),
        Effect::counted(
            "contract.auto_accepted",
            waiting.len() - pending,
            "{n} vendor will get an active contract immediately.",
            "{n} vendors will get an active contract immediately.",
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    for one in &waiting {
        let enrolled = Enrolled { issuer: owner, signee: &one.vendor, kind: one.kind, agreement: id };
        if let Some(estate) = estate::inherited(conn, consequences, enrolled)? {
            effects.push(estate.succeeds());
            effects.extend(estate.effects(""));
        }
    }
    Ok(effects)
}

/// What activating a version of an agreement does at once by Auto Accept, which needs the owner's right; nothing where it is off.
pub fn effects_of_activating(
    conn: &mut PgConnection,
    consequences: &Consequences,
    ahead: &agreements::Activating,
) -> Result<Foretold> {
    match agreements::store::place(conn, &ahead.agreement)? {
        Some(place) if place.auto_accept && Type::Distribution.written_with(ahead.rights) => {
            let id = &ahead.agreement;
            Ok(effects_of_switching_on(conn, consequences, &ahead.owner, &place.program, id)?.into())
        }
        _ => Ok(Foretold::default()),
    }
}

/// Without an active version of a distribution agreement no vendor of its program can enroll.
pub fn effects_of_closing(conn: &mut PgConnection, _: &Consequences, ahead: &agreements::Closing) -> Result<Foretold> {
    let Some(place) = agreements::store::place(conn, &ahead.agreement)? else { return Ok(Foretold::default()) };
    let waiting = store::without(conn, &place.program, &ahead.agreement, None)?;
    let free = waiting.iter().filter(|one| one.pending.is_none()).count();
    let shut = match ahead.for_good {
        true => Effect::touched(
            free,
            "{n} vendor of the program can no longer enroll.",
            "{n} vendors of the program can no longer enroll.",
        ),
        false => Effect::touched(
            free,
            "{n} vendor of the program can no longer enroll until then.",
            "{n} vendors of the program can no longer enroll until then.",
        ),
    };
    let shut = shut.map(|effect| effect.at(format!("/contracts?agreement={}&status=active", place.program)));
    Ok(Vec::from_iter(shut).into())
}

/// Stamps an enrolment for the agreement's owner. `shown` is what its page showed, as [`approval`] makes it.
///
/// # Errors
/// Stale when it was decided already, or when anything else was shown.
pub fn approve(tx: &mut Tx<'_, Approve>, id: &Id<Contract>, shown: &str) -> Result<()> {
    let company = tx.who.member()?.company.clone();
    // before the enrolment itself: who ends what the company's right rests on locks that first, and then what goes through it
    rights::hold(tx, &company.id)?;
    let (contract, planned) = decide(tx, id, Action::Approve)?;
    may_offer(tx, contract.type_, &company.id, &company.name)?;
    let document = documents::find(tx.conn, &contract.agreement_id, contract.version)?;
    let agreement = agreements::store::name(tx, &contract.agreement_id)?;
    let consequences = tx.consequences()?;
    let estate = inherited(tx, &consequences, &contract)?;
    let source = contracts::store::source(tx, id)?;
    approval(&contract, &agreement, &document, (estate.as_ref(), source.as_ref()))
        .check(shown, "Nothing was approved")?;
    advance(tx, id, &planned, "")?;
    evidence::sign_by_member(tx, (id, &contract.agreement_id, contract.version), None, (Part::Issuer, APPROVAL))?;
    tx.record(Event::new("contract.approved", id).moved(planned.from(), planned.to()))?;
    match contract.type_ {
        Type::Syndication => tx.follow("syndication approved", &contracts::Began { contract: id.clone() })?,
        _ => renewal::actions::inherit(tx, &contract)?,
    }
    tell_signee(tx, &contract, |signee| Mail::ContractApproved { contract: id.clone(), signee })
}

pub fn reject(tx: &mut Tx<'_, Approve>, id: &Id<Contract>, Reason { reason }: &Reason) -> Result<()> {
    let (contract, planned) = decide(tx, id, Action::Reject)?;
    advance(tx, id, &planned, reason)?;
    tx.record(Event::new("contract.rejected", id).moved(planned.from(), planned.to()).note(reason))?;
    tell_signee(tx, &contract, |signee| Mail::EnrolmentRejected {
        contract: id.clone(),
        signee,
        reason: reason.clone(),
    })
}

fn tell_signee<P>(tx: &mut Tx<'_, P>, contract: &ContractRow, mail: impl FnOnce(Id<Account>) -> Mail) -> Result<()> {
    match contract.signee_id.clone() {
        Some(signee) => mail::tell(tx, &mail(signee)),
        None => Ok(()),
    }
}

/// Says something on a distribution contract; the other party is told. Returns on which.
pub fn say(tx: &mut Tx<'_, Talk>, id: &Id<Contract>, said: &conversation::Message) -> Result<Id<Contract>> {
    let contract = contracts::store::lock(tx, id)?;
    if contract.type_ != Type::Distribution {
        return Err(Problem::NotFound);
    }
    conversation::add(tx, id, &said.text)?;
    let company = tx.who.member()?.company.clone();
    let other = match contract.part_of(&company.id) {
        Part::Issuer => contract.signee_id,
        _ => Some(contract.issuer_id),
    };
    let Some(account) = other else { return Ok(id.clone()) };
    let told = Mail::MessageWritten { contract: id.clone(), account: account.clone(), company: company.name };
    mail::tell(tx, &told)?;
    Ok(id.clone())
}
