//! What became of links that were handed over: from whom to whom each went. Kept as long as the contract, since the evidence of its
//! signature says it.

use chrono::{DateTime, Utc};
use diesel::{
    PgConnection, QueryableByName,
    prelude::*,
    sql_types::{Array, BigInt, Binary, Bool, Integer, Text, Timestamptz, Uuid as SqlUuid},
};
use uuid::Uuid;

use crate::{
    kit::{
        db::{Personal, Tx},
        id::Id,
        problem::Result,
        statement::statement,
    },
    modules::contracts::Contract,
};

/// A link that was handed over.
#[derive(Debug, Clone, QueryableByName)]
pub struct Pass {
    #[diesel(sql_type = Text)]
    pub contract_id: Id<Contract>,
    /// The number of the link, and of the one in its place.
    #[diesel(sql_type = Integer)]
    pub link: i32,
    #[diesel(sql_type = Integer)]
    pub next: i32,
    #[diesel(sql_type = Binary)]
    pub browser_hash: Vec<u8>,
    /// The address for which the link was meant, if its issuer had named one.
    #[diesel(sql_type = Text)]
    pub meant: String,
    /// Who handed it over, by the own word.
    #[diesel(sql_type = Text)]
    pub giver: String,
    /// To whom.
    #[diesel(sql_type = Text)]
    pub taker: String,
    #[diesel(sql_type = Text)]
    pub email: String,
    #[diesel(sql_type = Text)]
    pub message: String,
    /// The mail that brought the new link, by its id in the outbox.
    #[diesel(sql_type = SqlUuid)]
    pub mail: Uuid,
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// By the first of two signatures, to whoever gives the second.
    #[diesel(sql_type = Bool)]
    pub signed: bool,
}

/// All passes of these contracts, in the order in which they happened.
pub fn of_all(conn: &mut PgConnection, contracts: &[&str]) -> Result<Vec<Pass>> {
    Ok(statement("SELECT p.* FROM link_passes p WHERE p.contract_id = ANY ($1) ORDER BY p.contract_id, p.link")
        .bind::<Array<Text>, _>(contracts)
        .load(conn)?)
}

/// All passes of one contract.
pub fn of(conn: &mut PgConnection, contract: &Id<Contract>) -> Result<Vec<Pass>> {
    of_all(conn, &[contract.as_str()])
}

/// How often the links of a contract were handed over within the last day.
pub fn today(tx: &mut Tx<'_, Personal>, contract: &Id<Contract>) -> Result<i64> {
    Ok(statement(
        "SELECT count(*) FROM link_passes WHERE contract_id = $1 AND NOT signed AND at > $2 - interval '1 day'",
    )
    .bind::<Text, _>(contract)
    .bind::<Timestamptz, _>(tx.at)
    .value::<BigInt, i64>(tx.conn)?)
}

/// Writes one down, of a contract that is locked: its link was sent by email at that moment.
pub fn insert(tx: &mut Tx<'_, Personal>, pass: &Pass) -> Result<()> {
    statement(
        "WITH sent AS (UPDATE contracts SET emailed_at = $11 WHERE id = $1) \
         INSERT INTO link_passes (contract_id, link, next, browser_hash, meant, giver, taker, email, message, mail, at, signed) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind::<Text, _>(&pass.contract_id)
    .bind::<Integer, _>(pass.link)
    .bind::<Integer, _>(pass.next)
    .bind::<Binary, _>(&pass.browser_hash)
    .bind::<Text, _>(&pass.meant)
    .bind::<Text, _>(&pass.giver)
    .bind::<Text, _>(&pass.taker)
    .bind::<Text, _>(&pass.email)
    .bind::<Text, _>(&pass.message)
    .bind::<SqlUuid, _>(pass.mail)
    .bind::<Timestamptz, _>(pass.at)
    .bind::<Bool, _>(pass.signed)
    .execute(tx.conn)?;
    Ok(())
}
