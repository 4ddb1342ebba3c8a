//! Letters about enrolments and what is said on contracts.

use diesel::PgConnection;
use serde::{Deserialize, Serialize};

use crate::{
    kit::{actor::Account, id::Id, problem::Result, words::Words},
    mail::{
        Concern, Desk, Letter, Notice, Place, Way, letter,
        written::{Written, because, text},
    },
    manifest::{BUYERS, EVERYBODY},
    modules::{
        contracts::{self, SIGN, Type},
        ids::Contract,
    },
    t,
};

/// What a letter is about. Links with secrets are derived when it is written, from the ids in here.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Mail {
    /// A vendor or a reseller enrolled and waits for approval; to the issuer.
    ContractEnrolled {
        contract: Id<Contract>,
        issuer: Id<Account>,
        company: String,
        /// So many other contracts were asked for with it.
        #[serde(default)]
        more: usize,
    },
    /// An enrolment was approved; to who enrolled.
    ContractApproved { contract: Id<Contract>, signee: Id<Account> },
    /// An enrolment was rejected; to who enrolled.
    EnrolmentRejected { contract: Id<Contract>, signee: Id<Account>, reason: String },
    /// The other party wrote on a contract.
    MessageWritten { contract: Id<Contract>, account: Id<Account>, company: String },
}

/// Whether a contract lets a partner sell on, as its id says.
fn sells(contract: &Id<Contract>) -> bool {
    contract.as_str().starts_with(Type::Syndication.contract_prefix())
}

impl Letter for Mail {
    const KEYS: &'static [&'static str] =
        &["contract_enrolled", "contract_approved", "enrolment_rejected", "message_written"];
    const NOTICES: &'static [Notice] = &[
        Notice {
            key: "contract_enrolled",
            label: "A partner enrolls and needs your approval",
            roles: BUYERS,
            told: SIGN,
            seen: "contracts.view",
            way: Way::Both,
        },
        Notice {
            key: "contract_approved",
            label: "Your company's enrollment is approved",
            roles: EVERYBODY,
            told: SIGN,
            seen: "contracts.view",
            way: Way::Both,
        },
        Notice {
            key: "enrolment_rejected",
            label: "Your company's enrollment is rejected",
            roles: EVERYBODY,
            told: SIGN,
            seen: "contracts.view",
            way: Way::Both,
        },
        Notice {
            key: "message_written",
            label: "A partner writes on a contract",
            roles: EVERYBODY,
            told: SIGN,
            seen: "contracts.view",
            way: Way::Both,
        },
    ];

    fn place(&self) -> Option<Place<'_>> {
        let (account, section, object) = match self {
            Self::ContractEnrolled { contract, issuer: account, .. }
            | Self::ContractApproved { contract, signee: account, .. }
            | Self::EnrolmentRejected { contract, signee: account, .. }
            | Self::MessageWritten { contract, account, .. } => (account, "contracts", contract.as_str()),
        };
        Some(Place { account, section, object })
    }

    fn concern(&self, conn: &mut PgConnection) -> Result<Concern> {
        let (Self::ContractEnrolled { contract, .. }
        | Self::ContractApproved { contract, .. }
        | Self::EnrolmentRejected { contract, .. }
        | Self::MessageWritten { contract, .. }) = self;
        Ok(Concern { account: Some(contracts::store::issuer(conn, contract)?), object: self.object() })
    }

    fn subject(&self) -> Words {
        match self {
            Self::ContractEnrolled { contract, company, more: 0, .. } => {
                t!("{company} enrolled in {contract} and needs your approval", company, contract)
            }
            Self::ContractEnrolled { company, more, .. } => {
                t!("{company} enrolled in {n} contracts and needs your approval", company, n = more + 1)
            }
            Self::ContractApproved { contract, .. } => t!("{contract} is active", contract),
            Self::EnrolmentRejected { contract, .. } => t!("{contract} was rejected", contract),
            Self::MessageWritten { contract, company, .. } => letter::wrote(company, contract),
        }
    }

    fn write(&self, desk: &mut Desk<'_>) -> Result<Option<Written>> {
        let written = match self {
            Self::ContractEnrolled { contract, company, .. } if sells(contract) => Written::new(
                self.subject(),
                vec![
                    text(t!(
                        "{company} wants to sell products of yours under one of your syndication agreements. Approve or reject it:",
                        company,
                    )),
                    desk.page(),
                ],
            ),
            Self::ContractEnrolled { company, .. } => Written::new(
                self.subject(),
                vec![
                    text(t!(
                        "{company} enrolled in one of your distribution agreements. Approve or reject it:",
                        company,
                    )),
                    desk.page(),
                ],
            ),
            Self::ContractApproved { contract, .. } if sells(contract) => Written::new(
                self.subject(),
                vec![text(t!("You can now sell its product and order it for your customers.")), desk.page()],
            ),
            Self::ContractApproved { .. } => Written::new(
                self.subject(),
                vec![text(t!("You can now list products on its marketplace.")), desk.page()],
            ),
            Self::EnrolmentRejected { reason, .. } => Written::new(
                self.subject(),
                [because(t!("Your enrollment was rejected"), reason), vec![desk.page()]].concat(),
            ),
            Self::MessageWritten { contract, company, .. } => desk.wrote(company, contract, "/conversation"),
        };
        Ok(Some(written))
    }
}
