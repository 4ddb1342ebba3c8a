//! What becomes of the rows of a report: the first rule that fits decides, and a row that none fits is an error. One rule stands on
//! each line: `charge: Type = Usage, Fee`, `reversal: Type = Credit`, `exclude Tax: Type begins with Tax`, `stop: Type is empty`,
//! `charge: *`.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::super::read::Heading;
use crate::{
    kit::{
        api::Schema,
        choice::Choice as _,
        form_page::Ask,
        input::{Kind, json},
        typed,
        violation::{Why, Words},
    },
    t,
};

/// What becomes of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// It becomes a record, or a part of one.
    Charge,
    /// It takes back what was charged: a record of it, where the mapping says from which column. Else its sum is shown, and it becomes no
    /// record.
    Reversal,
    /// It is left out, for this reason.
    Exclude(String),
    /// It should not be there.
    Stop,
}

/// Which rows a rule fits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    Always,
    OneOf { column: String, values: Vec<String> },
    Begins { column: String, with: String },
    Empty { column: String },
}

impl Test {
    pub fn column(&self) -> Option<&str> {
        match self {
            Self::Always => None,
            Self::OneOf { column, .. } | Self::Begins { column, .. } | Self::Empty { column } => Some(column),
        }
    }

    /// Whether it fits a row in whose column this stands.
    pub fn fits(&self, value: &str) -> bool {
        match self {
            Self::Always => true,
            Self::OneOf { values, .. } => values.iter().any(|one| one == value),
            Self::Begins { with, .. } => value.starts_with(with.as_str()),
            Self::Empty { .. } => value.is_empty(),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    pub act: Act,
    pub test: Test,
}

const BEGINS: &str = " begins with ";
const EMPTY: &str = " is empty";

impl Rule {
    fn parse(line: &str) -> Option<Self> {
        let (head, tail) = line.split_once(':')?;
        let (head, tail) = (head.trim(), tail.trim());
        let act = match head.split_once(' ').map_or((head, ""), |(word, reason)| (word, reason.trim())) {
            ("charge", "") => Act::Charge,
            ("reversal", "") => Act::Reversal,
            ("stop", "") => Act::Stop,
            ("exclude", reason) if !reason.is_empty() => Act::Exclude(reason.to_owned()),
            _ => return None,
        };
        let test = if tail == "*" {
            Test::Always
        } else if let Some(column) = tail.strip_suffix(EMPTY) {
            Test::Empty { column: named(column)? }
        } else if let Some((column, with)) = tail.split_once(BEGINS) {
            Test::Begins { column: named(column)?, with: named(with)? }
        } else {
            let (column, values) = tail.split_once('=')?;
            let values: Vec<String> = values.split(',').filter_map(named).collect();
            Test::OneOf { column: named(column)?, values: (!values.is_empty()).then_some(values)? }
        };
        Some(Self { act, test })
    }
}

fn named(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.act {
            Act::Charge => f.write_str("charge: ")?,
            Act::Reversal => f.write_str("reversal: ")?,
            Act::Exclude(reason) => write!(f, "exclude {reason}: ")?,
            Act::Stop => f.write_str("stop: ")?,
        }
        match &self.test {
            Test::Always => f.write_str("*"),
            Test::OneOf { column, values } => write!(f, "{column} = {}", values.join(", ")),
            Test::Begins { column, with } => write!(f, "{column}{BEGINS}{with}"),
            Test::Empty { column } => write!(f, "{column}{EMPTY}"),
        }
    }
}

/// In place of a value that a column would get, another: a name of the vendor's own, and what is meant by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replacement {
    pub at: Heading,
    pub from: String,
    pub to: String,
}

/// Columns whose values can be replaced.
pub const REPLACED: [Heading; 6] = [
    Heading::ItemCriteria,
    Heading::ItemValue,
    Heading::AssetCriteria,
    Heading::AssetValue,
    Heading::Category,
    Heading::Tier,
];

impl Replacement {
    fn parse(line: &str) -> Option<Self> {
        let (head, tail) = line.split_once(':')?;
        let at = REPLACED.into_iter().find(|heading| heading.key() == head.trim())?;
        let (from, to) = tail.split_once('=')?;
        Some(Self { at, from: named(from)?, to: named(to)? })
    }
}

impl fmt::Display for Replacement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} = {}", self.at.key(), self.from, self.to)
    }
}

/// The most lines that a field may have.
const MOST: usize = 500;
/// The longest of them, in characters.
const LONGEST: usize = 1_000;

/// A field of one thing on each line.
pub struct Each<T> {
    pub rows: u8,
    pub parse: fn(&str) -> Option<T>,
    /// Said of a line that cannot be read: `{line}` is its number.
    pub wrong: &'static str,
}

impl Each<Rule> {
    pub fn rules() -> Self {
        const WRONG: &str = "Line {line} is not a rule. Use charge, reversal, exclude and a reason, or stop, then a colon and a condition";
        Self { rows: 6, parse: Rule::parse, wrong: WRONG }
    }
}

impl Each<Replacement> {
    pub fn replacements() -> Self {
        const WRONG: &str = "Line {line} is not a replacement. Use a column such as asset_search_value, a colon, and one value = another";
        Self { rows: 4, parse: Replacement::parse, wrong: WRONG }
    }
}

impl<T: fmt::Display> Kind for Each<T> {
    type Value = Vec<T>;

    fn tidy(&self, text: &str) -> String {
        typed::text(text)
    }

    fn value(&self, text: String, _: &Words) -> Result<Vec<T>, Why> {
        let lines = text.lines().map(str::trim).enumerate().filter(|(_, line)| !line.is_empty());
        let mut all = Vec::new();
        for (at, line) in lines {
            let read = (self.parse)(line).filter(|_| line.chars().count() <= LONGEST);
            all.push(read.ok_or_else(|| Why::new("line", Words::new(self.wrong).with("line", at + 1)))?);
        }
        if all.len() > MOST {
            return Err(Why::new("lines", t!("Enter up to {n} lines", n = MOST)));
        }
        Ok(all)
    }

    fn text(&self, value: &Vec<T>) -> String {
        value.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    fn ask(&self) -> Ask {
        Ask::Text(self.rows)
    }

    fn from_json(&self, value: &Value) -> Result<String, Why> {
        json::lines(value)
    }

    fn to_json(&self, value: &Vec<T>) -> Value {
        value.iter().map(ToString::to_string).collect::<Vec<_>>().into()
    }

    fn schema(&self) -> Schema {
        Schema::list(Schema::text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_what_was_typed() {
        let typed = "charge: Type = Usage, Fee\nreversal: Type = Credit\nexclude Tax of all kinds: Type begins with Tax\n\
            stop: Type is empty\ncharge: *";
        let rules = Each::rules().value(typed.into(), &Words::default()).unwrap();
        assert_eq!(Each::rules().text(&rules), typed);
        assert!(rules[0].test.fits("Fee") && !rules[0].test.fits("fee") && rules[2].test.fits("TaxRefund"));
        for wrong in ["charge", "exclude: A = 1", "charge: A =", "charge: = 1", "bill: *", "charge fees: *"] {
            let said = Each::rules().value(format!("charge: *\n{wrong}"), &Words::default()).unwrap_err();
            assert!(said.words.to_string().starts_with("Line 2 is not a rule."), "{wrong}");
        }
    }

    #[test]
    fn replacements_are_what_was_typed() {
        let typed = "asset_search_value: 1ED00000000 = AS-1000-2000-3001";
        let all = Each::replacements().value(typed.into(), &Words::default()).unwrap();
        assert_eq!(Each::replacements().text(&all), typed);
        assert!(Each::replacements().value("quantity: 1 = 2".into(), &Words::default()).is_err());
    }
}
