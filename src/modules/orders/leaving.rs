//! Requests on which somebody works who leaves the company: orders, and set-ups of tiers.

use diesel::PgConnection;

use super::{fulfillment::queue::Fulfillment, tier_config::queue::Tiers};
use crate::{
    kit::{
        consequence::{Consequences, Foretold},
        db::{System, Tx},
        effect::Effect,
        problem::Result,
    },
    modules::{
        people::leaving::{Leaves, Left},
        queue::{Assigned as _, heirs},
    },
};

/// The company that works through both queues.
const COMPANY: &str = "vendor_id";

pub fn look(conn: &mut PgConnection, _: &Consequences, leaves: &Leaves) -> Result<Foretold> {
    let orders = Effect::counted(
        Fulfillment::ASSIGNED.1,
        heirs::held::<Fulfillment>(conn, COMPANY, leaves)?,
        "{n} order they work on will be unassigned, unless a colleague gets it.",
        "{n} orders they work on will be unassigned, unless a colleague gets them.",
    );
    let tiers = Effect::counted(
        Tiers::ASSIGNED.1,
        heirs::held::<Tiers>(conn, COMPANY, leaves)?,
        "{n} tier request they work on will be unassigned, unless a colleague gets it.",
        "{n} tier requests they work on will be unassigned, unless a colleague gets them.",
    );
    Ok(orders.into_iter().chain(tiers).collect::<Vec<_>>().into())
}

pub fn hand_on(tx: &mut Tx<'_, System>, left: &Left) -> Result<()> {
    heirs::hand_on::<Fulfillment>(tx, COMPANY, left)?;
    heirs::hand_on::<Tiers>(tx, COMPANY, left)
}
