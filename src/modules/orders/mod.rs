//! Orders: what customers have of products, the requests by which that changes, and what has to be settled with a reseller first.

pub mod fulfillment;
pub mod subscriptions;
pub mod tier_config;
