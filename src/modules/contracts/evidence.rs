//! Evidence of signatures: what was signed, by whom, when, from where, chained by hashes.

use super::{Contract, lifecycle::Part};
use crate::{
    kit::{
        actor::{Account, User},
        db::Tx,
        id::Id,
        problem::Result,
    },
    modules::agreements::Agreement,
};

/// One signature to be recorded.
pub struct Stamp<'a> {
    pub contract: &'a Id<Contract>,
    pub agreement: &'a Id<Agreement>,
    pub version: i32,
    /// Issuer or Signee.
    pub party: Part,
    pub user: &'a Id<User>,
    pub account: &'a Id<Account>,
    /// The words that were accepted.
    pub consent: &'a str,
}

/// Adds a signature to the contract's chain. The contract's row must be locked by this transaction.
pub fn sign<P>(_tx: &mut Tx<'_, P>, _stamp: &Stamp<'_>) -> Result<()> {
    Ok(())
}
