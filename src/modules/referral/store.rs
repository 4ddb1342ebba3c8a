//! Statements about referrals.

use diesel::{prelude::*, sql_types::Text};

use crate::{
    accounts,
    kit::{
        actor::Account,
        db::Looks,
        id::Id,
        problem::{Problem, Result},
        statement::statement,
        typed::apart,
        words::Words,
    },
    modules::{
        agreements::{Agreement, Type},
        catalog::store::{Offer, offers},
        contracts::{Contract, Purpose, Status, rights},
        ids::Product,
    },
    t,
};

/// What is said when nothing can be signed.
pub const NOTHING: &str = "There is nothing to enroll in";

/// What a company enrolls in, with the vendor that it leads to and how the contract is meant.
#[derive(Debug, Clone)]
pub struct Way {
    pub offer: Offer,
    pub vendor: String,
    pub kind: Purpose,
}

/// What this agreement offers the company for this product now.
///
/// # Errors
/// Stale when it offers nothing.
pub fn way(
    look: &mut impl Looks,
    company: &Id<Account>,
    product: &Id<Product>,
    referral: &Id<Agreement>,
) -> Result<Way> {
    let offers = offers(look, company, std::slice::from_ref(product), Type::Referral)?;
    let Some(offer) = offers.into_iter().find(|offer| offer.agreement == *referral) else {
        return Err(Problem::stale(NOTHING, t!("{product} is not offered by this agreement right now.", product)));
    };
    let vendor = accounts::store::name(look.conn(), &offer.vendor_id)?;
    // what is made under a test is one, too
    let kind = if rights::tests_only(look, company)? { Purpose::Test } else { offer.kind };
    Ok(Way { offer, vendor, kind })
}

/// A contract of the company's program that is open with a vendor.
#[derive(Debug, Clone, QueryableByName)]
struct Taken {
    #[diesel(sql_type = Text)]
    id: Id<Contract>,
    #[diesel(sql_type = Text)]
    status: Status,
}

/// Refuses while the vendor has a contract on this program agreement, or is offered one.
///
/// # Errors
/// Stale, with the contract that is there.
pub fn refuse_taken(
    look: &mut impl Looks,
    program: &Id<Agreement>,
    (vendor, called): (&Id<Account>, &str),
) -> Result<()> {
    let taken: Option<Taken> = statement(
        "SELECT id, status FROM contracts WHERE agreement_id = $1 AND signee_id = $2 AND status IN ('pending', 'active') \
         ORDER BY created_at LIMIT 1",
    )
    .bind::<Text, _>(program)
    .bind::<Text, _>(vendor)
    .get_result(look.conn())
    .optional()?;
    match taken {
        None => Ok(()),
        Some(taken) => Err(Problem::stale(
            NOTHING,
            t!(
                "Your company already has contract {contract} with {vendor} on this agreement, which is {status}. Nothing was signed.",
                contract = taken.id,
                vendor = apart(called),
                status = Words::within(taken.status),
            ),
        )),
    }
}
