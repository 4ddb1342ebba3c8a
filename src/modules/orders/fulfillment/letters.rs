//! Letters about orders.

use diesel::PgConnection;
use serde::{Deserialize, Serialize};

use crate::{
    kit::{actor::Account, choice::labelled, id::Id, problem::Result, words::Words},
    mail::{
        Called, Desk, Letter, Notice, Place, Way, letter,
        written::{Piece, Written, because, text},
    },
    manifest::{BUYERS, EVERYBODY, VENDORS},
    modules::{
        ids::{Contract, FulfillmentRequest},
        orders::{form_link, fulfillment::Status, subscriptions::MANAGE},
    },
    t,
};

/// What a letter is about. Links with secrets are derived when it is written, from the ids in here.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Mail {
    /// A request waits for its vendor.
    OrderRequested {
        request: Id<FulfillmentRequest>,
        vendor: Id<Account>,
        #[serde(default)]
        customer: String,
        /// It asks for less before a commitment is over.
        #[serde(default)]
        early: bool,
    },
    /// A vendor moved a request; to who ordered.
    OrderDecided {
        request: Id<FulfillmentRequest>,
        buyer: Id<Account>,
        #[serde(default)]
        customer: String,
        outcome: String,
        reason: String,
    },
    /// A request was withdrawn before its vendor decided; to the vendor.
    OrderWithdrawn {
        request: Id<FulfillmentRequest>,
        vendor: Id<Account>,
        #[serde(default)]
        customer: String,
        reason: String,
    },
    /// Open requests failed with the contract that they were made under; to both sides.
    OrdersEnded { account: Id<Account>, failed: usize, reason: String, contract: Option<Id<Contract>> },
    /// The other party wrote on a request.
    OrderDiscussed { request: Id<FulfillmentRequest>, account: Id<Account>, company: String },
    /// Data is missing; to the technical contact of a customer or a reseller, with the form's link.
    DataAsked { request: String, name: String },
}

/// An order by whom it is for; letters that do not know it name its request.
fn of(request: &Id<FulfillmentRequest>, customer: &str) -> Words {
    match customer {
        "" => Words::data(request.as_str()),
        customer => t!("Order for {customer}", customer),
    }
}

impl Letter for Mail {
    const KEYS: &'static [&'static str] =
        &["order_requested", "order_decided", "order_withdrawn", "orders_ended", "order_discussed", "data_asked"];
    const NOTICES: &'static [Notice] = &[
        Notice {
            key: "order_requested",
            label: "An order needs your attention",
            roles: VENDORS,
            told: MANAGE,
            seen: "subscriptions.view",
            way: Way::Both,
        },
        Notice {
            key: "order_decided",
            label: "Your company's order is decided",
            roles: BUYERS,
            told: MANAGE,
            seen: "subscriptions.view",
            way: Way::Both,
        },
        Notice {
            key: "order_withdrawn",
            label: "A partner withdraws an order",
            roles: VENDORS,
            told: MANAGE,
            seen: "subscriptions.view",
            way: Way::Both,
        },
        Notice {
            key: "orders_ended",
            label: "Open orders fail along with a contract",
            roles: EVERYBODY,
            told: MANAGE,
            seen: "subscriptions.view",
            way: Way::Both,
        },
        Notice {
            key: "order_discussed",
            label: "A partner writes on an order",
            roles: EVERYBODY,
            told: MANAGE,
            seen: "subscriptions.view",
            way: Way::Both,
        },
    ];
    const OTHERS: &'static [Called] = &[Called { key: "data_asked", label: "Request for order data" }];

    fn place(&self) -> Option<Place<'_>> {
        let (account, section, object) = match self {
            Self::DataAsked { .. } => return None,
            Self::OrderRequested { request, vendor: account, .. }
            | Self::OrderDecided { request, buyer: account, .. }
            | Self::OrderWithdrawn { request, vendor: account, .. }
            | Self::OrderDiscussed { request, account, .. } => (account, "fulfillment", request.as_str()),
            Self::OrdersEnded { account, .. } => (account, "fulfillment", ""),
        };
        Some(Place { account, section, object })
    }

    fn object(&self) -> String {
        match (self, self.place()) {
            (Self::DataAsked { request, .. }, _) if request.starts_with("TCR-") => {
                format!("tier-config-requests/{request}")
            }
            (Self::DataAsked { request, .. }, _) => format!("fulfillment/{request}"),
            (_, place) => place.map(|place| place.named()).unwrap_or_default(),
        }
    }

    fn issuer(&self, conn: &mut PgConnection) -> Result<Option<Id<Account>>> {
        match self {
            Self::DataAsked { request, .. } => form_link::buyer(conn, request),
            _ => Ok(None),
        }
    }

    fn subject(&self) -> Words {
        match self {
            Self::OrderRequested { request, customer, .. } => {
                t!("{order} needs your attention", order = of(request, customer))
            }
            Self::OrderDecided { request, customer, outcome, .. } => {
                letter::became(of(request, customer), labelled::<Status>(outcome))
            }
            Self::OrderWithdrawn { request, customer, .. } => {
                t!("{order} was withdrawn", order = of(request, customer))
            }
            Self::OrdersEnded { failed, .. } => {
                t!("{n} open request has failed" | "{n} open requests have failed", *failed)
            }
            Self::OrderDiscussed { request, company, .. } => letter::wrote(company, request),
            Self::DataAsked { request, .. } => t!("{request} needs more data", request),
        }
    }

    fn write(&self, desk: &mut Desk<'_>) -> Result<Option<Written>> {
        let written = match self {
            Self::OrderRequested { early, .. } => {
                let less = early.then(|| text("It reduces the order before the customer's commitment ends."));
                let asked = text(
                    "A subscription is being ordered, changed or ended. Approve the request, ask for data, or reject it with a reason:",
                );
                Written::new(self.subject(), less.into_iter().chain([asked, desk.page()]).collect())
            }
            Self::OrderDecided { outcome, reason, .. } => {
                let status = Words::within(labelled::<Status>(outcome));
                let sentence = t!("Your request is now {status}", status);
                Written::new(self.subject(), [because(sentence, reason), vec![desk.page()]].concat())
            }
            Self::OrderWithdrawn { reason, .. } => Written::new(
                self.subject(),
                [because(t!("You don't need to do anything"), reason), vec![desk.page()]].concat(),
            ),
            Self::OrdersEnded { failed, reason, contract, .. } => {
                let narrowed = contract
                    .as_ref()
                    .map_or_else(String::new, |contract| format!("?status=failed&contract={contract}"));
                let sentence =
                    t!("{n} of your open requests has failed" | "{n} of your open requests have failed", *failed);
                let rest = vec![
                    text(
                        "Orders not fulfilled by then can no longer be fulfilled. Subscriptions in use continue and can be cancelled.",
                    ),
                    desk.to(&narrowed),
                ];
                Written::new(self.subject(), [because(sentence, reason), rest].concat())
            }
            Self::OrderDiscussed { request, company, .. } => desk.wrote(company, request, ""),
            Self::DataAsked { request, name } => {
                let Some(link) = form_link::link(desk.conn, desk.key, desk.public_url, request)? else {
                    return Ok(None);
                };
                Written::new(
                    self.subject(),
                    vec![
                        text(t!("Hello {name},", name)),
                        text(
                            "An order for your company needs information from you. Please fill in this form. You don't need to sign in:",
                        ),
                        Piece::Link(link),
                        text("Anyone who has the link can answer, so please don't share it."),
                    ],
                )
            }
        };
        Ok(Some(written))
    }
}
