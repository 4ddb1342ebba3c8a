//! What stands against an upload, and where.

use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{Array, Bool, Int2, Int4, Text},
};
use serde::{Deserialize, Serialize};

use crate::{
    kit::{
        choice::Choice as _,
        db::{Read, Tx},
        id::Id,
        problem::Result,
        statement::statement,
        words::Words,
    },
    modules::usage::{
        UsageFile,
        fault::{self, Code, Fault},
        read::Others,
    },
};

/// Of each sort so many are kept; all are counted.
pub const KEPT: i32 = 1_000;

/// A fault in its row; row 0 is the file as a whole.
#[derive(Debug, Clone)]
pub struct Placed {
    pub number: i32,
    /// The letters of its column.
    pub letters: String,
    /// The other rows that became one with this.
    pub others: Others,
    pub fault: Fault,
}

/// Forgets what stood against an upload before.
pub fn forget_faults<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>) -> Result<()> {
    statement("DELETE FROM usage_faults WHERE file_id = $1").bind::<Text, _>(id).execute(tx.conn)?;
    statement("DELETE FROM usage_fault_counts WHERE file_id = $1").bind::<Text, _>(id).execute(tx.conn)?;
    super::forget_unmatched(tx, id)
}

/// Keeps faults of a held file: those that are among the first of their sort, and how many there are.
pub fn put_faults<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>, faults: &[Placed]) -> Result<()> {
    if faults.is_empty() {
        return Ok(());
    }
    let codes: Vec<&str> = faults.iter().map(|one| one.fault.code.key()).collect();
    statement(
        "INSERT INTO usage_faults (file_id, number, position, code, letters, header, raw, detail, others, more) \
         SELECT $1, n.number, row_number() OVER (PARTITION BY n.number ORDER BY n.place) - 1, n.code, n.letters, n.header, n.raw, n.detail, n.others::int[], n.more \
         FROM (SELECT n.*, row_number() OVER (PARTITION BY n.code ORDER BY n.place) + coalesce(c.faults, 0) AS rank \
         FROM unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $9::text[], $10::int[]) WITH ORDINALITY \
         AS n (number, code, letters, header, raw, detail, others, more, place) \
         LEFT JOIN usage_fault_counts c ON c.file_id = $1 AND c.code = n.code) n WHERE n.rank <= $8",
    )
    .bind::<Text, _>(id)
    .bind::<Array<Int4>, _>(faults.iter().map(|one| one.number).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(&codes)
    .bind::<Array<Text>, _>(faults.iter().map(|one| one.letters.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(faults.iter().map(|one| one.fault.at.map_or("", |at| at.key())).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(faults.iter().map(|one| one.fault.raw.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(faults.iter().map(|one| one.fault.detail.as_str()).collect::<Vec<_>>())
    .bind::<Int4, _>(KEPT)
    .bind::<Array<Text>, _>(faults.iter().map(|one| listed(&one.others.rows)).collect::<Vec<_>>())
    .bind::<Array<Int4>, _>(faults.iter().map(|one| one.others.more).collect::<Vec<_>>())
    .execute(tx.conn)?;
    statement(
        "INSERT INTO usage_fault_counts AS c (file_id, code, faults) \
         SELECT $1, n.code, count(*) FROM unnest($2::text[]) AS n (code) GROUP BY n.code \
         ON CONFLICT (file_id, code) DO UPDATE SET faults = c.faults + excluded.faults",
    )
    .bind::<Text, _>(id)
    .bind::<Array<Text>, _>(&codes)
    .execute(tx.conn)?;
    super::put_unmatched(tx, id, faults)
}

/// Numbers as PostgreSQL reads an array of them.
fn listed(rows: &[i32]) -> String {
    format!("{{{}}}", rows.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))
}

/// Whether anything stands against the upload of a held file.
pub fn any_fault<P>(tx: &mut Tx<'_, P>, id: &Id<UsageFile>) -> Result<bool> {
    Ok(statement("SELECT EXISTS (SELECT FROM usage_fault_counts WHERE file_id = $1) AS \"any\"")
        .bind::<Text, _>(id)
        .value::<Bool, _>(tx.conn)?)
}

/// How many faults there are of a sort.
#[derive(Debug, Clone, QueryableByName)]
pub struct Count {
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Int4)]
    pub faults: i32,
}

impl Count {
    pub fn code(&self) -> Code {
        fault::code(&self.code)
    }
}

/// The sorts of faults of a file whose sight was checked, in the order of their codes.
pub fn fault_counts<P>(read: &mut Read<'_, P>, id: &Id<UsageFile>) -> Result<Vec<Count>> {
    Ok(statement("SELECT code, faults FROM usage_fault_counts WHERE file_id = $1 ORDER BY code")
        .bind::<Text, _>(id)
        .load(read.conn)?)
}

/// A fault that is kept.
#[derive(Debug, Clone, QueryableByName, Serialize, Deserialize)]
pub struct FaultRow {
    #[diesel(sql_type = Int4)]
    pub number: i32,
    #[diesel(sql_type = Int2)]
    pub position: i16,
    #[diesel(sql_type = Text)]
    code: String,
    #[diesel(sql_type = Text)]
    pub letters: String,
    #[diesel(sql_type = Text)]
    pub header: String,
    #[diesel(sql_type = Text)]
    pub raw: String,
    #[diesel(sql_type = Text)]
    detail: String,
    #[diesel(sql_type = Array<Int4>)]
    others: Vec<i32>,
    #[diesel(sql_type = Int4)]
    more: i32,
}

impl FaultRow {
    /// A fault as it would be kept.
    pub fn of(one: &Placed) -> Self {
        let Placed { number, letters, others, fault } = one;
        Self {
            number: *number,
            position: 0,
            code: fault.code.key().to_owned(),
            letters: letters.clone(),
            header: fault.at.map_or("", |at| at.key()).to_owned(),
            raw: fault.raw.clone(),
            detail: fault.detail.clone(),
            others: others.rows.clone(),
            more: others.more,
        }
    }

    pub fn code(&self) -> Code {
        fault::code(&self.code)
    }

    /// The other rows that became one with this.
    pub fn others(&self) -> Others {
        Others { rows: self.others.clone(), more: self.more }
    }

    pub fn words(&self) -> Words {
        fault::words(self.code(), &self.raw, &self.detail)
    }
}

/// The first faults of a file whose sight was checked, in the order of its rows; those of one sort when one is asked for.
pub fn faults<P>(read: &mut Read<'_, P>, id: &Id<UsageFile>, code: Option<Code>, limit: i32) -> Result<Vec<FaultRow>> {
    Ok(statement(
        "SELECT number, position, code, letters, header, raw, detail, others, more FROM usage_faults \
         WHERE file_id = $1 AND ($2 = '' OR code = $2) ORDER BY number, position LIMIT $3",
    )
    .bind::<Text, _>(id)
    .bind::<Text, _>(code.map_or("", |code| code.key()))
    .bind::<Int4, _>(limit)
    .load(read.conn)?)
}
