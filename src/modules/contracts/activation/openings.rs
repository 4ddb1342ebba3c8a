//! Visits to a link: anything that fetches it, and people who go on to the page behind it. Neither uses up the link.

use diesel::{
    prelude::*,
    sql_types::{Binary, Bool, Integer, Text},
};

use super::openers::Opener;
use crate::{
    kit::{id::Id, problem::Result, statement::statement},
    modules::contracts::Contract,
};

/// Beyond this nobody counts.
const MOST_TIMES: i32 = 9_999;
/// Browsers of which a link remembers when they came.
const MOST_BROWSERS: i32 = 50;

/// Somebody fetches a link: a browser that seems to be a person's by the name that it was given, and every program that says what it is
/// under one name. Until a browser comes on, it may be a program all the same.
pub fn fetched(conn: &mut PgConnection, id: &Id<Contract>, link: i32, (browser, by): (&[u8], Opener)) -> Result<()> {
    let name: &[u8] = if by == Opener::Person { browser } else { &[] };
    statement(format!(
        "WITH kept AS (INSERT INTO link_openings (contract_id, link, browser_hash, first_at, last_at) \
         SELECT $1, $2, $3, now(), now() WHERE $4 OR (SELECT count(*) FROM link_openings o WHERE o.contract_id = $1 AND o.link = $2) < {MOST_BROWSERS} \
         ON CONFLICT (contract_id, link, browser_hash) DO UPDATE \
         SET times = least(link_openings.times + 1, {MOST_TIMES}), last_at = now()) \
         UPDATE activation_links SET opened = opened + 1, last_opened_at = now(), last_opened_by = 'machine' \
         WHERE contract_id = $1 AND number = $2 AND opened < {MOST_TIMES}"
    ))
    .bind::<Text, _>(id)
    .bind::<Integer, _>(link)
    .bind::<Binary, _>(name)
    .bind::<Bool, _>(by == Opener::Machine)
    .execute(conn)?;
    Ok(())
}

/// A browser has come on to the page behind the link that it fetched: so a person opened it.
pub fn followed(conn: &mut PgConnection, id: &Id<Contract>, link: i32, browser: &[u8]) -> Result<()> {
    statement(
        "WITH came AS (UPDATE link_openings SET followed_at = now() WHERE contract_id = $1 AND link = $2 AND browser_hash = $3 \
         AND (followed_at IS NULL OR followed_at < last_at) RETURNING link) \
         UPDATE activation_links l SET last_opened_by = 'person' FROM came WHERE l.contract_id = $1 AND l.number = came.link",
    )
    .bind::<Text, _>(id)
    .bind::<Integer, _>(link)
    .bind::<Binary, _>(browser)
    .execute(conn)?;
    Ok(())
}
