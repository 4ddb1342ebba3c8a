//! Orders: what customers have of products, the requests by which that changes, and what is settled with a reseller before its first.
//!
//! Its parts know each other in one direction: `subscriptions` (what is in use) ← `fulfillment` (requests, and what their vendor does with
//! them) ← `tier_config` (what waits for a set-up of a tier) ← `ordering` (what who orders does). Below all stand what they share: the
//! parameters that are asked for, the message that a customer reads, the tiers, and who acts.

mod asking;
mod form_link;
mod fulfillment;
pub mod leaving;
mod message;
mod note;
mod ordering;
mod party;
mod questions;
mod subscriptions;
mod tier_config;
mod tiers;

use crate::manifest::Manifest;

pub use asking::acts::{answer, fill_in, inquire};
pub use form_link::form_of;
pub use fulfillment::{
    Process, Request, Talk, Type,
    actions::{approve, confirm, fail, revoke, schedule, take_up, take_up_due},
    grid::{ORDERED, ORDERS, Requests, TO_DO},
    letters::Mail as OrderMail,
    queue::Fulfillment,
    store::find_any as request,
};
pub use message::{Message, messages};
pub use ordering::{
    actions::{Ordered, Wanted, adjust, ask, change, order},
    asked, ending,
    pages::{Facts, facts},
    withdrawing::{Withdrawal, withdraw},
};
pub use questions::parameters_of;
pub use subscriptions::{
    Manage, Order, Status, Subscription, View,
    grid::Subscriptions,
    quantity::Quantity,
    store::{Offer, offers_of},
    succession, touched,
};
pub use tier_config::{
    Process as ProcessTiers,
    actions::{approve as approve_tiers, fail as fail_tiers, update as update_tiers},
    grid::Configs as TierConfigs,
    letters::Mail as TierMail,
    queue::Tiers,
    requests::{Requests as TierRequests, TO_DO as TIERS_TO_DO},
};

/// What its parts hand to the program.
pub static MANIFESTS: [&Manifest; 4] = [
    &fulfillment::manifest::MANIFEST,
    &ordering::manifest::MANIFEST,
    &subscriptions::manifest::MANIFEST,
    &tier_config::manifest::MANIFEST,
];
