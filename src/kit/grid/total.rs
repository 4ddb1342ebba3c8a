//! How many there are. What is real is never counted together with tests and previews: they are named beside it.

use std::fmt;

use crate::{
    kit::{
        environment::Environment,
        words::{Arg, Lang, Say, ToArg, Words},
    },
    t,
};

/// How many there are, or that there are more than was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Total {
    count: i64,
    more: bool,
}

impl Total {
    /// A count that was stopped at `most`.
    pub fn of(count: i64, most: i64) -> Self {
        Self { count: count.min(most), more: count > most }
    }

    /// A count that nothing stopped.
    pub fn all(count: impl Into<i64>) -> Self {
        Self { count: count.into(), more: false }
    }
}

/// "1,204", and "1,000+" when the count was stopped.
impl Total {
    pub fn words(&self) -> Words {
        let text = if self.more { "{n}+" } else { "{n}" };
        Words::new(text).with("n", self.count)
    }
}

impl ToArg for Total {
    fn arg(&self) -> Arg {
        self.words().arg()
    }
}

impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.words().fmt(f)
    }
}

/// Totals by environment, where there are any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apart(Vec<(Environment, Total)>);

impl Apart {
    /// Of each environment that is asked for, what is real first.
    pub fn of(totals: impl IntoIterator<Item = (Environment, Total)>) -> Self {
        Self(totals.into_iter().collect())
    }

    /// Of things that are not told apart: all of them are meant.
    pub fn plain(total: Total) -> Self {
        Self::of([(Environment::Production, total)])
    }

    /// Of so many real ones and so many tests, each counted up to `most`.
    pub fn both(real: i64, tests: i64, most: i64) -> Self {
        Self::of([(Environment::Production, Total::of(real, most)), (Environment::Test, Total::of(tests, most))])
    }
}

impl Apart {
    /// How many there are of all environments; none when a count was stopped.
    pub fn counted(&self) -> Option<usize> {
        let each = self.0.iter().map(|(_, total)| if total.more { None } else { usize::try_from(total.count).ok() });
        each.sum()
    }

    /// Each number that is worth a word, in words; the first in any case.
    fn parts(&self) -> Vec<Words> {
        let said = |(environment, total): &(Environment, Total)| {
            let count = usize::try_from(total.count).unwrap_or_default();
            match environment {
                Environment::Production => total.words(),
                Environment::Test => t!("{total} test" | "{total} tests", count, total),
                Environment::Preview => t!("{total} preview" | "{total} previews", count, total),
            }
        };
        let worth =
            |(environment, total): &&(Environment, Total)| *environment == Environment::Production || total.count > 0;
        let parts: Vec<Words> = self.0.iter().filter(worth).map(said).collect();
        if parts.is_empty() { self.0.first().map(said).into_iter().collect() } else { parts }
    }

    /// Within a sentence, where a bare number would seem to be all of them: "4 in production and 3 tests".
    pub fn in_a_sentence(&self) -> Words {
        let mut parts = self.parts();
        if let ([real, _, ..], Some((Environment::Production, total))) = (parts.as_mut_slice(), self.0.first()) {
            *real = t!("{total} in production", total);
        }
        Words::all_of(parts)
    }

    /// "1,204 · 12 tests", and "12 tests" where nothing real was asked for.
    pub fn words(&self) -> Words {
        self.parts().into_iter().reduce(|first, then| t!("{first} · {then}", first, then)).unwrap_or_default()
    }
}

impl Say for Apart {
    fn say(&self, to: &mut dyn fmt::Write, lang: Lang) -> fmt::Result {
        self.words().say(to, lang)
    }
}

impl askama::FastWritable for Apart {
    fn write_into(&self, to: &mut dyn fmt::Write, values: &dyn askama::Values) -> askama::Result<()> {
        self.words().write_into(to, values)
    }
}

impl fmt::Display for Apart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.words().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_that_was_stopped_says_so() {
        assert_eq!(Total::of(1_000, 1_000).to_string(), "1,000");
        assert_eq!(Total::of(1_001, 1_000).to_string(), "1,000+");
    }

    #[test]
    fn tests_and_previews_are_named_beside_what_is_real() {
        let said = |totals: &[(Environment, i64)]| {
            Apart::of(totals.iter().map(|(environment, count)| (*environment, Total::of(*count, 1_000)))).to_string()
        };
        use Environment::{Preview, Production, Test};
        assert_eq!(said(&[(Production, 1_000), (Test, 12), (Preview, 0)]), "1,000 · 12 tests");
        assert_eq!(said(&[(Production, 0), (Test, 1), (Preview, 2_000)]), "0 · 1 test · 1,000+ previews");
        assert_eq!(said(&[(Production, 3), (Test, 0)]), "3");
        assert_eq!(said(&[(Test, 1)]), "1 test");
        assert_eq!(said(&[(Test, 0), (Preview, 0)]), "0 tests");
        assert_eq!(said(&[(Test, 0), (Preview, 1)]), "1 preview");
        assert_eq!(Apart::plain(Total::all(1)).to_string(), "1");
        assert_eq!(Apart::plain(Total::all(1)).in_a_sentence(), "1");
        assert_eq!(Apart::both(4, 0, 1_000).in_a_sentence(), "4");
        assert_eq!(Apart::both(4, 3, 1_000).in_a_sentence(), "4 in production and 3 tests");
        let all = [(Production, Total::all(0)), (Test, Total::all(3)), (Preview, Total::all(1))];
        assert_eq!(Apart::of(all).in_a_sentence(), "0 in production, 3 tests and 1 preview");
        assert_eq!(Apart::of(all[1..].to_vec()).in_a_sentence(), "3 tests and 1 preview");
        assert_eq!(Apart::both(5, 2, 1_000).to_string(), "5 · 2 tests");
        assert_eq!(Apart::both(0, 2, 1_000).to_string(), "0 · 2 tests");
    }
}
