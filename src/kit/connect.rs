//! How connections to PostgreSQL are opened: their limits, and whether statements stay prepared.

use std::str::FromStr;

use diesel::{
    Connection as _, ConnectionResult, PgConnection, QueryResult, RunQueryDsl as _,
    connection::{CacheSize, SimpleConnection as _},
    sql_types::{Array, Bool, Text},
};

use super::{db::WAIT_FOR_LOCK, statement::statement};

/// Whether a connection is one's own for as long as it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prepare {
    /// Statements stay prepared, and the connection has limits of its own: directly, or behind a pooler that hands out whole sessions.
    On,
    /// Nothing outlives a transaction: a pooler may give each to another connection of its own.
    Off,
}

impl FromStr for Prepare {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "on" => Ok(Self::On),
            "off" => Ok(Self::Off),
            other => Err(format!("{other:?}; it is on or off")),
        }
    }
}

/// What a connection that serves does at most, by the names of PostgreSQL's settings.
fn limits() -> [(&'static str, String); 5] {
    [
        ("TimeZone", "UTC".into()),
        ("statement_timeout", "5s".into()),
        ("lock_timeout", format!("{WAIT_FOR_LOCK}ms")),
        ("idle_in_transaction_session_timeout", "30s".into()),
        ("client_connection_check_interval", "5s".into()),
    ]
}

/// Opens a connection.
pub fn open(url: &str, prepare: Prepare) -> ConnectionResult<PgConnection> {
    let mut conn = PgConnection::establish(url)?;
    keep(&mut conn, prepare);
    Ok(conn)
}

/// Has a fresh connection keep prepared statements, or none.
pub fn keep(conn: &mut PgConnection, prepare: Prepare) {
    if prepare == Prepare::Off {
        conn.set_prepared_statement_cache_size(CacheSize::Disabled);
    }
}

/// Sets the limits of a fresh connection, unless a pooler would forget them: then [`limit_role`] has done so.
pub fn limit(conn: &mut PgConnection, prepare: Prepare) -> QueryResult<()> {
    if prepare == Prepare::Off {
        return Ok(());
    }
    let set = limits().map(|(name, value)| format!("SET {name} = '{value}'"));
    conn.batch_execute(&set.join("; "))
}

/// Makes the limits those of the role itself in this database, so that each connection that a pooler opens has them from the start.
/// A role may do that for itself.
pub fn limit_role(conn: &mut PgConnection) -> QueryResult<()> {
    #[derive(diesel::QueryableByName)]
    struct Has {
        #[diesel(sql_type = Bool)]
        all: bool,
    }
    let limits = limits();
    let wanted: Vec<String> = limits.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let has: Has = statement(
        "SELECT EXISTS (SELECT FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase \
         JOIN pg_roles r ON r.oid = s.setrole WHERE d.datname = current_database() AND r.rolname = current_user \
         AND s.setconfig @> $1) AS all",
    )
    .bind::<Array<Text>, _>(wanted)
    .get_result(conn)?;
    if has.all {
        return Ok(());
    }
    let each = limits.map(|(name, value)| {
        format!(
            "EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I SET {name} = ''{value}''', current_database());"
        )
    });
    conn.batch_execute(&format!("DO $$ BEGIN {} END $$", each.concat()))
}
