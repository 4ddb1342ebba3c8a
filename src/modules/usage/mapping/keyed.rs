//! Columns whose cells hold JSON, as clouds write tags: `Tags -> customer` is what stands there under a key.

use serde_json::{Map, Value};

use crate::modules::customers::imports::read::Raw;

/// What stands between a column and a key.
const ARROW: &str = "->";
/// Values of keys stand behind all columns that a sheet can have.
const BEHIND: u16 = 20_000;

/// The column of a report in a name, and the key within its cells, if it has one.
pub fn parts(name: &str) -> (&str, Option<&str>) {
    match name.split_once(ARROW) {
        Some((column, key)) if !column.trim().is_empty() && !key.trim().is_empty() => (column.trim(), Some(key.trim())),
        _ => (name, None),
    }
}

/// Keys that a mapping reads, each with the column of its cells. Their values have columns of their own.
#[derive(Debug, Default)]
pub struct Keys(Vec<(u16, String)>);

impl Keys {
    /// The column that the values of this key have.
    pub fn place(&mut self, at: u16, key: &str) -> u16 {
        let known = self.0.iter().position(|(column, known)| *column == at && known == key);
        let place = known.unwrap_or_else(|| {
            self.0.push((at, key.to_owned()));
            self.0.len() - 1
        });
        BEHIND.saturating_add(u16::try_from(place).unwrap_or(u16::MAX))
    }

    /// The column of the report in which this one stands.
    pub fn column(&self, at: u16) -> u16 {
        let place = at.checked_sub(BEHIND).and_then(|place| self.0.get(usize::from(place)));
        place.map_or(at, |(column, _)| *column)
    }

    /// The values of a row's keys.
    ///
    /// # Errors
    /// The column of a cell that has no keys.
    pub fn values(&self, cells: &[(u16, Raw)]) -> Result<Vec<(u16, Raw)>, u16> {
        let mut found = Vec::with_capacity(self.0.len());
        for ((column, key), place) in self.0.iter().zip(BEHIND..) {
            let Some((_, cell)) = cells.iter().find(|(at, _)| at == column) else { continue };
            let Raw::Text(text) = cell else { return Err(*column) };
            let all = object(text).ok_or(*column)?;
            if let Some(value) = value(&all, key).ok_or(*column)? {
                found.push((place, value));
            }
        }
        Ok(found)
    }
}

/// Keys and values of a cell: an object, with its braces or, as some clouds write it, without; or a list of pairs, each an object.
fn object(text: &str) -> Option<Map<String, Value>> {
    let text = text.trim();
    let read: serde_json::Result<Value> = if text.starts_with(['{', '[']) {
        serde_json::from_str(text)
    } else {
        serde_json::from_str(&format!("{{{text}}}"))
    };
    match read.ok()? {
        Value::Object(all) => Some(all),
        Value::Array(pairs) => pairs.into_iter().map(pair).collect(),
        _ => None,
    }
}

/// `{"Key": "customer", "Value": "ACME"}`.
fn pair(value: Value) -> Option<(String, Value)> {
    let Value::Object(mut pair) = value else { return None };
    let mut take = |names: [&str; 2]| names.into_iter().find_map(|name| pair.remove(name));
    let Some(Value::String(key)) = take(["key", "Key"]) else { return None };
    Some((key, take(["value", "Value"]).unwrap_or(Value::Null)))
}

/// What stands under a key, whatever its case as long as only one is meant; nothing inside when nothing does.
fn value(all: &Map<String, Value>, key: &str) -> Option<Option<Raw>> {
    let mut alike = all.iter().filter(|(known, _)| known.eq_ignore_ascii_case(key)).map(|(_, value)| value);
    let value = match (all.get(key), alike.next(), alike.next()) {
        (Some(value), ..) | (None, Some(value), None) => value,
        (None, None, _) => return Some(None),
        (None, Some(_), Some(_)) => return None,
    };
    match value {
        Value::Null => Some(None),
        Value::String(text) => Some((!text.trim().is_empty()).then(|| Raw::Text(text.clone()))),
        Value::Bool(truth) => Some(Some(Raw::Text(truth.to_string()))),
        Value::Number(number) => exact(number).map(Some),
        Value::Array(_) | Value::Object(_) => None,
    }
}

/// A number, whose point is one however the report writes its own; none of one that may have had more digits than could be held. A whole
/// one keeps all of its digits, since it may be an ID.
fn exact(number: &serde_json::Number) -> Option<Raw> {
    if !number.is_f64() {
        return Some(Raw::Text(number.to_string()));
    }
    let digits = number.to_string().chars().filter(char::is_ascii_digit).count();
    let value = number.as_f64().filter(|_| digits <= 15)?;
    Some(Raw::Number { value, format: String::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cell: &str, key: &str) -> Result<Option<String>, u16> {
        let mut keys = Keys::default();
        let place = keys.place(3, key);
        assert_eq!((keys.place(3, key), keys.column(place), keys.column(7)), (place, 3, 7));
        let values = keys.values(&[(3, Raw::Text(cell.to_owned()))])?;
        Ok(values.into_iter().next().map(|(at, value)| {
            assert_eq!(at, place);
            value.shown()
        }))
    }

    #[test]
    fn a_name_may_have_a_key() {
        assert_eq!(parts("Tags -> customer"), ("Tags", Some("customer")));
        assert_eq!(parts("Tags->user:Cost Center"), ("Tags", Some("user:Cost Center")));
        for plain in ["Tags", "-> customer", "Tags ->"] {
            assert_eq!(parts(plain), (plain, None));
        }
    }

    #[test]
    fn a_value_is_found_by_its_key_however_the_cell_is_written() {
        let acme = Ok(Some("ACME".to_owned()));
        for cell in [
            "{\"env\": \"prod\", \"customer\": \"ACME\"}",
            "\"env\": \"prod\",\"customer\": \"ACME\"",
            "[{\"Key\": \"env\", \"Value\": \"prod\"}, {\"Key\": \"customer\", \"Value\": \"ACME\"}]",
            "{\"Customer\": \"ACME\"}",
            "{\"CUSTOMER\": \"other\", \"customer\": \"ACME\"}",
        ] {
            assert_eq!(read(cell, "customer"), acme, "{cell}");
        }
        for cell in ["{}", "[]", "{\"customer\": null}", "{\"customer\": \" \"}", "{\"env\": \"prod\"}"] {
            assert_eq!(read(cell, "customer"), Ok(None), "{cell}");
        }
        assert_eq!(read("{\"n\": 0.1, \"whole\": 12345678901234567}", "n"), Ok(Some("0.1".into())));
        assert_eq!(read("{\"n\": 0.1, \"whole\": 12345678901234567}", "whole"), Ok(Some("12345678901234567".into())));
    }

    #[test]
    fn a_cell_that_says_nothing_certain_is_an_error() {
        for cell in [
            "ACME",
            "{\"customer\": \"ACME\"",
            "{\"Customer\": \"ACME\", \"CUSTOMER\": \"other\"}",
            "{\"customer\": [\"ACME\"]}",
            "{\"customer\": 0.30000000000000004}",
            "[\"ACME\"]",
        ] {
            assert_eq!(read(cell, "customer"), Err(3), "{cell}");
        }
    }
}
