//! Listing requests on which somebody works who leaves the company.

use diesel::PgConnection;

use super::queue::Reviews;
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

/// The company that works through the queue.
const COMPANY: &str = "owner_id";

pub fn look(conn: &mut PgConnection, _: &Consequences, leaves: &Leaves) -> Result<Foretold> {
    let effect = Effect::counted(
        Reviews::ASSIGNED.1,
        heirs::held::<Reviews>(conn, COMPANY, leaves)?,
        "{n} listing request they work on will be unassigned, unless a colleague gets it.",
        "{n} listing requests they work on will be unassigned, unless a colleague gets them.",
    );
    Ok(effect.into_iter().collect::<Vec<_>>().into())
}

pub fn hand_on(tx: &mut Tx<'_, System>, left: &Left) -> Result<()> {
    heirs::hand_on::<Reviews>(tx, COMPANY, left)
}
