//! Authenticator apps: six digits that change every half minute (RFC 6238). The secret is sealed by the vault, each code works once, and a
//! clock may be half a minute off.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use fast_qr::QRBuilder;
use totp_rs::{Builder, Secret, Totp};
use uuid::Uuid;

use crate::{
    kit::{
        actor::User,
        db::{self, Personal, Tx},
        id::Id,
        problem::{Problem, Result},
        vault::Vault,
    },
    schema::{authenticator_setups as setups, authenticators},
};

/// How long a code is.
pub const DIGITS: usize = 6;
/// Nobody else can confirm an app for so long after somebody began to: as long as recovery codes take, and a browser that went away
/// keeps it no longer.
const CONFIRMING: TimeDelta = TimeDelta::seconds(15);
/// An app has to be set up within this time.
const SETUP_LIVES: TimeDelta = TimeDelta::minutes(15);
/// What the vault seals the secret for.
fn sealed_for(user: &Id<User>) -> String {
    format!("authenticator {user}")
}

/// The codes of a secret. The app shows `portal`, the name of the portal where it is set up, above `email`.
fn codes(secret: &str, (portal, email): (&str, &str)) -> Result<Totp> {
    let unreadable = |_| Problem::internal("a secret of an authenticator app reads");
    let secret = Secret::try_from_base32(secret).map_err(unreadable)?;
    // a colon parts the two
    let [portal, email] = [portal, email].map(|name| name.replace(':', " "));
    let named = Builder::new().with_secret(secret).with_issuer(Some(portal)).with_account_name(email);
    named.build().map_err(Problem::internal)
}

/// Names change no code.
const NAMELESS: (&str, &str) = ("Entente", "");

/// The number of the half minute, now or one beside it, whose code this is.
fn step(secret: &str, digits: &str, at: DateTime<Utc>) -> Result<Option<i64>> {
    let now = u64::try_from(at.timestamp()).map_err(Problem::internal)?;
    let found = codes(secret, NAMELESS)?.check(digits, now);
    found.map(i64::try_from).transpose().map_err(Problem::internal)
}

/// An app that is being set up: what it needs to be told.
#[derive(Debug)]
pub struct Setup {
    /// The secret, for typing.
    pub secret: String,
    /// The same as a picture: an SVG path on a square of `size` units.
    pub path: String,
    pub size: usize,
}

/// Begins to set up an app in this session; one that was begun here lately goes on, so that two tabs show the same.
pub fn begin(conn: &mut PgConnection, vault: &Vault, user: &Id<User>, session: Uuid) -> Result<()> {
    if begun(conn, user, session)?.is_some() {
        return Ok(());
    }
    let secret = vault.seal(&sealed_for(user), &Secret::generate().to_base32())?;
    diesel::delete(setups::table.find(user)).execute(conn)?;
    diesel::insert_into(setups::table)
        .values((
            setups::user_id.eq(user),
            setups::session.eq(session),
            setups::secret.eq(secret),
            setups::created_at.eq(diesel::dsl::now),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(())
}

/// The sealed secret of the app that is being set up in this session.
fn begun(conn: &mut PgConnection, user: &Id<User>, session: Uuid) -> Result<Option<String>> {
    let now = db::now(conn)?;
    Ok(setups::table
        .find(user)
        .filter(setups::session.eq(session))
        .filter(setups::created_at.gt(now - SETUP_LIVES))
        .select(setups::secret)
        .first(conn)
        .optional()?)
}

/// What the app that is being set up in this session needs to be told: `names` are the portal's, and the person's email.
pub fn setup(
    conn: &mut PgConnection,
    vault: &Vault,
    (user, names): (&Id<User>, (&str, &str)),
    session: Uuid,
) -> Result<Option<Setup>> {
    let Some(sealed) = begun(conn, user, session)? else { return Ok(None) };
    let secret = vault.open(&sealed_for(user), &sealed)?;
    let url = codes(&secret, names)?.to_url().map_err(Problem::internal)?;
    let qr = QRBuilder::new(url).build().map_err(|_| Problem::internal("an address of an app fits into a QR code"))?;
    let mut path = String::new();
    for y in 0..qr.size {
        for (x, _) in qr[y].iter().enumerate().filter(|(_, module)| module.value()) {
            path.push_str(&format!("M{} {}h1v1h-1z", x + QUIET, y + QUIET));
        }
    }
    Ok(Some(Setup { secret, path, size: qr.size + 2 * QUIET }))
}

/// Units of white around a QR code.
const QUIET: usize = 4;

/// Begins to confirm the app that is being set up in this session, when `digits` is its code: says so, or refuses while somebody else does.
/// What is made meanwhile takes long, and is made once. Who cannot go on gives it back by [`release`].
///
/// # Errors
/// A refusal for the later of two at once.
pub fn reserve(conn: &mut PgConnection, vault: &Vault, user: &Id<User>, session: Uuid, digits: &str) -> Result<bool> {
    let Some(sealed) = begun(conn, user, session)? else { return Ok(false) };
    let now = db::now(conn)?;
    if step(&vault.open(&sealed_for(user), &sealed)?, digits, now)?.is_none() {
        return Ok(false);
    }
    let over = setups::confirming_at.assume_not_null().le(now - CONFIRMING);
    let free =
        setups::table.find(user).filter(setups::secret.eq(&sealed)).filter(setups::confirming_at.is_null().or(over));
    match diesel::update(free).set(setups::confirming_at.eq(now)).execute(conn)? {
        0 => Err(Problem::stale(
            "The code was already sent",
            "Your recovery codes are being created. If they are not shown to you, wait a few seconds and open the page Security of your profile.",
        )),
        _ => Ok(true),
    }
}

/// Lets the app be confirmed again at once.
pub fn release(conn: &mut PgConnection, user: &Id<User>) -> Result<()> {
    diesel::update(setups::table.find(user)).set(setups::confirming_at.eq(None::<DateTime<Utc>>)).execute(conn)?;
    Ok(())
}

/// Takes the app that is being set up in this session, when `digits` is its code: which is used by that.
pub fn confirm(tx: &mut Tx<'_, Personal>, user: &Id<User>, session: Uuid, digits: &str) -> Result<bool> {
    let Some(sealed) = begun(tx.conn, user, session)? else { return Ok(false) };
    let secret = tx.vault()?.open(&sealed_for(user), &sealed)?;
    let Some(step) = step(&secret, digits, tx.at)? else { return Ok(false) };
    // of two at once one takes it
    if diesel::delete(setups::table.find(user).filter(setups::secret.eq(&sealed))).execute(tx.conn)? == 0 {
        return Ok(false);
    }
    diesel::delete(authenticators::table.find(user)).execute(tx.conn)?;
    diesel::insert_into(authenticators::table)
        .values((
            authenticators::user_id.eq(user),
            authenticators::secret.eq(&sealed),
            authenticators::last_step.eq(step),
            authenticators::created_at.eq(tx.at),
            authenticators::used_at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    Ok(true)
}

/// Whether `digits` is a code of the person's app that was not used yet, nor one before it: of two at once one is.
pub fn take(tx: &mut Tx<'_, Personal>, user: &Id<User>, digits: &str) -> Result<bool> {
    let sealed: Option<String> =
        authenticators::table.find(user).select(authenticators::secret).first(tx.conn).optional()?;
    let Some(sealed) = sealed else { return Ok(false) };
    let secret = tx.vault()?.open(&sealed_for(user), &sealed)?;
    let Some(step) = step(&secret, digits, tx.at)? else { return Ok(false) };
    let unused = authenticators::table.find(user).filter(authenticators::last_step.lt(step));
    let unused = unused.filter(authenticators::secret.eq(&sealed));
    let taken = diesel::update(unused)
        .set((authenticators::last_step.eq(step), authenticators::used_at.eq(tx.at)))
        .execute(tx.conn)?;
    Ok(taken == 1)
}

/// Brings the secrets of all people under the vault's newest key; how many were sealed anew, and how many cannot be read.
pub fn seal_anew(conn: &mut PgConnection, vault: &Vault) -> Result<(usize, usize)> {
    let begun = setups::table.select((setups::user_id, setups::secret)).load(conn)?;
    // one that is being set up and cannot be read is begun again
    let (begun, _) = super::seal_all(vault, begun, sealed_for, |user, old, new| {
        let same = setups::table.find(user).filter(setups::secret.eq(old));
        Ok(diesel::update(same).set(setups::secret.eq(new)).execute(conn)?)
    })?;
    let rows = authenticators::table.select((authenticators::user_id, authenticators::secret)).load(conn)?;
    let (sealed, lost) = super::seal_all(vault, rows, sealed_for, |user, old, new| {
        let same = authenticators::table.find(user).filter(authenticators::secret.eq(old));
        Ok(diesel::update(same).set(authenticators::secret.eq(new)).execute(conn)?)
    })?;
    Ok((begun + sealed, lost))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_may_be_half_a_minute_off_and_no_more() {
        let secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
        let now = DateTime::from_timestamp(1_764_200_010, 0).unwrap();
        let number = now.timestamp() / 30;
        for (off, right) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let code = codes(secret, NAMELESS).unwrap().generate(u64::try_from(now.timestamp() + off * 30).unwrap());
            assert_eq!(step(secret, &code.to_string(), now).unwrap(), right.then_some(number + off), "{off} steps off");
        }
    }

    #[test]
    fn an_app_shows_the_portals_name_and_names_with_colons_fit_too() {
        let url = |portal, email| codes("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", (portal, email)).unwrap().to_url().unwrap();
        let plain = url("Entente", "a:b@example.com");
        assert!(plain.starts_with("otpauth://totp/Entente:a%20b%40example.com?secret=JBSWY3DP"), "{plain}");
        let branded = url("Mick: Corner", "a@example.com");
        assert!(branded.starts_with("otpauth://totp/Mick%20%20Corner:a%40example.com?secret="), "{branded}");
    }
}
