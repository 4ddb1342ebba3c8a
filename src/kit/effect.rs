//! What an act does besides its own object, said before it is done.

use super::{consequence::Foretold, words::Words};
use crate::t;

/// One line of a confirm page.
///
/// Counted effects name the event that the act will record that many times. A test holds every confirm page to it: what is promised
/// is recorded, and nothing is recorded that was not promised. So whoever counts for the page and whoever acts must use one function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// A whole sentence, or several, with their full stops.
    pub words: Words,
    /// A list of what is touched.
    pub href: Option<String>,
    /// The event that is recorded for each.
    pub event: Option<&'static str>,
    pub count: usize,
    /// A sentence behind the words.
    pub then: Option<Words>,
}

impl Effect {
    /// `count` objects for each of which the act records `event`; nothing when there are none: "{n} listing is unlisted.", "{n} listings
    /// are unlisted."
    pub fn counted(event: &'static str, count: usize, one: &'static str, many: &'static str) -> Option<Self> {
        Self::touched(count, one, many).map(|effect| Self { event: Some(event), ..effect })
    }

    /// `count` objects that stay as they are but are affected, such as "12 subscriptions can only be cancelled."
    pub fn touched(count: usize, one: &'static str, many: &'static str) -> Option<Self> {
        Self::of_many(count, Words::counted(count, one, many))
    }

    /// The same, where the sentence has other arguments besides.
    pub fn of_many(count: usize, words: Words) -> Option<Self> {
        (count > 0).then_some(Self { words, href: None, event: None, count, then: None })
    }

    /// What becomes of one object that the words name, for which the act records `event`.
    pub fn of_one(event: &'static str, words: impl Into<Words>) -> Self {
        Self { words: words.into(), href: None, event: Some(event), count: 1, then: None }
    }

    /// With a link to the list of them.
    pub fn at(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }

    /// With a link when the actor may see what it leads to.
    pub fn at_if(self, href: Option<impl Into<String>>) -> Self {
        match href {
            Some(href) => self.at(href),
            None => self,
        }
    }

    /// With its link, which begins below a portal's home, in that portal; without a link where there is none to follow.
    pub fn within(mut self, home: Option<&str>) -> Self {
        self.href = home.zip(self.href).map(|(home, below)| format!("{home}{below}"));
        self
    }

    /// With a sentence behind it, such as what can be done first.
    pub fn then(mut self, words: impl Into<Words>) -> Self {
        self.then = Some(words.into());
        self
    }

    /// All that it says, as one text.
    pub fn whole(self) -> Words {
        match self.then {
            Some(then) => t!("{first} {then}", first = self.words, then),
            None => self.words,
        }
    }
}

impl From<Words> for Effect {
    fn from(words: Words) -> Self {
        Self { words, href: None, event: None, count: 0, then: None }
    }
}

/// What would follow, in the portal at `home` when its links may be followed there.
pub fn all(followed: impl IntoIterator<Item = Foretold>, home: Option<&str>) -> Vec<Effect> {
    followed.into_iter().flat_map(|one| one.effects).map(|effect| effect.within(home)).collect()
}

impl From<&'static str> for Effect {
    fn from(words: &'static str) -> Self {
        Words::from(words).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_behind_it_is_kept_apart_and_said_with_it() {
        let effect = Effect::touched(2, "{n} contract uses it.", "{n} contracts use it.").unwrap();
        assert_eq!(effect.clone().whole().to_string(), "2 contracts use it.");
        let effect = effect.then("Delete them first.");
        assert_eq!(effect.words.to_string(), "2 contracts use it.");
        assert_eq!(effect.whole().to_string(), "2 contracts use it. Delete them first.");
    }
}
