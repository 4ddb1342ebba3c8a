//! Revoking an activation link: the contract stays pending, people with the link are turned away, and the next one that is sent or renewed
//! takes its place.

use chrono::TimeDelta;

use super::store;
use crate::{
    kit::{
        db::Tx,
        event::Event,
        id::Id,
        problem::{Problem, Result},
        secret,
        shown::Shown,
    },
    modules::contracts::{
        Contract, Manage,
        actions::pending,
        store::{ContractRow, insert_link},
    },
    t,
};

/// What a page shows of the link that it asks about.
pub fn shown(link: i32) -> Shown {
    Shown::new().part("the link", link)
}

/// Revokes the link of a pending contract; its number.
///
/// # Errors
/// Stale once somebody has signed or the link was revoked; refused when it has expired, since nobody can use it then.
pub fn revoke(tx: &mut Tx<'_, Manage>, id: &Id<Contract>) -> Result<i32> {
    pending(tx, id, t!("The link can no longer be revoked"))?;
    let current = store::current(tx, id)?;
    if current.revoked {
        let words = t!("The activation link of {id} no longer works.", id);
        return Err(
            Problem::stale("This link has already been revoked", words).decided_by(id, &["contract.link_revoked"])
        );
    }
    if current.expires_at <= tx.at {
        return Err(Problem::refused(
            "This link has already expired",
            t!("The activation link of {id} no longer works.", id),
        ));
    }
    store::revoke(tx, id)?;
    tx.record(Event::new("contract.link_revoked", id).private())?;
    Ok(current.number)
}

/// Gives a contract that is locked another link when its own was revoked.
pub fn replace_revoked(tx: &mut Tx<'_, Manage>, contract: &ContractRow, lives: TimeDelta) -> Result<()> {
    if !store::current(tx, &contract.id)?.revoked {
        return Ok(());
    }
    insert_link(tx, &contract.id, &secret::nonce(), tx.at + lives)?;
    tx.record(Event::new("contract.link_renewed", &contract.id).private())
}
