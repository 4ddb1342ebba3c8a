//! Letters about a company's email domains.

use serde::{Deserialize, Serialize};

use crate::{
    kit::{
        actor::{Account, User},
        id::Id,
        problem::Result,
        words::Words,
    },
    mail::{
        Desk, Letter, Notice, Place, Way,
        written::{Written, text},
    },
    manifest::EVERYBODY,
    modules::people::ADMINISTRATORS,
    t,
};

/// What a letter is about.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Mail {
    /// The proof of a domain was not found; `silent` when nothing has answered for long.
    DomainMissing {
        account: Id<Account>,
        domain: String,
        #[serde(default)]
        silent: bool,
    },
    /// A domain proves nothing any more; `silent` when nothing has answered for too long.
    DomainLapsed {
        account: Id<Account>,
        domain: String,
        #[serde(default)]
        silent: bool,
    },
    /// Somebody came in without the provider that the company requires, as an exception.
    CameWithoutProvider { account: Id<Account>, user: Id<User>, name: String },
}

impl Mail {
    fn account(&self) -> &Id<Account> {
        match self {
            Self::DomainMissing { account, .. }
            | Self::DomainLapsed { account, .. }
            | Self::CameWithoutProvider { account, .. } => account,
        }
    }
}

impl Letter for Mail {
    const KEYS: &'static [&'static str] = &["domain_missing", "domain_lapsed", "came_without_provider"];
    const NOTICES: &'static [Notice] = &[
        Notice {
            key: "domain_missing",
            label: "The proof of an email domain can't be found",
            roles: EVERYBODY,
            told: ADMINISTRATORS,
            seen: ADMINISTRATORS,
            way: Way::Both,
        },
        Notice {
            key: "domain_lapsed",
            label: "An email domain no longer counts as verified",
            roles: EVERYBODY,
            told: ADMINISTRATORS,
            seen: ADMINISTRATORS,
            way: Way::Both,
        },
        Notice {
            key: "came_without_provider",
            label: "Someone comes in without the single sign-on that is required",
            roles: EVERYBODY,
            told: ADMINISTRATORS,
            seen: ADMINISTRATORS,
            way: Way::Both,
        },
    ];

    fn place(&self) -> Option<Place<'_>> {
        let (section, object) = match self {
            Self::CameWithoutProvider { user, .. } => ("users", user.as_str()),
            Self::DomainMissing { .. } | Self::DomainLapsed { .. } => ("single-sign-on", ""),
        };
        Some(Place { account: self.account(), section, object })
    }

    fn subject(&self) -> Words {
        match self {
            Self::DomainMissing { domain, .. } => t!("The proof of {domain} can't be found", domain),
            Self::DomainLapsed { domain, .. } => t!("{domain} no longer counts as verified", domain),
            Self::CameWithoutProvider { name, .. } => t!("{name} came in without single sign-on", name),
        }
    }

    fn write(&self, desk: &mut Desk<'_>) -> Result<Option<Written>> {
        let mut pieces = match self {
            Self::CameWithoutProvider { name, .. } => vec![text(t!(
                "Your company requires single sign-on, and {name} opened it with a password, as an exception. If you don't know why, ask {name}, sign out all sessions of this user and look at Activity:",
                name
            ))],
            Self::DomainMissing { domain, silent: false, .. } => vec![text(t!(
                "Your company has verified the email domain {domain} for single sign-on, but neither its DNS record nor its file could be found today. If the next two daily checks that get an answer don't find one either, the domain no longer counts as verified. Put one of them back:",
                domain
            ))],
            Self::DomainMissing { domain, silent: true, .. } => vec![text(t!(
                "Your company has verified the email domain {domain} for single sign-on, but for a week nothing has answered where its proof was last found. If this lasts for two weeks, the domain no longer counts as verified. Make sure that its DNS record or its file can be found:",
                domain
            ))],
            Self::DomainLapsed { domain, silent, .. } => vec![
                text(match silent {
                    false => t!(
                        "Three daily checks found neither the DNS record nor the file of the email domain {domain}, so it no longer counts as verified.",
                        domain
                    ),
                    true => t!(
                        "For two weeks nothing answered where the proof of the email domain {domain} was last found, so it no longer counts as verified.",
                        domain
                    ),
                }),
                text(
                    "Users who have signed in through your provider stay linked to it, but the sign-in page no longer sends people with an address at this domain there. To change that, make sure that the record or the file can be found and check the domain:",
                ),
            ],
        };
        pieces.push(desk.page());
        Ok(Some(Written::new(self.subject(), pieces)))
    }
}
