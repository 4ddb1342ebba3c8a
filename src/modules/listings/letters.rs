//! Letters about listings.

use serde::{Deserialize, Serialize};

use crate::{
    kit::{actor::Account, choice::labelled, id::Id, problem::Result, words::Words},
    mail::{
        Desk, Letter, Place,
        written::{Written, because, text},
    },
    modules::{ids::ListingRequest, listings::RequestStatus},
    t,
};

/// What a letter is about. Links with secrets are derived when it is written, from the ids in here.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Mail {
    /// A vendor asked for a listing; to the marketplace's owner.
    ListingRequested { request: Id<ListingRequest>, owner: Id<Account>, company: String },
    /// A listing request moved; to the vendor.
    ListingDecided { request: Id<ListingRequest>, vendor: Id<Account>, outcome: String, reason: String },
    /// The other party wrote on a listing request.
    RequestDiscussed { request: Id<ListingRequest>, account: Id<Account>, company: String },
    /// Listings and requests for them ended with a contract; to each side.
    ListingsEnded { account: Id<Account>, unlisted: usize, cancelled: usize, reason: String },
}

impl Letter for Mail {
    const KEYS: &'static [&'static str] =
        &["listing_requested", "listing_decided", "request_discussed", "listings_ended"];

    fn place(&self) -> Option<Place<'_>> {
        let (account, section, object) = match self {
            Self::ListingRequested { request, owner: account, .. }
            | Self::ListingDecided { request, vendor: account, .. }
            | Self::RequestDiscussed { request, account, .. } => (account, "listing-requests", request.as_str()),
            Self::ListingsEnded { account, .. } => (account, "listings", ""),
        };
        Some(Place { account, section, object })
    }

    fn write(&self, desk: &mut Desk<'_>) -> Result<Option<Written>> {
        let written = match self {
            Self::ListingRequested { request, company, .. } => Written::new(
                t!("{company} asks for a listing: {request}", company, request),
                vec![
                    text(t!(
                        "{company} has submitted a listing request. Review it, and mark it as Deploying when you take it over:",
                        company
                    )),
                    desk.page(),
                ],
            ),
            Self::ListingDecided { request, outcome, reason, .. } => Written::new(
                t!("{request} is {status}", request, status = Words::within(labelled::<RequestStatus>(outcome))),
                [
                    because(
                        t!(
                            "Your listing request is now {status}",
                            status = Words::within(labelled::<RequestStatus>(outcome))
                        ),
                        reason,
                    ),
                    vec![desk.page()],
                ]
                .concat(),
            ),
            Self::RequestDiscussed { request, company, .. } => desk.wrote(company, request, ""),
            Self::ListingsEnded { unlisted, cancelled, reason, .. } => Written::new(
                t!("Listings ended: {reason}", reason),
                vec![
                    text(t!(
                        "{reason}. Products removed from the marketplace: {unlisted}. Open listing requests cancelled: {cancelled}.",
                        reason,
                        unlisted,
                        cancelled
                    )),
                    desk.page(),
                ],
            ),
        };
        Ok(Some(written))
    }
}
