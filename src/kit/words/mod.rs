//! Words for people: whole sentences with arguments, whose English text is the key of their translation (as gettext has it), put into a
//! language where they are written and nowhere before.
//!
//! A program text makes [`Words`] (by [`crate::t!`]), a template says `{{ "Save"|t }}`; both wait for the [`Lang`] that the page, the mail
//! or the answer is written in. Whatever is printed otherwise (`format!`, a log, evidence) is English.

use std::{borrow::Cow, fmt};

use askama::{FastWritable, Values};

use super::typed;

pub mod catalogue;
pub mod dates;
pub mod figure;
pub mod filters;
pub mod habits;
mod plural;
pub mod pseudo;
mod reader;

pub use dates::Moment;
pub use figure::Figure;
pub use habits::Habits;
pub use reader::{Lang, Reader, lang};

/// What can be said in a language.
pub trait Say {
    /// Writes it to `to`. Text of ours is translated, text of others is written as it is.
    fn say(&self, to: &mut dyn fmt::Write, lang: Lang) -> fmt::Result;

    /// The same as a text.
    fn said(&self, lang: Lang) -> String {
        let mut text = String::new();
        // a String takes everything
        let _ = self.say(&mut text, lang);
        text
    }
}

impl<T: Say> Say for &T {
    fn say(&self, to: &mut dyn fmt::Write, lang: Lang) -> fmt::Result {
        T::say(self, to, lang)
    }
}

/// A text of the program: a key.
impl Say for &'static str {
    fn say(&self, to: &mut dyn fmt::Write, lang: Lang) -> fmt::Result {
        to.write_str(lang.of(self))
    }
}

/// A text that came from somewhere.
impl Say for String {
    fn say(&self, to: &mut dyn fmt::Write, _: Lang) -> fmt::Result {
        to.write_str(self)
    }
}

/// What is borrowed for good is a text of the program, what is owned came from somewhere.
impl Say for Cow<'static, str> {
    fn say(&self, to: &mut dyn fmt::Write, lang: Lang) -> fmt::Result {
        match self {
            Cow::Borrowed(key) => key.say(to, lang),
            Cow::Owned(text) => to.write_str(text),
        }
    }
}

/// Text that came from somewhere, where its type does not say so.
pub struct Data<'a>(pub &'a str);

impl Say for Data<'_> {
    fn say(&self, to: &mut dyn fmt::Write, _: Lang) -> fmt::Result {
        to.write_str(self.0)
    }
}

macro_rules! numbers {
    ($($number:ty),+) => { $(
        impl Say for $number {
            fn say(&self, to: &mut dyn fmt::Write, lang: Lang) -> fmt::Result {
                dates::number(to, (*self).into(), lang)
            }
        }
        impl ToArg for $number {
            fn arg(&self) -> Arg {
                Arg::Number((*self).into())
            }
        }
    )+ };
}
numbers!(u8, u16, i16, u32, i32, i64);

impl Say for usize {
    fn say(&self, to: &mut dyn fmt::Write, lang: Lang) -> fmt::Result {
        dates::number(to, i64::try_from(*self).unwrap_or(i64::MAX), lang)
    }
}

impl ToArg for usize {
    fn arg(&self) -> Arg {
        Arg::Number(i64::try_from(*self).unwrap_or(i64::MAX))
    }
}

impl ToArg for u64 {
    fn arg(&self) -> Arg {
        Arg::Number(i64::try_from(*self).unwrap_or(i64::MAX))
    }
}

/// The value of an argument, kept until the language is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arg {
    /// Text that came from somewhere: it is never translated.
    Text(String),
    Words(Words),
    Number(i64),
    Figure(Figure),
    At(Moment),
    /// "a, b and c", or "a, b or c".
    List(Vec<Arg>, Join),
}

/// What joins the last two of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    And,
    Or,
    /// Each on a line of its own.
    Lines,
}

impl Say for Arg {
    fn say(&self, to: &mut dyn fmt::Write, lang: Lang) -> fmt::Result {
        match self {
            Self::Text(text) => to.write_str(text),
            Self::Words(words) => words.say(to, lang),
            Self::Number(number) => dates::number(to, *number, lang),
            Self::Figure(figure) => figure.say(to, lang),
            Self::At(moment) => moment.say(to, lang),
            Self::List(all, join) => dates::list(to, all, *join, lang),
        }
    }
}

/// What can stand at a `{name}`.
pub trait ToArg {
    fn arg(&self) -> Arg;
}

impl<T: ToArg + ?Sized> ToArg for &T {
    fn arg(&self) -> Arg {
        T::arg(self)
    }
}

/// A text is data; one of the program's own is given as [`Words`].
impl ToArg for str {
    fn arg(&self) -> Arg {
        Arg::Text(self.to_owned())
    }
}

impl ToArg for String {
    fn arg(&self) -> Arg {
        Arg::Text(self.clone())
    }
}

impl ToArg for Cow<'_, str> {
    fn arg(&self) -> Arg {
        Arg::Text(self.to_string())
    }
}

impl ToArg for Words {
    fn arg(&self) -> Arg {
        Arg::Words(self.clone())
    }
}

impl ToArg for Moment {
    fn arg(&self) -> Arg {
        Arg::At(*self)
    }
}

impl ToArg for Arg {
    fn arg(&self) -> Arg {
        self.clone()
    }
}

/// Types that are printed alike in every language: ids, numbers of parts, addresses.
#[macro_export]
macro_rules! printed {
    ($($(@<$generic:ident: $bound:path>)? $type:ty),+ $(,)?) => { $(
        impl$(<$generic: $bound>)? $crate::kit::words::ToArg for $type {
            fn arg(&self) -> $crate::kit::words::Arg {
                $crate::kit::words::Arg::Text(self.to_string())
            }
        }
        impl$(<$generic: $bound>)? $crate::kit::words::Say for $type {
            fn say(&self, to: &mut dyn std::fmt::Write, _: $crate::kit::words::Lang) -> std::fmt::Result {
                write!(to, "{self}")
            }
        }
    )+ };
}
printed!(uuid::Uuid, char, @<K: super::id::Kind> super::id::Id<K>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Text {
    Key(&'static str),
    /// By a number, which is `{n}`: the forms of one and of many.
    Counted(&'static str, &'static str, i64),
    /// Said already, or not ours.
    Said(String),
}

/// A whole sentence and its arguments. The English text is also the key under which a translation is found, so nothing is glued to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    text: Text,
    with: Vec<(&'static str, Arg)>,
    case: Case,
}

/// Where words stand in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    Itself,
    /// Inside of it: English begins them small.
    Within,
    /// At its beginning: every language that has large letters begins them large.
    First,
}

impl Default for Words {
    fn default() -> Self {
        Self::new("")
    }
}

impl Words {
    pub const fn new(text: &'static str) -> Self {
        Self { text: Text::Key(text), with: Vec::new(), case: Case::Itself }
    }

    /// As `n` demands: `one` for a single one, `many` otherwise, in English; other languages have forms of their own. `{n}` is the number.
    pub fn counted(n: usize, one: &'static str, many: &'static str) -> Self {
        Self {
            text: Text::Counted(one, many, i64::try_from(n).unwrap_or(i64::MAX)),
            with: Vec::new(),
            case: Case::Itself,
        }
    }

    /// Text that came from somewhere, such as a name, or that was said already: it stays as it is.
    pub fn data(text: impl Into<String>) -> Self {
        Self { text: Text::Said(text.into()), with: Vec::new(), case: Case::Itself }
    }

    /// "a, b or c".
    pub fn any_of<T: ToArg>(all: impl IntoIterator<Item = T>) -> Self {
        let all = all.into_iter().map(|one| one.arg()).collect();
        Self { text: Text::Key("{list}"), with: vec![("list", Arg::List(all, Join::Or))], case: Case::Itself }
    }

    /// Each on a line of its own; nothing when there are none.
    pub fn lines<T: ToArg>(all: impl IntoIterator<Item = T>) -> Self {
        let all: Vec<Arg> = all.into_iter().map(|one| one.arg()).collect();
        if all.is_empty() {
            return Self::default();
        }
        Self { text: Text::Key("{list}"), with: vec![("list", Arg::List(all, Join::Lines))], case: Case::Itself }
    }

    /// "a, b and c".
    pub fn all_of<T: ToArg>(all: impl IntoIterator<Item = T>) -> Self {
        let all = all.into_iter().map(|one| one.arg()).collect();
        Self { text: Text::Key("{list}"), with: vec![("list", Arg::List(all, Join::And))], case: Case::Itself }
    }

    /// A label inside of a sentence, as in "It is {status}.": English writes it small, other languages as they do.
    pub fn within(label: impl ToArg) -> Self {
        match label.arg() {
            Arg::Words(words) => Self { case: Case::Within, ..words },
            other => Self::new("{label}").with("label", other),
        }
    }

    /// The same at the beginning of a sentence, as in "{parts} changed meanwhile."
    pub fn first(self) -> Self {
        Self { case: Case::First, ..self }
    }

    /// The value of `{name}` in the text.
    pub fn with(mut self, name: &'static str, value: impl ToArg) -> Self {
        self.with.push((name, value.arg()));
        self
    }

    /// The same, held apart from the words around it when it came from somewhere: a name may be written from the right to the left.
    pub fn apart(self) -> Self {
        match self.text {
            Text::Said(text) => Self::data(typed::apart(&text)),
            _ => self,
        }
    }

    pub fn is_empty(&self) -> bool {
        match &self.text {
            Text::Key(key) => key.is_empty(),
            Text::Said(text) => text.is_empty(),
            Text::Counted(..) => false,
        }
    }
}

impl Say for Words {
    fn say(&self, to: &mut dyn fmt::Write, lang: Lang) -> fmt::Result {
        let whole = || Self { case: Case::Itself, ..self.clone() }.said(lang);
        match self.case {
            Case::Within if lang == Lang::ENGLISH => return to.write_str(&whole().to_lowercase()),
            Case::First => {
                let text = whole();
                let mut letters = text.chars();
                let first: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
                to.write_str(&first)?;
                return to.write_str(letters.as_str());
            }
            Case::Itself | Case::Within => {}
        }
        let text = match &self.text {
            Text::Said(text) => return to.write_str(text),
            Text::Key(key) if self.with.is_empty() => return to.write_str(lang.of(key)),
            Text::Key("{list}") => "{list}",
            Text::Key(key) => lang.of(key),
            Text::Counted(one, many, n) => lang.of_number(one, many, *n),
        };
        written(text, to, &mut |name, to| match self.with.iter().find(|(known, _)| *known == name) {
            Some((_, value)) => value.say(to, lang),
            None => match &self.text {
                Text::Counted(_, _, n) if name == "n" => dates::number(to, *n, lang),
                _ => Ok(()),
            },
        })
    }
}

/// Writes `text` with what `value` writes at each `{name}`: once from the left, so that braces in a value are no names.
fn written(
    text: &str,
    to: &mut dyn fmt::Write,
    value: &mut dyn FnMut(&str, &mut dyn fmt::Write) -> fmt::Result,
) -> fmt::Result {
    let mut rest = text;
    while let Some((before, open)) = rest.split_once('{') {
        let Some((name, after)) = open.split_once('}') else { break };
        to.write_str(before)?;
        value(name, to)?;
        rest = after;
    }
    to.write_str(rest)
}

impl From<&'static str> for Words {
    fn from(text: &'static str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Words {
    fn from(text: String) -> Self {
        Self::data(text)
    }
}

impl From<&String> for Words {
    fn from(text: &String) -> Self {
        Self::data(text.as_str())
    }
}

impl From<Cow<'static, str>> for Words {
    fn from(text: Cow<'static, str>) -> Self {
        match text {
            Cow::Borrowed(key) => Self::new(key),
            Cow::Owned(text) => Self::data(text),
        }
    }
}

impl<K: super::id::Kind> From<&super::id::Id<K>> for Words {
    fn from(id: &super::id::Id<K>) -> Self {
        Self::data(id.to_string())
    }
}

impl From<&Words> for Words {
    fn from(words: &Words) -> Self {
        words.clone()
    }
}

impl PartialEq<str> for Words {
    fn eq(&self, text: &str) -> bool {
        self.said(Lang::ENGLISH).as_str() == text
    }
}

impl PartialEq<&str> for Words {
    fn eq(&self, text: &&str) -> bool {
        self.said(Lang::ENGLISH).as_str() == *text
    }
}

/// In English, for logs, records and tests.
impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.say(f, Lang::ENGLISH)
    }
}

/// In the language of what is rendered.
impl FastWritable for Words {
    fn write_into(&self, to: &mut dyn fmt::Write, values: &dyn Values) -> askama::Result<()> {
        Ok(self.say(to, lang(values))?)
    }
}

/// Words for people: `t!("Save")`, `t!("Signed by {name}", name)`, `t!("{n} of {all}", n = done, all = total)`, and by number
/// `t!("{n} contract" | "{n} contracts", count)`.
#[macro_export]
macro_rules! t {
    ($one:literal | $many:literal, $count:expr $(, $name:ident $(= $value:expr)?)* $(,)?) => {
        $crate::kit::words::Words::counted($count, $one, $many)$(.with(stringify!($name), $crate::t!(@ $name $($value)?)))*
    };
    ($text:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {
        $crate::kit::words::Words::new($text)$(.with(stringify!($name), $crate::t!(@ $name $($value)?)))*
    };
    (@ $name:ident $value:expr) => { &$value };
    (@ $name:ident) => { &$name };
}

#[cfg(test)]
mod tests;
