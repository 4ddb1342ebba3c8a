//! Letters about usage.

use serde::{Deserialize, Serialize};

use super::{MANAGE, Status};
use crate::{
    kit::{actor::Account, choice::labelled, id::Id, problem::Result, words::Words},
    mail::{
        Desk, Letter, Notice, Place, Way, letter,
        written::{Written, because, text},
    },
    manifest::{BUYERS, VENDORS},
    modules::ids::UsageFile,
    t,
};

/// What a letter is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Mail {
    /// A vendor reports usage; to the marketplace's owner.
    UsageSubmitted { file: Id<UsageFile>, owner: Id<Account>, company: String, name: String },
    /// The marketplace's owner decided about a file; to the vendor.
    UsageDecided {
        file: Id<UsageFile>,
        vendor: Id<Account>,
        #[serde(default)]
        name: String,
        outcome: String,
        note: String,
    },
    /// The check of a report is over; to the person of the vendor who sent it.
    UsageChecked { file: Id<UsageFile>, vendor: Id<Account>, name: String, outcome: String },
}

impl Letter for Mail {
    const KEYS: &'static [&'static str] = &["usage_submitted", "usage_decided", "usage_checked"];
    const NOTICES: &'static [Notice] = &[
        Notice {
            key: "usage_submitted",
            label: "A vendor submits a usage file",
            roles: BUYERS,
            told: MANAGE,
            seen: "usage.view",
            way: Way::Both,
        },
        Notice {
            key: "usage_decided",
            label: "Your company's usage file is decided",
            roles: VENDORS,
            told: MANAGE,
            seen: "usage.view",
            way: Way::Both,
        },
        Notice {
            key: "usage_checked",
            label: "A usage report is checked (only its uploader is told)",
            roles: VENDORS,
            told: MANAGE,
            seen: "usage.view",
            way: Way::Portal,
        },
    ];

    fn place(&self) -> Option<Place<'_>> {
        let (account, file) = match self {
            Self::UsageSubmitted { file, owner: account, .. }
            | Self::UsageDecided { file, vendor: account, .. }
            | Self::UsageChecked { file, vendor: account, .. } => (account, file),
        };
        Some(Place { account, section: "usage-files", object: file.as_str() })
    }

    fn subject(&self) -> Words {
        match self {
            Self::UsageSubmitted { company, name, .. } => t!("{company} reports usage: {name}", company, name),
            Self::UsageDecided { file, name, outcome, .. } => {
                let file = match name.as_str() {
                    "" => Words::data(file.as_str()),
                    name => t!("Usage file {name}", name),
                };
                letter::became(file, labelled::<Status>(outcome))
            }
            Self::UsageChecked { name, outcome, .. } => {
                t!("{name} is checked: {status}", name, status = Words::within(labelled::<Status>(outcome)))
            }
        }
    }

    fn write(&self, desk: &mut Desk<'_>) -> Result<Option<Written>> {
        let written = match self {
            Self::UsageSubmitted { file, company, .. } => Written::new(
                self.subject(),
                vec![
                    text(t!(
                        "{company} submitted usage file {file}. Accept it, or reject it with a reason:",
                        company,
                        file
                    )),
                    desk.page(),
                ],
            ),
            Self::UsageDecided { outcome, note, .. } => {
                let status = Words::within(labelled::<Status>(outcome));
                Written::new(
                    self.subject(),
                    [because(t!("Your usage file is now {status}", status), note), vec![desk.page()]].concat(),
                )
            }
            Self::UsageChecked { file, .. } => Written::new(
                self.subject(),
                vec![text(t!("The report that you uploaded for usage file {file} is checked:", file)), desk.page()],
            ),
        };
        Ok(Some(written))
    }
}
