//! Letters about listings.

use serde::{Deserialize, Serialize};

use crate::{
    kit::{actor::Account, choice::labelled, id::Id, problem::Result, words::Words},
    mail::{
        Desk, Letter, Notice, Place, Way, letter,
        written::{Written, because, text},
    },
    manifest::{BUYERS, EVERYBODY, VENDORS},
    modules::{
        ids::{Listing, ListingRequest, Product},
        listings::{MANAGE, RequestStatus},
    },
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
    /// A listing was paused, or resumed, by the marketplace's owner; to the vendor.
    ListingPaused { listing: Id<Listing>, vendor: Id<Account>, paused: bool, reason: String },
    /// A product reached End of Sale; to whoever sees it.
    SaleEnded { product: Id<Product>, account: Id<Account> },
    /// A product is for sale again; to whoever sees it.
    SaleRestored { product: Id<Product>, account: Id<Account> },
}

impl Letter for Mail {
    const KEYS: &'static [&'static str] = &[
        "listing_requested",
        "listing_decided",
        "request_discussed",
        "listings_ended",
        "listing_paused",
        "sale_ended",
        "sale_restored",
    ];
    const NOTICES: &'static [Notice] = &[
        Notice {
            key: "listing_requested",
            label: "A vendor requests a listing",
            roles: BUYERS,
            told: MANAGE,
            seen: "listings.view",
            way: Way::Both,
        },
        Notice {
            key: "listing_decided",
            label: "Your company's listing request is decided",
            roles: VENDORS,
            told: MANAGE,
            seen: "listings.view",
            way: Way::Both,
        },
        Notice {
            key: "request_discussed",
            label: "A partner writes on a listing request",
            roles: EVERYBODY,
            told: MANAGE,
            seen: "listings.view",
            way: Way::Both,
        },
        Notice {
            key: "listings_ended",
            label: "Listings end along with a contract",
            roles: EVERYBODY,
            told: MANAGE,
            seen: "listings.view",
            way: Way::Both,
        },
        Notice {
            key: "listing_paused",
            label: "A distributor pauses or resumes one of your listings",
            roles: VENDORS,
            told: MANAGE,
            seen: "listings.view",
            way: Way::Both,
        },
        Notice {
            key: "sale_ended",
            label: "The sale of a product ends",
            roles: BUYERS,
            told: MANAGE,
            seen: "products.view",
            way: Way::Both,
        },
        Notice {
            key: "sale_restored",
            label: "A product is on sale again",
            roles: BUYERS,
            told: MANAGE,
            seen: "products.view",
            way: Way::Both,
        },
    ];

    fn place(&self) -> Option<Place<'_>> {
        let (account, section, object) = match self {
            Self::ListingRequested { request, owner: account, .. }
            | Self::ListingDecided { request, vendor: account, .. }
            | Self::RequestDiscussed { request, account, .. } => (account, "listing-requests", request.as_str()),
            Self::ListingsEnded { account, .. } => (account, "listings", ""),
            Self::ListingPaused { listing, vendor, .. } => (vendor, "listings", listing.as_str()),
            Self::SaleEnded { product, account } | Self::SaleRestored { product, account } => {
                (account, "products", product.as_str())
            }
        };
        Some(Place { account, section, object })
    }

    fn subject(&self) -> Words {
        match self {
            Self::ListingRequested { request, company, .. } => {
                t!("{company} requests a listing: {request}", company, request)
            }
            Self::ListingDecided { request, outcome, .. } => {
                letter::became(t!("Listing request {request}", request), labelled::<RequestStatus>(outcome))
            }
            Self::RequestDiscussed { request, company, .. } => letter::wrote(company, request),
            Self::ListingsEnded { reason, .. } => t!("Listings ended: {reason}", reason),
            Self::ListingPaused { listing, paused: true, .. } => t!("Listing {listing} is paused", listing),
            Self::ListingPaused { listing, .. } => t!("Listing {listing} is resumed", listing),
            Self::SaleEnded { product, .. } => t!("{product} is at End of Sale", product),
            Self::SaleRestored { product, .. } => t!("{product} is on sale again", product),
        }
    }

    fn write(&self, desk: &mut Desk<'_>) -> Result<Option<Written>> {
        let written = match self {
            Self::ListingRequested { company, .. } => Written::new(
                self.subject(),
                vec![
                    text(t!(
                        "{company} submitted a listing request. Review it, and mark it as Deploying when you start working on it:",
                        company
                    )),
                    desk.page(),
                ],
            ),
            Self::ListingDecided { outcome, reason, .. } => Written::new(
                self.subject(),
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
                self.subject(),
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
            Self::ListingPaused { paused: true, reason, .. } => Written::new(
                self.subject(),
                [
                    because(t!("The distributor has paused it, so nothing new can be ordered"), reason),
                    vec![text("It stays listed, and subscriptions in use continue."), desk.page()],
                ]
                .concat(),
            ),
            Self::ListingPaused { .. } => {
                Written::new(self.subject(), vec![text("It can be ordered again."), desk.page()])
            }
            Self::SaleEnded { .. } => Written::new(
                self.subject(),
                vec![
                    text(
                        "The vendor has ended its sale. It can no longer be listed on other marketplaces. Existing \
                         listings and subscriptions stay. See its page for a possible replacement:",
                    ),
                    desk.page(),
                ],
            ),
            Self::SaleRestored { .. } => {
                Written::new(self.subject(), vec![text("The vendor has put it back on sale."), desk.page()])
            }
        };
        Ok(Some(written))
    }
}
