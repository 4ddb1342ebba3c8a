//! Import: a file of accounts is read, checked row by row, shown, and then applied by a job that goes on where it stopped.

pub mod actions;
pub mod pages;
pub mod read;
pub mod row;
pub mod store;

use crate::choice;

choice! {
    /// Where an import stands.
    State { Checked = "checked" / "Checked", Applying = "applying" / "In progress", Done = "done" / "Done" }
}

impl State {
    pub fn shape(self) -> &'static str {
        match self {
            Self::Checked => "ring",
            Self::Applying => "half",
            Self::Done => "dot",
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

/// A row as it stands in the file.
pub type Cells = [String; 20];

/// The most rows that a file may have.
pub const MOST_ROWS: usize = 100_000;
