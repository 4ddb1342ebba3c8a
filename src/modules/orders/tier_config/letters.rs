//! Letters about tier configurations.

use serde::{Deserialize, Serialize};

use crate::{
    kit::{actor::Account, choice::labelled, id::Id, problem::Result, words::Words},
    mail::{
        Desk, Letter, Place,
        written::{Written, because, text},
    },
    modules::{ids::TierConfigRequest, orders::tier_config::RequestStatus},
    t,
};

/// What a letter is about. Links with secrets are derived when it is written, from the ids in here.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Mail {
    /// A request of a tier configuration waits for its vendor.
    TierConfigRequested { request: Id<TierConfigRequest>, vendor: Id<Account> },
    /// A vendor moved a request of a tier configuration; to who ordered.
    TierConfigDecided { request: Id<TierConfigRequest>, buyer: Id<Account>, outcome: String, reason: String },
    /// A set-up is not needed any more; to the vendor.
    TierConfigDropped { request: Id<TierConfigRequest>, vendor: Id<Account>, reason: String },
    /// The other party wrote on a request of a tier configuration.
    TierConfigDiscussed { request: Id<TierConfigRequest>, account: Id<Account>, company: String },
}

impl Letter for Mail {
    const KEYS: &'static [&'static str] =
        &["tier_config_requested", "tier_config_decided", "tier_config_dropped", "tier_config_discussed"];

    fn place(&self) -> Option<Place<'_>> {
        let (account, section, object) = match self {
            Self::TierConfigRequested { request, vendor: account, .. }
            | Self::TierConfigDecided { request, buyer: account, .. }
            | Self::TierConfigDropped { request, vendor: account, .. }
            | Self::TierConfigDiscussed { request, account, .. } => (account, "tier-config-requests", request.as_str()),
        };
        Some(Place { account, section, object })
    }

    fn write(&self, desk: &mut Desk<'_>) -> Result<Option<Written>> {
        let written = match self {
            Self::TierConfigRequested { request, .. } => Written::new(
                t!("{request} needs your attention", request),
                vec![text("A reseller wants to sell your product, or to change its configuration:"), desk.page()],
            ),
            Self::TierConfigDecided { request, outcome, reason, .. } => {
                let status = Words::within(labelled::<RequestStatus>(outcome));
                let sentence = t!("The request is now {status}", status);
                Written::new(
                    t!("{request} is {status}", request, status),
                    [because(sentence, reason), vec![desk.page()]].concat(),
                )
            }
            Self::TierConfigDropped { request, reason, .. } => Written::new(
                t!("{request} is no longer needed", request),
                [because(t!("No orders need this setup any longer, so it was closed"), reason), vec![desk.page()]]
                    .concat(),
            ),
            Self::TierConfigDiscussed { request, company, .. } => desk.wrote(company, request, ""),
        };
        Ok(Some(written))
    }
}
