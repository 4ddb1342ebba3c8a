//! Who reads: in which language something is written, and with which habits.

use std::{
    any::Any,
    hash::{Hash, Hasher},
};

use askama::Values;

use super::{
    catalogue::{self, Language},
    habits::Habits,
};

/// A language that the program speaks, and how its reader writes days, hours and numbers. Two are the same when the language is.
#[derive(Debug, Clone, Copy)]
pub struct Lang {
    at: u8,
    habits: Habits,
}

impl PartialEq for Lang {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl Eq for Lang {}

impl Hash for Lang {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.at.hash(state);
    }
}

impl Lang {
    /// The language of the program's own text: every key is its own translation.
    pub const ENGLISH: Self = Self::at(0);
    /// Made from English: see [`super::pseudo`].
    pub const PSEUDO: Self = Self::at(1);

    const fn at(at: u8) -> Self {
        Self { at, habits: Habits::NONE }
    }

    /// The same for somebody with these habits.
    pub fn with(self, habits: Habits) -> Self {
        Self { habits, ..self }
    }

    pub fn habits(self) -> Habits {
        self.habits
    }

    /// Every language there is, English first; the made one only where it is `allowed`.
    pub fn all(pseudo: bool) -> impl Iterator<Item = Self> {
        (0..catalogue::languages().len())
            .filter_map(|at| u8::try_from(at).ok())
            .map(Self::at)
            .filter(move |lang| pseudo || *lang != Self::PSEUDO)
    }

    /// The language with that tag, such as `de`, or `de-AT` for one that has only `de`.
    pub fn tagged(tag: &str, pseudo: bool) -> Option<Self> {
        let exact = |tag: &str| Self::all(pseudo).find(|lang| lang.tag().eq_ignore_ascii_case(tag));
        exact(tag).or_else(|| exact(tag.split('-').next().unwrap_or_default()))
    }

    /// What a browser asks for by `Accept-Language`: of what it names the first that we have, by its order of preference.
    pub fn accepted(header: &str, pseudo: bool) -> Option<Self> {
        // nobody speaks more languages than that
        let mut wanted: Vec<(u16, &str)> = header
            .get(..header.len().min(1_000))?
            .split(',')
            .take(20)
            .filter_map(|one| {
                let mut parts = one.split(';').map(str::trim);
                let tag = parts.next().filter(|tag| !tag.is_empty() && *tag != "*")?;
                let weight =
                    parts.find_map(|part| part.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse::<f32>().ok())?;
                (weight > 0.0 && weight <= 1.0).then_some(((weight * 1000.0) as u16, tag))
            })
            .collect();
        wanted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        wanted.into_iter().find_map(|(_, tag)| Self::tagged(tag, pseudo))
    }

    fn language(self) -> &'static Language {
        let all = catalogue::languages();
        all.get(usize::from(self.at)).unwrap_or(&all[0])
    }

    /// As `<html lang>` and PO files name it.
    pub fn tag(self) -> &'static str {
        if self == Self::ENGLISH { "en" } else { self.language().tag }
    }

    /// As its own people call it.
    pub fn name(self) -> &'static str {
        self.language().name
    }

    /// The text for `key`; English where there is no other.
    pub fn of(self, key: &'static str) -> &'static str {
        // English is the text itself: nothing is looked up
        if self == Self::ENGLISH { key } else { self.language().text(key).unwrap_or(key) }
    }

    /// The text for a number.
    pub fn of_number(self, one: &'static str, many: &'static str, n: i64) -> &'static str {
        let english = if n == 1 { one } else { many };
        if self == Self::ENGLISH { english } else { self.language().counted(one, n).unwrap_or(english) }
    }
}

/// What a template is rendered with: askama hands it to everything that is written.
#[derive(Debug, Clone, Copy)]
pub struct Reader {
    pub lang: Lang,
}

const READER: &str = "reader";

impl Values for Reader {
    fn get_value<'a>(&'a self, key: &str) -> Option<&'a dyn Any> {
        (key == READER).then_some(self as &dyn Any)
    }
}

/// The language of what is rendered.
pub fn lang(values: &dyn Values) -> Lang {
    askama::get_value::<Reader>(values, READER).map_or(Lang::ENGLISH, |reader| reader.lang)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_gets_the_first_language_that_we_speak() {
        let tag = |header: &str| Lang::accepted(header, true).map(Lang::tag);
        assert_eq!(tag("en-XA"), Some("en-XA"));
        assert_eq!(tag("xx, en-XA;q=0.5, en;q=0.9"), Some("en"));
        assert_eq!(tag("en;q=0, en-xa;q=0.1"), Some("en-XA"));
        assert_eq!(tag("en-GB,en;q=0.5"), Some("en"));
        for none in ["", "*", "xx", ";;,", "en;q=0", "en;q=2", "en;q=x"] {
            assert_eq!(tag(none), None, "{none}");
        }
        assert_eq!(Lang::accepted("en-XA", false), Some(Lang::ENGLISH), "the made language is for tests");
    }
}
