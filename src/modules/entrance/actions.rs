//! The verbs of who is let in.

use uuid::Uuid;

use super::{
    Administer, Manage,
    data::{Addresses, Range},
    store,
};
use crate::{
    access::{
        networks::{self, Whom},
        pages::device,
        places,
    },
    kit::{
        actor::{Account, User},
        db::{Looks, Tx},
        done::Done,
        event::Event,
        id::Id,
        problem::{Problem, Result},
        security::Kind,
        violation::{Violation, Why},
    },
    t,
};

/// Ends what some sessions of colleagues may do for the company, each with its event; says how many. One's own is never among them.
fn end(tx: &mut Tx<'_, Manage>, account: &Id<Account>, used: Vec<store::Used>) -> Result<usize> {
    let own = tx.who.caller().session;
    let mut ended = 0;
    for one in used.into_iter().filter(|one| Some(one.id) != own) {
        // of two at once, only one ends it
        if !places::lock(tx, account, one.id)? {
            continue;
        }
        places::end(tx, account, &one.user, one.id)?;
        let note = format!("{}, {}", device(&one.agent), one.address);
        tx.record(Event::new("member.signed_out", &one.user).note(note).private())?;
        ended += 1;
    }
    Ok(ended)
}

/// Signs somebody out of the company in one session.
///
/// # Errors
/// [`Problem::NotFound`] when it is over, or of another company; a refusal for one's own.
pub fn sign_out(tx: &mut Tx<'_, Manage>, session: Uuid) -> Result<()> {
    if tx.who.caller().session == Some(session) {
        return Err(own());
    }
    let account = tx.account()?;
    let used = store::used(tx, &account, None, Some(session))?;
    match end(tx, &account, used)? {
        0 => Err(Problem::NotFound),
        _ => Ok(()),
    }
}

/// Signs a colleague out of the company in all sessions.
///
/// # Errors
/// [`Problem::NotFound`] for somebody who does not work for the company.
pub fn sign_out_everywhere(tx: &mut Tx<'_, Manage>, user: &Id<User>) -> Result<Done<usize>> {
    let account = tx.account()?;
    store::name(tx, &account, user)?;
    let used = store::used(tx, &account, Some(user), None)?;
    let ended = end(tx, &account, used)?;
    Ok(Done::when(ended > 0, ended))
}

/// The refusal to end one's own session here.
pub fn own() -> Problem {
    Problem::refused("This is your own session", "To end it, sign out.")
}

/// From where the company is reached now.
pub fn now(look: &mut impl Looks, account: &Id<Account>) -> Result<Addresses> {
    Ok(Addresses {
        people: store::rules(look, account, Whom::People)?,
        tokens: store::rules(look, account, Whom::Tokens)?,
    })
}

/// What is wrong with rules that would keep out who makes them.
fn locked_out(tx: &Tx<'_, Administer>) -> Problem {
    let caller = tx.who.caller();
    let words = match caller.ip() {
        Some(address) => t!(
            "You would lock yourself out: your address is {address}. Add {range}.",
            address = caller.address.as_str(),
            range = networks::around(address),
        ),
        None => {
            t!("Your own address is not known, so you would lock yourself out. The operator has to check the proxies.")
        }
    };
    Violation::new("people", Why::new("locked_out", words)).into()
}

fn told(ranges: &[Range]) -> String {
    let all: Vec<String> =
        ranges.iter().map(|one| format!("{} {}", one.network, one.label).trim_end().to_owned()).collect();
    if all.is_empty() { "-".to_owned() } else { all.join(", ") }
}

/// Says from where the company is reached. `before` is what its sender saw.
///
/// # Errors
/// [`Problem::Invalid`] when the rules would keep out who makes them; [`Problem::Overtaken`] when somebody else changed them meanwhile.
pub fn limit(tx: &mut Tx<'_, Administer>, before: &Addresses, wanted: &Addresses) -> Result<Done> {
    let account = tx.account()?;
    store::hold(tx, &account)?;
    if !wanted.admit(tx.who.caller().ip()) {
        return Err(locked_out(tx));
    }
    let now = now(tx, &account)?;
    if now == *wanted {
        return Ok(Done::Same(()));
    }
    if now != *before {
        return Err(Problem::overtaken("these addresses"));
    }
    store::replace(tx, &account, Whom::People, &wanted.people)?;
    store::replace(tx, &account, Whom::Tokens, &wanted.tokens)?;
    let mut note = Vec::new();
    if now.people != wanted.people {
        note.push(format!("Users: {}", told(&wanted.people)));
    }
    if now.tokens != wanted.tokens {
        note.push(format!("API tokens: {}", told(&wanted.tokens)));
    }
    tx.record(Event::new("account.addresses_changed", &account).note(note.join("\n")).private())?;
    tx.secure(Kind::PolicyChanged, None, &format!("{account}: allowed addresses"))?;
    Ok(Done::Changed(()))
}
