//! Import: a file of accounts is kept as it came, checked row by row, shown, and applied. Checking and applying are done by a job, which
//! continues where it stopped, and no row is applied twice.

pub mod actions;
pub mod job;
mod link;
pub mod pages;
pub mod read;
mod results;
pub mod row;
pub mod store;

use crate::choice;

choice! {
    /// Where an import stands.
    State {
        /// The file is kept; the job reads and checks it.
        Reading = "reading" / "Checking",
        /// The file cannot be read.
        Refused = "refused" / "Unreadable",
        Checked = "checked" / "Checked",
        Applying = "applying" / "In progress",
        /// Somebody stopped it: what was applied stays.
        Stopped = "stopped" / "Stopped",
        Done = "done" / "Done",
    }
}

impl State {
    pub fn shape(self) -> &'static str {
        match self {
            Self::Reading | Self::Applying => "half",
            Self::Refused => "triangle",
            Self::Checked => "ring",
            Self::Stopped => "square",
            Self::Done => "dot",
        }
    }

    /// Whether the job is working on it, so that its page refreshes.
    pub fn runs(self) -> bool {
        matches!(self, Self::Reading | Self::Applying)
    }
}

choice! {
    /// What kind of file was sent.
    FileKind { Xlsx = "xlsx" / "XLSX", Csv = "csv" / "CSV" }
}

impl From<read::Kind> for FileKind {
    fn from(kind: read::Kind) -> Self {
        match kind {
            read::Kind::Workbook => Self::Xlsx,
            read::Kind::Separated => Self::Csv,
        }
    }
}

choice! {
    /// What becomes of a row.
    Fate {
        Create = "create" / "Will be created",
        Update = "update" / "Will be updated",
        Skip = "skip" / "Skipped",
        Error = "error" / "Error",
        Created = "created" / "Created",
        Updated = "updated" / "Updated",
        Same = "same" / "Unchanged",
    }
}

impl Fate {
    pub fn shape(self) -> &'static str {
        match self {
            Self::Create | Self::Update => "half",
            Self::Skip | Self::Same => "ring",
            Self::Error => "triangle",
            Self::Created | Self::Updated => "dot",
        }
    }
}

/// The published columns, in their order.
pub const COLUMNS: [&str; 20] = [
    "ID",
    "External ID",
    "External UID",
    "Action",
    "Hub ID",
    "Parent Search Criteria",
    "Parent Search Value",
    "Type",
    "Tax ID",
    "Company Name",
    "Address Line 1",
    "Address Line 2",
    "City",
    "State",
    "Zip",
    "Country",
    "Technical Contact First Name",
    "Technical Contact Last Name",
    "Technical Contact Email",
    "Technical Contact Phone",
];

/// What is to be known of the columns, for the notes of a downloaded workbook.
pub const NOTES: [(&str, &str); 11] = [
    ("Action", "create or update. Use - or leave empty to skip the row."),
    ("ID", "The ID of the account to update. Leave empty in a row that creates an account."),
    ("Empty cells", "In a row that updates, an empty cell keeps the current value."),
    (
        "(empty)",
        "In a row that updates, this word clears a field. In Parent Search Criteria it moves the account to the top.",
    ),
    ("External UID", "The key by which your system finds the account again. Created for a new account if left empty."),
    (
        "Parent Search Criteria",
        "id, external_id or external_uid: how to search for the parent. The parent can be created by another row, above or below.",
    ),
    ("Parent Search Value", "The ID, external ID or external UID of the parent."),
    ("Type", "customer or reseller. A customer must be under a reseller. An account's type cannot be changed."),
    ("Country", "Two letters, such as US."),
    ("Zip, IDs, phone", "Format these columns as text, so that no zero at the beginning is lost."),
    ("Hub ID", "HB-0000-0000, or empty."),
];

/// Columns that a file with results has behind its own; they are not read when it comes back.
pub const RESULTS: [&str; 2] = ["Result", "Result Details"];

/// A row as it is in the file.
pub type Cells = [String; 20];

/// For how many days the file of an import is kept after its last change.
pub const FILES_KEPT: i32 = 90;

/// The most rows that a file may have.
pub const MOST_ROWS: usize = 100_000;
