//! Letters about customers.

use serde::{Deserialize, Serialize};

use crate::{
    accounts,
    kit::{actor::Account, id::Id, problem::Result},
    mail::{
        Desk, Letter, Place,
        written::{Written, because, text},
    },
    modules::ids::TierAccountRequest,
    t,
};

/// What a letter is about. Links with secrets are derived when it is written, from the ids in here.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Mail {
    /// A customer's data changed; to the vendor of a product that it uses.
    CustomerChanged { request: Id<TierAccountRequest>, vendor: Id<Account>, customer: String },
    /// An import changed the data of many customers; to the vendor of products that they use.
    CustomersChanged { vendor: Id<Account>, owner: Id<Account>, changes: i64 },
    /// A vendor ignored a change; to the account's owner.
    CustomerChangeIgnored { request: Id<TierAccountRequest>, owner: Id<Account>, reason: String },
}

impl Letter for Mail {
    const KEYS: &'static [&'static str] = &["customer_changed", "customers_changed", "customer_change_ignored"];

    fn place(&self) -> Option<Place<'_>> {
        let (account, section, object) = match self {
            Self::CustomerChanged { request, vendor: account, .. }
            | Self::CustomerChangeIgnored { request, owner: account, .. } => {
                (account, "customer-requests", request.as_str())
            }
            Self::CustomersChanged { vendor: account, .. } => (account, "customer-requests", ""),
        };
        Some(Place { account, section, object })
    }

    fn write(&self, desk: &mut Desk<'_>) -> Result<Option<Written>> {
        let written = match self {
            Self::CustomerChanged { customer, .. } => Written::new(
                t!("{customer}'s data has changed", customer),
                vec![text("Review what changed, then accept or ignore it:"), desk.page()],
            ),
            Self::CustomersChanged { owner, changes, .. } => Written::new(
                t!(
                    "{company} changed the data of {n} customer" | "{company} changed the data of {n} customers",
                    usize::try_from(*changes).unwrap_or_default(),
                    company = accounts::store::name(desk.conn, owner)?
                ),
                vec![text("Each change is a request. Review what changed, then accept or ignore it:"), desk.page()],
            ),
            Self::CustomerChangeIgnored { request, reason, .. } => Written::new(
                t!("{request} was ignored", request),
                [because(t!("Your change was ignored"), reason), vec![desk.page()]].concat(),
            ),
        };
        Ok(Some(written))
    }
}
