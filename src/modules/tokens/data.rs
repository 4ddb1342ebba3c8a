//! What is given to make a token, and to change one.

use chrono::NaiveDate;

use super::grants;
use crate::{
    input,
    kit::{
        form::Pick,
        form_page::Ask,
        input::kinds::{Day, Key, Line, Numbered, Several},
    },
    t,
};

input! {
    /// What a token is called.
    pub struct Details, DetailsDraft {
        "General" {
            name: String = Line(128), "Name", at "name", missing "Enter a name",
                hint "The program that uses it. This name appears in the history of everything it does.";
            /// The owner's own number for it.
            external_id: String = Key(128), "External ID", at "external_id", hint "The ID in your own system.";
            description: String = Line(255), "Description", at "description", hint "What it's for. Shown to your colleagues.";
        }
    }
}

input! {
    /// What a token may do. It cannot be changed: a program that needs more gets a new token.
    pub struct Scope, ScopeDraft {
        "What it can do" {
            permissions: Vec<String> = Several { picks: grants::all, wrong: "Choose permissions from the list" }, "Permissions",
                at "permissions", missing "Choose at least one permission",
                hint "Only permissions you have yourself. Tokens cannot sign contracts or manage integrations.";
        }
    }
}

input! {
    /// How long a token lives.
    pub struct Life, LifeDraft {
        "Validity" {
            /// The last day on which it is good, where its maker is.
            expires_on: NaiveDate = Day, "Expiry date", at "expiration_date", missing "Enter an expiry date",
                hint "It works until the end of this day in your time zone.";
        }
    }
}

input! {
    /// How long the old key works beside a new one.
    pub struct Rotation, RotationDraft {
        "" {
            /// Days.
            overlap: i32 = Numbered { picks: overlaps, ask: Ask::Select, wrong: "Choose one of the options" }, "Old key", at "overlap",
                missing "Choose how long the old key works", hint "Gives you time to switch your program to the new key.";
        }
    }
}

/// The longest that an old key works beside a new one, in days.
pub const LONGEST_OVERLAP: i32 = 7;

fn overlaps() -> Vec<Pick> {
    let label = |days| match days {
        0 => t!("Stops working immediately"),
        days => t!("Works for {n} more day" | "Works for {n} more days", days),
    };
    (0..=LONGEST_OVERLAP as usize).map(|days| Pick::new(days.to_string(), label(days), "")).collect()
}
