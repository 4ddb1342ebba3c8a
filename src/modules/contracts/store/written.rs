//! Writing contracts: new ones, their moves, and what their issuer says about them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::ContractRow;
use crate::{
    accounts::store::draw,
    kit::{
        actor::Account,
        constraint::{Constraints, named},
        db::Tx,
        id::Id,
        problem::{Problem, Result},
    },
    modules::{
        agreements::Agreement,
        contracts::{
            Contract, Purpose, Status, Type,
            data::{Notes, Parameters, Recipient},
            lifecycle::Move,
        },
    },
    schema::{accounts, activation_links, contracts, dead_links},
    t,
};

/// The data of a new contract.
#[derive(Debug, Clone)]
pub struct NewContract<'a> {
    pub type_: Type,
    pub kind: Purpose,
    pub agreement: &'a Id<Agreement>,
    pub version: i32,
    pub said: &'a Parameters,
    pub end: Option<DateTime<Utc>>,
    /// The contract that it succeeds, which [`super::lock`] holds and which is between the same two companies.
    pub after: Option<&'a ContractRow>,
    /// The vendor to which a referral leads, and the referral agreement: the contract has both its parties from the start.
    pub referred: Option<(&'a Id<Account>, &'a Id<Agreement>)>,
}

/// Inserts a Pending contract that the actor's company issues, under an id drawn for it.
pub fn insert<P>(tx: &mut Tx<'_, P>, new: &NewContract<'_>) -> Result<Id<Contract>> {
    let identity = tx.who.identity().ok_or_else(|| Problem::internal("a contract has an issuer"))?;
    let (issuer, creator) = (identity.company.id.clone(), identity.person.id.clone());
    let signee = match new.referred {
        Some((vendor, _)) => Some(vendor),
        None => new.after.and_then(|before| before.signee_id.as_ref()),
    };
    let name: Option<String> = match signee {
        Some(signee) => Some(accounts::table.find(signee).select(accounts::name).first(tx.conn)?),
        None => None,
    };
    let recipient = new.said.recipient();
    draw(new.type_.contract_prefix(), |id| {
        Ok(diesel::insert_into(contracts::table)
            .values((
                (
                    contracts::id.eq(id),
                    contracts::type_.eq(new.type_),
                    contracts::kind.eq(new.kind),
                    contracts::status.eq(Status::Pending),
                    contracts::agreement_id.eq(new.agreement),
                    contracts::version.eq(new.version),
                    contracts::issuer_id.eq(&issuer),
                    contracts::signee_id.eq(signee),
                    contracts::predecessor_id.eq(new.after.map(|before| &before.id)),
                    contracts::referral_agreement_id.eq(new.referred.map(|(_, agreement)| agreement)),
                ),
                contracts::note.eq(&new.said.note),
                contracts::internal_note.eq(&new.said.internal_note),
                contracts::allows_program.eq(new.said.allows_program),
                contracts::allows_service.eq(new.said.allows_service),
                contracts::allows_delegate.eq(new.said.allows_delegate),
                contracts::expire_at.eq(new.end),
                contracts::creator_id.eq(&creator),
                contracts::created_at.eq(tx.at),
                contracts::updated_at.eq(tx.at),
                contracts::search.eq(match signee.zip(name.as_deref()) {
                    Some(signee) => search_text(id, signee),
                    None => search_invited(id, &recipient),
                }),
                contracts::recipient_company.eq(&recipient.recipient_company),
                contracts::recipient_email.eq(&recipient.recipient_email),
            ))
            .on_conflict(contracts::id)
            .do_nothing()
            .execute(tx.conn)?)
    })
}

/// What a search finds a contract by, apart from its agreement.
pub fn search_text(id: &Id<Contract>, (signee, name): (&Id<Account>, &str)) -> String {
    format!("{id} {name} {signee}").to_lowercase()
}

/// The same of one that nobody has signed.
pub fn search_invited(id: &Id<Contract>, recipient: &Recipient) -> String {
    format!("{id} {} {}", recipient.recipient_company, recipient.recipient_email).to_lowercase()
}

/// Writes a planned move, with the time it began or ended the contract. Stale when the contract has moved since.
pub fn advance<P>(tx: &mut Tx<'_, P>, id: &Id<Contract>, planned: &Move, note: &str) -> Result<()> {
    let ended = matches!(planned.to(), Status::Rejected | Status::Terminated).then_some(planned.at());
    let begun = (planned.to() == Status::Active).then(|| contracts::activated_at.eq(Some(planned.at())));
    let moved =
        diesel::update(contracts::table.filter(contracts::id.eq(id)).filter(contracts::status.eq(planned.from())))
            .set((
                contracts::status.eq(planned.to()),
                begun,
                contracts::ended_at.eq(ended),
                contracts::end_note.eq(note),
                contracts::updated_at.eq(planned.at()),
                contracts::revision.eq(contracts::revision + 1),
            ))
            .execute(tx.conn)
            .map_err(named(KEYS))?;
    if moved == 1 {
        Ok(())
    } else {
        Err(Problem::stale("This contract has changed", t!("{id} has changed since you opened this page.", id)))
    }
}

/// The keys that two acts at once can break, and what the later one is told.
pub const KEYS: Constraints = &[
    ("contracts_one_active", || {
        Problem::stale(
            "This contract cannot be signed",
            "Your company now has another active contract on the same agreement. Nothing was signed.",
        )
    }),
    ("contract_referrals_one", || {
        Problem::stale(
            "This contract cannot be created",
            "Your company already has a contract with this vendor on this agreement. Nothing was signed.",
        )
    }),
];

/// Changes the issuer's notes on a contract that [`super::lock`] holds.
pub fn set_notes<P>(tx: &mut Tx<'_, P>, id: &Id<Contract>, said: &Notes) -> Result<()> {
    diesel::update(contracts::table.find(id))
        .set((
            contracts::note.eq(&said.note),
            contracts::internal_note.eq(&said.internal_note),
            contracts::updated_at.eq(tx.at),
            contracts::revision.eq(contracts::revision + 1),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Sets the recipient of a contract that [`super::lock`] holds and nobody has signed.
pub fn set_recipient<P>(tx: &mut Tx<'_, P>, id: &Id<Contract>, said: &Recipient) -> Result<()> {
    diesel::update(contracts::table.find(id))
        .set((
            contracts::recipient_company.eq(&said.recipient_company),
            contracts::recipient_email.eq(&said.recipient_email),
            contracts::search.eq(search_invited(id, said)),
            contracts::updated_at.eq(tx.at),
            contracts::revision.eq(contracts::revision + 1),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Gives a contract that [`super::lock`] holds another expiry date, before which both sides are reminded again.
pub fn set_end<P>(tx: &mut Tx<'_, P>, id: &Id<Contract>, end: Option<DateTime<Utc>>) -> Result<()> {
    diesel::update(contracts::table.find(id))
        .set((
            contracts::expire_at.eq(end),
            contracts::reminded_days.eq(None::<i32>),
            contracts::updated_at.eq(tx.at),
            contracts::revision.eq(contracts::revision + 1),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Moves a Pending contract that [`super::lock`] holds to another version.
pub fn set_version<P>(tx: &mut Tx<'_, P>, id: &Id<Contract>, version: i32) -> Result<()> {
    diesel::update(contracts::table.find(id))
        .set((
            contracts::version.eq(version),
            contracts::updated_at.eq(tx.at),
            contracts::revision.eq(contracts::revision + 1),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Removes a Pending contract. People who still have one of its links are told what happened.
pub fn delete<P>(tx: &mut Tx<'_, P>, id: &Id<Contract>) -> Result<()> {
    let nonces: Vec<Vec<u8>> = activation_links::table
        .filter(activation_links::contract_id.eq(id))
        .select(activation_links::nonce)
        .load(tx.conn)?;
    let dead: Vec<_> = nonces
        .into_iter()
        .map(|nonce| {
            (
                dead_links::contract.eq(id.as_str().to_owned()),
                dead_links::nonce.eq(nonce),
                dead_links::died_at.eq(tx.at),
            )
        })
        .collect();
    diesel::insert_into(dead_links::table).values(dead).on_conflict_do_nothing().execute(tx.conn)?;
    diesel::delete(contracts::table.find(id)).execute(tx.conn)?;
    Ok(())
}
