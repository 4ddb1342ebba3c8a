//! Passkeys: keys that a device keeps for one host name, and shows in place of a code of the authenticator app. What a device is asked is a
//! row of five minutes that is used once, by the browser that asked; how often a key was used is counted, so that a copy of it is noticed.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{PgConnection, prelude::*};
use serde_json::Value;
use uuid::Uuid;
use webauthn_rs::prelude::{
    Passkey, PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Url,
    Webauthn, WebauthnBuilder, WebauthnError,
};

use crate::{
    access::{letters::Mail, sessions},
    accounts::store::UserRow,
    kit::{
        actor::User,
        db::{self, Personal, Tx},
        event::Event,
        id::Id,
        problem::{Problem, Result},
        security::Kind,
        visit::Visit,
    },
    mail,
    schema::{passkey_ceremonies as ceremonies, passkeys, users},
};

/// How long a device may take to answer.
const LIVES: TimeDelta = TimeDelta::minutes(5);
/// Passkeys of a person on one host name.
const MOST: usize = 20;

/// Where passkeys are made and shown: the name under which the browser came.
pub struct Site {
    pub host: String,
    webauthn: Webauthn,
}

impl Site {
    /// None where the address is no name but a number, of which browsers keep no passkeys.
    pub fn of(visit: &Visit) -> Option<Self> {
        let url = Url::parse(&visit.base()).ok()?;
        let host = url.domain()?.to_owned();
        let webauthn =
            WebauthnBuilder::new(&host, &url).ok()?.rp_name(&visit.active_brand.brand().name).build().ok()?;
        Some(Self { host, webauthn })
    }
}

/// A passkey as the profile lists it.
#[derive(Debug, Clone, Queryable)]
pub struct Listed {
    pub id: Uuid,
    pub host: String,
    pub name: String,
    pub created_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
}

/// All passkeys of a person, whatever host name they are for.
pub fn of_user(conn: &mut PgConnection, user: &Id<User>) -> Result<Vec<Listed>> {
    Ok(passkeys::table
        .filter(passkeys::user_id.eq(user))
        .order((passkeys::host, passkeys::name, passkeys::created_at))
        .select((passkeys::id, passkeys::host, passkeys::name, passkeys::created_at, passkeys::used_at))
        .load(conn)?)
}

/// The public halves of those that work here.
fn here(conn: &mut PgConnection, user: &Id<User>, host: &str) -> Result<Vec<Passkey>> {
    let kept: Vec<Value> = passkeys::table
        .filter(passkeys::user_id.eq(user))
        .filter(passkeys::host.eq(host))
        .select(passkeys::public_key)
        .load(conn)?;
    kept.into_iter().map(|kept| serde_json::from_value(kept).map_err(Problem::internal)).collect()
}

/// Whether the person has a passkey that works here.
pub fn any_here(conn: &mut PgConnection, user: &Id<User>, host: &str) -> Result<bool> {
    Ok(!here(conn, user, host)?.is_empty())
}

/// By what devices know the person.
fn handle(conn: &mut PgConnection, user: &Id<User>) -> Result<Uuid> {
    diesel::update(users::table.find(user).filter(users::passkey_handle.is_null()))
        .set(users::passkey_handle.eq(Uuid::new_v4()))
        .execute(conn)?;
    Ok(users::table.find(user).select(users::passkey_handle.assume_not_null()).first(conn)?)
}

fn named(credential: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(credential)
}

fn json(value: &impl serde::Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(Problem::internal)
}

fn ask(
    conn: &mut PgConnection,
    (site, user, holder): (&Site, &Id<User>, &[u8]),
    name: Option<&str>,
    (options, state): (Value, Value),
) -> Result<Uuid> {
    let id = Uuid::new_v4();
    diesel::insert_into(ceremonies::table)
        .values((
            ceremonies::id.eq(id),
            ceremonies::user_id.eq(user),
            ceremonies::holder.eq(holder),
            ceremonies::host.eq(&site.host),
            ceremonies::name.eq(name),
            ceremonies::options.eq(options),
            ceremonies::state.eq(state),
        ))
        .execute(conn)?;
    Ok(id)
}

/// Begins to make a passkey called `name`, in the session `holder`.
///
/// # Errors
/// A refusal when there are many already.
pub fn begin(conn: &mut PgConnection, site: &Site, user: &UserRow, holder: Uuid, name: &str) -> Result<Uuid> {
    let known = here(conn, &user.id, &site.host)?;
    if known.len() >= MOST {
        return Err(Problem::refused(
            "You've reached the maximum number of passkeys",
            "Remove one that you no longer use first.",
        ));
    }
    let known = known.iter().map(|passkey| passkey.cred_id().clone()).collect();
    let handle = handle(conn, &user.id)?;
    let (options, state) = site
        .webauthn
        .start_passkey_registration(handle, &user.email, &user.name, Some(known))
        .map_err(Problem::internal)?;
    let asked = (json(&options)?, json(&state)?);
    ask(conn, (site, &user.id, holder.as_bytes()), Some(name), asked)
}

/// Asks for a passkey of somebody who is half signed in by the key `holder`; none without one that works here.
pub fn begin_to_show(conn: &mut PgConnection, site: &Site, user: &Id<User>, holder: &[u8]) -> Result<Option<Uuid>> {
    let known = here(conn, user, &site.host)?;
    if known.is_empty() {
        return Ok(None);
    }
    let (options, state) = site.webauthn.start_passkey_authentication(&known).map_err(Problem::internal)?;
    let asked = (json(&options)?, json(&state)?);
    ask(conn, (site, user, holder), None, asked).map(Some)
}

/// What the device is asked, for the script.
pub fn options(conn: &mut PgConnection, id: Uuid, holder: &[u8]) -> Result<Option<Value>> {
    let lives = db::now(conn)? - LIVES;
    Ok(ceremonies::table
        .find(id)
        .filter(ceremonies::holder.eq(holder))
        .filter(ceremonies::created_at.gt(lives))
        .select(ceremonies::options)
        .first(conn)
        .optional()?)
}

/// Uses up what was asked here; the name of the passkey that is made, and the state.
fn answered(
    tx: &mut Tx<'_, Personal>,
    (site, user, holder): (&Site, &Id<User>, &[u8]),
    id: Uuid,
) -> Result<Option<(Option<String>, Value)>> {
    let asked = ceremonies::table
        .find(id)
        .filter(ceremonies::user_id.eq(user))
        .filter(ceremonies::holder.eq(holder))
        .filter(ceremonies::host.eq(&site.host))
        .filter(ceremonies::created_at.gt(tx.at - LIVES));
    Ok(diesel::delete(asked).returning((ceremonies::name, ceremonies::state)).get_result(tx.conn).optional()?)
}

/// Keeps the passkey that a device made.
pub fn finish(
    tx: &mut Tx<'_, Personal>,
    (site, user, holder): (&Site, &UserRow, Uuid),
    id: Uuid,
    answer: &str,
) -> Result<bool> {
    let Ok(answer) = serde_json::from_str::<RegisterPublicKeyCredential>(answer) else { return Ok(false) };
    let Some((Some(name), state)) = answered(tx, (site, &user.id, holder.as_bytes()), id)? else { return Ok(false) };
    let state: PasskeyRegistration = serde_json::from_value(state).map_err(Problem::internal)?;
    let Ok(made) = site.webauthn.finish_passkey_registration(&answer, &state) else { return Ok(false) };
    let kept = diesel::insert_into(passkeys::table)
        .values((
            passkeys::id.eq(Uuid::new_v4()),
            passkeys::user_id.eq(&user.id),
            passkeys::host.eq(&site.host),
            passkeys::name.eq(&name),
            passkeys::credential.eq(named(made.cred_id())),
            passkeys::public_key.eq(json(&made)?),
            passkeys::counter.eq(0_i64),
            passkeys::created_at.eq(tx.at),
        ))
        .on_conflict(passkeys::credential)
        .do_nothing()
        .execute(tx.conn)?;
    if kept == 0 {
        return Ok(false);
    }
    mail::queue(tx, &user.email, &Mail::PasskeyAdded { name: name.clone() })?;
    tx.record(Event::new("user.passkey_added", &user.id).note(&name))?;
    tx.secure(Kind::FactorAdded, Some(&user.id), "passkey")?;
    Ok(true)
}

/// What came of a passkey that was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// It is this one.
    Right(Uuid),
    Wrong,
    /// The device counts less than is known: there is a copy of it.
    Copied,
}

/// Whether the device answers with a passkey of the person that works here. Of a key and its copy at the same instant one is let in.
pub fn show(
    tx: &mut Tx<'_, Personal>,
    (site, user, holder): (&Site, &UserRow, &[u8]),
    id: Uuid,
    answer: &str,
) -> Result<Shown> {
    let Ok(answer) = serde_json::from_str::<PublicKeyCredential>(answer) else { return Ok(Shown::Wrong) };
    let Some((None, state)) = answered(tx, (site, &user.id, holder), id)? else { return Ok(Shown::Wrong) };
    let state: PasskeyAuthentication = serde_json::from_value(state).map_err(Problem::internal)?;
    let shown = match site.webauthn.finish_passkey_authentication(&answer, &state) {
        Ok(shown) => shown,
        Err(WebauthnError::CredentialPossibleCompromise) => return Ok(Shown::Copied),
        Err(_) => return Ok(Shown::Wrong),
    };
    let row: Option<(Uuid, Value, i64)> = passkeys::table
        .filter(passkeys::credential.eq(named(shown.cred_id())))
        .filter(passkeys::user_id.eq(&user.id))
        .filter(passkeys::host.eq(&site.host))
        .select((passkeys::id, passkeys::public_key, passkeys::counter))
        .for_update()
        .first(tx.conn)
        .optional()?;
    // it was removed meanwhile
    let Some((passkey, kept, before)) = row else { return Ok(Shown::Wrong) };
    let counter = i64::from(shown.counter());
    // a device that does not count says 0 for ever
    if counter <= before && (counter, before) != (0, 0) {
        return Ok(Shown::Copied);
    }
    let mut kept: Passkey = serde_json::from_value(kept).map_err(Problem::internal)?;
    kept.update_credential(&shown);
    diesel::update(passkeys::table.find(passkey))
        .set((passkeys::public_key.eq(json(&kept)?), passkeys::counter.eq(counter), passkeys::used_at.eq(tx.at)))
        .execute(tx.conn)?;
    Ok(Shown::Right(passkey))
}

/// Tells the person, and the trail, of a copy.
pub fn tell_of_copy(tx: &mut Tx<'_, Personal>, user: &UserRow) -> Result<()> {
    mail::queue(tx, &user.email, &Mail::PasskeyCopied)?;
    tx.record(Event::new("user.passkey_copied", &user.id))?;
    tx.secure(Kind::PasskeyCopied, Some(&user.id), "")
}

/// Removes a passkey of the person; sessions that were begun with it end, but for this one.
///
/// # Errors
/// [`Problem::NotFound`] when it is none of the person's.
pub fn remove(tx: &mut Tx<'_, Personal>, user: &UserRow, id: Uuid, session: Uuid) -> Result<()> {
    let own = passkeys::table.find(id).filter(passkeys::user_id.eq(&user.id));
    let name: Option<String> = diesel::delete(own).returning(passkeys::name).get_result(tx.conn).optional()?;
    let name = name.ok_or(Problem::NotFound)?;
    sessions::revoke_of_passkey(tx.conn, &user.id, id, session)?;
    mail::queue(tx, &user.email, &Mail::PasskeyRemoved { name: name.clone() })?;
    tx.record(Event::new("user.passkey_removed", &user.id).note(&name))?;
    tx.secure(Kind::FactorRemoved, Some(&user.id), "passkey")
}

/// Takes all rows of a person.
pub fn forget(conn: &mut PgConnection, user: &Id<User>) -> Result<()> {
    diesel::delete(ceremonies::table.filter(ceremonies::user_id.eq(user))).execute(conn)?;
    diesel::delete(passkeys::table.filter(passkeys::user_id.eq(user))).execute(conn)?;
    Ok(())
}
