//! Statements about one partner.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Nullable, Text, Timestamptz},
};

use super::{PartnerStatus, View};
use crate::{
    kit::{
        actor::{Account, Permission, Role},
        db::Read,
        environment::Environment,
        id::Id,
        problem::Result,
        statement::statement,
    },
    modules::{
        accounts::store::Presented,
        contracts::{Contract, Purpose, Status, Type},
    },
    schema::{accounts, agreements, contracts, group_members, groups, users},
};

/// A partner's company, as far as its partner knows it.
#[derive(Debug, Clone, QueryableByName)]
pub struct Partner {
    #[diesel(sql_type = Text)]
    pub id: Id<Account>,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub logo: Option<String>,
    #[diesel(sql_type = Text)]
    pub role: Role,
    #[diesel(sql_type = Text)]
    pub status: PartnerStatus,
    /// A test while all that binds it is one, and after its last contract was one.
    #[diesel(sql_type = Text)]
    pub environment: Environment,
    /// Since when it stands so.
    #[diesel(sql_type = Timestamptz)]
    pub since: DateTime<Utc>,
}

/// A company that signed a contract of the actor's company, also when all of them have ended; any other is not found.
pub fn find<P: Permission>(look: &mut Read<'_, P>, id: &Id<Account>) -> Result<Partner> {
    Ok(statement(
        "SELECT a.id, a.name, a.logo, a.role, CASE t.contracts WHEN 0 THEN 'ended' ELSE 'active' END AS status, t.environment, t.since \
         FROM partners t JOIN accounts a ON a.id = t.partner_id WHERE t.issuer_id = $1 AND t.partner_id = $2",
    )
    .bind::<Text, _>(look.actor.account())
    .bind::<Text, _>(id)
    .get_result(look.conn)?)
}

/// What a partner that was found says of itself.
pub fn presented(read: &mut Read<'_, View>, id: &Id<Account>) -> Result<Presented> {
    Ok(accounts::table.find(id).select(Presented::as_select()).first(read.conn)?)
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = Text)]
    external_id: String,
}

/// The actor's company's own number of a partner, if it gave one.
pub fn number(read: &mut Read<'_, View>, id: &Id<Account>) -> Result<Option<String>> {
    let found: Option<Number> = statement(
        "SELECT p.external_id FROM created_partners p JOIN contracts c ON c.id = p.contract_id \
         WHERE p.issuer_id = $1 AND p.external_id <> '' AND $2 IN (c.signee_id, p.account_id) ORDER BY p.created_at DESC LIMIT 1",
    )
    .bind::<Text, _>(read.actor.account())
    .bind::<Text, _>(id)
    .get_result(read.conn)
    .optional()?;
    Ok(found.map(|one| one.external_id))
}

/// A contract with a partner.
#[derive(Debug, Clone, Queryable)]
pub struct Held {
    pub id: Id<Contract>,
    /// The name of its agreement.
    pub agreement: String,
    pub type_: Type,
    pub kind: Purpose,
    pub version: i32,
    pub status: Status,
    pub activated_at: Option<DateTime<Utc>>,
}

/// Contracts that the actor's company issued and the partner signed, the latest first.
pub fn contracts(read: &mut Read<'_, View>, partner: &Id<Account>) -> Result<Vec<Held>> {
    let me = read.actor.account().clone();
    Ok(contracts::table
        .inner_join(agreements::table.on(agreements::id.eq(contracts::agreement_id)))
        .filter(contracts::issuer_id.eq(me))
        .filter(contracts::signee_id.eq(partner))
        .order((contracts::created_at.desc(), contracts::id.desc()))
        .limit(50)
        .select((
            contracts::id,
            agreements::name,
            contracts::type_,
            contracts::kind,
            contracts::version,
            contracts::status,
            contracts::activated_at,
        ))
        .load(read.conn)?)
}

/// Whom to talk to: the partner's administrators, by name and e-mail.
pub fn people<P>(read: &mut Read<'_, P>, partner: &Id<Account>) -> Result<Vec<(String, String)>> {
    Ok(users::table
        .inner_join(group_members::table)
        .inner_join(groups::table.on(groups::id.eq(group_members::group_id)))
        .filter(group_members::account_id.eq(partner))
        .filter(groups::administrators)
        .order(users::name)
        .limit(20)
        .select((users::name, users::email.assume_not_null()))
        .load(read.conn)?)
}
