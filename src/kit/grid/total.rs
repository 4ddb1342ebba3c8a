//! How many there are. What is real is never counted together with tests and previews: they are named beside it.

use std::fmt;

use crate::kit::environment::Environment;

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
impl fmt::Display for Total {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", thousands(self.count), if self.more { "+" } else { "" })
    }
}

/// 1,204 rather than 1204.
fn thousands(number: i64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
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
    /// Each number that is worth a word, in words; the first in any case.
    fn parts(&self) -> Vec<String> {
        let said = |(environment, total): &(Environment, Total)| match environment.noun() {
            None => total.to_string(),
            Some(noun) if *total == Total::all(1) => format!("1 {noun}"),
            Some(noun) => format!("{total} {noun}s"),
        };
        let worth = |(environment, total): &&(Environment, Total)| environment.noun().is_none() || total.count > 0;
        let parts: Vec<String> = self.0.iter().filter(worth).map(said).collect();
        if parts.is_empty() { self.0.first().map(said).into_iter().collect() } else { parts }
    }

    /// Within a sentence, where a bare number would seem to be all of them: "4 in production and 3 tests".
    pub fn in_a_sentence(&self) -> String {
        let mut parts = self.parts();
        if let ([real, _, ..], Some((Environment::Production, _))) = (parts.as_mut_slice(), self.0.first()) {
            real.push_str(" in production");
        }
        match parts.split_last() {
            Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
            _ => parts.concat(),
        }
    }
}

/// "1,204", "1,204 · 12 tests", and "12 tests" where nothing real was asked for.
impl fmt::Display for Apart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.parts().join(" · "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
    }

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
