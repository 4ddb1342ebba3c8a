//! Letters about enrolments and what is said on contracts.

use diesel::PgConnection;
use serde::{Deserialize, Serialize};

use crate::{
    kit::{actor::Account, id::Id, problem::Result},
    mail::{
        Concern, Desk, Letter, Place,
        written::{Written, because, text},
    },
    modules::{contracts, ids::Contract},
    t,
};

/// What a letter is about. Links with secrets are derived when it is written, from the ids in here.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Mail {
    /// A vendor enrolled and waits for approval; to the issuer.
    ContractEnrolled { contract: Id<Contract>, issuer: Id<Account>, company: String },
    /// An enrolment was approved; to the vendor.
    ContractApproved { contract: Id<Contract>, signee: Id<Account> },
    /// An enrolment was rejected; to the vendor.
    EnrolmentRejected { contract: Id<Contract>, signee: Id<Account>, reason: String },
    /// The other party wrote on a contract.
    MessageWritten { contract: Id<Contract>, account: Id<Account>, company: String },
}

impl Letter for Mail {
    const KEYS: &'static [&'static str] =
        &["contract_enrolled", "contract_approved", "enrolment_rejected", "message_written"];

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

    fn write(&self, desk: &mut Desk<'_>) -> Result<Option<Written>> {
        let written = match self {
            Self::ContractEnrolled { contract, company, .. } => Written::new(
                t!("{company} enrolled in {contract} and needs your approval", company, contract),
                vec![
                    text(t!(
                        "{company} enrolled in one of your distribution agreements. Approve or reject it:",
                        company,
                    )),
                    desk.page(),
                ],
            ),
            Self::ContractApproved { contract, .. } => Written::new(
                t!("{contract} is active", contract),
                vec![text(t!("You can now list products on its marketplace.")), desk.page()],
            ),
            Self::EnrolmentRejected { contract, reason, .. } => Written::new(
                t!("{contract} was rejected", contract),
                [because(t!("Your enrollment was rejected"), reason), vec![desk.page()]].concat(),
            ),
            Self::MessageWritten { contract, company, .. } => desk.wrote(company, contract, "/conversation"),
        };
        Ok(Some(written))
    }
}
