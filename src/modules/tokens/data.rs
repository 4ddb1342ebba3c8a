//! What is given to make a token, and to change one.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::grants;
use crate::{
    input,
    kit::{
        form::MANY,
        form_page::Ask,
        input::{
            Entry, Kind,
            kinds::{Day, Key, Line},
        },
        violation::Why,
    },
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
            permissions: Vec<String> = Permissions, "Permissions", at "permissions", missing "Choose at least one permission",
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

/// Keys of permissions.
struct Permissions;

impl Kind for Permissions {
    type Value = Vec<String>;

    fn tidy(&self, text: &str) -> String {
        text.to_owned()
    }

    fn value(&self, text: String, _: &Entry) -> Result<Vec<String>, Why> {
        let mut keys: Vec<String> = text.split(MANY).filter(|key| !key.is_empty()).map(str::to_owned).collect();
        keys.sort();
        keys.dedup();
        match keys.iter().all(|key| grants::label(key).is_some()) {
            true => Ok(keys),
            false => Err(Why::new("permission", "Choose permissions from the list")),
        }
    }

    fn text(&self, value: &Vec<String>) -> String {
        value.join(MANY)
    }

    fn shown(&self, value: &Vec<String>) -> String {
        value.iter().filter_map(|key| grants::label(key)).collect::<Vec<_>>().join(", ")
    }

    fn ask(&self) -> Ask {
        Ask::Checks(Vec::new())
    }

    fn from_json(&self, value: &Value) -> Result<String, Why> {
        let keys = value.as_array().and_then(|all| all.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
        keys.map(|keys| keys.join(MANY)).ok_or_else(|| Why::new("type", "Send a list of permissions here"))
    }

    fn to_json(&self, value: &Vec<String>) -> Value {
        json!(value)
    }
}
