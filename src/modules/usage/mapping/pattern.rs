//! What fills a column of the standard format: `{SKU}` is a column of the report, `1` itself, `{Order}-{Line}` both joined,
//! `{Used|Billed}` the first of two that is not empty, `{Used|"1"}` a text where it is empty, `{Tags -> customer}` what stands under a key
//! in a cell of JSON, `{file.month}` what the file says.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    kit::{
        input::Kind,
        typed,
        violation::{Why, Words},
    },
    t,
};

/// What a pattern can take from the file that the report is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileFact {
    /// The month of its first day, `2026-05`.
    Month,
    /// The period, half-open.
    Start,
    End,
    Currency,
}

const FACTS: [(&str, FileFact); 4] = [
    ("file.month", FileFact::Month),
    ("file.start", FileFact::Start),
    ("file.end", FileFact::End),
    ("file.currency", FileFact::Currency),
];

/// One piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Text(String),
    /// The first of these columns that is not empty, or else this text.
    Column {
        names: Vec<String>,
        otherwise: String,
    },
    File(FileFact),
}

/// The pieces of a pattern, joined. Without any it fills nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pattern(pub Vec<Part>);

impl Pattern {
    /// # Errors
    /// What of it cannot be read.
    pub fn parse(text: &str) -> Result<Self, Why> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, brace) = rest.split_at(at);
            let inside = brace.strip_prefix('{').and_then(|behind| behind.split_once('}'));
            let (inside, behind) = inside.ok_or_else(|| Why::new("braces", "Close each { with a }"))?;
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(part(inside.trim())?);
            rest = behind;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self(parts))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The columns that it reads, each with those that stand in for it; those in whose place a text stands need not be there.
    pub fn columns(&self) -> impl Iterator<Item = (&[String], bool)> {
        self.0.iter().filter_map(|part| match part {
            Part::Column { names, otherwise } => Some((names.as_slice(), otherwise.is_empty())),
            _ => None,
        })
    }
}

fn part(inside: &str) -> Result<Part, Why> {
    if inside.starts_with("file.") {
        let fact = FACTS.iter().find(|(name, _)| *name == inside).map(|(_, fact)| Part::File(*fact));
        return fact.ok_or_else(|| {
            let words =
                t!("{name} is unknown. Use {known}", name = inside, known = Words::any_of(FACTS.map(|one| one.0)));
            Why::new("file", words)
        });
    }
    let mut names: Vec<String> = inside.split('|').map(|name| name.trim().to_owned()).collect();
    let quoted = names.last().and_then(|last| last.strip_prefix('"')?.strip_suffix('"')).map(str::to_owned);
    if quoted.is_some() {
        names.pop();
    }
    if names.is_empty() || names.iter().any(String::is_empty) {
        return Err(Why::new("column", "Enter the name of a column between { and }"));
    }
    Ok(Part::Column { names, otherwise: quoted.unwrap_or_default() })
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in &self.0 {
            match part {
                Part::Text(text) => f.write_str(text)?,
                Part::Column { names, otherwise } if otherwise.is_empty() => write!(f, "{{{}}}", names.join("|"))?,
                Part::Column { names, otherwise } => write!(f, "{{{}|\"{otherwise}\"}}", names.join("|"))?,
                Part::File(fact) => {
                    let name = FACTS.iter().find(|(_, known)| known == fact).map_or("", |(name, _)| *name);
                    write!(f, "{{{name}}}")?;
                }
            }
        }
        Ok(())
    }
}

/// The longest pattern, in characters.
const LONGEST: usize = 500;

/// A field with a pattern.
pub struct Filled;

impl Kind for Filled {
    type Value = Pattern;

    fn tidy(&self, text: &str) -> String {
        typed::line(text)
    }

    fn value(&self, text: String, label: &Words) -> Result<Pattern, Why> {
        if text.chars().count() > LONGEST {
            return Err(Why::too_long(label.clone(), LONGEST));
        }
        Pattern::parse(&text)
    }

    fn text(&self, value: &Pattern) -> String {
        value.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_what_was_typed() {
        for text in ["{SKU}", "1", "{Order Number}-{Line Item}", "{A|B}", "{A|\"1\"}", "AWS.{Name}", "{file.month}/{a}"]
        {
            assert_eq!(Pattern::parse(text).unwrap().to_string(), text);
        }
        assert!(Pattern::parse("").unwrap().is_empty());
        for wrong in ["{A", "A}", "{}", "{A||B}", "{\"1\"}", "{file.day}"] {
            assert!(Pattern::parse(wrong).is_err(), "{wrong}");
        }
    }
}
