//! Activation links, as their issuer sees them.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Binary, Text},
};

use crate::{
    kit::{
        actor::Permission,
        db::{Read, Tx},
        id::Id,
        problem::Result,
        statement::statement,
    },
    modules::contracts::{Contract, signers::Turn},
    schema::activation_links,
};

/// The current activation link of a contract.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = activation_links)]
pub struct LinkRow {
    pub nonce: Vec<u8>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// When its issuer revoked it: it opens nothing since.
    pub revoked_at: Option<DateTime<Utc>>,
}

pub fn link<P>(read: &mut Read<'_, P>, id: &Id<Contract>) -> Result<LinkRow> {
    Ok(activation_links::table
        .filter(activation_links::contract_id.eq(id))
        .filter(activation_links::replaced_at.is_null())
        .select(LinkRow::as_select())
        .first(read.conn)?)
}

#[derive(QueryableByName)]
struct Nonce {
    #[diesel(sql_type = Binary)]
    nonce: Vec<u8>,
}

/// The parts of a pending contract's current link, for the company whose account was created for it. Others find none.
pub fn reserved_link<P: Permission>(read: &mut Read<'_, P>, id: &Id<Contract>) -> Result<Vec<u8>> {
    let found: Nonce = statement(
        "SELECT l.nonce FROM created_partners p JOIN contracts c ON c.id = p.contract_id AND c.status = 'pending' \
         JOIN activation_links l ON l.contract_id = c.id AND l.replaced_at IS NULL AND l.revoked_at IS NULL \
         WHERE p.contract_id = $1 AND p.account_id = $2",
    )
    .bind::<Text, _>(id)
    .bind::<Text, _>(read.actor.account())
    .get_result(read.conn)?;
    Ok(found.nonce)
}

/// A new link in place of the one before, if there was one, and for the same signature; its number.
pub fn insert_link<P>(tx: &mut Tx<'_, P>, id: &Id<Contract>, nonce: &[u8], expires_at: DateTime<Utc>) -> Result<i32> {
    diesel::update(
        activation_links::table
            .filter(activation_links::contract_id.eq(id))
            .filter(activation_links::replaced_at.is_null()),
    )
    .set(activation_links::replaced_at.eq(tx.at))
    .execute(tx.conn)?;
    let last: Option<(i32, Turn)> = activation_links::table
        .filter(activation_links::contract_id.eq(id))
        .order(activation_links::number.desc())
        .select((activation_links::number, activation_links::turn))
        .first(tx.conn)
        .optional()?;
    let (last, turn) = last.unwrap_or((0, Turn::Only));
    let number = last + 1;
    diesel::insert_into(activation_links::table)
        .values((
            activation_links::contract_id.eq(id),
            activation_links::number.eq(number),
            activation_links::nonce.eq(nonce),
            activation_links::turn.eq(turn),
            activation_links::created_at.eq(tx.at),
            activation_links::expires_at.eq(expires_at),
        ))
        .execute(tx.conn)?;
    Ok(number)
}
