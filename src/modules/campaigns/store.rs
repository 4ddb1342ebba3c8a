//! Statements about who has signed which version of an agreement whose sight was checked.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Array, BigInt, Bool, Int4, Nullable, Text, Timestamptz},
};

use crate::{
    kit::{
        actor::Account,
        db::{Looks, Read, System, Tx},
        id::Id,
        problem::Result,
        statement::statement,
    },
    modules::{
        binding::Purpose,
        ids::{Agreement, Contract},
    },
};

/// How many Active contracts are on a version, tests apart.
#[derive(Debug, Clone, QueryableByName)]
pub struct Counted {
    #[diesel(sql_type = Int4)]
    pub version: i32,
    #[diesel(sql_type = BigInt)]
    pub contracts: i64,
    #[diesel(sql_type = BigInt)]
    pub tests: i64,
}

/// Of each version that Active contracts are on, the newest first.
pub fn counted(look: &mut impl Looks, agreement: &Id<Agreement>) -> Result<Vec<Counted>> {
    Ok(statement(
        "SELECT c.version, count(*) FILTER (WHERE c.kind = 'production') AS contracts, \
         count(*) FILTER (WHERE c.kind = 'test') AS tests FROM contracts c \
         WHERE c.agreement_id = $1 AND c.status = 'active' GROUP BY c.version ORDER BY c.version DESC",
    )
    .bind::<Text, _>(agreement)
    .load(look.conn())?)
}

/// The versions between these two, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Between(pub i32, pub i32);

/// An Active contract as a campaign lists it.
#[derive(Debug, Clone, QueryableByName)]
pub struct SigneeRow {
    #[diesel(sql_type = Text)]
    pub id: Id<Contract>,
    #[diesel(sql_type = Int4)]
    pub version: i32,
    #[diesel(sql_type = Text)]
    pub kind: Purpose,
    #[diesel(sql_type = Text)]
    pub signee_id: String,
    #[diesel(sql_type = Text)]
    pub signee: String,
    /// When its signee signed the version that it is on.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub signed_at: Option<DateTime<Utc>>,
    /// When it was last reminded of a newer one.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub reminded_at: Option<DateTime<Utc>>,
}

/// Where a page of rows begins: behind this version and contract.
pub type Behind = (i32, String);

/// Active contracts on these versions, the oldest version first.
pub fn signees<P>(
    read: &mut Read<'_, P>,
    agreement: &Id<Agreement>,
    Between(from, to): Between,
    behind: &Behind,
    most: i64,
) -> Result<Vec<SigneeRow>> {
    Ok(statement(
        "SELECT c.id, c.version, c.kind, coalesce(c.signee_id, '') AS signee_id, coalesce(s.name, '') AS signee, \
         (SELECT max(g.at) FROM signatures g WHERE g.contract_id = c.id AND g.version = c.version \
          AND g.party = 'signee' AND g.extension IS NULL) AS signed_at, r.at AS reminded_at \
         FROM contracts c LEFT JOIN accounts s ON s.id = c.signee_id \
         LEFT JOIN signature_reminders r ON r.contract_id = c.id \
         WHERE c.agreement_id = $1 AND c.status = 'active' AND c.version BETWEEN $2 AND $3 AND (c.version, c.id) > ($4, $5) \
         ORDER BY c.version, c.id LIMIT $6",
    )
    .bind::<Text, _>(agreement)
    .bind::<Int4, _>(from)
    .bind::<Int4, _>(to)
    .bind::<Int4, _>(behind.0)
    .bind::<Text, _>(&behind.1)
    .bind::<BigInt, _>(most)
    .load(read.conn)?)
}

/// A contract whose signee has not signed the active version.
#[derive(Debug, Clone, QueryableByName)]
pub struct Outstanding {
    #[diesel(sql_type = Text)]
    pub contract: Id<Contract>,
    #[diesel(sql_type = Text)]
    pub signee: Id<Account>,
}

/// All of them.
pub fn outstanding<P>(tx: &mut Tx<'_, P>, agreement: &Id<Agreement>, version: i32) -> Result<Vec<Outstanding>> {
    Ok(statement(
        "SELECT c.id AS contract, c.signee_id AS signee FROM contracts c \
         WHERE c.agreement_id = $1 AND c.status = 'active' AND c.version < $2 AND c.signee_id IS NOT NULL ORDER BY c.id",
    )
    .bind::<Text, _>(agreement)
    .bind::<Int4, _>(version)
    .load(tx.conn)?)
}

/// How many of them could be reminded: those that were not within a day.
pub fn remindable<P>(read: &mut Read<'_, P>, agreement: &Id<Agreement>, version: i32) -> Result<i64> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let found: Found = statement(
        "SELECT count(*) AS n FROM contracts c LEFT JOIN signature_reminders r ON r.contract_id = c.id \
         WHERE c.agreement_id = $1 AND c.status = 'active' AND c.version < $2 AND c.signee_id IS NOT NULL \
         AND (r.at IS NULL OR r.at <= now() - interval '24 hours')",
    )
    .bind::<Text, _>(agreement)
    .bind::<Int4, _>(version)
    .get_result(read.conn)?;
    Ok(found.n)
}

/// Notes that those who are outstanding are reminded, all or only these, and returns them: whoever was within a day is left out. The
/// contracts are locked in one order, so that two who remind at once wait for each other, and who signs meanwhile is not reminded.
pub fn ask<P>(
    tx: &mut Tx<'_, P>,
    agreement: &Id<Agreement>,
    version: i32,
    only: Option<&[Id<Contract>]>,
) -> Result<Vec<Outstanding>> {
    let these: Vec<&str> = only.unwrap_or_default().iter().map(Id::as_str).collect();
    Ok(statement(
        "WITH asked AS (INSERT INTO signature_reminders AS r (contract_id, at) \
         SELECT w.id, $3 FROM (SELECT c.id FROM contracts c WHERE c.agreement_id = $1 AND c.status = 'active' \
         AND c.version < $2 AND c.signee_id IS NOT NULL AND ($4 OR c.id = ANY($5)) ORDER BY c.id FOR NO KEY UPDATE) w \
         ON CONFLICT (contract_id) DO UPDATE SET at = excluded.at WHERE r.at <= excluded.at - interval '24 hours' \
         RETURNING r.contract_id) \
         SELECT c.id AS contract, c.signee_id AS signee FROM asked a JOIN contracts c ON c.id = a.contract_id ORDER BY c.id",
    )
    .bind::<Text, _>(agreement)
    .bind::<Int4, _>(version)
    .bind::<Timestamptz, _>(tx.at)
    .bind::<Bool, _>(only.is_none())
    .bind::<Array<Text>, _>(these)
    .load(tx.conn)?)
}

/// Sets the deadline of a version that is locked; whoever was told of the one before is told of this one.
pub fn set_due<P>(
    tx: &mut Tx<'_, P>,
    agreement: &Id<Agreement>,
    version: i32,
    due: Option<DateTime<Utc>>,
) -> Result<()> {
    statement(
        "UPDATE agreement_versions SET due_at = $3, overdue_told_at = NULL WHERE agreement_id = $1 AND number = $2",
    )
    .bind::<Text, _>(agreement)
    .bind::<Int4, _>(version)
    .bind::<Nullable<Timestamptz>, _>(due)
    .execute(tx.conn)?;
    Ok(())
}

/// An active version whose deadline has passed.
#[derive(Debug, Clone, QueryableByName)]
pub struct Passed {
    #[diesel(sql_type = Text)]
    pub agreement: Id<Agreement>,
    #[diesel(sql_type = Int4)]
    pub version: i32,
    #[diesel(sql_type = Text)]
    pub owner: Id<Account>,
}

/// Those of which nobody was told, locked; what somebody else works on is left for later.
pub fn passed(tx: &mut Tx<'_, System>, most: i64) -> Result<Vec<Passed>> {
    Ok(statement(
        "SELECT v.agreement_id AS agreement, v.number AS version, a.owner_id AS owner \
         FROM agreement_versions v JOIN agreements a ON a.id = v.agreement_id \
         WHERE v.status = 'active' AND v.due_at IS NOT NULL AND v.overdue_told_at IS NULL AND v.due_at <= $1 \
         ORDER BY v.due_at LIMIT $2 FOR NO KEY UPDATE OF v SKIP LOCKED",
    )
    .bind::<Timestamptz, _>(tx.at)
    .bind::<BigInt, _>(most)
    .load(tx.conn)?)
}

/// Remembers that both sides were told.
pub fn set_told(tx: &mut Tx<'_, System>, passed: &Passed) -> Result<()> {
    statement("UPDATE agreement_versions SET overdue_told_at = $3 WHERE agreement_id = $1 AND number = $2")
        .bind::<Text, _>(&passed.agreement)
        .bind::<Int4, _>(passed.version)
        .bind::<Timestamptz, _>(tx.at)
        .execute(tx.conn)?;
    Ok(())
}
