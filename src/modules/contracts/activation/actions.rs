//! Activate and Reject: the invitee's two decisions.

use super::{
    forms::{Company, Rejection},
    invitation::{self, Ticket},
    reserved,
    store::{self, Attempt},
};
use chrono::TimeDelta;
use diesel::PgConnection;

use crate::{
    access::identity,
    accounts,
    kit::{
        actor::{Account, User},
        db::{Personal, Tx},
        done::Done,
        event::Event,
        id::Id,
        lifecycle::{NoMove, plan},
        problem::{Problem, Result},
        secret::Key,
        security::Kind,
        typed::apart,
        violation::{Violation, Why},
    },
    mail,
    modules::{
        agreements::documents,
        contracts::letters::Mail,
        contracts::{
            Began, Joined, SIGN, Type,
            evidence::{self, Stamp},
            lifecycle::{Action, Part, RULES},
            rights,
            store::{ContractRow, advance},
        },
    },
    t,
};

/// What did not happen when something else was shown.
pub(super) const NOTHING: &str = "Nothing was signed";

/// The same words for every e-mail that cannot make a user here.
pub const KNOWN: &str =
    "This email cannot be used for a new user here. If it's yours, choose I already have an account";

fn refuse(no: NoMove) -> Problem {
    match no {
        NoMove::WrongStatus => Problem::stale("This contract has changed", "It is no longer pending."),
        NoMove::WrongPart => Problem::NotFound,
    }
}

/// User, company, signature and status, all or none. Of two at once exactly one gets here with a Pending contract. `shown` is what
/// the last page showed, as [`Invitation::binds`] makes it; `verify`: invitees confirm their e-mail here.
///
/// # Errors
/// Stale when anything else was shown there or at Review; refused while the issuer may not offer what the contract permits.
pub fn activate(
    tx: &mut Tx<'_, Personal>,
    key: &Key,
    (ticket, verify): (&Ticket, bool),
    shown: &str,
) -> Result<Id<User>> {
    let issuer = store::lock(tx, &ticket.contract)?.issuer_id;
    rights::hold(tx, &issuer)?;
    let invitation = invitation::open(tx.conn, key, ticket, verify)?;
    let contract = &invitation.found.contract;
    if invitation.gap() != invitation::Step::Confirm {
        return Err(Problem::stale("Something is missing", "One of the earlier steps needs to be completed again.")
            .leading_to(ticket.path(), "Continue"));
    }
    let attempt = invitation.attempt.as_ref().ok_or(Problem::NotFound)?;
    let document = documents::find(tx.conn, &contract.agreement_id, contract.version)?;
    let review = |problem: Problem| problem.leading_to(format!("{}/review", ticket.path()), "Read again");
    invitation.found.terms(&document).check(&attempt.shown, NOTHING).map_err(review)?;
    let company = match &attempt.account_id {
        Some(account) => accounts::store::name(tx.conn, account)?,
        None => attempt.company.clone(),
    };
    invitation
        .binds(&document, attempt, &company)
        .check(shown, NOTHING)
        .map_err(|problem| problem.leading_to(format!("{}/confirm", ticket.path()), "Review again"))?;
    let first = invitation.found.signers.as_ref().and_then(|signers| signers.given());
    if let Some(first) = first.filter(|first| first.email.to_lowercase() == attempt.email.to_lowercase()) {
        let text =
            t!("{name} gave the first signature. Somebody else has to give the second.", name = apart(&first.name));
        return Err(Problem::refused("Two people have to sign this contract", text)
            .leading_to(format!("{}/hand-over", ticket.path()), "Hand over to a colleague"));
    }
    let planned = plan(RULES, contract.status, Action::Activate, Part::Signee, tx.at).map_err(refuse)?;
    let user = match &attempt.user_id {
        Some(user) => user.clone(),
        None => {
            match accounts::actions::create_user(tx, &attempt.name, &attempt.email, attempt.password_hash.as_deref())? {
                Some(user) => {
                    if attempt.email_proved_at.is_some() {
                        accounts::store::prove_email(tx, &user)?;
                    }
                    user
                }
                None => {
                    let user = format!("{}/user", ticket.path());
                    return Err(Problem::refused(KNOWN, "").leading_to(user, "Go back"));
                }
            }
        }
    };
    let account = account(tx, &invitation, &user)?.ok_or_else(|| {
        Problem::refused(
            "This account cannot sign the contract",
            "It is already bound by this agreement, or you're not allowed to sign for it.",
        )
        .leading_to(format!("{}/account", ticket.path()), "Choose another account")
    })?;
    let name = accounts::store::name(tx.conn, &account)?;
    if store::activate(tx, &contract.id, &planned, &account, &name)? != 1 {
        return Err(refuse(NoMove::WrongStatus));
    }
    evidence::sign(
        tx,
        &Stamp {
            contract: &contract.id,
            agreement: &contract.agreement_id,
            version: contract.version,
            extension: None,
            party: Part::Signee,
            user: &user,
            account: &account,
            consent: &attempt.consent,
        },
    )?;
    tx.record(Event::new("contract.activated", &contract.id).moved(planned.from(), planned.to()).note(&name))?;
    if contract.allows_program || contract.allows_service || contract.allows_delegate {
        tx.secure(Kind::RightsRose, Some(&user), &format!("{account} by {}", contract.id))?;
    }
    let told =
        Mail::ContractActivated { contract: contract.id.clone(), issuer: contract.issuer_id.clone(), company: name };
    mail::tell(tx, &told)?;
    let signer = accounts::store::user(tx.conn, &user)?.email;
    mail::queue(tx, &signer, &Mail::ContractSigned { contract: contract.id.clone(), signee: account.clone() })?;
    store::settle(tx, &contract.id, attempt.id, &user, &account)?;
    match contract.type_ {
        Type::Program => {
            let joined = Joined { program: contract.agreement_id.clone(), vendor: account };
            tx.follow("program signed", &joined)?;
        }
        Type::Service => tx.follow("service contract signed", &Began { contract: contract.id.clone() })?,
        // nobody is invited by these
        Type::Distribution | Type::Syndication | Type::Referral => {}
    }
    Ok(user)
}

/// A new company of the role that the contract opens, or one that the person may bind.
fn account(
    tx: &mut Tx<'_, Personal>,
    invitation: &invitation::Invitation,
    user: &Id<User>,
) -> Result<Option<Id<Account>>> {
    let contract = &invitation.found.contract;
    let attempt = invitation.attempt.as_ref().ok_or(Problem::NotFound)?;
    let Some(chosen) = &attempt.account_id else {
        if reserved::of(tx.conn, &contract.id)?.is_some() {
            return Ok(None);
        }
        return accounts::actions::found(tx, contract.type_.opens(), &attempt.company, false, user).map(Some);
    };
    let eligible = store::eligible(tx.conn, user, contract)?.iter().any(|own| own.id == *chosen);
    let binds = eligible && identity::load(tx.conn, user, chosen)?.holds(SIGN);
    Ok(binds.then(|| chosen.clone()))
}

/// Chooses for which company the invitee signs: one of its own that may sign the contract, or a new one.
///
/// # Errors
/// Invalid, when neither is named.
pub fn choose_company(
    conn: &mut PgConnection,
    attempt: &Attempt,
    contract: &ContractRow,
    said: &Company,
) -> Result<()> {
    let own = match &attempt.user_id {
        Some(user) => store::eligible(conn, user, contract)?,
        None => Vec::new(),
    };
    let chosen = own.iter().find(|own| own.id.as_str() == said.account);
    let only = if chosen.is_none() { reserved::of(conn, &contract.id)? } else { None };
    if let Some(only) = only {
        return Err(only.refusal().into());
    }
    match chosen {
        Some(own) => store::set_account(conn, attempt.id, "", Some(&own.id)),
        None if said.company.is_empty() => Err(Violation::new("company", Why::missing("Enter a company name")).into()),
        None => store::set_account(conn, attempt.id, &said.company, None),
    }
}

/// Tells the issuer that somebody with an expired link asks for a new one, once a day at most.
///
/// # Errors
/// [`Problem::Elsewhere`] when the link opens, or when no other would.
pub fn ask_for_link(tx: &mut Tx<'_, Personal>, key: &Key, ticket: &Ticket) -> Result<Done> {
    store::lock(tx, &ticket.contract)?;
    let (found, number, _) = invitation::behind(tx.conn, key, ticket)?;
    let Some(link) = invitation::lapsed(&found, number) else { return Err(Problem::Elsewhere(ticket.path())) };
    if link.asked_at.is_some_and(|at| at > tx.at - TimeDelta::days(1)) {
        return Ok(Done::Same(()));
    }
    let contract = &found.contract;
    store::set_asked(tx, &contract.id, number)?;
    tx.record(Event::new("contract.link_asked", &contract.id))?;
    let told = Mail::LinkAsked { contract: contract.id.clone(), issuer: contract.issuer_id.clone() };
    mail::tell(tx, &told)?;
    Ok(Done::Changed(()))
}

/// Ends a Pending contract at its invitee's word.
pub fn reject(
    tx: &mut Tx<'_, Personal>,
    key: &Key,
    (ticket, verify): (&Ticket, bool),
    Rejection { reason }: &Rejection,
) -> Result<()> {
    store::lock(tx, &ticket.contract)?;
    let invitation = invitation::open(tx.conn, key, ticket, verify)?;
    let contract = &invitation.found.contract;
    let planned = plan(RULES, contract.status, Action::Reject, Part::Signee, tx.at).map_err(refuse)?;
    advance(tx, &contract.id, &planned, reason)?;
    tx.record(Event::new("contract.rejected", &contract.id).moved(planned.from(), planned.to()).note(reason))?;
    let told = Mail::ContractRejected {
        contract: contract.id.clone(),
        issuer: contract.issuer_id.clone(),
        reason: reason.to_owned(),
    };
    mail::tell(tx, &told)
}
