//! What each id is of. Modules name each other's objects by their ids, so these stand below all of them.

use crate::kit::id::Kind;

pub struct Agreement;
impl Kind for Agreement {
    const PREFIXES: &'static [&'static str] = &["AGP", "AGD", "AGS", "AGU", "AGR"];
    const GROUPS: &'static [usize] = &[3, 3, 3];
}

pub struct Contract;
impl Kind for Contract {
    const PREFIXES: &'static [&'static str] = &["CRP", "CRD", "CRS", "CRU"];
    const GROUPS: &'static [usize] = &[5, 5, 5];
}

pub struct Invitation;
impl Kind for Invitation {
    const PREFIXES: &'static [&'static str] = &["UI"];
    const GROUPS: &'static [usize] = &[3, 3, 3];
}

pub struct TierAccount;
impl Kind for TierAccount {
    const PREFIXES: &'static [&'static str] = &["TA"];
    const GROUPS: &'static [usize] = &[4, 4, 4];
}

pub struct TierAccountRequest;
impl Kind for TierAccountRequest {
    const PREFIXES: &'static [&'static str] = &["TAR"];
    const GROUPS: &'static [usize] = &[4, 4, 4, 3, 3];
    const COUNTS: usize = 2;
}

pub struct FulfillmentRequest;
impl Kind for FulfillmentRequest {
    const PREFIXES: &'static [&'static str] = &["PR"];
    const GROUPS: &'static [usize] = &[4, 4, 4, 3];
    const COUNTS: usize = 1;
}

pub struct Hub;
impl Kind for Hub {
    const PREFIXES: &'static [&'static str] = &["HB"];
    const GROUPS: &'static [usize] = &[4, 4];
}

pub struct Listing;
impl Kind for Listing {
    const PREFIXES: &'static [&'static str] = &["LST"];
    const GROUPS: &'static [usize] = &[3, 3, 3];
}

pub struct ListingRequest;
impl Kind for ListingRequest {
    const PREFIXES: &'static [&'static str] = &["LSTR"];
    const GROUPS: &'static [usize] = &[3, 3, 3, 3];
    const COUNTS: usize = 1;
}

pub struct Marketplace;
impl Kind for Marketplace {
    const PREFIXES: &'static [&'static str] = &["MP"];
    const GROUPS: &'static [usize] = &[5];
}

pub struct Product;
impl Kind for Product {
    const PREFIXES: &'static [&'static str] = &["PRD"];
    const GROUPS: &'static [usize] = &[3, 3, 3];
}

pub struct ProductGroup;
impl Kind for ProductGroup {
    const PREFIXES: &'static [&'static str] = &["PG"];
    const GROUPS: &'static [usize] = &[3, 3, 3];
}

pub struct Item;
impl Kind for Item {
    const PREFIXES: &'static [&'static str] = &["PRD"];
    const GROUPS: &'static [usize] = &[3, 3, 3, 4];
    const COUNTS: usize = 1;
}

pub struct Medium;
impl Kind for Medium {
    const PREFIXES: &'static [&'static str] = &["PRDM"];
    const GROUPS: &'static [usize] = &[3, 3, 3, 5];
}

pub struct Parameter;
impl Kind for Parameter {
    const PREFIXES: &'static [&'static str] = &["PRM"];
    const GROUPS: &'static [usize] = &[3, 3, 3, 4];
    const COUNTS: usize = 1;
}

pub struct ProductTemplate;
impl Kind for ProductTemplate {
    const PREFIXES: &'static [&'static str] = &["TL"];
    const GROUPS: &'static [usize] = &[3, 3, 3];
}

pub struct Subscription;
impl Kind for Subscription {
    const PREFIXES: &'static [&'static str] = &["AS"];
    const GROUPS: &'static [usize] = &[4, 4, 4];
}

pub struct TierConfig;
impl Kind for TierConfig {
    const PREFIXES: &'static [&'static str] = &["TC"];
    const GROUPS: &'static [usize] = &[3, 3, 3];
}

pub struct TierConfigRequest;
impl Kind for TierConfigRequest {
    const PREFIXES: &'static [&'static str] = &["TCR"];
    const GROUPS: &'static [usize] = &[3, 3, 3, 3];
    const COUNTS: usize = 1;
}

pub struct UsageFile;
impl Kind for UsageFile {
    const PREFIXES: &'static [&'static str] = &["UF"];
    const GROUPS: &'static [usize] = &[4, 2, 4, 4];
}

/// Its file's digits and its number there.
pub struct UsageChunk;
impl Kind for UsageChunk {
    const PREFIXES: &'static [&'static str] = &["UFC"];
    const GROUPS: &'static [usize] = &[4, 2, 4, 4, 3];
    const COUNTS: usize = 1;
}

pub struct UsageMapping;
impl Kind for UsageMapping {
    const PREFIXES: &'static [&'static str] = &["UM"];
    const GROUPS: &'static [usize] = &[4, 4];
}

/// Its file's digits and its row: it is never stored.
pub struct UsageRecord;
impl Kind for UsageRecord {
    const PREFIXES: &'static [&'static str] = &["UR"];
    const GROUPS: &'static [usize] = &[4, 2, 4, 4, 4, 4];
}
