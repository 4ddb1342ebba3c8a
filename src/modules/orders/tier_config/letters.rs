//! Letters about tier configurations.

use serde::{Deserialize, Serialize};

use crate::{
    kit::{actor::Account, choice::labelled, id::Id, problem::Result, words::Words},
    mail::{
        Desk, Letter, Notice, Place, Way, letter,
        written::{Written, because, text},
    },
    manifest::{BUYERS, EVERYBODY, VENDORS},
    modules::{
        ids::TierConfigRequest,
        orders::tier_config::{MANAGE, RequestStatus},
    },
    t,
};

/// What a letter is about. Links with secrets are derived when it is written, from the ids in here.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Mail {
    /// A request of a tier configuration waits for its vendor.
    TierConfigRequested {
        request: Id<TierConfigRequest>,
        vendor: Id<Account>,
        #[serde(default)]
        customer: String,
    },
    /// A vendor moved a request of a tier configuration; to who ordered.
    TierConfigDecided {
        request: Id<TierConfigRequest>,
        buyer: Id<Account>,
        #[serde(default)]
        customer: String,
        outcome: String,
        reason: String,
    },
    /// A set-up is not needed any more; to the vendor.
    TierConfigDropped {
        request: Id<TierConfigRequest>,
        vendor: Id<Account>,
        #[serde(default)]
        customer: String,
        reason: String,
    },
    /// The other party wrote on a request of a tier configuration.
    TierConfigDiscussed { request: Id<TierConfigRequest>, account: Id<Account>, company: String },
}

/// A request by the account whose tier is set up; letters that do not know it name the request.
fn of(request: &Id<TierConfigRequest>, customer: &str) -> Words {
    match customer {
        "" => Words::data(request.as_str()),
        customer => t!("Tier configuration of {customer}", customer),
    }
}

impl Letter for Mail {
    const KEYS: &'static [&'static str] =
        &["tier_config_requested", "tier_config_decided", "tier_config_dropped", "tier_config_discussed"];
    const NOTICES: &'static [Notice] = &[
        Notice {
            key: "tier_config_requested",
            label: "A tier configuration needs your attention",
            roles: VENDORS,
            told: MANAGE,
            seen: "tier_config.view",
            way: Way::Both,
        },
        Notice {
            key: "tier_config_decided",
            label: "Your company's tier configuration request is decided",
            roles: BUYERS,
            told: MANAGE,
            seen: "tier_config.view",
            way: Way::Both,
        },
        Notice {
            key: "tier_config_dropped",
            label: "A tier configuration is no longer needed",
            roles: VENDORS,
            told: MANAGE,
            seen: "tier_config.view",
            way: Way::Both,
        },
        Notice {
            key: "tier_config_discussed",
            label: "A partner writes on a tier configuration request",
            roles: EVERYBODY,
            told: MANAGE,
            seen: "tier_config.view",
            way: Way::Both,
        },
    ];

    fn place(&self) -> Option<Place<'_>> {
        let (account, section, object) = match self {
            Self::TierConfigRequested { request, vendor: account, .. }
            | Self::TierConfigDecided { request, buyer: account, .. }
            | Self::TierConfigDropped { request, vendor: account, .. }
            | Self::TierConfigDiscussed { request, account, .. } => (account, "tier-config-requests", request.as_str()),
        };
        Some(Place { account, section, object })
    }

    fn subject(&self) -> Words {
        match self {
            Self::TierConfigRequested { request, customer, .. } => {
                t!("{setup} needs your attention", setup = of(request, customer))
            }
            Self::TierConfigDecided { request, customer, outcome, .. } => {
                letter::became(of(request, customer), labelled::<RequestStatus>(outcome))
            }
            Self::TierConfigDropped { request, customer, .. } => {
                t!("{setup} is no longer needed", setup = of(request, customer))
            }
            Self::TierConfigDiscussed { request, company, .. } => letter::wrote(company, request),
        }
    }

    fn write(&self, desk: &mut Desk<'_>) -> Result<Option<Written>> {
        let written = match self {
            Self::TierConfigRequested { .. } => Written::new(
                self.subject(),
                vec![text("A reseller wants to sell your product, or to change its configuration:"), desk.page()],
            ),
            Self::TierConfigDecided { outcome, reason, .. } => {
                let status = Words::within(labelled::<RequestStatus>(outcome));
                let sentence = t!("The request is now {status}", status);
                Written::new(self.subject(), [because(sentence, reason), vec![desk.page()]].concat())
            }
            Self::TierConfigDropped { reason, .. } => Written::new(
                self.subject(),
                [because(t!("No orders need this setup any longer, so it was closed"), reason), vec![desk.page()]]
                    .concat(),
            ),
            Self::TierConfigDiscussed { request, company, .. } => desk.wrote(company, request, ""),
        };
        Ok(Some(written))
    }
}
