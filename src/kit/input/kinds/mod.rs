//! Kinds of fields that every module has.

mod addresses;
mod choices;
mod times;

use std::marker::PhantomData;

use serde_json::Value;
use uuid::Uuid;

pub use addresses::{Email, Link};
pub use choices::{Listed, Maybe, Numbered, One, OneOf, Several, Tick};
pub use times::{Day, Minute, ahead};

use super::{Kind, json};
use crate::kit::{
    api::Schema,
    form::MANY,
    form_page::Ask,
    id::{self, Id},
    typed,
    violation::{Why, Words},
};

fn short(text: String, label: &Words, most: usize) -> Result<String, Why> {
    if text.chars().count() > most { Err(Why::too_long(label, most)) } else { Ok(text) }
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

    fn value(&self, text: String, label: &Words) -> Result<String, Why> {
        P::fits(&text)?;
        short(text, label, self.most())
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

/// A whole number between two, in digits alone, of any script.
pub struct Whole(pub i32, pub i32);

impl Kind for Whole {
    type Value = i32;

    fn tidy(&self, text: &str) -> String {
        typed::number(text)
    }

    fn value(&self, text: String, _: &Words) -> Result<i32, Why> {
        let number = whole(&text, self.0.into(), self.1.into())?;
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

/// A whole number from `least` to `most`, of a text without what nobody sees, in digits alone. A point, a comma or a space between digits groups
/// them for some people and begins decimals for others, so none is taken.
///
/// # Errors
/// Why it is none.
pub fn whole(typed: &str, least: i64, most: i64) -> Result<i64, Why> {
    if typed.is_empty() || !typed.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Why::new("whole", "Enter a whole number using only digits, such as 12 or 1200"));
    }
    match typed.parse() {
        Ok(number) if (least..=most).contains(&number) => Ok(number),
        Ok(_) => {
            let words = Words::new("Enter a number from {least} to {most}").with("least", least).with("most", most);
            Err(Why::new("range", words))
        }
        Err(_) => Err(Why::new("range", Words::new("Enter {most} or less").with("most", most))),
    }
}

/// Several texts, one on each line.
pub struct Lines(pub u8);

impl Kind for Lines {
    type Value = Vec<String>;

    fn tidy(&self, text: &str) -> String {
        typed::text(text)
    }

    fn value(&self, text: String, _: &Words) -> Result<Vec<String>, Why> {
        Ok(text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect())
    }

    fn text(&self, value: &Vec<String>) -> String {
        value.join("\n")
    }

    fn ask(&self) -> Ask {
        Ask::Text(self.0)
    }

    fn from_json(&self, value: &Value) -> Result<String, Why> {
        json::lines(value)
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

    fn value(&self, text: String, _: &Words) -> Result<Id<K>, Why> {
        text.parse().map_err(|_| Why::new("id", self.wrong))
    }

    fn text(&self, value: &Id<K>) -> String {
        value.to_string()
    }

    fn schema(&self) -> Schema {
        Schema::id::<K>()
    }
}

/// The ids of several things, each once. Whether they are there is the verb's to know; a page offers what there is.
pub struct IdsOf<K> {
    wrong: &'static str,
    of: PhantomData<K>,
}

impl<K> IdsOf<K> {
    /// `wrong` is said of what is no id.
    pub fn new(wrong: &'static str) -> Self {
        Self { wrong, of: PhantomData }
    }
}

impl<K: id::Kind> Kind for IdsOf<K> {
    type Value = Vec<Id<K>>;

    fn tidy(&self, text: &str) -> String {
        text.split(MANY).map(typed::key).filter(|key| !key.is_empty()).collect::<Vec<_>>().join(MANY)
    }

    fn value(&self, text: String, _: &Words) -> Result<Vec<Id<K>>, Why> {
        let mut found: Vec<Id<K>> = Vec::new();
        for piece in text.split(MANY) {
            let id = piece.parse().map_err(|_| Why::new("choice", self.wrong))?;
            if !found.contains(&id) {
                found.push(id);
            }
        }
        Ok(found)
    }

    fn text(&self, value: &Vec<Id<K>>) -> String {
        value.iter().map(Id::as_str).collect::<Vec<_>>().join(MANY)
    }

    fn ask(&self) -> Ask {
        Ask::Checks(Vec::new())
    }
}

/// A UUID.
pub struct Uid;

impl Kind for Uid {
    type Value = Option<Uuid>;

    fn tidy(&self, text: &str) -> String {
        typed::key(text)
    }

    fn value(&self, text: String, _: &Words) -> Result<Self::Value, Why> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_as_people_count() {
        let read = |text: &str| Line(5).value(Line(5).tidy(text), &Words::new("Name"));
        assert_eq!(read("ééééé").as_deref(), Ok("ééééé"));
        assert_eq!(read("éééééé").map_err(|why| why.code), Err("too_long"));
    }

    #[test]
    fn a_number_is_digits_alone() {
        let read = |typed: &str| {
            let read = whole(&typed::number(typed), 1, 1_000);
            read.map_err(|why| why.words.to_string())
        };
        for (good, number) in
            [("1", 1), (" 12 ", 12), ("1000", 1_000), ("007", 7), ("5\u{200b}", 5), ("１２", 12), ("٥", 5)]
        {
            assert_eq!(read(good), Ok(number), "{good}");
        }
        for bad in [
            "1.000",
            "1,000",
            "1 000",
            "1'000",
            "1\u{a0}000",
            "10.00",
            "5.",
            "+5",
            "-5",
            "1²",
            "①",
            "½",
            "1\n2",
            "five",
            "",
        ] {
            let words = "Enter a whole number using only digits, such as 12 or 1200";
            assert_eq!(read(bad), Err(words.to_owned()), "{bad}");
        }
        assert_eq!(read("0"), Err("Enter a number from 1 to 1,000".to_owned()));
        assert_eq!(read("99999999999999999999"), Err("Enter 1,000 or less".to_owned()));
    }
}
