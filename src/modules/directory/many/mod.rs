//! Invite many: a sheet of partners is read and shown row by row, then a job makes a pending contract with a link of each, once.

pub mod actions;
pub mod files;
pub mod job;
pub mod letters;
pub mod pages;
pub mod read;
pub mod show;
pub mod store;

use crate::choice;

choice! {
    /// Where a sheet stands.
    State {
        Checked = "checked" / "Checked",
        /// Its partners are being invited.
        Running = "running" / "In progress",
        /// Its links are being emailed.
        Mailing = "mailing" / "Emailing links",
        /// It ended early: what was made stays, and the rest can be run again.
        Stopped = "stopped" / "Stopped",
        Done = "done" / "Done",
    }
}

impl State {
    pub fn shape(self) -> &'static str {
        match self {
            Self::Running | Self::Mailing => "half",
            Self::Checked => "ring",
            Self::Stopped => "square",
            Self::Done => "dot",
        }
    }

    /// Whether the job is working on it, so that its page refreshes.
    pub fn runs(self) -> bool {
        matches!(self, Self::Running | Self::Mailing)
    }
}

choice! {
    /// What becomes of a row.
    Fate {
        Wrong = "wrong" / "Error",
        Invite = "invite" / "Will be invited",
        Invited = "invited" / "Invited",
        Open = "open" / "Already invited",
        Partner = "partner" / "Already a partner",
        /// The contract was rejected or has ended.
        Before = "before" / "Invited before",
    }
}

impl Fate {
    pub fn shape(self) -> &'static str {
        match self {
            Self::Wrong => "triangle",
            Self::Invite => "half",
            Self::Invited => "dot",
            Self::Open | Self::Partner | Self::Before => "ring",
        }
    }
}

choice! {
    /// What became of the email with a row's link.
    Mailed {
        No = "no" / "Not emailed",
        Wanted = "wanted" / "Waiting to be emailed",
        Sent = "sent" / "Emailed",
        Refused = "refused" / "Not sent",
    }
}

impl Mailed {
    /// Whether there is something to tell of it.
    pub fn is_told(self) -> bool {
        self != Self::No
    }
}

/// The columns of a sheet.
pub const COLUMNS: [&str; 5] = ["Company", "Email", "External ID", "Note", "Language"];

/// What is to be known of the columns, for the notes of the template.
pub const NOTES: [(&str, &str); 5] = [
    ("Company", "The contract's name until the partner signs. Every row needs it, up to 64 characters."),
    ("Email", "Where the link goes. Every row needs an email or an external ID, by which the partner is recognized."),
    (
        "External ID",
        "Your own number for the partner. Format the column as text, so that no zero at the beginning is lost.",
    ),
    ("Note", "In place of the note to the signee that all contracts get. May be empty."),
    ("Language", "The language of the letter: en or de. May be empty."),
];

/// The most rows that a sheet may have.
pub const MOST_ROWS: usize = 2_000;

/// For how many days a sheet that nobody ran is kept.
pub const KEPT: i32 = 90;
