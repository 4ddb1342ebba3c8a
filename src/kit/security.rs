//! The trail of security: sign-ins, refusals, rises of rights. Rows of `security_events` and lines of the log (target `security`), apart
//! from what companies read of each other; no secret is in it, and an e-mail that was typed only masked.
//!
//! What an act causes is written in the act's own transaction ([`super::db::Tx::secure`]). What happens outside of one, such as a
//! refusal, must not cost the request a statement: it waits here until a job writes it down, a second later at most, and when the same
//! happens many times meanwhile it is one row that says how often.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Mutex, PoisonError},
};

use diesel::{
    prelude::*,
    sql_types::{Integer, Nullable, Text},
};

use super::{
    actor::User,
    caller::Caller,
    choice::Choice as _,
    db::Db,
    id::Id,
    problem::{Problem, Result},
    statement::statement,
    visit::{House, Visit},
};

crate::choice! {
    /// What happened.
    Kind {
        SignedIn = "session.began" / "signed in",
        Came = "session.came" / "signed in to this company",
        SignedOut = "session.ended" / "signed out",
        Revoked = "session.revoked" / "signed out another session",
        WrongPassword = "password.wrong" / "entered a wrong password",
        PasswordChanged = "password.changed" / "changed the password",
        ResetAsked = "password.reset_asked" / "asked for a link to set a password",
        ResetUsed = "password.reset_used" / "set a password using a link",
        Halfway = "session.halfway" / "entered the right password and was asked for the second factor",
        WrongCode = "factor.wrong" / "entered a wrong code of the second factor",
        FactorAdded = "factor.added" / "set up a second factor",
        FactorRemoved = "factor.removed" / "removed a second factor",
        PasskeyCopied = "passkey.copied" / "used a copied passkey",
        FactorResetAsked = "factor.reset_asked" / "asked for a second factor to be removed",
        CodesMade = "recovery_codes.made" / "created new recovery codes",
        CodeUsed = "recovery_codes.used" / "used a recovery code",
        PolicyChanged = "policy.changed" / "changed how a company's people sign in",
        Refused = "request.refused" / "was refused because a permission is missing",
        Barred = "request.barred" / "was refused because the address is not allowed",
        Untrusted = "request.untrusted" / "sent a form from another site, or an outdated one",
        Throttled = "request.throttled" / "was asked to wait after too many attempts",
        WrongToken = "token.refused" / "called with a wrong or expired key",
        RightsRose = "rights.rose" / "gained permissions",
        KeyRotated = "key.rotated" / "changed the server's key",
        SsoSignedIn = "sso.signed_in" / "signed in with single sign-on",
        SsoRefused = "sso.refused" / "was refused by single sign-on",
        PersonRemoved = "person.removed" / "deleted a user account",
        PersonExported = "person.exported" / "downloaded their own data",
    }
}

/// How many different things may wait to be written down; beyond it they are only logged.
const WAITING: usize = 10_000;
/// The longest text of a column.
const LONGEST: usize = 400;

/// What is counted as the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Same {
    kind: Kind,
    user: Option<String>,
    /// The company for which it happened.
    account: Option<String>,
    email: String,
    about: String,
    address: String,
    agent: String,
}

impl Same {
    fn of(caller: &Caller, kind: Kind, (user, account): Whose, email: String, about: &str) -> Self {
        let about = about.chars().take(LONGEST).collect();
        Self { kind, user, account, email, about, address: caller.address.clone(), agent: caller.agent.clone() }
    }
}

#[derive(Debug, Clone)]
struct Count {
    request: String,
    times: i32,
}

/// What waits to be written down.
#[derive(Default)]
pub struct Trail(Mutex<HashMap<Same, Count>>);

/// `name@example.com` as `n…@example.com`.
pub fn masked(email: &str) -> String {
    let email = email.trim();
    match email.rsplit_once('@') {
        Some((local, domain)) => {
            format!("{}…@{domain}", local.chars().next().map(String::from).unwrap_or_default())
        }
        None => format!("{}…", email.chars().next().map(String::from).unwrap_or_default()),
    }
    .chars()
    .filter(|c| !c.is_control())
    .take(LONGEST)
    .collect()
}

/// Says that something happened on this visit.
pub fn tell(visit: &Visit, kind: Kind, user: Option<&Id<User>>, about: &str) {
    let user = user.map(ToString::to_string).or_else(|| visit.user.clone());
    put(&visit.house, &visit.caller, kind, (user, visit.company.clone()), String::new(), about);
}

/// The same of somebody who is known only by what was typed.
pub fn tell_of(visit: &Visit, kind: Kind, email: &str) {
    put(&visit.house, &visit.caller, kind, (visit.user.clone(), None), masked(email), "");
}

/// The same for a company that the page does not name.
pub fn tell_for(visit: &Visit, kind: Kind, account: &str, user: Option<&Id<User>>, about: &str) {
    let user = user.map(ToString::to_string);
    put(&visit.house, &visit.caller, kind, (user, Some(account.to_owned())), String::new(), about);
}

/// The same of a program that calls, or whoever pretends to be one.
pub fn tell_by(house: &House, caller: &Caller, kind: Kind, user: Option<&Id<User>>, about: &str) {
    put(house, caller, kind, (user.map(ToString::to_string), None), String::new(), about);
}

/// The same of a company's own token.
pub fn tell_of_token(house: &House, caller: &Caller, kind: Kind, token: &Id<User>, account: &str) {
    put(house, caller, kind, (Some(token.to_string()), Some(account.to_owned())), String::new(), token.as_str());
}

/// Who did it, and for which company.
pub type Whose = (Option<String>, Option<String>);

fn put(house: &House, caller: &Caller, kind: Kind, whose: Whose, email: String, about: &str) {
    let same = Same::of(caller, kind, whose, email, about);
    log(&same, &caller.request);
    let mut waiting = house.trail.0.lock().unwrap_or_else(PoisonError::into_inner);
    let full = waiting.len() >= WAITING;
    match waiting.entry(same) {
        Entry::Occupied(mut counted) => counted.get_mut().times = counted.get().times.saturating_add(1),
        Entry::Vacant(place) if !full => drop(place.insert(Count { request: caller.request.clone(), times: 1 })),
        Entry::Vacant(_) => {}
    }
}

fn log(same: &Same, request: &str) {
    let Same { kind, user, account, email, about, address, agent } = same;
    let (user, account) = (user.as_deref().unwrap_or_default(), account.as_deref().unwrap_or_default());
    tracing::info!(target: "security", event = kind.key(), user, account, email, about, address, agent, request, "{kind}");
}

fn insert(conn: &mut PgConnection, same: &Same, count: &Count) -> Result<()> {
    // the name as it is now: it stays when the person has left
    statement(
        "INSERT INTO security_events (name, user_id, account_id, email, about, address, agent, request, times, actor_name) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, coalesce((SELECT u.name FROM users u WHERE u.id = $2), ''))",
    )
    .bind::<Text, _>(same.kind.key())
    .bind::<Nullable<Text>, _>(&same.user)
    .bind::<Nullable<Text>, _>(&same.account)
    .bind::<Text, _>(&same.email)
    .bind::<Text, _>(&same.about)
    .bind::<Text, _>(&same.address)
    .bind::<Text, _>(&same.agent)
    .bind::<Text, _>(&count.request)
    .bind::<Integer, _>(count.times)
    .execute(conn)?;
    Ok(())
}

/// Writes a row at once, in the transaction of `conn`.
///
/// # Errors
/// When the database is away.
pub fn record(conn: &mut PgConnection, caller: &Caller, kind: Kind, whose: Whose, about: &str) -> Result<()> {
    let same = Same::of(caller, kind, whose, String::new(), about);
    let count = Count { request: caller.request.clone(), times: 1 };
    insert(conn, &same, &count)?;
    log(&same, &count.request);
    Ok(())
}

/// Writes down what waits. What cannot be written now waits on.
pub async fn write_down(db: &Db, trail: &Trail) -> Result<()> {
    let waiting = std::mem::take(&mut *trail.0.lock().unwrap_or_else(PoisonError::into_inner));
    if waiting.is_empty() {
        return Ok(());
    }
    let rows = waiting.clone();
    let written = db
        .open(move |conn| {
            conn.transaction::<_, Problem, _>(|conn| {
                rows.iter().try_for_each(|(same, count)| insert(conn, same, count))
            })
        })
        .await;
    if written.is_err() {
        let mut now = trail.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (same, count) in waiting {
            now.entry(same).and_modify(|later| later.times = later.times.saturating_add(count.times)).or_insert(count);
        }
    }
    written
}

/// Clears away what is older than a year; the database refuses to lose anything younger.
pub fn sweep(conn: &mut PgConnection) -> Result<usize> {
    Ok(statement("DELETE FROM security_events WHERE at < now() - interval '365 days'").execute(conn)?)
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn an_address_is_known_again_but_not_told() {
        for (typed, shown) in [
            (" michael@mightymicks.example", "m…@mightymicks.example"),
            ("Tutorial-2026!", "T…"),
            ("имя@почта.рф", "и…@почта.рф"),
            ("@x", "…@x"),
            ("", "…"),
            ("a@b\r\nc", "a…@bc"),
        ] {
            assert_eq!(masked(typed), shown);
        }
    }
}
