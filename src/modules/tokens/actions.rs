//! The verbs of tokens.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Months, NaiveDate, TimeDelta, Utc};

use super::{
    Manage, Status,
    data::{Details, LONGEST_OVERLAP, Scope},
    grants,
    lifecycle::{Action, Part, RULES},
    store::{self, TokenRow},
};
use crate::kit::{
    actor::{Identity, User},
    db::Tx,
    done::Done,
    event::Event,
    id::{Id, Malformed},
    lifecycle::{NoMove, plan},
    problem::{Problem, Result},
    secret,
    security::Kind,
    violation::{Violation, Why, Words},
};
use crate::t;

/// The longest that a token lives without being renewed.
const LONGEST_MONTHS: u32 = 24;

/// A token that got a new secret, which nobody can read again: what is found by its id alone has none.
pub struct Made {
    pub id: Id<User>,
    pub secret: Option<String>,
}

impl fmt::Display for Made {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.id.fmt(f)
    }
}

impl FromStr for Made {
    type Err = Malformed;

    fn from_str(text: &str) -> std::result::Result<Self, Malformed> {
        Ok(Self { id: text.parse()?, secret: None })
    }
}

fn wrong(at: &'static str, why: Why) -> Problem {
    Violation::new(at, why).into()
}

/// The last instant of a day, where the person is.
fn end_of(identity: &Identity, day: NaiveDate, now: DateTime<Utc>) -> Result<DateTime<Utc>> {
    let end = identity.person.zone.end_of(day);
    let latest = now.checked_add_months(Months::new(LONGEST_MONTHS));
    match end {
        Some(end) if end <= now => Err(wrong("expires_on", Why::new("past", "Enter a date in the future"))),
        Some(end) if latest.is_some_and(|latest| end <= latest + TimeDelta::days(1)) => Ok(end),
        _ => {
            let words = Words::new("Enter a date within the next {months} months").with("months", LONGEST_MONTHS);
            Err(wrong("expires_on", Why::new("too_far", words)))
        }
    }
}

/// Nobody gives a program more than they hold themselves, nor takes it from one: whoever knows a key can do all that its token may.
///
/// # Errors
/// A refusal that names what the person may not do.
pub fn hold(identity: &Identity, permissions: &[String]) -> Result<()> {
    let lacks: Vec<Words> = permissions
        .iter()
        .filter(|key| !identity.holds(key))
        .map(|key| grants::label(key).map_or_else(|| key.into(), Words::new))
        .collect();
    if lacks.is_empty() {
        return Ok(());
    }
    Err(Problem::refused(
        "This token has more permissions than you",
        t!(
            "It includes permissions you don't have: {permissions}. {who} can grant them to you, or do this for you.",
            permissions = Words::all_of(lacks),
            who = identity.granters(),
        ),
    ))
}

/// Makes a token.
///
/// # Errors
/// [`Problem::Invalid`] for a name that another token of the company bears, a permission that the person does not hold or no token may
/// have, and a day that is past or too far away.
pub fn create(tx: &mut Tx<'_, Manage>, (details, scope): (&Details, &Scope), expires_on: NaiveDate) -> Result<Made> {
    let identity = tx.who.member()?;
    if scope.permissions.iter().any(|key| grants::label(key).is_none() || !identity.holds(key)) {
        let why = Why::new("permission", "Only choose permissions you have yourself");
        return Err(wrong("permissions", why));
    }
    let expires = end_of(identity, expires_on, tx.at)?;
    named(tx, &details.name, None)?;
    let secret = secret::token();
    let id = store::insert(tx, (details, scope), expires, &secret)?;
    tx.record(Event::new("token.created", &id).note(&details.name).private())?;
    tx.secure(Kind::RightsRose, Some(&id), &format!("token with {}", scope.permissions.join(", ")))?;
    Ok(Made { id, secret: Some(secret) })
}

fn named(tx: &mut Tx<'_, Manage>, name: &str, but: Option<&Id<User>>) -> Result<()> {
    match store::is_taken(tx, name, but)? {
        false => Ok(()),
        true => Err(store::name_taken().into()),
    }
}

/// A token with which something can still be done.
///
/// # Errors
/// A refusal for one that is deleted.
pub fn alive(row: TokenRow) -> Result<TokenRow> {
    match row.status {
        Status::Deleted => Err(Problem::refused("This token has been deleted", "It can no longer be used.")),
        _ => Ok(row),
    }
}

/// Changes what a token is called. `revision` is the one that the form was opened on.
pub fn update(tx: &mut Tx<'_, Manage>, id: &Id<User>, revision: i32, details: &Details) -> Result<Done> {
    let row = alive(store::lock(tx, id)?)?;
    if row.details() == *details {
        return Ok(Done::Same(()));
    }
    if row.revision != revision {
        return Err(Problem::overtaken("this token"));
    }
    named(tx, &details.name, Some(id))?;
    store::update(tx, id, details)?;
    tx.record(Event::new("token.updated", id).note(&details.name).private())?;
    Ok(Done::Changed(()))
}

/// Disables, enables or deletes a token.
pub fn advance(tx: &mut Tx<'_, Manage>, id: &Id<User>, action: Action) -> Result<()> {
    let row = store::lock(tx, id)?;
    let planned = plan(RULES, row.status, action, Part::Owner, tx.at).map_err(|no| refuse(no, &row))?;
    if action == Action::Enable {
        hold(tx.who.member()?, &row.permissions)?;
    }
    if store::advance(tx, id, &planned)? != 1 {
        return Err(refuse(NoMove::WrongStatus, &row));
    }
    let name = match action {
        Action::Disable => "token.disabled",
        Action::Enable => "token.enabled",
        Action::Delete => "token.deleted",
    };
    tx.record(Event::new(name, id).moved(planned.from(), planned.to()).note(&row.name).private())
}

fn refuse(no: NoMove, row: &TokenRow) -> Problem {
    match no {
        NoMove::WrongStatus => Problem::stale(
            "This token was changed by someone else",
            t!("{id} is {status}.", id = row.id, status = Words::within(row.status)),
        )
        .decided(&row.id),
        NoMove::WrongPart => Problem::NotFound,
    }
}

/// Sets another day of expiry, also for a token that has expired.
pub fn renew(tx: &mut Tx<'_, Manage>, id: &Id<User>, expires_on: NaiveDate) -> Result<Done> {
    let row = alive(store::lock(tx, id)?)?;
    let identity = tx.who.member()?;
    hold(identity, &row.permissions)?;
    let expires = end_of(identity, expires_on, tx.at)?;
    if expires == row.expires_at {
        return Ok(Done::Same(()));
    }
    let until = identity.person.zone.day(expires).words;
    store::set_expiry(tx, id, expires)?;
    tx.record(Event::new("token.renewed", id).note(format!("until {until}")).private())?;
    Ok(Done::Changed(()))
}

/// Gives a token a new secret; the one before works for `overlap` more days.
///
/// # Errors
/// [`Problem::Invalid`] for an overlap that is too long; a refusal when the token may do what the person may not.
pub fn rotate(tx: &mut Tx<'_, Manage>, id: &Id<User>, overlap: i32) -> Result<Made> {
    if !(0..=LONGEST_OVERLAP).contains(&overlap) {
        let words = Words::new("Choose up to {days} days").with("days", LONGEST_OVERLAP);
        return Err(wrong("overlap", Why::new("too_long", words)));
    }
    let row = alive(store::lock(tx, id)?)?;
    hold(tx.who.member()?, &row.permissions)?;
    let until = (overlap > 0).then(|| tx.at + TimeDelta::days(overlap.into()));
    let secret = secret::token();
    store::set_secret(tx, id, &secret, until)?;
    let note = match overlap {
        0 => "the old key stopped working at once".to_owned(),
        1 => "the old key works for 1 more day".to_owned(),
        days => format!("the old key works for {days} more days"),
    };
    tx.record(Event::new("token.rotated", id).note(note).private())?;
    Ok(Made { id: id.clone(), secret: Some(secret) })
}
