//! Statements about how a company's people sign in.

use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{BigInt, Jsonb, Text},
};

use crate::kit::{
    actor::Account,
    db::Looks,
    id::Id,
    problem::{Problem, Result},
    statement::statement,
};

/// How many of a company's people have a second factor, and who has none.
#[derive(Debug, Clone)]
pub struct Enrolled {
    pub with: usize,
    pub all: usize,
    /// The first of those who have none: id and name.
    pub without: Vec<(String, String)>,
}

/// How many of those who have none are named.
pub const NAMED: usize = 20;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    enrolled: i64,
    #[diesel(sql_type = BigInt)]
    people: i64,
    #[diesel(sql_type = Jsonb)]
    without: serde_json::Value,
}

pub fn enrolled(look: &mut impl Looks, account: &Id<Account>) -> Result<Enrolled> {
    let row: Row = statement(format!(
        "WITH staff AS (SELECT u.id, u.name, EXISTS (SELECT FROM authenticators a WHERE a.user_id = u.id) AS has_one \
         FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.account_id = $1 AND u.kind = 'person') \
         SELECT count(*) FILTER (WHERE has_one) AS enrolled, count(*) AS people, \
         (SELECT coalesce(jsonb_agg(jsonb_build_array(w.id, w.name) ORDER BY w.name, w.id), '[]') FROM \
         (SELECT id, name FROM staff WHERE NOT has_one ORDER BY name, id LIMIT {NAMED}) w) AS without FROM staff"
    ))
    .bind::<Text, _>(account)
    .get_result(look.conn())?;
    let count = |n: i64| usize::try_from(n).unwrap_or_default();
    Ok(Enrolled {
        with: count(row.enrolled),
        all: count(row.people),
        without: serde_json::from_value(row.without).map_err(Problem::internal)?,
    })
}
