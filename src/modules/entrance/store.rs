//! Statements about the sessions of a company's people, and about its rules on addresses. Each names the company: [`owned_by`] for rules.

use diesel::{
    dsl::auto_type,
    prelude::*,
    sql_types::{Array, Integer, Text},
};
use uuid::Uuid;

use super::data::Range;
use crate::{
    access::networks::Whom,
    kit::{
        actor::{Account, User},
        choice::Choice as _,
        db::{Looks, Tx},
        id::Id,
        problem::Result,
        statement::statement,
    },
    schema::{accounts, address_rules, memberships, session_places, sessions, users},
};

/// A rule is its company's alone.
#[auto_type(no_type_alias)]
fn owned_by<'a>(account: &'a Id<Account>) -> _ {
    address_rules::account_id.eq(account)
}

/// A session as the page that ends it names it.
#[derive(Debug, Clone, Queryable)]
pub struct Used {
    pub id: Uuid,
    pub user: Id<User>,
    pub person: String,
    pub agent: String,
    pub address: String,
}

/// The sessions that somebody uses for the company and that were not ended: all of a person, or one.
pub fn used(
    look: &mut impl Looks,
    account: &Id<Account>,
    whose: Option<&Id<User>>,
    one: Option<Uuid>,
) -> Result<Vec<Used>> {
    let mut query = session_places::table
        .inner_join(sessions::table.on(sessions::id.eq(session_places::session_id)))
        .inner_join(users::table.on(users::id.eq(session_places::user_id)))
        .filter(session_places::account_id.eq(account))
        .filter(session_places::ended_at.is_null().or(session_places::ended_at.le(sessions::proved_at.nullable())))
        .select((session_places::session_id, users::id, users::name, sessions::agent, session_places::address))
        .order((session_places::seen_at.desc(), session_places::session_id))
        .into_boxed();
    if let Some(user) = whose {
        query = query.filter(session_places::user_id.eq(user));
    }
    if let Some(session) = one {
        query = query.filter(session_places::session_id.eq(session));
    }
    Ok(query.load(look.conn())?)
}

/// What somebody who works for the company is called.
pub fn name(look: &mut impl Looks, account: &Id<Account>, user: &Id<User>) -> Result<String> {
    Ok(memberships::table
        .inner_join(users::table)
        .filter(memberships::account_id.eq(account))
        .filter(memberships::user_id.eq(user))
        .select(users::name)
        .first(look.conn())?)
}

/// The company's rules for people or for tokens, in their order.
pub fn rules(look: &mut impl Looks, account: &Id<Account>, whom: Whom) -> Result<Vec<Range>> {
    let rows: Vec<(String, String)> = address_rules::table
        .filter(owned_by(account))
        .filter(address_rules::whom.eq(whom))
        .order(address_rules::place)
        .select((address_rules::network, address_rules::label))
        .load(look.conn())?;
    Ok(rows.into_iter().map(|(network, label)| Range { network, label }).collect())
}

/// Holds the company, so that two who change its rules go one after the other.
pub fn hold<P>(tx: &mut Tx<'_, P>, account: &Id<Account>) -> Result<()> {
    accounts::table.find(account).select(accounts::id).for_no_key_update().first::<Id<Account>>(tx.conn)?;
    Ok(())
}

/// Puts these rules in the place of those that there are.
pub fn replace<P>(tx: &mut Tx<'_, P>, account: &Id<Account>, whom: Whom, ranges: &[Range]) -> Result<()> {
    diesel::delete(address_rules::table.filter(owned_by(account)).filter(address_rules::whom.eq(whom)))
        .execute(tx.conn)?;
    let places: Vec<i32> = (0..).take(ranges.len()).collect();
    statement(
        "INSERT INTO address_rules (account_id, whom, network, label, place) \
         SELECT $1, $2, n.network, n.label, n.place FROM unnest($3::text[], $4::text[], $5::integer[]) AS n(network, label, place)",
    )
    .bind::<Text, _>(account)
    .bind::<Text, _>(whom.key())
    .bind::<Array<Text>, _>(ranges.iter().map(|range| range.network.as_str()).collect::<Vec<_>>())
    .bind::<Array<Text>, _>(ranges.iter().map(|range| range.label.as_str()).collect::<Vec<_>>())
    .bind::<Array<Integer>, _>(places)
    .execute(tx.conn)?;
    Ok(())
}
