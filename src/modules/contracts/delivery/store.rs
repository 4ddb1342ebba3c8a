//! Statements about what was sent of contracts whose sight was checked, and about who came by their links.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use crate::{
    kit::{
        db::{Read, Tx},
        id::Id,
        problem::Result,
    },
    mail::outbox::Fate,
    modules::contracts::Contract,
    schema::{
        activation_attempts as attempts, activation_links as links, contracts, link_mails, link_openings, outbox, users,
    },
};

/// A mail with a contract's link.
#[derive(Debug)]
pub struct Sent<'a> {
    /// Its id in the outbox.
    pub mail: Uuid,
    pub contract: &'a Id<Contract>,
    pub link: i32,
    pub recipient: &'a str,
    pub message: &'a str,
    pub reminder: bool,
}

/// Writes down a mail with the link of a contract that is locked, sent by the actor.
pub fn insert<P>(tx: &mut Tx<'_, P>, sent: &Sent<'_>) -> Result<()> {
    let identity = tx.who.member()?;
    diesel::insert_into(link_mails::table)
        .values((
            link_mails::id.eq(sent.mail),
            link_mails::contract_id.eq(sent.contract),
            link_mails::link.eq(sent.link),
            link_mails::recipient.eq(sent.recipient),
            link_mails::reminder.eq(sent.reminder),
            link_mails::message.eq(sent.message),
            link_mails::sender_id.eq(&identity.person.id),
            link_mails::at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    diesel::update(contracts::table.find(sent.contract)).set(contracts::emailed_at.eq(tx.at)).execute(tx.conn)?;
    Ok(())
}

/// How many mails were sent for a contract within the last day.
pub fn today<P>(tx: &mut Tx<'_, P>, contract: &Id<Contract>) -> Result<i64> {
    Ok(link_mails::table
        .filter(link_mails::contract_id.eq(contract))
        .filter(link_mails::at.gt(tx.at - TimeDelta::days(1)))
        .count()
        .get_result(tx.conn)?)
}

/// Whether an address ever had a mail with a contract's link.
pub fn written_to<P>(tx: &mut Tx<'_, P>, contract: &Id<Contract>, recipient: &str) -> Result<bool> {
    let mails =
        link_mails::table.filter(link_mails::contract_id.eq(contract)).filter(link_mails::recipient.eq(recipient));
    Ok(diesel::select(diesel::dsl::exists(mails)).get_result(tx.conn)?)
}

/// A contract's current link.
#[derive(Debug, Queryable)]
pub struct Current {
    pub number: i32,
    pub expires_at: DateTime<Utc>,
    pub revoked: bool,
}

pub fn current<P>(tx: &mut Tx<'_, P>, contract: &Id<Contract>) -> Result<Current> {
    Ok(links::table
        .filter(links::contract_id.eq(contract))
        .filter(links::replaced_at.is_null())
        .select((links::number, links::expires_at, links::revoked_at.is_not_null()))
        .first(tx.conn)?)
}

/// Has the current link of a contract that is locked open nothing any more.
pub fn revoke<P>(tx: &mut Tx<'_, P>, contract: &Id<Contract>) -> Result<()> {
    let current = links::table.filter(links::contract_id.eq(contract)).filter(links::replaced_at.is_null());
    diesel::update(current).set(links::revoked_at.eq(tx.at)).execute(tx.conn)?;
    Ok(())
}

/// A mail as the log shows it.
#[derive(Debug, Queryable)]
pub struct MailRow {
    pub at: DateTime<Utc>,
    pub recipient: String,
    pub reminder: bool,
    pub message: String,
    pub sender: String,
    /// None once the outbox has forgotten it.
    pub fate: Option<Fate>,
}

/// The latest mails of a contract.
pub fn mails<P>(read: &mut Read<'_, P>, contract: &Id<Contract>) -> Result<Vec<MailRow>> {
    Ok(link_mails::table
        .inner_join(users::table)
        .left_join(outbox::table.on(outbox::id.eq(link_mails::id)))
        .filter(link_mails::contract_id.eq(contract))
        .order(link_mails::at.desc())
        .limit(100)
        .select((
            link_mails::at,
            link_mails::recipient,
            link_mails::reminder,
            link_mails::message,
            users::name,
            Option::<Fate>::as_select(),
        ))
        .load(read.conn)?)
}

/// What became of these mails; those that the outbox has forgotten are not among them.
pub fn fates<P>(read: &mut Read<'_, P>, mails: &[Uuid]) -> Result<Vec<(Uuid, Fate)>> {
    Ok(outbox::table.filter(outbox::id.eq_any(mails)).select((outbox::id, Fate::as_select())).load(read.conn)?)
}

/// What came by a link: one browser, or all programs that say what they are.
#[derive(Debug, Queryable)]
pub struct OpeningRow {
    pub times: i32,
    pub first_at: DateTime<Utc>,
    pub last_at: DateTime<Utc>,
    /// When it came on to the page behind the link: a person did.
    pub followed_at: Option<DateTime<Utc>>,
}

/// Recent visits through a contract's links.
pub fn openings<P>(read: &mut Read<'_, P>, contract: &Id<Contract>) -> Result<Vec<OpeningRow>> {
    Ok(link_openings::table
        .filter(link_openings::contract_id.eq(contract))
        .order(link_openings::last_at.desc())
        .limit(50)
        .select((link_openings::times, link_openings::first_at, link_openings::last_at, link_openings::followed_at))
        .load(read.conn)?)
}

/// When a new link was asked for in place of one that had expired, and when it was revoked.
#[derive(Debug, Queryable)]
pub struct LinkRow {
    pub asked_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
}

/// The latest links of a contract.
pub fn links<P>(read: &mut Read<'_, P>, contract: &Id<Contract>) -> Result<Vec<LinkRow>> {
    Ok(links::table
        .filter(links::contract_id.eq(contract))
        .order(links::number.desc())
        .limit(50)
        .select((links::asked_at, links::revoked_at))
        .load(read.conn)?)
}

/// How far somebody has come behind a contract's link.
#[derive(Debug, Queryable)]
pub struct StepRow {
    pub at: DateTime<Utc>,
    name: String,
    company: String,
    account: Option<String>,
}

impl StepRow {
    /// Whether a user was entered, and whether a company was.
    pub fn entered(&self) -> (bool, bool) {
        (!self.name.is_empty(), !self.company.is_empty() || self.account.is_some())
    }
}

/// How far each invitee who accepted the agreement has got, the latest first.
pub fn steps<P>(read: &mut Read<'_, P>, contract: &Id<Contract>) -> Result<Vec<StepRow>> {
    Ok(attempts::table
        .filter(attempts::contract_id.eq(contract))
        .order(attempts::updated_at.desc())
        .limit(20)
        .select((attempts::updated_at, attempts::name, attempts::company, attempts::account_id))
        .load(read.conn)?)
}
