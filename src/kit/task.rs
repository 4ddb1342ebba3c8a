//! Something that people do here, and the page of `docs/tasks` that tells how: a part of the program, in each language.

use super::{actor::Identity, words::Lang};

/// A task, and for whom it is.
#[derive(Debug)]
pub struct Task {
    /// The name of its file, and its address below Help's.
    pub name: &'static str,
    /// What it is called; the heading of its page.
    pub label: &'static str,
    /// The parts of Help that it belongs to, as [`super::page::MenuItem::help`] names them.
    pub parts: &'static [&'static str],
    /// Whether this person may do it, in the portal of its company.
    pub may: fn(&Identity) -> bool,
    /// How it is done, in English and in German.
    pub pages: (&'static str, &'static str),
}

impl Task {
    /// The address of its page.
    pub fn href(&self) -> String {
        format!("/help/{}", self.name)
    }

    /// Whether it belongs to this part of Help.
    pub fn is_of(&self, part: &str) -> bool {
        self.parts.contains(&part)
    }

    /// Its page for a reader of this language.
    pub fn page(&self, lang: Lang) -> &'static str {
        let (english, german) = self.pages;
        if lang.tag() == "de" { german } else { english }
    }
}
