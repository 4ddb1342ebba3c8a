//! The letter that brings a partner its link, and reminds it. The link is derived while the letter is written.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    kit::{db, id::Id, problem::Result, time::Zone, typed::apart, words::Words},
    mail::{
        Desk,
        written::{Piece, Written, text},
    },
    modules::contracts::{Contract, Status, Type, links},
    schema::{accounts, activation_links, agreements, contracts},
    t,
};

/// What a letter is about.
pub struct Invited<'a> {
    pub contract: &'a Id<Contract>,
    /// The number of the link that it brings.
    pub link: i32,
    /// The person that had it sent.
    pub sender: &'a str,
    /// Words of that person; there may be none.
    pub message: &'a str,
    pub occasion: Occasion,
}

/// Why somebody gets a letter with a link.
pub enum Occasion {
    Invited,
    Reminded,
    /// A colleague, who is the sender, hands the contract over.
    HandedOver,
    /// A colleague, who is the sender, has given the first of two signatures.
    Second,
}

/// A contract that still waits for its partner, with the link that still opens it.
struct Open {
    type_: Type,
    agreement: String,
    issuer: String,
    nonce: Vec<u8>,
    /// Until when it can be activated.
    until: DateTime<Utc>,
}

/// None when the contract is no longer pending, or its link was replaced or revoked, or has expired.
fn open(conn: &mut PgConnection, contract: &Id<Contract>, link: i32) -> Result<Option<Open>> {
    type Found = (Type, Option<DateTime<Utc>>, String, String, Vec<u8>, DateTime<Utc>);
    let found: Option<Found> = contracts::table
        .inner_join(agreements::table.on(agreements::id.eq(contracts::agreement_id)))
        .inner_join(accounts::table.on(accounts::id.eq(contracts::issuer_id)))
        .inner_join(activation_links::table.on(activation_links::contract_id.eq(contracts::id)))
        .filter(contracts::id.eq(contract))
        .filter(contracts::status.eq(Status::Pending))
        .filter(activation_links::number.eq(link))
        .filter(activation_links::replaced_at.is_null())
        .filter(activation_links::revoked_at.is_null())
        .select((
            contracts::type_,
            contracts::expire_at,
            agreements::name,
            accounts::name,
            activation_links::nonce,
            activation_links::expires_at,
        ))
        .first(conn)
        .optional()?;
    let Some((type_, ends, agreement, issuer, nonce, expires)) = found else { return Ok(None) };
    let until = ends.map_or(expires, |ends| ends.min(expires));
    let waits = until > db::now(conn)?;
    Ok(waits.then_some(Open { type_, agreement, issuer, nonce, until }))
}

/// What an invitation tells, by mail or on paper.
pub struct Told<'a> {
    pub contract: &'a Id<Contract>,
    pub type_: Type,
    pub agreement: &'a str,
    pub issuer: &'a str,
    /// The person that had it sent.
    pub sender: &'a str,
    /// Until when it can be activated.
    pub until: DateTime<Utc>,
}

impl Told<'_> {
    /// The subject, and what comes first.
    pub fn invites(&self) -> (Words, Words) {
        let (contract, person) = (self.contract, self.sender);
        let (company, agreement) = (apart(self.issuer), apart(self.agreement));
        let kind = Words::within(self.type_);
        (
            t!("{company} invites you to contract {contract}", company, contract),
            t!(
                "{person} from {company} invites your company to the {kind} contract {contract} on {agreement}. It gives you access to the {portal}.",
                person,
                company,
                kind,
                contract,
                agreement,
                portal = Words::new(self.type_.opens().portal()),
            ),
        )
    }

    /// What stands right above the link.
    pub fn leads() -> Words {
        t!("Read the contract, and accept or reject it here:")
    }

    /// What stands below the link.
    pub fn below(&self) -> [Words; 2] {
        [
            // nobody is known yet whose zone it could be said in
            t!(
                "The link works until {day} (UTC). Your company isn't bound by anything until you activate the contract.",
                day = Zone::UTC.when(self.until).words,
            ),
            t!(
                "Anyone who has this link can accept or reject the contract, so only share it within your company. If you didn't expect this email, ignore it."
            ),
        ]
    }
}

pub fn write(desk: &mut Desk<'_>, about: &Invited<'_>) -> Result<Option<Written>> {
    let Some(found) = open(desk.conn, about.contract, about.link)? else { return Ok(None) };
    let (contract, person) = (about.contract, about.sender);
    let told = Told {
        contract,
        type_: found.type_,
        agreement: &found.agreement,
        issuer: &found.issuer,
        sender: person,
        until: found.until,
    };
    let (company, agreement) = (apart(&found.issuer), apart(&found.agreement));
    let kind = Words::within(found.type_);
    let (subject, first) = match about.occasion {
        Occasion::Invited => told.invites(),
        Occasion::HandedOver => (
            t!("{person} handed contract {contract} from {company} over to you", person, contract, company),
            t!(
                "{person} received the {kind} contract {contract} on {agreement} from {company}, and asks you to read it and sign it for your company.",
                person,
                kind,
                contract,
                agreement,
                company,
            ),
        ),
        Occasion::Second => (
            t!(
                "{person} signed contract {contract} with {company}. It needs your signature too",
                person,
                contract,
                company
            ),
            t!(
                "{person} signed the {kind} contract {contract} on {agreement} with {company} for your company. Two signatures are needed, and the second is yours.",
                person,
                kind,
                contract,
                agreement,
                company,
            ),
        ),
        Occasion::Reminded => (
            t!("Reminder: contract {contract} from {company} needs your answer", contract, company),
            t!(
                "{person} at {company} is reminding you about the {kind} contract {contract} on {agreement}. It needs your answer.",
                person,
                company,
                kind,
                contract,
                agreement,
            ),
        ),
    };
    let mut pieces = vec![text(first)];
    if !about.message.is_empty() {
        pieces.extend([text(t!("{person} writes:", person)), Piece::Said(about.message.to_owned())]);
    }
    pieces.extend([text(Told::leads()), Piece::Link(links::url(desk.key, desk.public_url, contract, &found.nonce))]);
    pieces.extend(told.below().map(text));
    Ok(Some(Written::new(subject, pieces)))
}
