//! How a program contract came about that a referral led to.

use diesel::{
    prelude::*,
    sql_types::{Int4, Text},
};

use super::KEYS;
use crate::{
    kit::{
        actor::Account,
        constraint::named,
        db::{Looks, Tx},
        id::Id,
        problem::Result,
        statement::statement,
    },
    modules::{agreements::Agreement, contracts::Contract, ids::Product},
    schema::contract_referrals,
};

/// Through whom a contract came, and for which product of its signee.
#[derive(Debug, Clone, QueryableByName)]
pub struct Referral {
    #[diesel(sql_type = Text)]
    pub agreement_id: Id<Agreement>,
    #[diesel(sql_type = Text)]
    pub agreement: String,
    /// The version that the issuer accepted.
    #[diesel(sql_type = Int4)]
    pub version: i32,
    #[diesel(sql_type = Text)]
    pub referrer_id: Id<Account>,
    #[diesel(sql_type = Text)]
    pub referrer: String,
    #[diesel(sql_type = Text)]
    pub product_id: Id<Product>,
    /// By its newest public version.
    #[diesel(sql_type = Text)]
    pub product: String,
    #[diesel(sql_type = Text)]
    pub vendor: String,
}

impl Referral {
    /// What the vendor's signature binds to, in one line.
    pub fn line(&self) -> String {
        format!("{} {} for {} {}", self.referrer_id, self.referrer, self.product_id, self.product)
    }
}

/// The referral of a contract whose sight was checked.
pub fn referral(look: &mut impl Looks, contract: &Id<Contract>) -> Result<Option<Referral>> {
    Ok(statement(
        "SELECT x.agreement_id, a.name AS agreement, x.version, x.referrer_id, o.name AS referrer, x.product_id, \
         coalesce(n.name, p.id) AS product, v.name AS vendor FROM contract_referrals x \
         JOIN agreements a ON a.id = x.agreement_id JOIN accounts o ON o.id = x.referrer_id JOIN accounts v ON v.id = x.vendor_id \
         JOIN products p ON p.id = x.product_id LEFT JOIN product_versions n ON n.product_id = p.id AND n.number = p.public_version \
         WHERE x.contract_id = $1",
    )
    .bind::<Text, _>(contract)
    .get_result(look.conn())
    .optional()?)
}

/// What is written of a new one.
#[derive(Debug, Clone, Copy)]
pub struct NewReferral<'a> {
    pub agreement: &'a Id<Agreement>,
    pub version: i32,
    pub referrer: &'a Id<Account>,
    /// The service contract that carries the agreement.
    pub service: &'a Id<Contract>,
    pub product: &'a Id<Product>,
    pub vendor: &'a Id<Account>,
    pub enroller: &'a Id<Account>,
    /// The program agreement that is offered to the vendor.
    pub program: &'a Id<Agreement>,
}

/// Writes how a contract came about.
///
/// # Errors
/// Stale when another one of the same program is open with the vendor.
pub fn insert_referral<P>(tx: &mut Tx<'_, P>, contract: &Id<Contract>, new: &NewReferral<'_>) -> Result<()> {
    diesel::insert_into(contract_referrals::table)
        .values((
            contract_referrals::contract_id.eq(contract),
            contract_referrals::agreement_id.eq(new.agreement),
            contract_referrals::version.eq(new.version),
            contract_referrals::referrer_id.eq(new.referrer),
            contract_referrals::service_id.eq(new.service),
            contract_referrals::product_id.eq(new.product),
            contract_referrals::vendor_id.eq(new.vendor),
            contract_referrals::enroller_id.eq(new.enroller),
            contract_referrals::program_id.eq(new.program),
        ))
        .execute(tx.conn)
        .map_err(named(KEYS))?;
    Ok(())
}
