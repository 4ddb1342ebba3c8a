//! Statements about extensions of contracts whose sight was checked.

use chrono::{DateTime, Utc};
use diesel::{dsl::auto_type, prelude::*};

use super::{Move, Status};
use crate::{
    kit::{
        actor::User,
        db::{Looks, Read, Tx},
        id::Id,
        problem::{Problem, Result},
    },
    modules::contracts::Contract,
    schema::contract_extensions as table,
};

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = table)]
pub struct ExtensionRow {
    pub contract_id: Id<Contract>,
    pub number: i32,
    pub status: Status,
    /// The end that holds until it is accepted.
    pub from_at: Option<DateTime<Utc>>,
    /// The end that is offered; none is without an end.
    pub to_at: Option<DateTime<Utc>>,
    pub offered_at: DateTime<Utc>,
    pub decided_at: Option<DateTime<Utc>>,
    pub reason: String,
}

impl ExtensionRow {
    /// Whether the end that is offered has passed.
    pub fn over(&self, now: DateTime<Utc>) -> bool {
        self.to_at.is_some_and(|end| end <= now)
    }
}

/// All extensions of a contract, the latest first.
pub fn all<P>(read: &mut Read<'_, P>, contract: &Id<Contract>) -> Result<Vec<ExtensionRow>> {
    Ok(table::table
        .filter(table::contract_id.eq(contract))
        .order(table::number.desc())
        .select(ExtensionRow::as_select())
        .load(read.conn)?)
}

/// Whether one waits for the signee.
#[auto_type(no_type_alias)]
pub fn waits() -> _ {
    table::status.eq("offered")
}

/// The offer that is waiting for the signee.
pub fn open(look: &mut impl Looks, contract: &Id<Contract>) -> Result<Option<ExtensionRow>> {
    Ok(table::table
        .filter(table::contract_id.eq(contract))
        .filter(waits())
        .select(ExtensionRow::as_select())
        .first(look.conn())
        .optional()?)
}

/// The latest, when the actor accepted it.
pub fn accepted_by_me<P>(tx: &mut Tx<'_, P>, contract: &Id<Contract>) -> Result<Option<ExtensionRow>> {
    let me: Id<User> = tx.person()?;
    let last = table::table
        .filter(table::contract_id.eq(contract))
        .order(table::number.desc())
        .select((ExtensionRow::as_select(), table::decided_by_id))
        .first::<(ExtensionRow, Option<Id<User>>)>(tx.conn)
        .optional()?;
    Ok(last.filter(|(row, by)| row.status == Status::Accepted && by.as_ref() == Some(&me)).map(|(row, _)| row))
}

/// Those of several contracts that wait for their signees, in the order of the contracts.
pub fn open_on(conn: &mut PgConnection, contracts: &[&Id<Contract>]) -> Result<Vec<ExtensionRow>> {
    Ok(table::table
        .filter(table::contract_id.eq_any(contracts))
        .filter(waits())
        .order(table::contract_id)
        .select(ExtensionRow::as_select())
        .load(conn)?)
}

/// Offers one on a contract that is locked.
pub fn insert<P>(
    tx: &mut Tx<'_, P>,
    contract: &Id<Contract>,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
) -> Result<ExtensionRow> {
    let by: Id<User> = tx.person()?;
    let last: Option<i32> =
        table::table.filter(table::contract_id.eq(contract)).select(diesel::dsl::max(table::number)).first(tx.conn)?;
    Ok(diesel::insert_into(table::table)
        .values((
            table::contract_id.eq(contract),
            table::number.eq(last.unwrap_or(0) + 1),
            table::status.eq(Status::Offered),
            table::from_at.eq(from),
            table::to_at.eq(to),
            table::offered_by_id.eq(by),
            table::offered_at.eq(tx.at),
        ))
        .returning(ExtensionRow::as_returning())
        .get_result(tx.conn)?)
}

/// Writes a planned move of an extension whose contract is locked.
pub fn advance<P>(tx: &mut Tx<'_, P>, row: &ExtensionRow, planned: &Move, reason: &str) -> Result<()> {
    let by: Option<Id<User>> = tx.who.identity().map(|identity| identity.person.id.clone());
    let own = table::table.find((&row.contract_id, row.number)).filter(table::status.eq(planned.from()));
    let moved = diesel::update(own)
        .set((
            table::status.eq(planned.to()),
            table::decided_by_id.eq(by),
            table::decided_at.eq(planned.at()),
            table::reason.eq(reason),
        ))
        .execute(tx.conn)?;
    if moved == 1 {
        Ok(())
    } else {
        Err(Problem::stale("This offer has already been answered", "It has changed since you opened this page."))
    }
}
