//! What agreements carry: groups of products and marketplaces of a service agreement, some of its groups of those that hang on it. And
//! how syndication and referral agreements come about.

pub mod actions;
mod children;
pub mod data;
pub mod manifest;
pub mod pages;
pub mod store;
