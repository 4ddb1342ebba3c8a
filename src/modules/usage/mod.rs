//! Usage: what was used of pay-as-you-go items. A vendor reports it for one product, marketplace and period in a file; a job checks every
//! row; the owner of the marketplace accepts the file, or rejects it, and closes it once it is billed.
//!
//! A file is good as a whole or not at all: with one wrong row none of its records counts. What a record is follows from where its file
//! stands, so no act walks over records. Once it is accepted, records can be closed on their own or with their hub ([`closings`], [`chunks`]).

pub mod actions;
pub mod aggregates;
pub mod all_records;
pub mod api;
pub mod bills;
pub mod check;
pub mod chunks;
pub mod closings;
pub mod data;
pub mod dynamic;
pub mod fault;
pub mod grid;
pub mod job;
pub mod known;
pub mod letters;
pub mod lifecycle;
pub mod manifest;
pub mod mapping;
pub mod pages;
pub mod published;
pub mod queue;
pub mod read;
pub mod reconciliation;
pub mod records;
pub mod reversal;
pub mod rules;
pub mod sheets;
pub mod store;
pub mod trial;
mod waiting;
pub mod years;

use lifecycle::Part;

use crate::{
    choice,
    kit::{
        actor::{Identity, Permission, Role},
        id::Id,
        page::MenuItem,
    },
};

pub use crate::modules::ids::{UsageFile, UsageRecord};

choice! {
    /// Where a file stands.
    Status {
        Draft = "draft" / "Draft",
        /// An upload is kept, and the job has not begun with it.
        Uploading = "uploading" / "Uploading",
        Processing = "processing" / "Processing",
        Invalid = "invalid" / "Invalid",
        Ready = "ready" / "Ready",
        Rejected = "rejected" / "Rejected",
        Pending = "pending" / "Pending",
        Accepted = "accepted" / "Accepted",
        Closed = "closed" / "Closed",
    }
}

impl Status {
    pub fn shape(self) -> &'static str {
        match self {
            Self::Draft | Self::Ready => "ring",
            Self::Uploading | Self::Processing | Self::Pending => "half",
            Self::Invalid | Self::Rejected => "triangle",
            Self::Accepted => "dot",
            Self::Closed => "square",
        }
    }

    /// Whether the job is working on it, so that its page refreshes.
    pub fn runs(self) -> bool {
        matches!(self, Self::Uploading | Self::Processing)
    }

    /// Whether a part in a file sees its records, and what they come to. The vendor does once no row is wrong, the marketplace's owner only
    /// what was submitted to it: neither what the vendor prepares, nor what it corrects after a rejection.
    pub fn shows_records(self, part: Part) -> bool {
        match self {
            Self::Draft | Self::Uploading | Self::Processing | Self::Invalid => false,
            Self::Ready => part != Part::Owner,
            Self::Pending | Self::Rejected | Self::Accepted | Self::Closed => true,
        }
    }
}

/// The most rows that a file may have.
pub const MOST_ROWS: usize = 1_000_000;

/// The permission to report usage, and to decide about it, as groups grant it.
pub const MANAGE: &str = "usage.manage";

/// See usage files: a vendor its own, the owner of a marketplace those that were submitted to it.
pub struct View;
impl Permission for View {
    const WORDS: &'static str = "view usage";
    fn of_person(identity: &Identity) -> bool {
        identity.holds("usage.view")
    }
}

/// Report usage.
pub struct Report;
impl Permission for Report {
    const WORDS: &'static str = "report usage";
    fn of_account(identity: &Identity) -> bool {
        identity.company.role == Role::Vendor
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds(MANAGE)
    }
}

/// Accept, reject and close what vendors report. A company that may no longer run marketplaces keeps this, so that it can bill what it sold.
pub struct Review;
impl Permission for Review {
    const WORDS: &'static str = "review usage";
    fn of_account(identity: &Identity) -> bool {
        identity.company.role != Role::Vendor
    }
    fn of_person(identity: &Identity) -> bool {
        identity.holds(MANAGE)
    }
}

/// The menu's entry, for people who may see it.
pub fn entry(identity: &Identity, path: &str) -> Option<MenuItem> {
    let sections: &[_] = match identity.company.role {
        Role::Vendor => &[
            ("Usage files", "usage-files"),
            ("Records", "usage-records"),
            ("Reconciliation", "usage-reconciliation"),
            ("Mappings", "usage-mappings"),
        ],
        _ => &[
            ("Usage files", "usage-files"),
            ("Records", "usage-records"),
            ("Reconciliation", "usage-reconciliation"),
            ("Rules", "usage-rules"),
        ],
    };
    View::held_by(identity).then(|| MenuItem::with(identity, path, ("Usage", "chart", "usage"), sections))
}

/// The id of a record: the digits of its file, and its row in eight digits.
pub fn record_id(file: &Id<UsageFile>, number: i32) -> String {
    let digits = file.as_str().split_once('-').map_or("", |(_, digits)| digits);
    format!("UR-{digits}-{:04}-{:04}", number / 10_000, number % 10_000)
}

/// The file and the row that a record's id is made of.
pub fn record_of(id: &Id<UsageRecord>) -> Option<(Id<UsageFile>, i32)> {
    let (_, digits) = id.as_str().split_once('-')?;
    let (digits, last) = digits.rsplit_once('-')?;
    let (file, first) = digits.rsplit_once('-')?;
    Some((format!("UF-{file}").parse().ok()?, format!("{first}{last}").parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::choice::Choice as _;

    #[test]
    fn the_marketplaces_owner_sees_records_that_were_submitted_and_no_others() {
        let seen = |part: Part| -> Vec<&str> {
            let all = Status::ALL.iter().copied();
            all.filter(|status| status.shows_records(part)).map(Status::key).collect()
        };
        assert_eq!(seen(Part::Owner), ["rejected", "pending", "accepted", "closed"]);
        assert_eq!(seen(Part::Vendor), ["ready", "rejected", "pending", "accepted", "closed"]);
    }

    #[test]
    fn a_records_id_is_read_off_its_file_and_row_and_leads_back() {
        let file: Id<UsageFile> = "UF-2026-05-9878-5865".parse().unwrap();
        for (number, id) in [
            (1, "UR-2026-05-9878-5865-0000-0001"),
            (123_456, "UR-2026-05-9878-5865-0012-3456"),
            (99_999_999, "UR-2026-05-9878-5865-9999-9999"),
        ] {
            assert_eq!(record_id(&file, number), id);
            assert_eq!(record_of(&id.parse().unwrap()), Some((file.clone(), number)));
        }
        // a user's, a file's, and what is only like one
        for text in
            ["UR-539-008-555", "UF-2026-05-9878-5865", "UR-2026-05-9878-5865-0000-001", "UR-2026-05-9878-5865-00000001"]
        {
            assert!(text.parse::<Id<UsageRecord>>().is_err(), "{text}");
        }
    }
}
