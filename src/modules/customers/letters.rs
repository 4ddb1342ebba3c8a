//! Letters about customers.

use serde::{Deserialize, Serialize};

use super::MANAGE;
use crate::{
    accounts,
    kit::{actor::Account, id::Id, problem::Result, typed, words::Words},
    mail::{
        Desk, Letter, Notice, Place, Way,
        written::{Written, because, text},
    },
    manifest::{BUYERS, VENDORS},
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
    CustomersChanged {
        vendor: Id<Account>,
        owner: Id<Account>,
        /// The owner's name; letters from before have none.
        #[serde(default)]
        company: String,
        changes: i64,
    },
    /// A vendor ignored a change; to the account's owner.
    CustomerChangeIgnored { request: Id<TierAccountRequest>, owner: Id<Account>, reason: String },
    /// A vendor accepted a change; to the account's owner.
    CustomerChangeAccepted { request: Id<TierAccountRequest>, owner: Id<Account> },
}

impl Letter for Mail {
    const KEYS: &'static [&'static str] =
        &["customer_changed", "customers_changed", "customer_change_ignored", "customer_change_accepted"];
    const NOTICES: &'static [Notice] = &[
        Notice {
            key: "customer_changed",
            label: "A customer's data changes",
            roles: VENDORS,
            told: MANAGE,
            seen: "customers.view",
            way: Way::Both,
        },
        Notice {
            key: "customers_changed",
            label: "An import changes customers' data",
            roles: VENDORS,
            told: MANAGE,
            seen: "customers.view",
            way: Way::Both,
        },
        Notice {
            key: "customer_change_ignored",
            label: "A vendor ignores a customer change",
            roles: BUYERS,
            told: MANAGE,
            seen: "customers.view",
            way: Way::Both,
        },
        Notice {
            key: "customer_change_accepted",
            label: "A vendor accepts a customer change",
            roles: BUYERS,
            told: MANAGE,
            seen: "customers.view",
            way: Way::Portal,
        },
    ];

    fn place(&self) -> Option<Place<'_>> {
        let (account, section, object) = match self {
            Self::CustomerChanged { request, vendor: account, .. }
            | Self::CustomerChangeIgnored { request, owner: account, .. }
            | Self::CustomerChangeAccepted { request, owner: account } => {
                (account, "customer-requests", request.as_str())
            }
            Self::CustomersChanged { vendor: account, .. } => (account, "customer-requests", ""),
        };
        Some(Place { account, section, object })
    }

    fn subject(&self) -> Words {
        match self {
            Self::CustomerChanged { customer, .. } => t!("{customer}'s data has changed", customer),
            Self::CustomersChanged { company, changes, .. } => {
                let changes = usize::try_from(*changes).unwrap_or_default();
                t!(
                    "{company} changed the data of {n} customer" | "{company} changed the data of {n} customers",
                    changes,
                    company
                )
            }
            Self::CustomerChangeIgnored { request, .. } => t!("{request} was ignored", request),
            Self::CustomerChangeAccepted { request, .. } => t!("{request} was accepted", request),
        }
    }

    fn write(&self, desk: &mut Desk<'_>) -> Result<Option<Written>> {
        let written = match self {
            Self::CustomerChanged { .. } => {
                Written::new(self.subject(), vec![text("Review what changed, then accept or ignore it:"), desk.page()])
            }
            Self::CustomersChanged { vendor, owner, company, changes } if company.is_empty() => {
                let company = typed::apart(&accounts::store::name(desk.conn, owner)?).into_owned();
                let (vendor, owner) = (vendor.clone(), owner.clone());
                return Self::CustomersChanged { vendor, owner, company, changes: *changes }.write(desk);
            }
            Self::CustomersChanged { .. } => Written::new(
                self.subject(),
                vec![text("Each change is a request. Review what changed, then accept or ignore it:"), desk.page()],
            ),
            Self::CustomerChangeAccepted { .. } => {
                Written::new(self.subject(), vec![text(t!("Your change was accepted.")), desk.page()])
            }
            Self::CustomerChangeIgnored { reason, .. } => Written::new(
                self.subject(),
                [because(t!("Your change was ignored"), reason), vec![desk.page()]].concat(),
            ),
        };
        Ok(Some(written))
    }
}
