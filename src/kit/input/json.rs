//! A JSON body of an input, and the published object of one.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{Entry, Input};
use crate::kit::{
    problem::Problem,
    violation::{Path, Violation, Violations, Why},
};

/// The text of a JSON value for a field that is text.
///
/// # Errors
/// When it is no text.
pub fn text(value: &Value) -> Result<String, Why> {
    match value {
        Value::Null => Ok(String::new()),
        Value::String(text) => Ok(text.clone()),
        _ => Err(Why::new("type", "Send text here")),
    }
}

/// The text of a JSON list for a field of lines.
///
/// # Errors
/// When it is no list of texts.
pub fn lines(value: &Value) -> Result<String, Why> {
    if value.is_null() {
        return Ok(String::new());
    }
    let lines = value.as_array().and_then(|all| all.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
    lines.map(|lines| lines.join("\n")).ok_or_else(|| Why::new("type", "Send a list of texts here"))
}

/// The value that a body means: what it names, over `before`, which holds the rest. A field that is null is emptied.
///
/// # Errors
/// What is wrong, as [`Input::read`] says it; the code `type` where the JSON has another shape.
pub fn read<I: Input>(body: &Value, before: Option<&I>) -> Result<I, Violations> {
    let mut texts = before.map_or_else(|| vec![String::new(); I::TABLE.len()], Input::texts);
    let known = before.map_or_else(Vec::new, Input::values).into_iter().map(Some).chain(std::iter::repeat(None));
    let mut wrong = Vec::new();
    for ((entry, text), known) in I::TABLE.iter().zip(&mut texts).zip(known) {
        let read = named(entry, body).and_then(|found| {
            let why = |why| Violation::new(entry.name, why);
            found.map(|value| (entry.json)(&over(known, value)).map_err(why)).transpose()
        });
        match read {
            Ok(Some(given)) => *text = given,
            Ok(None) => {}
            // several fields may lie in what has the wrong shape
            Err(one) if wrong.contains(&one) => {}
            Err(one) => wrong.push(one),
        }
    }
    if wrong.is_empty() {
        return I::read(&texts);
    }
    // what else is wrong is told in the same answer
    let unread: Vec<Path> = wrong.iter().map(|one: &Violation| one.at.clone()).collect();
    let others = I::read(&texts).err().unwrap_or_default();
    wrong.extend(others.into_iter().filter(|one| !unread.contains(&one.at)));
    super::in_order(I::TABLE, &mut wrong);
    Err(wrong)
}

/// What is given of a value that has parts, with the parts that it does not name as they were.
fn over(known: Option<Value>, given: &Value) -> Cow<'_, Value> {
    match (known, given) {
        (Some(Value::Object(mut whole)), Value::Object(parts)) => {
            whole.extend(parts.iter().map(|(name, part)| (name.clone(), part.clone())));
            Cow::Owned(Value::Object(whole))
        }
        _ => Cow::Borrowed(given),
    }
}

/// What the body has at a field's place; nothing when it does not name it.
fn named<'a>(entry: &Entry, body: &'a Value) -> Result<Option<&'a Value>, Violation> {
    let mut here = body;
    let mut walked = 0;
    for part in entry.at.split('.') {
        let Value::Object(object) = here else {
            if here.is_null() && walked > 0 {
                return Ok(None);
            }
            let place = entry.at.get(..walked).unwrap_or_default().trim_end_matches('.');
            return Err(Violation::new(place, Why::new("type", "Send an object here")));
        };
        let Some(inner) = object.get(part) else { return Ok(None) };
        here = inner;
        walked += part.len() + 1;
    }
    Ok(Some(here))
}

/// Puts values at their places in an object.
pub fn publish(table: &[Entry], values: impl IntoIterator<Item = Value>) -> Map<String, Value> {
    let mut whole = Map::new();
    for (entry, value) in table.iter().zip(values) {
        let (inside, last) = entry.at.rsplit_once('.').unwrap_or(("", entry.at));
        inner(&mut whole, inside).insert(last.to_owned(), value);
    }
    whole
}

/// The object at a place, made with all around it where it is not there. No table has a value and an object at one place.
fn inner<'a>(whole: &'a mut Map<String, Value>, place: &str) -> &'a mut Map<String, Value> {
    if place.is_empty() {
        return whole;
    }
    let (first, rest) = place.split_once('.').unwrap_or((place, ""));
    let found = whole.entry(first).or_insert(Value::Null);
    if !found.is_object() {
        *found = Value::Object(Map::new());
    }
    match found {
        Value::Object(object) => inner(object, rest),
        _ => unreachable!("it was made an object"),
    }
}

/// The same problem, with what is wrong at its places in the published object.
pub fn placed<I: Input>(problem: Problem) -> Problem {
    match problem {
        Problem::Invalid(wrong) => Problem::Invalid(
            wrong
                .into_iter()
                .map(|one| Violation { at: place::<I>(&one.at).to_owned().into(), why: one.why })
                .collect(),
        ),
        other => other,
    }
}

/// Where a violation lies in the published object.
pub fn place<I: Input>(at: &Path) -> &str {
    super::entry::<I>(at).map_or(at, |entry| entry.at)
}
