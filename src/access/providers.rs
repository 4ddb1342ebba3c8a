//! Sessions that entered a company through its own identity provider: what such a session opens, and for how long. How people sign in there
//! is the business of the module sso; this is what every request needs.

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

/// The same, with a query that says where to continue.
pub fn start(query: &str) -> String {
    if query == "next=%2F" { START.to_owned() } else { format!("{START}?{query}") }
}

/// The path from which somebody who is signed in continues at a company's provider. The company and the address to return to follow.
pub const PAGE: &str = "/sso/to";

/// The address that leads to the provider of the company whose portal the page is in, and back to the page.
pub fn through(visit: &Visit) -> String {
    let account = portal_of(&visit.path).map_or("", |(_, account)| account);
    let query = serde_html_form::to_string([("next", visit.here())]).unwrap_or_default();
    format!("{PAGE}/{account}?{query}")
}

/// Records that a session has just come through the company's provider; `said` is when the person signed in there, if the provider says so.
pub fn put(conn: &mut PgConnection, session: Uuid, account: &str, said: Option<DateTime<Utc>>) -> Result<()> {
    diesel::insert_into(proofs::table)
        .values((proofs::session_id.eq(session), proofs::account_id.eq(account), proofs::said_at.eq(said)))
        .on_conflict((proofs::session_id, proofs::account_id))
        .do_update()
        .set((proofs::proved_at.eq(now), proofs::said_at.eq(said)))
        .execute(conn)?;
    // the company had ended it, and its own provider lets it in again
    let place = session_places::table.filter(session_places::session_id.eq(session));
    diesel::update(place.filter(session_places::account_id.eq(account)))
        .set(session_places::ended_at.eq(None::<DateTime<Utc>>))
        .execute(conn)?;
    Ok(())
}

/// The companies that a session opens through their providers.
pub fn opened(conn: &mut PgConnection, session: Uuid) -> Result<Vec<Id<Account>>> {
    Ok(proofs::table
        .inner_join(sso_providers::table.on(sso_providers::account_id.eq(proofs::account_id)))
        .filter(proofs::session_id.eq(session))
        .filter(sso_providers::active)
        .filter((proofs::proved_at + PROVIDED_HOURS.hours()).gt(now))
        .select(proofs::account_id)
        .load(conn)?)
}

/// The companies through whose providers a session came, the latest first.
pub fn of_session(conn: &mut PgConnection, session: Uuid) -> Result<Vec<Id<Account>>> {
    Ok(proofs::table
        .inner_join(sso_providers::table.on(sso_providers::account_id.eq(proofs::account_id)))
        .filter(proofs::session_id.eq(session))
        .filter(sso_providers::active)
        .order(proofs::proved_at.desc())
        .select(proofs::account_id)
        .load(conn)?)
}

/// Ends the access that sessions have to the company through its provider, and whole sessions that open nothing else.
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

/// Deletes sign-ins that were begun and never finished.
pub fn sweep(conn: &mut PgConnection) -> Result<usize> {
    Ok(statement("DELETE FROM sso_attempts WHERE created_at < now() - interval '1 hour'").execute(conn)?)
}
