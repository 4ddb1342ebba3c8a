//! Statements about one partner.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::View;
use crate::{
    kit::{
        actor::{Account, Role},
        db::Read,
        id::Id,
        problem::Result,
    },
    modules::{
        accounts::store::Presented,
        contracts::{Contract, Purpose, Status, Type},
    },
    schema::{accounts, agreements, contracts, group_members, groups, users},
};

/// A partner's company.
#[derive(Debug, Clone)]
pub struct Partner {
    pub id: Id<Account>,
    pub name: String,
    pub role: Role,
    /// What it says of itself.
    pub presented: Presented,
}

/// A company with an Active contract that the actor's company issued; any other is not found.
pub fn find(read: &mut Read<'_, View>, id: &Id<Account>) -> Result<Partner> {
    let me = read.actor.account().clone();
    let (id, name, role, presented): (Id<Account>, String, Role, Presented) = accounts::table
        .filter(accounts::id.eq(id))
        .filter(diesel::dsl::exists(
            contracts::table
                .filter(contracts::issuer_id.eq(me))
                .filter(contracts::signee_id.eq(id))
                .filter(contracts::status.eq(Status::Active)),
        ))
        .select((accounts::id, accounts::name, accounts::role, Presented::as_select()))
        .first(read.conn)?;
    Ok(Partner { id, name, role, presented })
}

/// Whether a partner that was found is a test: all that binds it now is one.
pub fn is_test(read: &mut Read<'_, View>, partner: &Id<Account>) -> Result<bool> {
    let me = read.actor.account().clone();
    let real = contracts::table
        .filter(contracts::issuer_id.eq(me))
        .filter(contracts::signee_id.eq(partner))
        .filter(contracts::status.eq(Status::Active))
        .filter(contracts::kind.eq(Purpose::Production));
    Ok(diesel::select(diesel::dsl::not(diesel::dsl::exists(real))).get_result(read.conn)?)
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
