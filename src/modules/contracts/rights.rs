//! What a company may do at this instant: what it binds others to is never more than it holds when they sign.

use diesel::{
    expression::{AppearsOnTable, SelectableExpression, ValidGrouping, is_aggregate},
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, QueryFragment, QueryId},
    sql_types::{Bool, Text},
};

use super::{Contract, Purpose, Status, Type, store::ContractRow};
use crate::{
    kit::{
        actor::{Account, Rights},
        db::{Looks, Tx},
        id::Id,
        problem::{Problem, Result},
    },
    schema::{accounts, contracts},
};

/// What a contract permits its signee, program, service, delegate, and its type: a service contract lets resell.
type Given = (bool, bool, bool, Type);

/// A company's rights, which stay as they are until the transaction ends: whoever terminates a contract that gives them waits, or is
/// waited for.
pub fn hold<P>(tx: &mut Tx<'_, P>, account: &Id<Account>) -> Result<Rights> {
    let giving: Vec<Given> = contracts::table
        .filter(contracts::signee_id.eq(account))
        .filter(contracts::status.eq(Status::Active))
        .filter(contracts::expire_at.is_null().or(contracts::expire_at.gt(tx.at)))
        .order(contracts::id)
        .select((contracts::allows_program, contracts::allows_service, contracts::allows_delegate, contracts::type_))
        .for_share()
        .load(tx.conn)?;
    let founding: bool = accounts::table.find(account).select(accounts::founding).first(tx.conn)?;
    Ok(of(founding, &giving))
}

/// As [`hold`], to be shown.
pub fn find(look: &mut impl Looks, account: &Id<Account>) -> Result<Rights> {
    Ok(standing(look.conn(), account, None)?.0)
}

/// As [`find`], as they would be without one contract.
pub fn without(look: &mut impl Looks, account: &Id<Account>, contract: &Id<Contract>) -> Result<Rights> {
    Ok(standing(look.conn(), account, Some(contract))?.0)
}

/// Whether the issuer of a contract may bind somebody by it at this instant.
pub fn may_bind(conn: &mut PgConnection, contract: &ContractRow) -> Result<bool> {
    let (rights, tries) = standing(conn, &contract.issuer_id, None)?;
    Ok(contract.lack(rights).is_none() && !(tries && contract.kind == Purpose::Production))
}

/// A company's rights, and whether it may only try things out.
fn standing(conn: &mut PgConnection, account: &Id<Account>, but: Option<&Id<Contract>>) -> Result<(Rights, bool)> {
    let gives = contracts::signee_id
        .eq(accounts::id.nullable())
        .and(contracts::status.eq(Status::Active))
        .and(contracts::id.ne(but.map_or("", Id::as_str)))
        .and(contracts::expire_at.is_null().or(contracts::expire_at.gt(diesel::dsl::now)));
    // in a SELECT of its own: PostgreSQL would see how little this company has signed, and plan for it each time
    let company = diesel::select(account.as_str().into_sql::<Text>()).single_value().assume_not_null();
    let found: Vec<(bool, bool, Option<Given>)> = accounts::table
        .left_join(contracts::table.on(gives))
        .filter(accounts::id.eq(company))
        .select((
            accounts::founding,
            OnlyTries("accounts.id"),
            (contracts::allows_program, contracts::allows_service, contracts::allows_delegate, contracts::type_)
                .nullable(),
        ))
        .load(conn)?;
    let (founding, tries) = found.first().map(|(founding, tries, _)| (*founding, *tries)).ok_or(Problem::NotFound)?;
    let giving: Vec<_> = found.into_iter().filter_map(|(.., given)| given).collect();
    Ok((of(founding, &giving), tries))
}

/// Whether every Active contract that gives a company a right to trade is a test: all that it makes is one, too. The company is a column
/// of the statement that asks. It stands in its text, since PostgreSQL plans what stands in a function anew for each statement that calls
/// it, which takes longer than all the rest.
#[derive(Debug, Clone, Copy)]
pub struct OnlyTries(&'static str);

impl QueryFragment<Pg> for OnlyTries {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let Self(account) = self;
        out.push_sql(&format!(
            "(NOT (SELECT t.founding FROM accounts t WHERE t.id = {account}) AND coalesce((SELECT bool_and(t.kind = 'test') \
             FROM contracts t WHERE t.signee_id = {account} AND t.status = 'active' AND (t.expire_at IS NULL OR t.expire_at > now()) \
             AND (t.allows_program OR t.allows_service)), false))"
        ));
        Ok(())
    }
}

impl QueryId for OnlyTries {
    type QueryId = ();
    /// By its text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Expression for OnlyTries {
    type SqlType = Bool;
}

impl<Source> AppearsOnTable<Source> for OnlyTries {}
impl<Source> SelectableExpression<Source> for OnlyTries {}

impl<Grouped> ValidGrouping<Grouped> for OnlyTries {
    type IsAggregate = is_aggregate::No;
}

pub fn tests_only(look: &mut impl Looks, account: &Id<Account>) -> Result<bool> {
    Ok(accounts::table.find(account).select(OnlyTries("accounts.id")).first(look.conn())?)
}

/// Whether a contract is meant while its issuer may only try things out, so that nobody can be bound by it.
#[diesel::dsl::auto_type(no_type_alias)]
pub fn only_tried() -> _ {
    let production: Purpose = Purpose::Production;
    let tries: OnlyTries = OnlyTries("contracts.issuer_id");
    contracts::kind.eq(production).and(tries)
}

/// The same of one contract.
pub fn is_only_tried<P>(tx: &mut Tx<'_, P>, contract: &Id<Contract>) -> Result<bool> {
    Ok(contracts::table.find(contract).select(only_tried()).first(tx.conn)?)
}

/// The union over what Active contracts give; all for a company that the operator made, but for resale.
fn of(founding: bool, giving: &[Given]) -> Rights {
    Rights {
        program: founding || giving.iter().any(|(program, ..)| *program),
        service: founding || giving.iter().any(|(_, service, ..)| *service),
        delegate: founding || giving.iter().any(|(.., delegate, _)| *delegate),
        resale: giving.iter().any(|(.., type_)| *type_ == Type::Service),
    }
}

/// Why an issuer with these rights cannot bind anybody by a contract now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// It may not write contracts of this type.
    Type,
    /// It permits more than the issuer holds.
    Permission,
}

/// What an issuer with `rights` lacks for a contract of this type that permits `allows`: program, service, delegate.
pub fn lack(rights: Rights, type_: Type, (program, service, delegate): (bool, bool, bool)) -> Option<Lack> {
    if !type_.written_with(rights) {
        return Some(Lack::Type);
    }
    let more = (program && !rights.program) || ((service || delegate) && !rights.delegate);
    more.then_some(Lack::Permission)
}

impl ContractRow {
    /// What it permits its signee: program, service, delegate.
    pub fn allows(&self) -> (bool, bool, bool) {
        (self.allows_program, self.allows_service, self.allows_delegate)
    }

    /// Why nobody can be bound by it while its issuer has no more than `rights`.
    pub fn lack(&self, rights: Rights) -> Option<Lack> {
        lack(rights, self.type_, self.allows())
    }
}
