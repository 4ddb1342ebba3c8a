//! The areas of the product, one folder each. `contracts` is the exemplar: the others have the same file names.

pub mod accounts;
pub mod activity;
pub mod agreements;
pub mod binding;
pub mod branding;
pub mod campaigns;
pub mod catalog;
pub mod contracts;
pub mod conversation;
pub mod customers;
pub mod directory;
pub mod distribution;
pub mod entrance;
pub mod events;
pub mod help;
pub mod home;
pub mod ids;
pub mod images;
pub mod listings;
pub mod marketplaces;
pub mod notifications;
pub mod orders;
pub mod partners;
pub mod people;
pub mod person;
pub mod products;
pub mod queue;
pub mod referral;
pub mod search;
pub mod security;
pub mod service;
pub mod sso;
pub mod syndication;
pub mod tokens;
pub mod usage;
pub mod views;

use crate::{
    access,
    manifest::{Grant, Manifest, Section},
};

/// What all modules hand to the program: one line each.
pub static ALL: &[&Manifest] = &[
    &access::manifest::MANIFEST,
    &accounts::manifest::MANIFEST,
    &activity::manifest::MANIFEST,
    &agreements::manifest::MANIFEST,
    &branding::manifest::MANIFEST,
    &campaigns::manifest::MANIFEST,
    &catalog::carried::manifest::MANIFEST,
    &catalog::groups::manifest::MANIFEST,
    &catalog::manifest::MANIFEST,
    &contracts::manifest::MANIFEST,
    &customers::manifest::MANIFEST,
    &directory::manifest::MANIFEST,
    &distribution::manifest::MANIFEST,
    &entrance::manifest::MANIFEST,
    &help::manifest::MANIFEST,
    &home::manifest::MANIFEST,
    &listings::manifest::MANIFEST,
    &marketplaces::hubs::manifest::MANIFEST,
    &marketplaces::manifest::MANIFEST,
    &notifications::manifest::MANIFEST,
    orders::MANIFESTS[0],
    orders::MANIFESTS[1],
    orders::MANIFESTS[2],
    orders::MANIFESTS[3],
    &partners::MANIFEST,
    &people::groups::manifest::MANIFEST,
    &people::manifest::MANIFEST,
    &person::manifest::MANIFEST,
    &products::manifest::MANIFEST,
    &queue::manifest::MANIFEST,
    &referral::manifest::MANIFEST,
    &search::manifest::MANIFEST,
    &security::manifest::MANIFEST,
    &service::manifest::MANIFEST,
    &sso::manifest::MANIFEST,
    &syndication::manifest::MANIFEST,
    &tokens::manifest::MANIFEST,
    &usage::all_records::manifest::MANIFEST,
    &usage::manifest::MANIFEST,
    &usage::mapping::manifest::MANIFEST,
    &usage::reconciliation::manifest::MANIFEST,
    &usage::rules::manifest::MANIFEST,
    &views::manifest::MANIFEST,
];

/// The section at this part of the address.
pub fn section(path: &str) -> Option<&'static Section> {
    ALL.iter().flat_map(|module| module.sections).find(|section| section.path == path)
}

/// The permission with this key.
pub fn grant(key: &str) -> Option<&'static Grant> {
    ALL.iter().flat_map(|module| module.permissions).find(|grant| grant.key == key)
}
