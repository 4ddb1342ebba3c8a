//! Two roles of the database: one owns the schema and migrates, the other serves and can neither alter it nor take back what is final.

use diesel::{
    Connection as _, PgConnection, QueryableByName, RunQueryDsl as _,
    connection::SimpleConnection as _,
    sql_query,
    sql_types::{Bool, Text},
};

use crate::start::StartError;

/// Tables whose rows are written once: the role that serves adds to them and reads them. A test holds this list to the triggers.
pub const FINAL: [&str; 7] = [
    "events",
    "signatures",
    "first_signatures",
    "withdrawn_signatures",
    "checkpoints",
    "tier_account_versions",
    "blobs",
];
/// Tables whose rows may change but are never removed.
pub const LASTING: [&str; 4] =
    ["product_versions", "fulfillment_requests", "tier_account_requests", "tier_config_requests"];
/// Rows that are never changed and go when they are old; a trigger keeps the younger ones.
pub const AGING: &str = "security_events";
/// What only migrations write.
const MIGRATIONS: &str = "__diesel_schema_migrations";

fn failed(error: &dyn std::fmt::Display) -> StartError {
    StartError::Roles(error.to_string())
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[derive(QueryableByName)]
struct Flag {
    #[diesel(sql_type = Bool)]
    flag: bool,
}

fn flag(conn: &mut PgConnection, question: &str, role: &str) -> Result<bool, StartError> {
    let asked = sql_query(format!("SELECT {question} AS flag")).bind::<Text, _>(role).get_result::<Flag>(conn);
    asked.map(|row| row.flag).map_err(|error| failed(&error))
}

/// Lets `role` serve over the database at `url`, which its owner opens; what it may too much is taken from it.
///
/// # Errors
/// When there is no such role, or when it may alter the schema whatever it is granted.
pub fn grant(url: &str, role: &str) -> Result<(), StartError> {
    let mut conn = PgConnection::establish(url)?;
    if !flag(&mut conn, "EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", role)? {
        return Err(failed(&format!("there is no role {role}; make it with: CREATE ROLE {} LOGIN", quoted(role))));
    }
    let mighty = "EXISTS (SELECT FROM pg_roles r WHERE r.rolname = $1 AND (r.rolsuper \
                  OR pg_has_role(r.oid, (SELECT relowner FROM pg_class WHERE oid = 'events'::regclass), 'USAGE')))";
    if flag(&mut conn, mighty, role)? {
        return Err(failed(&format!(
            "{role} is a superuser or belongs to the owner of the tables: it cannot be kept from altering them"
        )));
    }
    let (role, last, kept) = (quoted(role), FINAL.join(", "), LASTING.join(", "));
    conn.batch_execute(&format!(
        "BEGIN; \
         DO $$ BEGIN EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO %s', current_database(), '{role}'); END $$; \
         REVOKE CREATE ON SCHEMA public FROM {role}; \
         GRANT USAGE ON SCHEMA public TO {role}; \
         REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}; \
         GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}; \
         GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}; \
         REVOKE UPDATE, DELETE ON {last} FROM {role}; \
         REVOKE DELETE ON {kept} FROM {role}; \
         REVOKE UPDATE ON {AGING} FROM {role}; \
         REVOKE INSERT, UPDATE, DELETE ON {MIGRATIONS} FROM {role}; \
         COMMIT"
    ))
    .map_err(|error| failed(&error))
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// Grants anew to every role that was let in before: new tables came with migrations.
pub fn grant_again(url: &str) -> Result<(), StartError> {
    let mut conn = PgConnection::establish(url)?;
    let serving: Vec<Name> = sql_query(
        "SELECT DISTINCT r.rolname::text AS name FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a \
         JOIN pg_roles r ON r.oid = a.grantee WHERE c.oid = to_regclass('public.events') AND a.privilege_type = 'INSERT' \
         AND a.grantee <> c.relowner",
    )
    .load(&mut conn)
    .map_err(|error| failed(&error))?;
    serving.iter().try_for_each(|role| grant(url, &role.name))
}

/// The role by which `url` connects.
pub fn named_in(url: &str) -> Result<String, StartError> {
    let mut conn = PgConnection::establish(url)?;
    let me = sql_query("SELECT current_user::text AS name").get_result::<Name>(&mut conn);
    me.map(|row| row.name).map_err(|error| failed(&error))
}

/// Whether the role of this connection may serve: all tables are there for it.
pub fn may_serve(conn: &mut PgConnection) -> Result<bool, StartError> {
    let asked = "has_table_privilege('events', 'INSERT') AND $1 = ''";
    flag(conn, asked, "")
}

/// Whether the role of this connection could alter the tables.
pub fn may_alter(conn: &mut PgConnection) -> Result<bool, StartError> {
    let asked = "pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = 'events'::regclass), 'USAGE') AND $1 = ''";
    flag(conn, asked, "")
}
