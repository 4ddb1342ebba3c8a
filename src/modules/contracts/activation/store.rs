//! Statements about links and attempts. No actor is known yet: the link's code is what opens each door.

use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_types::Timestamptz};
use uuid::Uuid;

use super::{
    forms,
    openers::Opener,
    passes::{self, Pass},
    reserved, signing_first,
};
use crate::{
    accounts::store::UserRow,
    kit::{
        actor::{Account, Company, Role, User},
        constraint::named,
        db::{self, Personal, Read, Tx},
        id::Id,
        problem::Result,
        shown::Shown,
        statement::statement,
        time::Zone,
        words::Words,
    },
    modules::{
        agreements::documents::Document,
        contracts::{
            Contract, Status,
            lifecycle::Move,
            signers::{self, Signers, Turn},
            store::{ContractRow, KEYS, search_text},
            terms,
        },
    },
    schema::{accounts, activation_attempts, activation_links, agreements, contracts, dead_links, memberships},
    t,
};

/// A contract as its link shows it.
#[derive(Debug, Clone)]
pub struct Found {
    pub contract: ContractRow,
    pub agreement: String,
    pub issuer: String,
    /// Whose brand the issuer has.
    pub brand: Id<Account>,
    pub links: Vec<Link>,
    /// Those of its links that were handed over.
    pub passes: Vec<Pass>,
    /// The people that sign it one after the other, where two do.
    pub signers: Option<Signers>,
    /// When it was looked up, by the database's clock: what is over goes by it.
    pub now: DateTime<Utc>,
}

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = activation_links)]
pub struct Link {
    pub number: i32,
    pub nonce: Vec<u8>,
    pub expires_at: DateTime<Utc>,
    pub replaced_at: Option<DateTime<Utc>>,
    /// When a new one was asked for.
    pub asked_at: Option<DateTime<Utc>>,
    /// When its issuer revoked it.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Whose signature it is for.
    pub turn: Turn,
}

impl Found {
    /// Whose signature the contract waits for.
    pub fn turn(&self) -> Turn {
        self.links.iter().find(|link| link.replaced_at.is_none()).map_or(Turn::Only, |link| link.turn)
    }

    /// What its pages show and its invitee is bound to.
    pub fn terms(&self, document: &Document) -> Shown {
        let terms = terms::offered(&self.contract, &self.agreement, &self.issuer, document);
        match &self.signers {
            Some(signers) => terms.and(signers.shown()),
            None => terms,
        }
    }

    /// What its invitee accepts by ticking the box at Review.
    pub fn consent(&self) -> &'static str {
        if self.turn() == Turn::First { signing_first::CONSENT } else { forms::CONSENT }
    }

    /// What became of a link that was handed over, or with which the first of two signatures was given.
    pub fn pass(&self, link: i32) -> Option<&Pass> {
        // a first signature counts no more when the contract was put on another version
        self.passes.iter().find(|pass| pass.link == link).filter(|pass| !pass.signed || self.turn() == Turn::Last)
    }
}

/// A contract, and what a browser has answered so far; at one instant, since who activates a contract ends the attempts of all others.
pub fn find(conn: &mut PgConnection, id: &Id<Contract>, browser: &[u8]) -> Result<Option<(Found, Option<Attempt>)>> {
    type Issuer = (String, Id<Account>);
    type Part = (ContractRow, String, Issuer, DateTime<Utc>, Option<Attempt>, Option<Link>);
    let attempted =
        activation_attempts::contract_id.eq(contracts::id).and(activation_attempts::browser_hash.eq(browser));
    let parts: Vec<Part> = contracts::table
        .inner_join(agreements::table.on(agreements::id.eq(contracts::agreement_id)))
        .inner_join(accounts::table.on(accounts::id.eq(contracts::issuer_id)))
        .left_join(activation_links::table.on(activation_links::contract_id.eq(contracts::id)))
        .left_join(activation_attempts::table.on(attempted))
        .filter(contracts::id.eq(id))
        .order(activation_links::number.desc())
        .select((
            ContractRow::as_select(),
            agreements::name,
            (accounts::name, accounts::brand),
            diesel::dsl::now.into_sql::<Timestamptz>(),
            Option::<Attempt>::as_select(),
            Option::<Link>::as_select(),
        ))
        .load(conn)?;
    let mut parts = parts.into_iter();
    let Some((contract, agreement, (issuer, brand), now, attempt, newest)) = parts.next() else { return Ok(None) };
    let links: Vec<Link> = newest.into_iter().chain(parts.filter_map(|(.., link)| link)).collect();
    let replaced = links.iter().any(|link| link.replaced_at.is_some());
    let passes = if replaced { passes::of(conn, id)? } else { Vec::new() };
    let two = links.iter().any(|link| link.turn != Turn::Only);
    let signers = if two { signers::of(conn, id)? } else { None };
    Ok(Some((Found { contract, agreement, issuer, brand, links, passes, signers, now }, attempt)))
}

/// Locks the contract that an invitee is about to decide on.
pub fn lock(tx: &mut Tx<'_, Personal>, id: &Id<Contract>) -> Result<ContractRow> {
    Ok(contracts::table.find(id).select(ContractRow::as_select()).for_update().first(tx.conn)?)
}

/// Notes that a new link was asked for in place of an expired one.
pub fn set_asked(tx: &mut Tx<'_, Personal>, id: &Id<Contract>, link: i32) -> Result<()> {
    diesel::update(activation_links::table.find((id, link)))
        .set(activation_links::asked_at.eq(tx.at))
        .execute(tx.conn)?;
    Ok(())
}

/// Nonces of a deleted contract's links.
pub fn dead(conn: &mut PgConnection, id: &Id<Contract>) -> Result<Vec<Vec<u8>>> {
    Ok(dead_links::table.filter(dead_links::contract.eq(id.as_str())).select(dead_links::nonce).load(conn)?)
}

/// The current link of a contract, and how far it has come.
#[derive(Debug, Clone)]
pub struct Progress {
    pub number: i32,
    pub nonce: Vec<u8>,
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    /// Whose signature it is for.
    pub turn: Turn,
    /// By the database's clock, when it was looked up.
    pub expired: bool,
    opened: i32,
    last: Option<(DateTime<Utc>, Opener)>,
    reviewed: bool,
    user: bool,
    account: bool,
}

impl Progress {
    /// One line for each thing that is known.
    pub fn words(&self, zone: Zone) -> Vec<Words> {
        let Some((at, by)) = self.last else { return vec![t!("Not opened yet")] };
        let opened = t!(
            "Opened {n} time, last on {when} by {who}" | "Opened {n} times, last on {when} by {who}",
            usize::try_from(self.opened).unwrap_or_default(),
            when = zone.when(at).words,
            who = by,
        );
        let steps = [
            (self.reviewed, t!("Reviewed and accepted")),
            (self.user, t!("User entered")),
            (self.account, t!("Company entered, not activated yet")),
        ];
        std::iter::once(opened).chain(steps.into_iter().filter_map(|(done, words)| done.then_some(words))).collect()
    }
}

pub fn progress<P>(read: &mut Read<'_, P>, id: &Id<Contract>) -> Result<Progress> {
    type Link = (i32, Vec<u8>, DateTime<Utc>, bool, Option<DateTime<Utc>>, Turn);
    type Current = (Link, (i32, Option<DateTime<Utc>>, Option<Opener>));
    let ((number, nonce, expires_at, expired, revoked_at, turn), (opened, at, by)) = activation_links::table
        .filter(activation_links::contract_id.eq(id))
        .filter(activation_links::replaced_at.is_null())
        .select((
            (
                activation_links::number,
                activation_links::nonce,
                activation_links::expires_at,
                activation_links::expires_at.lt(diesel::dsl::now),
                activation_links::revoked_at,
                activation_links::turn,
            ),
            (activation_links::opened, activation_links::last_opened_at, activation_links::last_opened_by),
        ))
        .first::<Current>(read.conn)?;
    let attempts = activation_attempts::table
        .filter(activation_attempts::contract_id.eq(id))
        .order(activation_attempts::updated_at.desc())
        .limit(20)
        .select(Attempt::as_select())
        .load(read.conn)?;
    Ok(Progress {
        number,
        nonce,
        expires_at,
        revoked_at,
        turn,
        expired,
        opened,
        last: at.zip(by),
        reviewed: !attempts.is_empty(),
        user: attempts.iter().any(|attempt| !attempt.name.is_empty()),
        account: attempts.iter().any(|attempt| !attempt.company.is_empty() || attempt.account_id.is_some()),
    })
}

/// What one browser has answered so far.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = activation_attempts)]
pub struct Attempt {
    pub id: Uuid,
    pub email: String,
    pub consent: String,
    pub version: i32,
    pub name: String,
    pub password_hash: Option<String>,
    pub password_at: Option<DateTime<Utc>>,
    pub user_id: Option<Id<User>>,
    pub company: String,
    pub account_id: Option<Id<Account>>,
    pub updated_at: DateTime<Utc>,
    pub email_proved_at: Option<DateTime<Utc>>,
    pub shown: String,
}

pub fn attempt(conn: &mut PgConnection, id: &Id<Contract>, browser: &[u8]) -> Result<Option<Attempt>> {
    Ok(activation_attempts::table
        .filter(activation_attempts::contract_id.eq(id))
        .filter(activation_attempts::browser_hash.eq(browser))
        .select(Attempt::as_select())
        .first(conn)
        .optional()?)
}

/// What was said at Review.
pub struct Review<'a> {
    pub email: &'a str,
    pub consent: &'a str,
    pub version: i32,
    /// What the page showed, as [`terms::offered`] makes it.
    ///
    /// [`terms::offered`]: crate::modules::contracts::terms::offered
    pub shown: &'a str,
}

/// Review was sent: creates the attempt, or restarts it when the email or the terms shown have changed.
pub fn review(conn: &mut PgConnection, id: &Id<Contract>, browser: &[u8], said: &Review<'_>) -> Result<()> {
    let before = attempt(conn, id, browser)?;
    let now = db::now(conn)?;
    let same = before.as_ref().is_some_and(|before| before.email == said.email && before.shown == said.shown);
    if let (false, Some(before)) = (same, &before) {
        diesel::delete(activation_attempts::table.find(before.id)).execute(conn)?;
    }
    diesel::insert_into(activation_attempts::table)
        .values((
            activation_attempts::id.eq(Uuid::now_v7()),
            activation_attempts::contract_id.eq(id),
            activation_attempts::browser_hash.eq(browser),
            activation_attempts::email.eq(said.email),
            activation_attempts::consent.eq(said.consent),
            activation_attempts::reviewed_at.eq(now),
            activation_attempts::version.eq(said.version),
            activation_attempts::shown.eq(said.shown),
            activation_attempts::created_at.eq(now),
            activation_attempts::updated_at.eq(now),
        ))
        .on_conflict((activation_attempts::contract_id, activation_attempts::browser_hash))
        .do_update()
        .set(activation_attempts::updated_at.eq(now))
        .execute(conn)?;
    Ok(())
}

/// A new user's name and hashed password.
pub fn set_user(conn: &mut PgConnection, attempt: Uuid, name: &str, hash: &str) -> Result<()> {
    let now = db::now(conn)?;
    diesel::update(activation_attempts::table.find(attempt))
        .set((
            activation_attempts::name.eq(name),
            activation_attempts::password_hash.eq(hash),
            activation_attempts::password_at.eq(now),
            activation_attempts::user_id.eq(None::<Id<User>>),
            activation_attempts::account_id.eq(None::<Id<Account>>),
            activation_attempts::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// An existing user that gave its password, or is signed in.
pub fn set_existing(conn: &mut PgConnection, attempt: Uuid, user: &UserRow) -> Result<()> {
    let now = db::now(conn)?;
    diesel::update(activation_attempts::table.find(attempt))
        .set((
            activation_attempts::name.eq(&user.name),
            activation_attempts::email.eq(&user.email),
            activation_attempts::password_hash.eq(None::<String>),
            activation_attempts::password_at.eq(now),
            activation_attempts::user_id.eq(&user.id),
            activation_attempts::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// A new company's name, or one of the person's own companies.
pub fn set_account(conn: &mut PgConnection, attempt: Uuid, company: &str, account: Option<&Id<Account>>) -> Result<()> {
    let now = db::now(conn)?;
    diesel::update(activation_attempts::table.find(attempt))
        .set((
            activation_attempts::company.eq(company),
            activation_attempts::account_id.eq(account),
            activation_attempts::updated_at.eq(now),
        ))
        .execute(conn)?;
    Ok(())
}

/// Forgets what anybody has answered: the next signer begins anew.
pub fn forget(tx: &mut Tx<'_, Personal>, id: &Id<Contract>) -> Result<()> {
    diesel::delete(activation_attempts::table.filter(activation_attempts::contract_id.eq(id))).execute(tx.conn)?;
    Ok(())
}

/// The winner keeps its attempt, so that its browser finds the last page; all others are forgotten.
pub fn settle(
    tx: &mut Tx<'_, Personal>,
    id: &Id<Contract>,
    winner: Uuid,
    user: &Id<User>,
    account: &Id<Account>,
) -> Result<()> {
    diesel::delete(
        activation_attempts::table
            .filter(activation_attempts::contract_id.eq(id))
            .filter(activation_attempts::id.ne(winner)),
    )
    .execute(tx.conn)?;
    diesel::update(activation_attempts::table.find(winner))
        .set((
            activation_attempts::user_id.eq(user),
            activation_attempts::account_id.eq(account),
            activation_attempts::password_hash.eq(None::<String>),
            activation_attempts::updated_at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// A person's company: its id, name and role, and the company whose brand it has if not its own.
type Own = (Id<Account>, String, Role, Id<Account>);

/// Companies of a person that may sign this contract: of the right role, not the issuer, not bound by the agreement yet.
pub fn eligible(conn: &mut PgConnection, user: &Id<User>, contract: &ContractRow) -> Result<Vec<Company>> {
    let own: Vec<Own> = memberships::table
        .inner_join(accounts::table)
        .filter(memberships::user_id.eq(user))
        .filter(memberships::account_id.ne(&contract.issuer_id))
        .filter(diesel::dsl::not(diesel::dsl::exists(
            contracts::table
                .filter(contracts::signee_id.eq(memberships::account_id.nullable()))
                .filter(contracts::agreement_id.eq(&contract.agreement_id))
                .filter(contracts::status.eq(Status::Active)),
        )))
        .order(accounts::name)
        .select((accounts::id, accounts::name, accounts::role, accounts::brand))
        .load(conn)?;
    let reserved = reserved::of(conn, &contract.id)?;
    Ok(own
        .into_iter()
        .filter(|(_, _, role, _)| contract.type_.signed_by(*role))
        .filter(|(id, ..)| reserved.as_ref().is_none_or(|only| only.id == *id))
        .map(|(id, name, role, brand)| Company { id, name, role, brand, logo: None })
        .collect())
}

/// Writes the planned move of a contract that [`lock`] holds, with its signee.
pub fn activate(
    tx: &mut Tx<'_, Personal>,
    id: &Id<Contract>,
    planned: &Move,
    signee: &Id<Account>,
    name: &str,
) -> Result<usize> {
    diesel::update(contracts::table.filter(contracts::id.eq(id)).filter(contracts::status.eq(planned.from())))
        .set((
            contracts::status.eq(planned.to()),
            contracts::signee_id.eq(signee),
            contracts::activated_at.eq(planned.at()),
            contracts::updated_at.eq(planned.at()),
            contracts::revision.eq(contracts::revision + 1),
            contracts::search.eq(search_text(id, (signee, name))),
        ))
        .execute(tx.conn)
        .map_err(named(KEYS))
}

/// Forgets passwords after an hour and attempts after a month.
pub fn sweep(conn: &mut PgConnection) -> Result<usize> {
    statement(
        "UPDATE activation_attempts SET password_hash = NULL WHERE password_hash IS NOT NULL AND password_at < now() - interval '1 hour'",
    )
    .execute(conn)?;
    Ok(statement("DELETE FROM activation_attempts WHERE updated_at < now() - interval '30 days'").execute(conn)?)
}
