//! Text of others is held apart from ours: how every template prints what it is given.
//!
//! A name in Hebrew, or with signs that turn the direction, would turn what stands behind it: its id, a bracket, the rest of a
//! sentence. So whatever can do that is printed between two marks that end its reach, in elements, attributes and titles alike. What is
//! plain is printed as it is.

use std::fmt;

use askama::filters::{self, Escaper, Safe};

use super::typed;

/// The escaper of all templates; `askama.toml` names it.
#[derive(Debug, Clone, Copy)]
pub struct Html;

impl Escaper for Html {
    fn write_escaped_str<W: fmt::Write>(&self, to: W, text: &str) -> fmt::Result {
        filters::Html.write_escaped_str(to, &typed::apart(text))
    }
}

/// A value as it is, for fields that send it back: escaped, but without marks.
pub fn value(text: impl fmt::Display) -> Safe<Value> {
    Safe(Value(text.to_string()))
}

/// Facts that a mail is written from: every text in them held apart, since mails are sentences around names.
pub fn facts(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::String(text) => Value::String(typed::apart(&text).into_owned()),
        Value::Array(all) => Value::Array(all.into_iter().map(facts).collect()),
        Value::Object(all) => Value::Object(all.into_iter().map(|(name, value)| (name, facts(value))).collect()),
        other => other,
    }
}

pub struct Value(String);

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        filters::Html.write_escaped_str(f, &self.0)
    }
}

impl askama::FastWritable for Value {
    fn write_into(&self, to: &mut dyn fmt::Write, _: &dyn askama::Values) -> askama::Result<()> {
        Ok(filters::Html.write_escaped_str(to, &self.0)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str) -> String {
        let mut to = String::new();
        Html.write_escaped_str(&mut to, text).unwrap();
        to
    }

    #[test]
    fn what_turns_is_held_apart_and_everything_is_escaped() {
        assert_eq!(printed("ACreed <LLC>"), "ACreed &#60;LLC&#62;");
        assert_eq!(printed("חברה <x>"), "\u{2068}חברה &#60;x&#62;\u{2069}");
        assert_eq!(value("חברה <x>").0.to_string(), "חברה &#60;x&#62;");
    }
}
