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
                hint "Which program uses it. The name stands in the history of all that it does.";
            /// The owner's own number for it.
            external_id: String = Key(128), "External ID", at "external_id", hint "How your own system numbers it.";
            description: String = Line(255), "Description", at "description", hint "What it is for, for your colleagues.";
        }
    }
}

input! {
    /// What a token may do. It cannot be changed: a program that needs more gets a new token.
    pub struct Scope, ScopeDraft {
        "What it may do" {
            permissions: Vec<String> = Several { picks: grants::all, wrong: "Choose permissions from the list" }, "Permissions",
                at "permissions", missing "Choose at least one permission",
                hint "Only what you may do yourself. No token can sign contracts or manage integrations.";
        }
    }
}

input! {
    /// How long a token lives.
    pub struct Life, LifeDraft {
        "How long it works" {
            /// The last day on which it is good, where its maker is.
            expires_on: NaiveDate = Day, "Expires on", at "expiration_date", missing "Enter the day on which it expires",
                hint "It works until the end of this day, in your time zone.";
        }
    }
}

input! {
    /// How long the old key works beside a new one.
    pub struct Rotation, RotationDraft {
        "" {
            /// Days.
            overlap: i32 = Numbered { picks: overlaps, ask: Ask::Select, wrong: "Choose one of the days" }, "The old key", at "overlap",
                missing "Choose how long the old key works", hint "Your program keeps working while you give it the new key.";
        }
    }
}

/// The longest that an old key works beside a new one, in days.
pub const LONGEST_OVERLAP: i32 = 7;

fn overlaps() -> Vec<Pick> {
    let label = |days| match days {
        0 => t!("Stops working at once"),
        days => t!("Works for {n} more day" | "Works for {n} more days", days),
    };
    (0..=LONGEST_OVERLAP as usize).map(|days| Pick::new(days.to_string(), label(days), "")).collect()
}
