//! Letters to both when a company is handed over.

use serde::{Deserialize, Serialize};

use crate::{
    kit::{actor::Account, id::Id, problem::Result, words::Words},
    mail::{
        Called, Desk, Letter, Place,
        written::{Written, text},
    },
    t,
};

/// What a letter is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Mail {
    /// To the colleague who became an administrator.
    CompanyReceived { account: Id<Account>, company: String, giver: String },
    /// To whoever handed over.
    CompanyHandedOver { account: Id<Account>, company: String, colleague: String, leaves: bool },
}

impl Letter for Mail {
    const KEYS: &'static [&'static str] = &["company_received", "company_handed_over"];
    const OTHERS: &'static [Called] = &[
        Called { key: "company_received", label: "A company was handed over to you" },
        Called { key: "company_handed_over", label: "You handed over a company" },
    ];

    fn place(&self) -> Option<Place<'_>> {
        let (Self::CompanyReceived { account, .. } | Self::CompanyHandedOver { account, .. }) = self;
        Some(Place { account, section: "account", object: "" })
    }

    fn subject(&self) -> Words {
        match self {
            Self::CompanyReceived { company, giver, .. } => t!("{giver} handed {company} over to you", giver, company),
            Self::CompanyHandedOver { company, colleague, .. } => {
                t!("You handed {company} over to {colleague}", company, colleague)
            }
        }
    }

    fn write(&self, desk: &mut Desk<'_>) -> Result<Option<Written>> {
        let pieces = match self {
            Self::CompanyReceived { company, .. } => vec![
                text(t!("You are now an administrator of {company} and can do everything there:", company)),
                desk.page(),
            ],
            Self::CompanyHandedOver { colleague, leaves, .. } => vec![
                text(t!("{colleague} is now an administrator.", colleague)),
                text(match leaves {
                    true => {
                        t!("You are no longer an administrator. If you didn't do this, contact {colleague}.", colleague)
                    }
                    false => t!("You are still an administrator. If you didn't do this, change your password."),
                }),
            ],
        };
        Ok(Some(Written::new(self.subject(), pieces)))
    }
}
