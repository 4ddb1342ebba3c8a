//! What a vendor asks in values of parameters, and how it is answered: the same for orders and for tiers.

pub mod acts;
pub mod approval;
pub mod pages;
pub mod reply;

use crate::{
    kit::{actor::Account, db::Tx, id::Id, problem::Result},
    modules::{
        products::parameters::{store::ParameterRow, values::Values},
        queue::{Assigned, Talks},
    },
};

/// A kind of request that asks for values of parameters.
pub trait Asks: Assigned + Talks {
    const INQUIRE: Self::Action;
    const ANSWER: Self::Action;
    /// Who answers by a form's link.
    const CUSTOMER: Self::Part;
    /// What is recorded when its vendor asks, when that is answered, and when the vendor fills something in.
    const INQUIRED: &'static str;
    const ANSWERED: &'static str;
    const FILLED_IN: &'static str;

    /// Whether its vendor may fill in what it knows.
    fn fillable(status: Self::Status) -> bool;

    fn values(row: &Self::Row) -> Result<Values>;

    /// From which the code of its form's link is made; none while it has never asked.
    fn nonce(row: &Self::Row) -> Option<&[u8]>;

    fn vendor<'a>(row: &'a Self::Row, of: &'a Self::Of) -> &'a Id<Account>;

    /// Its parameters, of ordering and of fulfilment.
    fn parameters<P>(tx: &mut Tx<'_, P>, row: &Self::Row, of: &Self::Of) -> Result<Vec<ParameterRow>>;

    /// Mails the form's link to whoever can answer.
    fn ask<P>(tx: &mut Tx<'_, P>, row: &Self::Row, of: &Self::Of) -> Result<()>;

    /// Tells who ordered what became of it.
    fn tell_buyer<P>(tx: &mut Tx<'_, P>, row: &Self::Row, of: &Self::Of, now: Self::Status, words: &str) -> Result<()>;

    /// Tells the vendor that it is its turn again.
    fn tell_vendor<P>(tx: &mut Tx<'_, P>, row: &Self::Row, of: &Self::Of) -> Result<()>;
}
