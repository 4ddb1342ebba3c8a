//! What waits for a company, each counted up to a limit and shown with its first few.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName, RunQueryDsl as _, sql_query,
    sql_types::{BigInt, Text, Timestamptz},
};

use crate::kit::{
    actor::{Account, Permission},
    db::Read,
    id::Id,
    problem::Result,
};

/// How far things that wait are counted; then it says "99+".
pub const COUNTED: i64 = 99;
/// How many are named.
const SHOWN: usize = 5;

#[derive(Debug, Clone, QueryableByName)]
pub struct Waiting {
    #[diesel(sql_type = Text)]
    pub id: String,
    /// The other party, or the note on an invitation.
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = BigInt)]
    pub version: i64,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
}

/// The first few, and how many there are.
#[derive(Debug, Default)]
pub struct Pile {
    pub count: usize,
    pub first: Vec<Waiting>,
}

impl Pile {
    fn of(mut rows: Vec<Waiting>) -> Self {
        let count = rows.len();
        rows.truncate(SHOWN);
        Self { count, first: rows }
    }

    pub fn figure(&self) -> String {
        if self.count as i64 > COUNTED { format!("{COUNTED}+") } else { self.count.to_string() }
    }
}

fn load<P: Permission>(read: &mut Read<'_, P>, sql: &str) -> Result<Pile> {
    let me: Id<Account> = read.actor.account().clone();
    let sql = format!("{sql} LIMIT {}", COUNTED + 1);
    Ok(Pile::of(sql_query(sql).bind::<Text, _>(me.as_str()).load(read.conn)?))
}

/// Contracts of ours, as signee, with a newer version to sign; the oldest offer first.
pub fn to_sign<P: Permission>(read: &mut Read<'_, P>) -> Result<Pile> {
    load(
        read,
        "SELECT c.id, i.name, v.number::bigint AS version, coalesce(v.activated_at, v.created_at) AS at \
         FROM contracts c JOIN agreement_versions v ON v.agreement_id = c.agreement_id AND v.status = 'active' \
         AND v.number > c.version JOIN accounts i ON i.id = c.issuer_id \
         WHERE c.signee_id = $1 AND c.status = 'active' ORDER BY at, c.id",
    )
}

/// Enrolments that wait for our approval; the oldest first.
pub fn to_approve<P: Permission>(read: &mut Read<'_, P>) -> Result<Pile> {
    load(
        read,
        "SELECT c.id, s.name, c.version::bigint AS version, c.created_at AS at FROM contracts c \
         JOIN accounts s ON s.id = c.signee_id \
         WHERE c.issuer_id = $1 AND c.status = 'pending' AND c.type = 'distribution' ORDER BY c.created_at, c.id",
    )
}

/// Listing requests on our marketplaces that somebody has to act on; the oldest first.
pub fn listings_to_process<P: Permission>(read: &mut Read<'_, P>) -> Result<Pile> {
    load(
        read,
        "SELECT r.id, v.name, r.version::bigint AS version, r.submitted_at AS at FROM listing_requests r \
         JOIN product_versions v ON v.product_id = r.product_id AND v.number = r.version \
         WHERE r.owner_id = $1 AND r.status IN ('reviewing', 'deploying') ORDER BY r.submitted_at, r.id",
    )
}

/// Listing requests of ours that came back; the oldest first.
pub fn listings_to_mend<P: Permission>(read: &mut Read<'_, P>) -> Result<Pile> {
    load(
        read,
        "SELECT r.id, p.name, r.version::bigint AS version, r.updated_at AS at FROM listing_requests r \
         JOIN products p ON p.id = r.product_id \
         WHERE r.vendor_id = $1 AND r.status = 'draft' ORDER BY r.updated_at, r.id",
    )
}

/// Invitations of ours whose link ends within a week, or has ended; the first to end first.
pub fn links_ending<P: Permission>(read: &mut Read<'_, P>) -> Result<Pile> {
    load(
        read,
        "SELECT c.id, c.note AS name, c.version::bigint AS version, l.expires_at AS at \
         FROM contracts c JOIN activation_links l ON l.contract_id = c.id AND l.replaced_at IS NULL \
         WHERE c.issuer_id = $1 AND c.status = 'pending' AND l.expires_at < now() + interval '7 days' ORDER BY at, c.id",
    )
}

/// Active contracts, on either side, that end within thirty days.
pub fn ending<P: Permission>(read: &mut Read<'_, P>) -> Result<Pile> {
    load(
        read,
        "SELECT * FROM ( \
         (SELECT c.id, coalesce(s.name, '') AS name, c.version::bigint AS version, c.expire_at AS at FROM contracts c \
          LEFT JOIN accounts s ON s.id = c.signee_id WHERE c.issuer_id = $1 AND c.status = 'active' \
          AND c.expire_at BETWEEN now() AND now() + interval '30 days' ORDER BY c.expire_at LIMIT 100) UNION ALL \
         (SELECT c.id, i.name, c.version::bigint, c.expire_at FROM contracts c JOIN accounts i ON i.id = c.issuer_id \
          WHERE c.signee_id = $1 AND c.status = 'active' \
          AND c.expire_at BETWEEN now() AND now() + interval '30 days' ORDER BY c.expire_at LIMIT 100)) ending ORDER BY at, id",
    )
}

/// Whether the company has any agreement or contract yet: else Home says how to begin.
pub fn begun<P: Permission>(read: &mut Read<'_, P>) -> Result<Begun> {
    Ok(sql_query(
        "SELECT EXISTS (SELECT FROM agreements WHERE owner_id = $1) AS agreement, \
         EXISTS (SELECT FROM contracts WHERE issuer_id = $1) AS contract",
    )
    .bind::<Text, _>(read.actor.account().as_str().to_owned())
    .get_result(read.conn)?)
}

#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct Begun {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub agreement: bool,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub contract: bool,
}
