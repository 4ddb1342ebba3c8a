//! Activation links, as their issuer sees them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    kit::{
        db::{Read, Tx},
        id::Id,
        problem::Result,
    },
    modules::contracts::Contract,
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

/// A new link in place of the one before, if there was one.
pub fn insert_link<P>(tx: &mut Tx<'_, P>, id: &Id<Contract>, nonce: &[u8], expires_at: DateTime<Utc>) -> Result<()> {
    diesel::update(
        activation_links::table
            .filter(activation_links::contract_id.eq(id))
            .filter(activation_links::replaced_at.is_null()),
    )
    .set(activation_links::replaced_at.eq(tx.at))
    .execute(tx.conn)?;
    let last: Option<i32> = activation_links::table
        .filter(activation_links::contract_id.eq(id))
        .select(diesel::dsl::max(activation_links::number))
        .first(tx.conn)?;
    diesel::insert_into(activation_links::table)
        .values((
            activation_links::contract_id.eq(id),
            activation_links::number.eq(last.unwrap_or(0) + 1),
            activation_links::nonce.eq(nonce),
            activation_links::created_at.eq(tx.at),
            activation_links::expires_at.eq(expires_at),
        ))
        .execute(tx.conn)?;
    Ok(())
}
