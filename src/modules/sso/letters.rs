//! Letters about a company's email domains.

use serde::{Deserialize, Serialize};

use crate::{
    kit::{actor::Account, id::Id, problem::Result, words::Words},
    mail::{
        Desk, Letter, Notice, Place, Way,
        written::{Written, text},
    },
    manifest::EVERYBODY,
    modules::people::{MANAGE, VIEW},
    t,
};

/// What a letter is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Mail {
    /// The proof of a domain was not found.
    DomainMissing { account: Id<Account>, domain: String },
    /// A domain proves nothing any more.
    DomainLapsed { account: Id<Account>, domain: String },
}

impl Mail {
    fn account(&self) -> &Id<Account> {
        match self {
            Self::DomainMissing { account, .. } | Self::DomainLapsed { account, .. } => account,
        }
    }
}

impl Letter for Mail {
    const KEYS: &'static [&'static str] = &["domain_missing", "domain_lapsed"];
    const NOTICES: &'static [Notice] = &[
        Notice {
            key: "domain_missing",
            label: "The proof of an email domain can't be found",
            roles: EVERYBODY,
            told: MANAGE,
            seen: VIEW,
            way: Way::Both,
        },
        Notice {
            key: "domain_lapsed",
            label: "An email domain no longer counts as verified",
            roles: EVERYBODY,
            told: MANAGE,
            seen: VIEW,
            way: Way::Both,
        },
    ];

    fn place(&self) -> Option<Place<'_>> {
        Some(Place { account: self.account(), section: "single-sign-on", object: "" })
    }

    fn subject(&self) -> Words {
        match self {
            Self::DomainMissing { domain, .. } => t!("The proof of {domain} can't be found", domain),
            Self::DomainLapsed { domain, .. } => t!("{domain} no longer counts as verified", domain),
        }
    }

    fn write(&self, desk: &mut Desk<'_>) -> Result<Option<Written>> {
        let words = match self {
            Self::DomainMissing { domain, .. } => t!(
                "Your company has verified the email domain {domain} for single sign-on, but neither its DNS record nor its file could be found today. If they stay away for three days in a row, the domain no longer counts as verified. Put one of them back:",
                domain
            ),
            Self::DomainLapsed { domain, .. } => t!(
                "Neither the DNS record nor the file of the email domain {domain} could be found for three days in a row, so it no longer counts as verified. Users who have signed in through your provider stay linked to it, but the sign-in page no longer sends people with an address at this domain there. To change that, put the record or the file back and check the domain:",
                domain
            ),
        };
        Ok(Some(Written::new(self.subject(), vec![text(words), desk.page()])))
    }
}
