//! Versions of agreements: their documents, which one is active, and how many contracts are on each.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::owned_by;
use crate::{
    kit::{
        actor::{Account, User},
        choice::Choice as _,
        db::{Looks, Read, Tx},
        grid::{Apart, COUNTED},
        id::Id,
        problem::{Problem, Result},
        statement::statement,
    },
    modules::{
        agreements::{
            Agreement, VersionStatus,
            documents::{self, Format},
            lifecycle::Move,
        },
        binding::{Purpose, Status},
    },
    schema::{agreement_versions, agreements, blobs, contracts as contract, users},
};

/// Where a version's document is.
#[derive(Debug, Clone)]
pub enum Source {
    Link(String),
    /// A kept file.
    File {
        name: String,
        sha256: String,
        format: Format,
    },
}

/// Adds an inactive version behind the last one; the agreement is locked.
pub fn insert_version<P>(tx: &mut Tx<'_, P>, id: &Id<Agreement>, source: &Source) -> Result<i32> {
    let author: Id<User> = tx.person()?;
    // the number of a deleted version is never used again; the database refuses it, too
    let number = agreements::table.find(id).select(agreements::last_version).first::<i32>(tx.conn)? + 1;
    let (kind, link, file_name, sha256, format) = match source {
        Source::Link(link) => ("external", Some(link), None, None, None),
        Source::File { name, sha256, format } => ("uploaded", None, Some(name), Some(sha256), Some(format)),
    };
    diesel::insert_into(agreement_versions::table)
        .values((
            agreement_versions::agreement_id.eq(id),
            agreement_versions::number.eq(number),
            agreement_versions::status.eq(VersionStatus::Inactive),
            agreement_versions::document_type.eq(kind),
            agreement_versions::link.eq(link),
            agreement_versions::file_name.eq(file_name),
            agreement_versions::sha256.eq(sha256),
            agreement_versions::format.eq(format),
            agreement_versions::author_id.eq(author),
            agreement_versions::created_at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    Ok(number)
}

/// A version as its owner sees it.
#[derive(Debug, Clone, Queryable)]
pub struct VersionRow {
    pub number: i32,
    pub status: VersionStatus,
    pub link: Option<String>,
    pub file_name: Option<String>,
    pub sha256: Option<String>,
    pub size: Option<i32>,
    pub author: String,
    pub created_at: DateTime<Utc>,
}

/// Versions of an agreement whose sight was checked, the newest first.
pub fn versions<P>(read: &mut Read<'_, P>, id: &Id<Agreement>) -> Result<Vec<VersionRow>> {
    Ok(agreement_versions::table
        .left_join(blobs::table)
        .inner_join(users::table.on(users::id.eq(agreement_versions::author_id)))
        .filter(agreement_versions::agreement_id.eq(id))
        .order(agreement_versions::number.desc())
        .limit(200)
        .select((
            agreement_versions::number,
            agreement_versions::status,
            agreement_versions::link,
            agreement_versions::file_name,
            agreement_versions::sha256,
            documents::octet_length(blobs::bytes.nullable()),
            users::name,
            agreement_versions::created_at,
        ))
        .load(read.conn)?)
}

/// How many contracts are on each version, tests apart, each counted up to a limit.
pub fn contracts_on<P>(read: &mut Read<'_, P>, id: &Id<Agreement>) -> Result<Vec<(i32, Apart)>> {
    #[derive(QueryableByName)]
    struct Counted {
        #[diesel(sql_type = diesel::sql_types::Int4)]
        number: i32,
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        contracts: i64,
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        tests: i64,
    }
    let count = |kind: Purpose| {
        format!(
            "(SELECT count(*) FROM (SELECT FROM contracts c WHERE c.agreement_id = v.agreement_id AND c.version = v.number \
             AND c.kind = '{}' LIMIT {}) few)",
            kind.key(),
            COUNTED + 1
        )
    };
    let rows: Vec<Counted> = statement(format!(
        "SELECT v.number, {} AS contracts, {} AS tests FROM agreement_versions v WHERE v.agreement_id = $1",
        count(Purpose::Production),
        count(Purpose::Test)
    ))
    .bind::<diesel::sql_types::Text, _>(id)
    .load(read.conn)?;
    Ok(rows.into_iter().map(|row| (row.number, Apart::both(row.contracts, row.tests, COUNTED))).collect())
}

/// Locks a version of an agreement that [`super::lock`] holds.
pub fn version<P>(tx: &mut Tx<'_, P>, id: &Id<Agreement>, number: i32) -> Result<VersionStatus> {
    Ok(agreement_versions::table.find((id, number)).select(agreement_versions::status).for_update().first(tx.conn)?)
}

/// The active version of a company's agreement and who offers it. Shared lock: it stays active, and there, until the transaction ends.
pub fn active<P>(tx: &mut Tx<'_, P>, owner: &Id<Account>, id: &Id<Agreement>) -> Result<Option<(i32, Id<User>)>> {
    let found: Option<(i32, Option<Id<User>>)> = agreement_versions::table
        .filter(agreement_versions::agreement_id.eq(id))
        .filter(agreement_versions::status.eq(VersionStatus::Active))
        .filter(diesel::dsl::exists(agreements::table.filter(agreements::id.eq(id)).filter(owned_by(owner))))
        .select((agreement_versions::number, agreement_versions::activator_id))
        .for_share()
        .first(tx.conn)
        .optional()?;
    Ok(found.and_then(|(number, activator)| Some((number, activator?))))
}

/// The active version's number, locked as it is.
pub fn active_number<P>(tx: &mut Tx<'_, P>, id: &Id<Agreement>) -> Result<Option<i32>> {
    Ok(agreement_versions::table
        .filter(agreement_versions::agreement_id.eq(id))
        .filter(agreement_versions::status.eq(VersionStatus::Active))
        .select(agreement_versions::number)
        .for_update()
        .first(tx.conn)
        .optional()?)
}

/// Whether the actor activated the version that is active, which is locked.
pub fn activated_by_me<P>(tx: &mut Tx<'_, P>, id: &Id<Agreement>) -> Result<bool> {
    let me = tx.person()?;
    let mine = agreement_versions::table
        .filter(agreement_versions::agreement_id.eq(id))
        .filter(agreement_versions::status.eq(VersionStatus::Active))
        .filter(agreement_versions::activator_id.eq(me));
    Ok(diesel::select(diesel::dsl::exists(mine)).get_result(tx.conn)?)
}

/// Writes a planned move of a version.
pub fn advance<P>(tx: &mut Tx<'_, P>, id: &Id<Agreement>, number: i32, planned: &Move) -> Result<()> {
    let own = agreement_versions::table.find((id, number)).filter(agreement_versions::status.eq(planned.from()));
    let moved = match planned.to() {
        VersionStatus::Active => {
            let by: Id<User> = tx.person()?;
            diesel::update(own)
                .set((
                    agreement_versions::status.eq(planned.to()),
                    agreement_versions::activator_id.eq(by),
                    agreement_versions::activated_at.eq(planned.at()),
                ))
                .execute(tx.conn)?
        }
        VersionStatus::Inactive => {
            diesel::update(own).set(agreement_versions::status.eq(planned.to())).execute(tx.conn)?
        }
    };
    if moved == 1 {
        Ok(())
    } else {
        Err(Problem::stale("This version has changed", "It has changed since you opened this page."))
    }
}

/// Whether this is the only version left.
pub fn is_last(look: &mut impl Looks, id: &Id<Agreement>, number: i32) -> Result<bool> {
    let other = agreement_versions::table
        .filter(agreement_versions::agreement_id.eq(id))
        .filter(agreement_versions::number.ne(number))
        .select(agreement_versions::number)
        .first::<i32>(look.conn())
        .optional()?;
    Ok(other.is_none())
}

/// How many contracts are on this version, or were ever signed on it, or rest on its acceptance.
pub fn on_version(look: &mut impl Looks, id: &Id<Agreement>, number: i32) -> Result<usize> {
    let resting: i64 = statement(
        "SELECT count(*) AS count FROM (SELECT id FROM contracts WHERE agreement_id = $1 AND version = $2 \
         UNION SELECT contract_id FROM signatures WHERE agreement_id = $1 AND version = $2) r",
    )
    .bind::<diesel::sql_types::Text, _>(id)
    .bind::<diesel::sql_types::Int4, _>(number)
    .value::<diesel::sql_types::BigInt, i64>(look.conn())?;
    usize::try_from(resting).map_err(Problem::internal)
}

pub fn delete_version<P>(tx: &mut Tx<'_, P>, id: &Id<Agreement>, number: i32) -> Result<()> {
    diesel::delete(agreement_versions::table.find((id, number))).execute(tx.conn)?;
    Ok(())
}

/// How many partners have an Active contract on an earlier version: those that `letters::tell_offers` tells.
pub fn behind<P>(read: &mut Read<'_, P>, id: &Id<Agreement>, number: i32) -> Result<usize> {
    let earlier: i64 = contract::table
        .filter(contract::agreement_id.eq(id))
        .filter(contract::status.eq(Status::Active))
        .filter(contract::version.lt(number))
        .count()
        .get_result(read.conn)?;
    usize::try_from(earlier).map_err(Problem::internal)
}
