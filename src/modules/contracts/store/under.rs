//! Contracts that stand only while another does: those under its agreement, and those that sell on what it lets its signee sell.

use diesel::{
    QueryableByName,
    prelude::*,
    sql_types::{Array, Text},
};

use super::ContractRow;
use crate::{
    kit::{
        actor::Account,
        db::{Looks, Tx},
        id::Id,
        problem::Result,
        statement::statement,
    },
    modules::contracts::{Contract, Status, Type},
    schema::{agreements, contracts},
};

/// What stands only while a contract does.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// Contracts of the same partner under its agreement.
    pub under: Vec<ContractRow>,
    /// Syndication contracts, of whomever, that go through it or through one of those.
    pub through: Vec<ContractRow>,
}

impl Standing {
    /// All of it.
    pub fn all(&self) -> impl Iterator<Item = &ContractRow> {
        self.under.iter().chain(&self.through)
    }
}

/// Contracts of the same partner under a program or service contract's agreement that have not ended.
pub fn running(conn: &mut PgConnection, contract: &ContractRow) -> Result<Vec<ContractRow>> {
    let Some(partner) = contract.signee_id.as_ref().filter(|_| Type::INVITING.contains(&contract.type_)) else {
        return Ok(Vec::new());
    };
    let under = agreements::table.filter(agreements::parent_id.eq(&contract.agreement_id)).select(agreements::id);
    Ok(contracts::table
        .filter(contracts::signee_id.eq(partner))
        .filter(contracts::agreement_id.eq_any(under))
        .filter(contracts::status.eq_any([Status::Enrolling, Status::Pending, Status::Active]))
        .order(contracts::id)
        .select(ContractRow::as_select())
        .load(conn)?)
}

/// All that stands only while a contract does.
pub fn standing(look: &mut impl Looks, contract: &ContractRow) -> Result<Standing> {
    let conn = look.conn();
    let under = running(conn, contract)?;
    let through = match contract.type_ {
        Type::Service | Type::Syndication => {
            let from = std::iter::once(contract).chain(&under).map(|one| one.id.to_string()).collect();
            let ids = through(conn, from)?;
            let rows = contracts::table.filter(contracts::id.eq_any(&ids)).order(contracts::id);
            if ids.is_empty() { Vec::new() } else { rows.select(ContractRow::as_select()).load(conn)? }
        }
        _ => Vec::new(),
    };
    Ok(Standing { under, through })
}

#[derive(QueryableByName)]
struct One {
    #[diesel(sql_type = Text)]
    id: Id<Contract>,
}

/// The open contracts along the chains that begin with these.
fn through(conn: &mut PgConnection, from: Vec<String>) -> Result<Vec<Id<Contract>>> {
    let found: Vec<One> = statement(
        "WITH RECURSIVE chain (id) AS (SELECT unnest($1::text[]) UNION \
         SELECT s.contract_id FROM chain JOIN contract_sources s ON s.through_id = chain.id WHERE s.open) \
         SELECT id FROM chain WHERE id <> ALL ($1) ORDER BY id",
    )
    .bind::<Array<Text>, _>(from)
    .load(conn)?;
    Ok(found.into_iter().map(|one| one.id).collect())
}

/// Locks what [`standing`] finds, until the transaction ends.
pub fn hold_standing<P>(tx: &mut Tx<'_, P>, contract: &ContractRow) -> Result<()> {
    let ids: Vec<_> = standing(tx, contract)?.all().map(|one| one.id.clone()).collect();
    let held = contracts::table.filter(contracts::id.eq_any(&ids)).order(contracts::id).select(contracts::id);
    held.for_update().load::<Id<Contract>>(tx.conn)?;
    Ok(())
}

/// The distribution contracts under which things are listed on a company's marketplaces and ordered there.
pub fn carrying(look: &mut impl Looks, owner: &Id<Account>) -> Result<Vec<Id<Contract>>> {
    Ok(contracts::table
        .filter(contracts::issuer_id.eq(owner))
        .filter(contracts::type_.eq(Type::Distribution))
        .filter(contracts::status.eq(Status::Active))
        .order(contracts::id)
        .select(contracts::id)
        .load(look.conn())?)
}
