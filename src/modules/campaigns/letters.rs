//! Letters about deadlines that have passed.

use serde::{Deserialize, Serialize};

use crate::{
    kit::{actor::Account, id::Id, problem::Result, words::Words},
    mail::{
        Desk, Letter, Notice, Place, Way,
        written::{Written, text},
    },
    manifest::{BUYERS, EVERYBODY},
    modules::{
        binding::SIGN,
        ids::{Agreement, Contract},
    },
    t,
};

/// What a letter is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Mail {
    /// A version was to be signed by now; to the signee.
    VersionOverdue { contract: Id<Contract>, signee: Id<Account>, version: i32 },
    /// So many have not signed a version by its deadline; to the agreement's owner.
    SignaturesOverdue { agreement: Id<Agreement>, owner: Id<Account>, version: i32, outstanding: usize },
}

impl Letter for Mail {
    const KEYS: &'static [&'static str] = &["version_overdue", "signatures_overdue"];
    const NOTICES: &'static [Notice] = &[
        Notice {
            key: "version_overdue",
            label: "The deadline to sign a new version has passed",
            roles: EVERYBODY,
            told: SIGN,
            seen: "contracts.view",
            way: Way::Both,
        },
        Notice {
            key: "signatures_overdue",
            label: "Partners missed the deadline to sign a new version",
            roles: BUYERS,
            told: SIGN,
            seen: "agreements.view",
            way: Way::Both,
        },
    ];

    fn place(&self) -> Option<Place<'_>> {
        let (account, section, object) = match self {
            Self::VersionOverdue { contract, signee, .. } => (signee, "contracts", contract.as_str()),
            Self::SignaturesOverdue { agreement, owner, .. } => (owner, "agreements", agreement.as_str()),
        };
        Some(Place { account, section, object })
    }

    fn subject(&self) -> Words {
        match self {
            Self::VersionOverdue { contract, .. } => {
                t!("The deadline to sign the new version of {contract} has passed", contract)
            }
            Self::SignaturesOverdue { agreement, version, .. } => {
                t!("The deadline for version {version} of {agreement} has passed", version, agreement)
            }
        }
    }

    fn write(&self, desk: &mut Desk<'_>) -> Result<Option<Written>> {
        let pieces = match self {
            Self::VersionOverdue { contract, version, .. } => vec![
                text(t!(
                    "Your partner asked you to sign version {version} of the agreement for {contract} by a date that has passed. Your contract stays on the version you signed. You can still sign the new one:",
                    version,
                    contract,
                )),
                desk.to(&format!("/versions/{version}/sign")),
            ],
            Self::SignaturesOverdue { outstanding, version, agreement, .. } => vec![
                text(t!(
                    "{n} contract on {agreement} is still on an earlier version than {version}. Nothing has ended. You can remind your partner:"
                        | "{n} contracts on {agreement} are still on an earlier version than {version}. Nothing has ended. You can remind your partners:",
                    *outstanding,
                    agreement,
                    version,
                )),
                desk.to("/signatures?show=outstanding"),
            ],
        };
        Ok(Some(Written::new(self.subject(), pieces)))
    }
}
