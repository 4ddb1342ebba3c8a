//! Statements about colleagues to whom a company can be handed over.

use diesel::prelude::*;

use crate::{
    kit::{actor::User, db::Read, id::Id, problem::Result},
    schema::{memberships, users},
};

/// Colleagues that a list offers.
const MOST: i64 = 500;

/// Everybody else who works for the actor's company, by name: id, name and email.
pub fn colleagues<P>(read: &mut Read<'_, P>) -> Result<Vec<(Id<User>, String, String)>> {
    let identity = &read.actor.identity;
    Ok(memberships::table
        .inner_join(users::table)
        .filter(memberships::account_id.eq(&identity.company.id))
        .filter(memberships::user_id.ne(&identity.person.id))
        .order((users::name, users::id))
        .limit(MOST)
        .select((users::id, users::name, users::email.assume_not_null()))
        .load(read.conn)?)
}
