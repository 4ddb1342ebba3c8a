//! A session in the companies for which it is used: what each sees of it, and may end; and as whom it looks at a portal.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    PgConnection, RunQueryDsl as _,
    prelude::*,
    sql_types::{Text, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;

use crate::{
    kit::{
        actor::{Account, User},
        caller::Caller,
        db::Tx,
        id::Id,
        problem::Result,
        security::{self, Kind},
        statement::statement,
    },
    schema::{memberships, session_places, sessions},
};

/// How long a portal is looked at as a colleague.
pub const VIEWING: TimeDelta = TimeDelta::minutes(30);

/// True unless the company ended the session `s` at its place `p` and the password has not been entered since.
pub const OPEN: &str = "(p.ended_at IS NULL OR p.ended_at <= s.proved_at)";

/// Kept of somebody who came in without the provider that the company requires.
pub const EXCEPTED: &str = "excepted";

/// A session is used for a company for the first time, which the company learns, and by what it was begun.
pub(super) fn come(
    conn: &mut PgConnection,
    (session, user): (Uuid, &str),
    account: &str,
    caller: &Caller,
) -> Result<()> {
    let came = statement(format!(
        "INSERT INTO session_places AS c (session_id, account_id, user_id, came_at, seen_at, address) \
         VALUES ($1, $2, $3, now(), now(), $4) ON CONFLICT DO NOTHING \
         RETURNING CASE WHEN EXISTS (SELECT FROM sso_providers p WHERE p.account_id = c.account_id AND p.enforced_at IS NOT NULL) \
         AND NOT EXISTS (SELECT FROM sso_proofs x WHERE x.account_id = c.account_id AND x.session_id = c.session_id) \
         THEN '{EXCEPTED}' ELSE (SELECT s.factor FROM sessions s WHERE s.id = c.session_id) END"
    ))
    .bind::<SqlUuid, _>(session)
    .bind::<Text, _>(account)
    .bind::<Text, _>(user)
    .bind::<Text, _>(&caller.address)
    .values::<Text, String>(conn)?;
    let Some(how) = came.first() else { return Ok(()) };
    security::record(conn, caller, Kind::Came, (Some(user.to_owned()), Some(account.to_owned())), how)
}

/// When the session was last used for the company, and from where; and what colleagues see: when the person was last at work for it. A
/// visit ends after half an hour without a page of the company's: the next one keeps when the person was here before.
pub(super) fn seen(
    conn: &mut PgConnection,
    (session, user): (Uuid, &str),
    account: &str,
    caller: &Caller,
) -> Result<()> {
    statement(
        "WITH place AS (UPDATE session_places SET seen_at = now(), address = $4 WHERE session_id = $1 AND account_id = $2) \
         UPDATE memberships SET last_seen_at = now(), \
         seen_before_at = CASE WHEN last_seen_at < now() - interval '30 minutes' THEN last_seen_at ELSE seen_before_at END \
         WHERE account_id = $2 AND user_id = $3",
    )
    .bind::<SqlUuid, _>(session)
    .bind::<Text, _>(account)
    .bind::<Text, _>(user)
    .bind::<Text, _>(&caller.address)
    .execute(conn)?;
    Ok(())
}

/// Locks a session that the company sees until the act is done. Returns whether it still exists and has not ended in the meantime.
pub fn lock<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, session: Uuid) -> Result<bool> {
    let held = statement(format!(
        "SELECT FROM session_places p JOIN sessions s ON s.id = p.session_id \
         WHERE p.session_id = $1 AND p.account_id = $2 AND {OPEN} FOR UPDATE OF p"
    ))
    .bind::<SqlUuid, _>(session)
    .bind::<Text, _>(account)
    .execute(tx.conn)?;
    Ok(held == 1)
}

/// Ends what a session that [`lock`] holds may do for the company: the whole session of a person who works for no other, and else the way
/// to this company, until the person says the password once more. Says whether it was the whole session.
pub fn end<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, user: &Id<User>, session: Uuid) -> Result<bool> {
    let others: i64 = memberships::table
        .filter(memberships::user_id.eq(user))
        .filter(memberships::account_id.ne(account))
        .count()
        .get_result(tx.conn)?;
    if others == 0 {
        diesel::delete(sessions::table.filter(sessions::id.eq(session))).execute(tx.conn)?;
        return Ok(true);
    }
    diesel::update(session_places::table.find((session, account)))
        .set((
            session_places::ended_at.eq(tx.at),
            session_places::viewing_id.eq(None::<Id<User>>),
            session_places::viewing_until.eq(None::<DateTime<Utc>>),
        ))
        .execute(tx.conn)?;
    Ok(false)
}

/// From now on the session looks at the company's portal as `colleague`.
pub fn view<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, session: Uuid, colleague: &Id<User>) -> Result<usize> {
    Ok(diesel::update(session_places::table.find((session, account)))
        .set((session_places::viewing_id.eq(Some(colleague)), session_places::viewing_until.eq(Some(tx.at + VIEWING))))
        .execute(tx.conn)?)
}

/// A session at a company, and its person.
type Place = (Uuid, Id<Account>, Id<User>);

/// A session whose time to view as a colleague is over.
pub fn over<P>(tx: &mut Tx<'_, P>) -> Result<Option<Place>> {
    Ok(session_places::table
        .filter(session_places::viewing_id.is_not_null())
        .filter(session_places::viewing_until.le(tx.at))
        .select((session_places::session_id, session_places::account_id, session_places::user_id))
        .for_update()
        .skip_locked()
        .first(tx.conn)
        .optional()?)
}

/// Ends the view, and returns the colleague.
pub fn stop_viewing<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, session: Uuid) -> Result<Option<Id<User>>> {
    let viewing = session_places::table
        .find((session, account))
        .filter(session_places::viewing_id.is_not_null())
        .select(session_places::viewing_id.assume_not_null())
        .for_update()
        .first::<Id<User>>(tx.conn)
        .optional()?;
    if viewing.is_some() {
        diesel::update(session_places::table.find((session, account)))
            .set((
                session_places::viewing_id.eq(None::<Id<User>>),
                session_places::viewing_until.eq(None::<DateTime<Utc>>),
            ))
            .execute(tx.conn)?;
    }
    Ok(viewing)
}

/// How many sessions that are in use for the company come from addresses that `admitted` refuses.
pub fn kept_out(
    conn: &mut PgConnection,
    account: &Id<Account>,
    since: DateTime<Utc>,
    admitted: impl Fn(Option<IpAddr>) -> bool,
) -> Result<usize> {
    #[derive(QueryableByName)]
    struct At {
        #[diesel(sql_type = Text)]
        address: String,
    }
    let rows: Vec<At> = statement(format!(
        "SELECT p.address FROM session_places p JOIN sessions s ON s.id = p.session_id \
         JOIN memberships m ON m.account_id = p.account_id AND m.user_id = p.user_id \
         WHERE p.account_id = $1 AND p.seen_at > $2 AND {OPEN}"
    ))
    .bind::<Text, _>(account)
    .bind::<Timestamptz, _>(since)
    .load(conn)?;
    Ok(rows.iter().filter(|row| !admitted(row.address.parse().ok())).count())
}
