//! Who somebody is for one company: one statement.

use diesel::{
    PgConnection, QueryableByName, RunQueryDsl as _, sql_query,
    sql_types::{Array, Bool, Jsonb, Text},
};
use serde::Deserialize;

use crate::kit::{
    actor::{Account, Company, Identity, Person, Rights, Role, User},
    id::Id,
    problem::{Problem, Result},
    time::Zone,
};

#[derive(QueryableByName)]
struct IdentityRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Text)]
    time_zone: String,
    #[diesel(sql_type = Text)]
    role: Role,
    #[diesel(sql_type = Text)]
    company: String,
    #[diesel(sql_type = Bool)]
    program: bool,
    #[diesel(sql_type = Bool)]
    service: bool,
    #[diesel(sql_type = Bool)]
    delegate: bool,
    #[diesel(sql_type = Bool)]
    administrator: bool,
    #[diesel(sql_type = Array<Text>)]
    permissions: Vec<String>,
    #[diesel(sql_type = Text)]
    administrators: String,
    #[diesel(sql_type = Jsonb)]
    others: serde_json::Value,
}

#[derive(Deserialize)]
struct OtherRow {
    id: Id<Account>,
    name: String,
    role: Role,
}

impl From<OtherRow> for Company {
    fn from(row: OtherRow) -> Self {
        Self { id: row.id, name: row.name, role: row.role }
    }
}

/// A company's rights: the union over its Active contracts, or all when the operator made it.
pub const RIGHTS: &str = "\
    LATERAL (SELECT a.founding OR coalesce(bool_or(c.allows_program), false) AS program, \
                    a.founding OR coalesce(bool_or(c.allows_service), false) AS service, \
                    a.founding OR coalesce(bool_or(c.allows_delegate), false) AS delegate \
             FROM contracts c WHERE c.signee_id = a.id AND c.status = 'active' \
             AND (c.expire_at IS NULL OR c.expire_at > now())) rights";

const OTHERS: &str = "\
    (SELECT coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'name', o.name, 'role', o.role) ORDER BY o.name), '[]') \
     FROM memberships om JOIN accounts o ON o.id = om.account_id WHERE om.user_id = u.id)";

/// The person as a member of the company; [`Problem::NotFound`] when it is none.
pub fn load(conn: &mut PgConnection, user: &Id<User>, account: &Id<Account>) -> Result<Identity> {
    let row = sql_query(format!(
        "SELECT u.name, u.email, u.time_zone, a.role, a.name AS company, \
                rights.program, rights.service, rights.delegate, \
                held.administrator, held.permissions, \
                CASE WHEN held.administrator THEN '' ELSE coalesce( \
                    (SELECT string_agg(au.name, ', ' ORDER BY au.name) FROM groups ag \
                     JOIN group_members am ON am.group_id = ag.id JOIN users au ON au.id = am.user_id \
                     WHERE ag.account_id = a.id AND ag.administrators), '') END AS administrators, \
                {OTHERS} AS others \
         FROM users u \
         JOIN memberships m ON m.user_id = u.id AND m.account_id = $2 \
         JOIN accounts a ON a.id = m.account_id, \
         {RIGHTS}, \
         LATERAL (SELECT coalesce(bool_or(g.administrators), false) AS administrator, \
                         coalesce(array_agg(p.permission) FILTER (WHERE p.permission IS NOT NULL), '{{}}') AS permissions \
                  FROM group_members gm JOIN groups g ON g.id = gm.group_id \
                  LEFT JOIN LATERAL unnest(g.permissions) p(permission) ON true \
                  WHERE gm.account_id = a.id AND gm.user_id = u.id) held \
         WHERE u.id = $1"
    ))
    .bind::<Text, _>(user.as_str())
    .bind::<Text, _>(account.as_str())
    .get_result::<IdentityRow>(conn)?;
    let others: Vec<OtherRow> = serde_json::from_value(row.others).map_err(Problem::internal)?;
    Ok(Identity {
        person: Person { id: user.clone(), name: row.name, email: row.email, zone: Zone::named(&row.time_zone) },
        company: Company { id: account.clone(), name: row.company, role: row.role },
        rights: Rights { program: row.program, service: row.service, delegate: row.delegate },
        administrator: row.administrator,
        permissions: row.permissions,
        others: others.into_iter().filter(|other| other.id != *account).map(Company::from).collect(),
        administrators: row.administrators,
    })
}

#[derive(QueryableByName)]
struct PersonRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Text)]
    time_zone: String,
    #[diesel(sql_type = Jsonb)]
    others: serde_json::Value,
}

/// The person and all companies it acts for.
pub fn person(conn: &mut PgConnection, user: &Id<User>) -> Result<(Person, Vec<Company>)> {
    let row =
        sql_query(format!("SELECT u.name, u.email, u.time_zone, {OTHERS} AS others FROM users u WHERE u.id = $1"))
            .bind::<Text, _>(user.as_str())
            .get_result::<PersonRow>(conn)?;
    let accounts: Vec<OtherRow> = serde_json::from_value(row.others).map_err(Problem::internal)?;
    Ok((
        Person { id: user.clone(), name: row.name, email: row.email, zone: Zone::named(&row.time_zone) },
        accounts.into_iter().map(Company::from).collect(),
    ))
}
