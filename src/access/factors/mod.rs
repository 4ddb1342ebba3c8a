//! The second factor: an authenticator app, recovery codes for when it is lost, and passkeys beside it. What a person has, and whether what was typed is right.

pub mod authenticator;
pub mod codes;
pub mod half;
pub mod passkeys;
pub mod resets;

use chrono::{DateTime, Utc};
use diesel::{dsl::exists, prelude::*};
use uuid::Uuid;

use self::passkeys::{Shown, Site};
use super::{letters::Mail, sessions, throttle::Aim};
use crate::{
    accounts::{SecondFactor, store::UserRow},
    choice,
    kit::{
        actor::{Account, User},
        db::{Db, Personal, Tx, Who},
        done::Done,
        event::Event,
        id::{self, Id},
        problem::{Problem, Result},
        security::{self, Kind},
        typed,
        vault::{Kept, Vault},
        visit::Visit,
    },
    mail,
    schema::{accounts, authenticator_setups, authenticators, half_sign_ins, memberships, recovery_sets},
    t,
};

choice! {
    /// What a session was begun with.
    Factor {
        None = "none" / "Password",
        Authenticator = "authenticator" / "Password and authenticator app",
        RecoveryCode = "recovery_code" / "Password and recovery code",
        Passkey = "passkey" / "Password and passkey",
        Provider = "provider" / "Single sign-on",
    }
}

/// What was shown as a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    pub factor: Factor,
    /// Recovery codes that are left, when it was one of them.
    pub left: Option<usize>,
    /// Which passkey it was.
    pub passkey: Option<Uuid>,
}

impl Proof {
    fn of(factor: Factor) -> Self {
        Self { factor, left: None, passkey: None }
    }
}

/// What a code that was typed can be, by its form.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Typed {
    Digits(String),
    Recovery(String),
}

impl Typed {
    /// However it is spaced and whichever case it is in; nothing when it is neither.
    fn read(text: &str) -> Option<Self> {
        let text: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').take(32).collect();
        if text.len() == authenticator::DIGITS && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(Self::Digits(text));
        }
        codes::meant(&text).map(Self::Recovery)
    }
}

/// Whether the person has a second factor.
pub fn has_one(conn: &mut PgConnection, user: &Id<User>) -> Result<bool> {
    Ok(diesel::select(exists(authenticators::table.find(user))).get_result(conn)?)
}

/// What a person's profile says of the second factor.
#[derive(Debug, Clone)]
pub struct Overview {
    /// When the authenticator app was set up, and last used.
    pub authenticator: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Recovery codes that are left.
    pub codes: usize,
    pub passkeys: Vec<passkeys::Listed>,
    /// Companies whose administrators ask for the second factor to be removed.
    pub resets: Vec<String>,
}

pub fn overview(conn: &mut PgConnection, user: &Id<User>) -> Result<Overview> {
    let authenticator =
        authenticators::table.find(user).select((authenticators::created_at, authenticators::used_at)).first(conn);
    Ok(Overview {
        authenticator: authenticator.optional()?,
        codes: codes::left(conn, user)?,
        passkeys: passkeys::of_user(conn, user)?,
        resets: resets::asking(conn, user)?,
    })
}

/// A person on its own behalf, who may not be signed in yet.
fn who(visit: &Visit, user: &UserRow) -> Who {
    Who::Person { name: user.name.clone(), user: Some(user.id.clone()), caller: visit.caller.clone() }
}

/// Whether `text` is a code of the person's second factor. Each works once; tries are counted for the person.
///
/// # Errors
/// [`Problem::TooMany`] after too many wrong ones.
pub async fn prove(db: &Db, visit: &Visit, user: &UserRow, text: &str) -> Result<Option<Proof>> {
    let Some(code) = Typed::read(text) else { return Ok(None) };
    let (person, aim) = (user.clone(), Aim::at("second factor").hard(user.id.as_str()));
    let reserved = db.open(move |conn| aim.reserve(conn)).await?;
    reserved.pause().await;
    let known = match &code {
        Typed::Recovery(code) => codes::known(db, visit.vault(), &user.id, code).await,
        Typed::Digits(_) => Ok(None),
    };
    let known = match known {
        Ok(known) => known,
        Err(busy) => {
            db.open(move |conn| reserved.unused(conn)).await?;
            return Err(busy);
        }
    };
    let act = move |tx: &mut Tx<'_, Personal>| take(tx, &person, &code, known.as_ref());
    let proof = db.attempt_as_person(who(visit, user), act).await?.value();
    match proof {
        Some(_) => db.open(move |conn| reserved.right(conn)).await?,
        None => security::tell(visit, Kind::WrongCode, Some(&user.id), ""),
    }
    Ok(proof)
}

/// Uses up what was typed; `known` is the recovery code that it is.
fn take(
    tx: &mut Tx<'_, Personal>,
    user: &UserRow,
    code: &Typed,
    known: Option<&codes::Known>,
) -> Result<Done<Option<Proof>>> {
    match code {
        Typed::Digits(digits) => {
            if !authenticator::take(tx, &user.id, digits)? {
                return Ok(Done::Same(None));
            }
            let proof = Some(Proof::of(Factor::Authenticator));
            // who still has it did not lose it
            Ok(Done::when(resets::stop(tx, &user.id)?, proof))
        }
        Typed::Recovery(_) => {
            let Some(known) = known else { return Ok(Done::Same(None)) };
            let Some(left) = codes::take(tx, &user.id, known)? else { return Ok(Done::Same(None)) };
            mail::queue(tx, &user.email, &Mail::RecoveryCodeUsed { left })?;
            tx.record(Event::new("user.recovery_code_used", &user.id))?;
            tx.secure(Kind::CodeUsed, Some(&user.id), "")?;
            Ok(Done::Changed(Some(Proof { left: Some(left), ..Proof::of(Factor::RecoveryCode) })))
        }
    }
}

/// Whether the device answered what it was asked here with a passkey of the person, who is half signed in by the key `holder`.
pub async fn prove_by_passkey(
    db: &Db,
    visit: &Visit,
    (user, holder): (&UserRow, Vec<u8>),
    (asked, answer): (Uuid, &str),
) -> Result<Option<Proof>> {
    let Some(site) = Site::of(visit) else { return Ok(None) };
    let (person, answer) = (user.clone(), answer.to_owned());
    let act = move |tx: &mut Tx<'_, Personal>| take_passkey(tx, (&site, &person, &holder), (asked, &answer));
    let proof = db.attempt_as_person(who(visit, user), act).await?.value();
    if proof.is_none() {
        security::tell(visit, Kind::WrongCode, Some(&user.id), "passkey");
    }
    Ok(proof)
}

fn take_passkey(
    tx: &mut Tx<'_, Personal>,
    (site, user, holder): (&Site, &UserRow, &[u8]),
    (asked, answer): (Uuid, &str),
) -> Result<Done<Option<Proof>>> {
    match passkeys::show(tx, (site, user, holder), asked, answer)? {
        Shown::Right(passkey) => {
            let proof = Some(Proof { passkey: Some(passkey), ..Proof::of(Factor::Passkey) });
            Ok(Done::when(resets::stop(tx, &user.id)?, proof))
        }
        Shown::Copied => {
            passkeys::tell_of_copy(tx, user)?;
            Ok(Done::Changed(None))
        }
        Shown::Wrong => Ok(Done::Same(None)),
    }
}

/// What setting up an authenticator app came to.
#[derive(Debug, Clone)]
pub struct Enrolled {
    /// New recovery codes, when there were none yet.
    pub codes: Option<codes::Sheet>,
}

/// Recovery codes for somebody who has none, for [`enrol`]; nothing when `text` is no code of the app that is being set up in this session:
/// a wrong one must not cost ten hashes, and of two at once one does.
///
/// # Errors
/// As [`authenticator::reserve`]; [`Problem::Unavailable`] when too many passwords are being checked.
pub async fn first_codes(
    db: &Db,
    visit: &Visit,
    user: &Id<User>,
    session: Uuid,
    text: &str,
) -> Result<Option<codes::Set>> {
    let Some(Typed::Digits(digits)) = Typed::read(text) else { return Ok(None) };
    let (person, vault) = (user.clone(), visit.vault());
    let needed = db
        .open(move |conn| {
            let without = codes::left(conn, &person)? == 0;
            Ok(without && authenticator::reserve(conn, &vault, &person, session, &digits)?)
        })
        .await?;
    if !needed {
        return Ok(None);
    }
    let made = codes::draw_set(&visit.vault(), user).await;
    if made.is_err() {
        let person = user.clone();
        db.open(move |conn| authenticator::release(conn, &person)).await?;
    }
    made.map(Some)
}

/// Takes the authenticator app that is being set up in this session, in place of one from before, when `text` is its code; all other
/// sessions end. `first` is kept when there are no recovery codes; without it nobody who has none gets an app.
pub fn enrol(
    tx: &mut Tx<'_, Personal>,
    user: &UserRow,
    (session, text): (Uuid, &str),
    first: Option<codes::Set>,
) -> Result<Done<Option<Enrolled>>> {
    let Some(Typed::Digits(digits)) = Typed::read(text) else { return Ok(Done::Same(None)) };
    let (before, without) = (has_one(tx.conn, &user.id)?, codes::left(tx.conn, &user.id)? == 0);
    if (without && first.is_none()) || !authenticator::confirm(tx, &user.id, session, &digits)? {
        return Ok(Done::Same(None));
    }
    let codes = match first {
        Some(set) if without => Some(codes::keep(tx, &user.id, set)?),
        _ => None,
    };
    resets::stop(tx, &user.id)?;
    half::end_all(tx.conn, &user.id)?;
    sessions::revoke_others(tx.conn, &user.id, Some(session))?;
    sessions::rose(tx.conn, &user.id, session, Factor::Authenticator)?;
    mail::queue(tx, &user.email, &Mail::AuthenticatorSet { again: before })?;
    tx.record(match before {
        true => Event::new("user.authenticator_changed", &user.id),
        false => Event::new("user.authenticator_added", &user.id),
    })?;
    tx.secure(Kind::FactorAdded, Some(&user.id), "authenticator app")?;
    Ok(Done::Changed(Some(Enrolled { codes })))
}

/// Takes new recovery codes in place of the ones before.
///
/// # Errors
/// [`Problem::NotFound`] without a second factor.
pub fn renew_codes(tx: &mut Tx<'_, Personal>, user: &UserRow, set: codes::Set) -> Result<codes::Sheet> {
    // if two run at once, the second waits, and its codes count
    let held = authenticators::table.find(&user.id).select(authenticators::user_id).for_update();
    held.first::<Id<User>>(tx.conn)?;
    let made = codes::keep(tx, &user.id, set)?;
    mail::queue(tx, &user.email, &Mail::RecoveryCodesMade)?;
    tx.record(Event::new("user.recovery_codes_made", &user.id))?;
    tx.secure(Kind::CodesMade, Some(&user.id), "")?;
    Ok(made)
}

/// Whether the people of a company sign in with a second factor.
pub fn policy(conn: &mut PgConnection, account: &Id<Account>) -> Result<SecondFactor> {
    Ok(accounts::table.find(account).select(accounts::second_factor).first(conn)?)
}

/// A company that demands a second factor of this person, if one does.
pub fn demanded_by(conn: &mut PgConnection, user: &Id<User>) -> Result<Option<String>> {
    Ok(memberships::table
        .inner_join(accounts::table)
        .filter(memberships::user_id.eq(user))
        .filter(accounts::second_factor.eq(SecondFactor::Required))
        .order(accounts::name)
        .select(accounts::name)
        .first(conn)
        .optional()?)
}

/// Whether the person may have no second factor.
///
/// # Errors
/// A refusal that says why not.
pub fn removable(conn: &mut PgConnection, user: &Id<User>) -> Result<()> {
    match demanded_by(conn, user)? {
        None => Ok(()),
        Some(company) => Err(Problem::refused(
            "You need a second factor",
            t!(
                "{company} requires one. To use another app, set it up in place of this one.",
                company = typed::apart(&company)
            ),
        )),
    }
}

/// Removes the person's own second factor; all other sessions end.
///
/// # Errors
/// As [`removable`]; [`Problem::NotFound`] when there is none.
pub fn remove(tx: &mut Tx<'_, Personal>, user: &UserRow, session: Uuid) -> Result<()> {
    removable(tx.conn, &user.id)?;
    if !forget(tx.conn, &user.id)? {
        return Err(Problem::NotFound);
    }
    sessions::revoke_others(tx.conn, &user.id, Some(session))?;
    sessions::rose(tx.conn, &user.id, session, Factor::None)?;
    removed(tx, user, "")
}

/// Removes the second factor of somebody who cannot use it any more, for an operator or for the person's companies; all sessions end. Says
/// whether there was one.
pub fn take_away<P>(tx: &mut Tx<'_, P>, user: &UserRow, by: &str) -> Result<bool> {
    if !forget(tx.conn, &user.id)? {
        return Ok(false);
    }
    sessions::revoke_others(tx.conn, &user.id, None)?;
    removed(tx, user, by)?;
    Ok(true)
}

fn removed<P>(tx: &mut Tx<'_, P>, user: &UserRow, by: &str) -> Result<()> {
    mail::queue(tx, &user.email, &Mail::FactorRemoved)?;
    tx.record(Event::new("user.second_factor_removed", &user.id).note(by))?;
    tx.secure(Kind::FactorRemoved, Some(&user.id), by)
}

/// Deletes all rows of the person's second factor without telling anybody. Returns whether there were any.
pub fn forget(conn: &mut PgConnection, user: &Id<User>) -> Result<bool> {
    let had = diesel::delete(authenticators::table.find(user)).execute(conn)? > 0;
    diesel::delete(authenticator_setups::table.find(user)).execute(conn)?;
    diesel::delete(recovery_sets::table.find(user)).execute(conn)?;
    diesel::delete(half_sign_ins::table.filter(half_sign_ins::user_id.eq(user))).execute(conn)?;
    passkeys::forget(conn, user)?;
    resets::forget(conn, user)?;
    Ok(had)
}

/// Reseals these secrets under the vault's newest key; `put` replaces one. Returns how many were resealed, and how many cannot be read.
pub fn seal_all<K: id::Kind>(
    vault: &Vault,
    rows: Vec<(Id<K>, String)>,
    sealed_for: impl Fn(&Id<K>) -> String,
    mut put: impl FnMut(&Id<K>, &str, &str) -> Result<usize>,
) -> Result<(usize, usize)> {
    let (mut sealed, mut lost) = (0, 0);
    for (owner, old) in rows {
        match vault.kept(&old) {
            Kept::Older => {
                let of = sealed_for(&owner);
                sealed += put(&owner, &old, &vault.seal(&of, &vault.open(&of, &old)?)?)?;
            }
            Kept::Lost => lost += 1,
            Kept::Clear | Kept::Sealed => {}
        }
    }
    Ok((sealed, lost))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_spaced() {
        let digits = |text: &str| Some(Typed::Digits(text.into()));
        let recovery = |text: &str| Some(Typed::Recovery(text.into()));
        for (typed, read) in [
            (" 123 456", digits("123456")),
            ("123-456", digits("123456")),
            ("12345", None),
            ("abcde-fghjk", recovery("ABCDEFGHJK")),
            ("OIL00 01111", recovery("0110001111")),
            ("ABCDEFGHJU", None),
            ("", None),
            ("１２３４５６", None),
        ] {
            assert_eq!(Typed::read(typed), read, "{typed}");
        }
    }
}
