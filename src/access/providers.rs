//! Sessions that came into a company through the company's own identity provider: what such a session opens, and for how long. How people
//! come through it is the module sso's to know; here is what every request goes by.

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection,
    dsl::{IntervalDsl as _, now},
    prelude::*,
    sql_types::{Array, Uuid as SqlUuid},
};
use uuid::Uuid;

use super::sessions::PROVIDED_HOURS;
use crate::{
    kit::{
        actor::Account,
        db::Tx,
        id::Id,
        problem::Result,
        statement::statement,
        visit::{Visit, portal_of},
    },
    schema::{session_places, sso_proofs as proofs, sso_providers},
};

/// The page that asks for an address, to find the company whose provider it is.
pub const START: &str = "/sso";

/// The same, which remembers by this query where to go on.
pub fn start(query: &str) -> String {
    if query == "next=%2F" { START.to_owned() } else { format!("{START}?{query}") }
}

/// Where somebody who is signed in goes on to a company's provider; the company and where to come back follow.
pub const PAGE: &str = "/sso/to";

/// The way through the provider of the company in whose portal the page is, and back to the page.
pub fn through(visit: &Visit) -> String {
    let account = portal_of(&visit.path).map_or("", |(_, account)| account);
    let query = serde_html_form::to_string([("next", visit.here())]).unwrap_or_default();
    format!("{PAGE}/{account}?{query}")
}

/// A session came through the company's provider now; `said` is when the person identified there, where it says so.
pub fn put(conn: &mut PgConnection, session: Uuid, account: &str, said: Option<DateTime<Utc>>) -> Result<()> {
    diesel::insert_into(proofs::table)
        .values((proofs::session_id.eq(session), proofs::account_id.eq(account), proofs::said_at.eq(said)))
        .on_conflict((proofs::session_id, proofs::account_id))
        .do_update()
        .set((proofs::proved_at.eq(now), proofs::said_at.eq(said)))
        .execute(conn)?;
    // the company ended it before, and lets it in again by its own provider
    let place = session_places::table.filter(session_places::session_id.eq(session));
    diesel::update(place.filter(session_places::account_id.eq(account)))
        .set(session_places::ended_at.eq(None::<DateTime<Utc>>))
        .execute(conn)?;
    Ok(())
}

/// The companies that a session opens by their providers.
pub fn opened(conn: &mut PgConnection, session: Uuid) -> Result<Vec<Id<Account>>> {
    Ok(proofs::table
        .inner_join(sso_providers::table.on(sso_providers::account_id.eq(proofs::account_id)))
        .filter(proofs::session_id.eq(session))
        .filter(sso_providers::active)
        .filter((proofs::proved_at + PROVIDED_HOURS.hours()).gt(now))
        .select(proofs::account_id)
        .load(conn)?)
}

/// The company whose provider began a session, where one did.
pub fn of_session(conn: &mut PgConnection, session: Uuid) -> Result<Option<Id<Account>>> {
    Ok(proofs::table
        .inner_join(sso_providers::table.on(sso_providers::account_id.eq(proofs::account_id)))
        .filter(proofs::session_id.eq(session))
        .filter(sso_providers::active)
        .order(proofs::proved_at.desc())
        .select(proofs::account_id)
        .first(conn)
        .optional()?)
}

/// Ends what sessions may do for the company because they came through its provider; whole sessions that open nothing else.
pub fn end<P>(tx: &mut Tx<'_, P>, account: &Id<Account>) -> Result<()> {
    let ended: Vec<Uuid> = diesel::delete(proofs::table.filter(proofs::account_id.eq(account)))
        .returning(proofs::session_id)
        .get_results(tx.conn)?;
    statement(
        "DELETE FROM sessions s WHERE NOT s.own AND s.id = ANY($1) \
         AND NOT EXISTS (SELECT FROM sso_proofs p WHERE p.session_id = s.id)",
    )
    .bind::<Array<SqlUuid>, _>(ended)
    .execute(tx.conn)?;
    Ok(())
}

/// Clears away sign-ins that were begun and never came to an end.
pub fn sweep(conn: &mut PgConnection) -> Result<usize> {
    Ok(statement("DELETE FROM sso_attempts WHERE created_at < now() - interval '1 hour'").execute(conn)?)
}
