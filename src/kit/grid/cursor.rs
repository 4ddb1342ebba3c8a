//! Where a page of a grid begins: behind or before one row.
//!
//! The URL names that row and the value it was sorted by, so that paging goes on though the row has changed or gone. A long value is
//! too much for a URL: then only its beginning travels, and the whole is looked up.

use chrono::{DateTime, Datelike as _, Utc};

use super::{By, Sql};

/// Signs of a value that travel in the URL.
const CARRIED: usize = 60;
/// Signs of an id that are looked at.
const ID: usize = 60;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cursor {
    pub forward: bool,
    pub id: String,
    known: Known,
}

/// What is known of the value that the row was sorted by.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Known {
    Whole(Value),
    Beginning(String),
    Nothing,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Value {
    Text(String),
    Time(DateTime<Utc>),
    Number(i64),
}

impl Value {
    /// As PostgreSQL writes it; nothing when it is not of that sort, since a person may have changed it in the URL.
    fn read(text: &str, by: By) -> Option<Self> {
        match by {
            By::Text => Some(Self::Text(text.to_owned())),
            By::Number => text.parse().ok().map(Self::Number),
            By::Time | By::Due => DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z")
                .ok()
                .map(|at| at.with_timezone(&Utc))
                .filter(|at| (1..=9999).contains(&at.year()))
                .map(Self::Time),
        }
    }
}

impl Cursor {
    /// Of the parameters of a URL; `get` gives the first of a name, or nothing typed.
    pub fn parse<'a>(get: impl Fn(&str) -> &'a str, by: By) -> Option<Self> {
        let (forward, id) = match (get("after"), get("until")) {
            ("", "") => return None,
            ("", id) => (false, id),
            (id, _) => (true, id),
        };
        // as it stands, for it is compared and not shown
        let first = |text: &str, most| text.chars().take(most).collect::<String>();
        let id = first(id, ID);
        let known = match (get("at"), get("near")) {
            ("", "") if by == By::Text => Known::Whole(Value::Text(String::new())),
            ("", near) if by == By::Text => Known::Beginning(first(near, CARRIED)),
            ("", _) => Known::Nothing,
            (at, _) => Known::Whole(Value::read(&first(at, CARRIED), by)?),
        };
        (!id.is_empty()).then_some(Self { forward, id, known })
    }

    /// Behind a row whose value is at hand; nothing when it is not of the sort's kind.
    pub fn behind(value: &str, id: &str, by: By) -> Option<Self> {
        Some(Self { forward: true, id: id.to_owned(), known: Known::Whole(Value::read(value, by)?) })
    }

    /// The parameters that lead to the page behind or before a row.
    pub fn pairs(forward: bool, value: &str, id: &str) -> Vec<(&'static str, String)> {
        let mut pairs = vec![(if forward { "after" } else { "until" }, id.to_owned())];
        if value.chars().nth(CARRIED).is_some() {
            let beginning: String = value.chars().take(CARRIED).collect();
            // numbers in names sort by what they are worth, so half of one says nothing
            pairs.push(("near", beginning.trim_end_matches(char::is_numeric).to_owned()));
        } else if !value.is_empty() {
            pairs.push(("at", value.to_owned()));
        }
        pairs
    }

    pub fn is_whole(&self) -> bool {
        matches!(self.known, Known::Whole(_))
    }

    /// The same place with its whole value, which was looked up; or where the row must have been, when it is gone. A row may then be
    /// met twice, none is left out. Nothing when there is no telling.
    pub fn with(self, found: Option<&str>, by: By, upwards: bool) -> Option<Self> {
        let value = match (found, self.known) {
            (Some(found), _) => Value::read(found, by)?,
            (None, Known::Whole(value)) => value,
            // above all that begins so: no script has these signs, and each of two ways of sorting puts one of them last
            (None, Known::Beginning(beginning)) if !upwards => Value::Text(format!("{beginning}\u{10ffff}\u{ffff}")),
            (None, Known::Beginning(beginning)) => Value::Text(beginning),
            (None, Known::Nothing) => return None,
        };
        Some(Self { known: Known::Whole(value), ..self })
    }

    /// ` AND (expression, id) > (…)`: one comparison of rows, which an index serves.
    pub fn keyset(&self, sql: &mut Sql, expression: &str, id: &str, upwards: bool) {
        let Known::Whole(value) = &self.known else { return };
        sql.push(&format!(" AND ({expression}, {id}) {} (", if upwards { ">" } else { "<" }));
        match value {
            Value::Text(text) => sql.text(text),
            Value::Time(at) => sql.at(*at),
            Value::Number(number) => sql.number(*number),
        }
        sql.push(", ");
        sql.text(&self.id);
        sql.push(")");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)], by: By) -> Option<Cursor> {
        let get = |key: &str| pairs.iter().find(|(name, _)| *name == key).map_or("", |(_, value)| *value);
        Cursor::parse(get, by)
    }

    #[test]
    fn a_short_value_travels_whole_and_a_long_one_by_its_beginning() {
        for (value, whole) in [("acme", true), ("", true), (" odd\t", true), ("x".repeat(61).as_str(), false)] {
            let pairs = Cursor::pairs(true, value, "A-1");
            let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let cursor = read(&pairs, By::Text).expect("it reads back");
            assert_eq!(cursor.is_whole(), whole, "{value:?}");
            if whole {
                assert_eq!(Cursor::behind(value, "A-1", By::Text), Some(cursor));
            }
        }
    }

    #[test]
    fn a_url_is_short_whatever_the_row_is_called() {
        let pairs = Cursor::pairs(true, &"語".repeat(255), "A-1");
        assert!(serde_html_form::to_string(pairs).expect("it encodes").len() < 600);
    }

    #[test]
    fn half_a_number_is_not_carried() {
        let value = format!("{}123456", "x".repeat(57));
        assert_eq!(Cursor::pairs(true, &value, "A-1")[1], ("near", "x".repeat(57)));
    }

    #[test]
    fn values_that_are_none_are_no_place() {
        for (value, by) in [
            ("0000-01-01 00:00:00+00", By::Time),
            ("-262143-01-01 00:00:00+00", By::Time),
            ("2026-01-01 00:00:00+99", By::Time),
            ("now", By::Time),
            ("abc", By::Number),
            ("NaN", By::Number),
            ("99999999999999999999", By::Number),
        ] {
            assert_eq!(read(&[("after", "x"), ("at", value)], by), None, "{value}");
        }
        assert!(read(&[("after", "x"), ("at", "2026-01-01 00:00:00.123456+00")], By::Time).is_some());
    }

    #[test]
    fn a_row_that_is_gone_leaves_its_place() {
        let gone = read(&[("after", "A-1"), ("near", "x")], By::Text).expect("a cursor");
        let place = |upwards| gone.clone().with(None, By::Text, upwards).map(|cursor| cursor.known);
        assert_eq!(place(true), Some(Known::Whole(Value::Text("x".into()))));
        assert_eq!(place(false), Some(Known::Whole(Value::Text("x\u{10ffff}\u{ffff}".into()))));
        let nothing = read(&[("after", "A-1")], By::Time).expect("a cursor");
        assert_eq!(nothing.with(None, By::Time, true), None);
    }
}
