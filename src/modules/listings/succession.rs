//! What is listed under a contract goes over to the one that succeeds it.

use diesel::prelude::*;

use super::{Listing, offering};
use crate::{
    kit::{
        actor::Account,
        consequence::{Consequences, Foretold},
        db::{System, Tx},
        effect::Effect,
        event::Event,
        id::Id,
        problem::Result,
    },
    modules::{
        contracts::renewal::estate::{Succeeded, Succession},
        ids::{Contract, Product},
    },
    schema::listings,
};

/// A listing, with whose marketplace it stands on and what it lists.
type Row = (Id<Listing>, Id<Account>, Id<Product>);

fn listed(conn: &mut PgConnection, under: &Id<Contract>) -> Result<Vec<Row>> {
    Ok(listings::table
        .filter(listings::contract_id.eq(under))
        .order(listings::id)
        .select((listings::id, listings::owner_id, listings::product_id))
        .load(conn)?)
}

/// What would go over.
pub fn look(conn: &mut PgConnection, _: &Consequences, ahead: &Succession) -> Result<Foretold> {
    let rows = listed(conn, &ahead.from)?;
    let effect = Effect::counted(
        "listing.taken_over",
        rows.len(),
        "{n} listing moves to the new contract.",
        "{n} listings move to the new contract.",
    );
    let effect = effect.map(|effect| effect.at(format!("/listings?contract={}", ahead.from)));
    Ok(Foretold { effects: effect.into_iter().collect(), shown: format!("{rows:?}") })
}

/// Hands them over. The caller holds both contracts.
pub fn carry_out(tx: &mut Tx<'_, System>, happened: &Succeeded) -> Result<()> {
    let rows = listed(tx.conn, &happened.from)?;
    let ids: Vec<_> = rows.iter().map(|(id, ..)| id).collect();
    diesel::update(listings::table.filter(listings::id.eq_any(&ids)))
        .set((listings::contract_id.eq(&happened.to), listings::updated_at.eq(tx.at)))
        .execute(tx.conn)?;
    let note = happened.note();
    tx.record_all(ids.iter().map(|id| Event::new("listing.taken_over", id).note(&note)))?;
    rows.iter().try_for_each(|(_, owner, product)| offering::settle(tx, owner, product))
}
