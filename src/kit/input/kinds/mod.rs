//! Kinds of fields that every module has.

mod choices;

use std::marker::PhantomData;

use chrono::{Datelike as _, NaiveDate};
use serde_json::Value;
use uuid::Uuid;

pub use choices::{Listed, Maybe, Numbered, One, Several, Tick};

use super::{Entry, Kind, json};
use crate::kit::{
    api::Schema,
    form,
    form_page::Ask,
    id::{self, Id},
    time, typed,
    violation::Why,
};

fn short(text: String, entry: &Entry, most: usize) -> Result<String, Why> {
    if text.chars().count() > most { Err(Why::too_long(entry.label, most)) } else { Ok(text) }
}

/// A kind whose value is the tidied text, of at most so many characters.
trait Plain {
    fn most(&self) -> usize;

    fn tidy(text: &str) -> String;

    /// What else a text must be.
    fn fits(_: &str) -> Result<(), Why> {
        Ok(())
    }

    fn ask(&self) -> Ask {
        Ask::Line
    }
}

impl<P: Plain> Kind for P {
    type Value = String;

    fn tidy(&self, text: &str) -> String {
        <P as Plain>::tidy(text)
    }

    fn value(&self, text: String, entry: &Entry) -> Result<String, Why> {
        P::fits(&text)?;
        short(text, entry, self.most())
    }

    fn text(&self, value: &String) -> String {
        value.clone()
    }

    fn ask(&self) -> Ask {
        Plain::ask(self)
    }

    fn schema(&self) -> Schema {
        Schema::line(self.most())
    }
}

/// Words of one line, of at most so many characters: line breaks become spaces.
pub struct Line(pub usize);

impl Plain for Line {
    fn most(&self) -> usize {
        self.0
    }

    fn tidy(text: &str) -> String {
        typed::line(text)
    }
}

/// Running text of at most so many characters, asked in so many rows.
pub struct Text(pub usize, pub u8);

impl Plain for Text {
    fn most(&self) -> usize {
        self.0
    }

    fn tidy(text: &str) -> String {
        typed::text(text)
    }

    fn ask(&self) -> Ask {
        Ask::Text(self.1)
    }
}

/// The same without line breaks.
pub struct Sentences(pub usize, pub u8);

impl Plain for Sentences {
    fn most(&self) -> usize {
        self.0
    }

    fn tidy(text: &str) -> String {
        typed::line(text)
    }

    fn ask(&self) -> Ask {
        Ask::Text(self.1)
    }
}

/// A web address of at most so many characters that a browser may follow.
pub struct Link(pub usize);

impl Plain for Link {
    fn most(&self) -> usize {
        self.0
    }

    fn tidy(text: &str) -> String {
        form::link(text)
    }

    fn fits(text: &str) -> Result<(), Why> {
        form::followed(text)
    }

    fn ask(&self) -> Ask {
        Ask::Link
    }
}

/// A number, an id, or whatever else a program recognizes, of at most so many characters: signs that nobody sees are no part of it.
pub struct Key(pub usize);

impl Plain for Key {
    fn most(&self) -> usize {
        self.0
    }

    fn tidy(text: &str) -> String {
        typed::key(text)
    }
}

/// An e-mail address as its owner writes it.
pub struct Email;

impl Kind for Email {
    type Value = String;

    fn tidy(&self, text: &str) -> String {
        typed::email(text)
    }

    fn value(&self, text: String, _: &Entry) -> Result<String, Why> {
        if form::is_email(&text) {
            return Ok(text);
        }
        Err(Why::new("email", "Enter an email address in the form name@example.com"))
    }

    fn text(&self, value: &String) -> String {
        value.clone()
    }

    fn ask(&self) -> Ask {
        Ask::Email
    }

    fn schema(&self) -> Schema {
        Schema::format("email")
    }
}

/// A whole number between two, in digits alone, of any script.
pub struct Whole(pub i32, pub i32);

impl Kind for Whole {
    type Value = i32;

    fn tidy(&self, text: &str) -> String {
        typed::number(text)
    }

    fn value(&self, text: String, _: &Entry) -> Result<i32, Why> {
        let number = form::whole(&text, self.0.into(), self.1.into())?;
        Ok(i32::try_from(number).unwrap_or(self.1))
    }

    fn text(&self, value: &i32) -> String {
        value.to_string()
    }

    fn ask(&self) -> Ask {
        Ask::Whole
    }

    fn from_json(&self, value: &Value) -> Result<String, Why> {
        if value.is_number() { Ok(value.to_string()) } else { json::text(value) }
    }

    fn to_json(&self, value: &i32) -> Value {
        Value::from(*value)
    }

    fn schema(&self) -> Schema {
        Schema::between(self.0.into(), self.1.into())
    }
}

/// Several texts, one on each line.
pub struct Lines(pub u8);

impl Kind for Lines {
    type Value = Vec<String>;

    fn tidy(&self, text: &str) -> String {
        typed::text(text)
    }

    fn value(&self, text: String, _: &Entry) -> Result<Vec<String>, Why> {
        Ok(text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect())
    }

    fn text(&self, value: &Vec<String>) -> String {
        value.join("\n")
    }

    fn ask(&self) -> Ask {
        Ask::Text(self.0)
    }

    fn from_json(&self, value: &Value) -> Result<String, Why> {
        let lines = value.as_array().and_then(|all| all.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
        lines.map(|lines| lines.join("\n")).ok_or_else(|| Why::new("type", "Send a list of texts here"))
    }

    fn to_json(&self, value: &Vec<String>) -> Value {
        Value::from(value.clone())
    }

    fn schema(&self) -> Schema {
        Schema::list(Schema::text())
    }
}

/// The id of something. Whether it is there is the verb's to know.
pub struct IdOf<K> {
    wrong: &'static str,
    of: PhantomData<K>,
}

impl<K> IdOf<K> {
    /// `wrong` is said of what is no id.
    pub fn new(wrong: &'static str) -> Self {
        Self { wrong, of: PhantomData }
    }
}

impl<K: id::Kind> Kind for IdOf<K> {
    type Value = Id<K>;

    fn tidy(&self, text: &str) -> String {
        typed::key(text)
    }

    fn value(&self, text: String, _: &Entry) -> Result<Id<K>, Why> {
        text.parse().map_err(|_| Why::new("id", self.wrong))
    }

    fn text(&self, value: &Id<K>) -> String {
        value.to_string()
    }

    fn schema(&self) -> Schema {
        Schema::id::<K>()
    }
}

/// A day of our time, as browsers send it. A program may send an instant: its day counts.
pub struct Day;

impl Kind for Day {
    type Value = NaiveDate;

    fn tidy(&self, text: &str) -> String {
        typed::key(text)
    }

    fn value(&self, text: String, _: &Entry) -> Result<NaiveDate, Why> {
        match time::day(&text) {
            Some(day) if (2000..2200).contains(&day.year()) => Ok(day),
            Some(_) => Err(Why::new("day", "Enter a day of the years 2000 to 2199")),
            None => Err(Why::new("day", "Enter a date such as 2027-03-29")),
        }
    }

    fn text(&self, value: &NaiveDate) -> String {
        value.format("%Y-%m-%d").to_string()
    }

    fn ask(&self) -> Ask {
        Ask::Day
    }

    fn from_json(&self, value: &Value) -> Result<String, Why> {
        let text = json::text(value)?;
        Ok(text.split_once('T').map_or(text.as_str(), |(day, _)| day).to_owned())
    }

    fn schema(&self) -> Schema {
        Schema::day()
    }
}

/// A UUID.
pub struct Uid;

impl Kind for Uid {
    type Value = Option<Uuid>;

    fn tidy(&self, text: &str) -> String {
        typed::key(text)
    }

    fn value(&self, text: String, _: &Entry) -> Result<Self::Value, Why> {
        const WORDS: &str = "Enter a UID such as 8f14e45f-ceea-467f-9f0b-4d9d1a3c2b10, or leave it empty";
        text.parse().map(Some).map_err(|_| Why::new("uid", WORDS))
    }

    fn text(&self, value: &Self::Value) -> String {
        value.map(|uid| uid.to_string()).unwrap_or_default()
    }

    fn schema(&self) -> Schema {
        Schema::format("uuid")
    }
}
