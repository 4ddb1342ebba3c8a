//! Who somebody is for one company: one statement.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl as _,
    sql_types::{Jsonb, Nullable, Text},
};
use serde::Deserialize;

use crate::kit::{
    actor::{Account, Company, Granting, Identity, Person, Rights, Role, User},
    choice::Choice as _,
    id::Id,
    problem::{Problem, Result},
    statement::statement,
    time::Zone,
};

/// Who a person is for one company, as [`facts`] has it.
#[derive(Debug, Clone, Deserialize)]
pub struct Facts {
    name: String,
    email: String,
    time_zone: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    picture: Option<String>,
    role: String,
    company: String,
    brand: Id<Account>,
    /// The hash of the company's logo.
    logo: Option<String>,
    program: bool,
    service: bool,
    delegate: bool,
    resale: bool,
    administrator: bool,
    permissions: Vec<String>,
    administrators: Vec<String>,
    #[serde(default)]
    granting: Vec<Granting>,
    #[serde(default)]
    distributor: Option<String>,
    others: Vec<OtherRow>,
    at: DateTime<Utc>,
    /// The company demands a second factor, and the person has none: nothing of the company is there until then.
    #[serde(default)]
    pub(super) unenrolled: bool,
    /// Only what is counted for companies of that role has a number.
    #[serde(default)]
    waiting: HashMap<String, Option<i64>>,
    #[serde(default)]
    unread: i64,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Jsonb)]
    facts: serde_json::Value,
}

#[derive(Debug, Clone, Deserialize)]
struct OtherRow {
    id: Id<Account>,
    name: String,
    role: Role,
    brand: Id<Account>,
    logo: Option<String>,
}

impl From<OtherRow> for Company {
    fn from(row: OtherRow) -> Self {
        Self { id: row.id, name: row.name, role: row.role, brand: row.brand, logo: row.logo }
    }
}

/// A company's rights: the union over its Active contracts, or all when the operator made it. Only a service contract
/// lets resell.
pub const RIGHTS: &str = "\
    LATERAL (SELECT a.founding OR coalesce(bool_or(c.allows_program), false) AS program, \
                    a.founding OR coalesce(bool_or(c.allows_service), false) AS service, \
                    a.founding OR coalesce(bool_or(c.allows_delegate), false) AS delegate, \
                    coalesce(bool_or(c.type = 'service'), false) AS resale \
             FROM contracts c WHERE c.signee_id = a.id AND c.status = 'active' \
             AND (c.expire_at IS NULL OR c.expire_at > now())) rights";

const OTHERS: &str = "\
    (SELECT coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'name', o.name, 'role', o.role, 'brand', o.brand, 'logo', o.logo) ORDER BY o.name), '[]') \
     FROM memberships om JOIN accounts o ON o.id = om.account_id WHERE om.user_id = u.id)";

/// A `SELECT` of [`Facts`], as `facts`, of the person `user` for the company `account`, both expressions: no row when it is no member.
pub fn facts(user: &str, account: &str) -> String {
    format!(
        "SELECT jsonb_build_object('name', u.name, 'email', u.email, 'time_zone', u.time_zone, 'title', u.job_title, 'picture', u.picture, 'role', a.role, 'company', a.name, \
                'brand', a.brand, 'logo', a.logo, \
                'distributor', (SELECT d.name FROM accounts d WHERE d.id = a.brand AND d.id <> a.id), \
                'program', rights.program, 'service', rights.service, 'delegate', rights.delegate, 'resale', rights.resale, \
                'administrator', held.administrator, 'permissions', held.permissions, \
                'administrators', CASE WHEN held.administrator THEN '[]' ELSE coalesce( \
                    (SELECT jsonb_agg(au.name ORDER BY au.name) FROM groups ag \
                     JOIN group_members am ON am.group_id = ag.id JOIN users au ON au.id = am.user_id \
                     WHERE ag.account_id = a.id AND ag.administrators), '[]') END, \
                'granting', CASE WHEN held.administrator THEN '[]' ELSE coalesce( \
                    (SELECT jsonb_agg(jsonb_build_object('name', cg.name, 'permissions', cg.permissions) ORDER BY cg.name) \
                     FROM groups cg WHERE cg.account_id = a.id AND NOT cg.administrators), '[]') END, \
                'unenrolled', a.second_factor = 'required' AND NOT EXISTS (SELECT FROM authenticators ua WHERE ua.user_id = u.id), \
                'others', {OTHERS}, 'at', now()) AS facts \
         FROM users u \
         JOIN memberships m ON m.user_id = u.id AND m.account_id = {account} \
         JOIN accounts a ON a.id = m.account_id, \
         {RIGHTS}, \
         LATERAL (SELECT coalesce(bool_or(g.administrators), false) AS administrator, \
                         coalesce(array_agg(p.permission) FILTER (WHERE p.permission IS NOT NULL), '{{}}') AS permissions \
                  FROM group_members gm JOIN groups g ON g.id = gm.group_id \
                  LEFT JOIN LATERAL unnest(g.permissions) p(permission) ON true \
                  WHERE gm.account_id = a.id AND gm.user_id = u.id) held \
         WHERE u.id = {user}"
    )
}

/// The person as a member of the company; [`Problem::NotFound`] when it is none.
pub fn load(conn: &mut PgConnection, user: &Id<User>, account: &Id<Account>) -> Result<Identity> {
    let found = statement(facts("$1", "$2"))
        .bind::<Text, _>(user.as_str())
        .bind::<Text, _>(account.as_str())
        .get_result::<Found>(conn)?;
    serde_json::from_value::<Facts>(found.facts).map_err(Problem::internal)?.of(user, account)
}

impl Facts {
    pub fn of(self, user: &Id<User>, account: &Id<Account>) -> Result<Identity> {
        let role = Role::from_key(&self.role).ok_or_else(|| Problem::internal("an account has a role"))?;
        Ok(Identity {
            person: Person {
                id: user.clone(),
                name: self.name,
                email: self.email,
                zone: Zone::named(&self.time_zone),
                title: self.title,
                picture: self.picture,
            },
            company: Company { id: account.clone(), name: self.company, role, brand: self.brand, logo: self.logo },
            rights: Rights {
                program: self.program,
                service: self.service,
                delegate: self.delegate,
                resale: self.resale,
            },
            administrator: self.administrator,
            permissions: self.permissions,
            others: self.others.into_iter().filter(|other| other.id != *account).map(Company::from).collect(),
            administrators: self.administrators,
            granting: self.granting,
            distributor: self.distributor,
            waiting: self.waiting.into_iter().filter_map(|(queue, n)| Some((queue, n?))).collect(),
            unread: self.unread,
            at: self.at,
        })
    }
}

#[derive(QueryableByName)]
struct PersonRow {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Text)]
    time_zone: String,
    #[diesel(sql_type = Text)]
    job_title: String,
    #[diesel(sql_type = Nullable<Text>)]
    picture: Option<String>,
    #[diesel(sql_type = Jsonb)]
    others: serde_json::Value,
}

/// The person and all companies it acts for.
pub fn person(conn: &mut PgConnection, user: &Id<User>) -> Result<(Person, Vec<Company>)> {
    let row = statement(format!(
        "SELECT u.name, u.email, u.time_zone, u.job_title, u.picture, {OTHERS} AS others FROM users u WHERE u.id = $1"
    ))
    .bind::<Text, _>(user.as_str())
    .get_result::<PersonRow>(conn)?;
    let accounts: Vec<OtherRow> = serde_json::from_value(row.others).map_err(Problem::internal)?;
    Ok((
        Person {
            id: user.clone(),
            name: row.name,
            email: row.email,
            zone: Zone::named(&row.time_zone),
            title: row.job_title,
            picture: row.picture,
        },
        accounts.into_iter().map(Company::from).collect(),
    ))
}
