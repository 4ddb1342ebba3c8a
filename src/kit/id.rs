//! Human ids: a prefix and groups of random digits, the same in URL, table, log line and support call.

use std::{fmt, marker::PhantomData, str::FromStr};

use chrono::{DateTime, Utc};
use diesel::{
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    pg::Pg,
    serialize::{self, Output, ToSql},
    sql_types::Text,
};
use rand::RngExt as _;

/// A sort of object that bears ids: which prefixes it may have and how many digits each group holds.
pub trait Kind: 'static {
    /// Every prefix an id of this kind may start with, without the dash.
    const PREFIXES: &'static [&'static str];
    /// Digits of each group behind the prefix.
    const GROUPS: &'static [usize];
    /// So many of the last groups count: each has at least so many digits, and more when there are more.
    const COUNTS: usize = 0;
}

/// The checked id of a `K`. Digits are text: leading zeros count.
#[derive(AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Id<K: Kind> {
    text: String,
    kind: PhantomData<fn() -> K>,
}

/// The text is not an id of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id of this kind")]
pub struct Malformed;

impl<K: Kind> Id<K> {
    /// Draws a new id. Short spaces collide: whoever inserts it must be ready to draw again.
    ///
    /// `prefix` must be one of the kind's own; anything else is a mistake in the program and falls back to its first.
    pub fn draw(prefix: &str) -> Self {
        let prefix = if K::PREFIXES.contains(&prefix) { prefix } else { K::PREFIXES[0] };
        let mut random = rand::rng();
        let mut text = prefix.to_owned();
        for &digits in K::GROUPS {
            text.push('-');
            text.extend((0..digits).map(|_| char::from(b'0' + random.random_range(0..10u8))));
        }
        Self::unchecked(text)
    }

    /// As [`Id::draw`], for kinds whose first two groups are a year and a month: when it is made can be read off the id.
    pub fn draw_in(at: DateTime<Utc>) -> Self {
        let drawn = Self::draw(K::PREFIXES[0]);
        let rest: Vec<&str> = drawn.text.split('-').skip(3).collect();
        Self::unchecked(format!("{}-{}-{}", K::PREFIXES[0], at.format("%Y-%m"), rest.join("-")))
    }

    /// The id of a part of `whole`: its digits, then `number` in the last group.
    pub fn within<W: Kind>(whole: &Id<W>, number: i32) -> Self {
        let digits = whole.text.split_once('-').map_or("", |(_, digits)| digits);
        let width = K::GROUPS.last().copied().unwrap_or_default();
        Self::unchecked(format!("{}-{digits}-{number:0width$}", K::PREFIXES[0]))
    }

    /// The id of the part `number` of the part `of` of `whole`, both counting from 1.
    pub fn within_part<W: Kind>(whole: &Id<W>, of: i32, number: i32) -> Self {
        let digits = whole.text.split_once('-').map_or("", |(_, digits)| digits);
        Self::unchecked(format!("{}-{digits}-{of:03}-{number:03}", K::PREFIXES[0]))
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The part before the first dash.
    pub fn prefix(&self) -> &str {
        self.text.split('-').next().unwrap_or_default()
    }

    fn unchecked(text: String) -> Self {
        Self { text, kind: PhantomData }
    }
}

impl<K: Kind> FromStr for Id<K> {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let mut parts = text.split('-');
        let prefix = parts.next().unwrap_or_default();
        let counting = K::GROUPS.len() - K::COUNTS;
        let fits = K::PREFIXES.contains(&prefix)
            && K::GROUPS.iter().enumerate().all(|(at, &digits)| {
                let counts = at >= counting;
                parts.next().is_some_and(|part| {
                    (part.len() == digits || counts && (digits..10).contains(&part.len()))
                        && part.bytes().all(|byte| byte.is_ascii_digit())
                })
            })
            && parts.next().is_none();
        if fits { Ok(Self::unchecked(text.to_owned())) } else { Err(Malformed) }
    }
}

impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl<K: Kind> Clone for Id<K> {
    fn clone(&self) -> Self {
        Self::unchecked(self.text.clone())
    }
}

impl<K: Kind> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl<K: Kind> Eq for Id<K> {}

impl<K: Kind> std::hash::Hash for Id<K> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.text.hash(state);
    }
}

impl<K: Kind> serde::Serialize for Id<K> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de, K: Kind> serde::Deserialize<'de> for Id<K> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl<K: Kind> ToSql<Text, Pg> for Id<K> {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        <str as ToSql<Text, Pg>>::to_sql(&self.text, out)
    }
}

impl<K: Kind> FromSql<Text, Pg> for Id<K> {
    fn from_sql(bytes: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(<String as FromSql<Text, Pg>>::from_sql(bytes)?.parse()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Sample;
    impl Kind for Sample {
        const PREFIXES: &'static [&'static str] = &["AA", "BB"];
        const GROUPS: &'static [usize] = &[3, 5];
    }

    proptest! {
        #[test]
        fn what_is_drawn_reads_back(second in any::<bool>()) {
            let id = Id::<Sample>::draw(if second { "BB" } else { "AA" });
            prop_assert_eq!(id.to_string().parse::<Id<Sample>>(), Ok(id));
        }

        #[test]
        fn nothing_else_is_an_id(text in "\\PC{0,20}") {
            let expected = text.len() == 12
                && (text.starts_with("AA-") || text.starts_with("BB-"))
                && text.as_bytes()[6] == b'-'
                && text.bytes().enumerate().all(|(at, byte)| matches!(at, 0..=2 | 6) || byte.is_ascii_digit());
            prop_assert_eq!(text.parse::<Id<Sample>>().is_ok(), expected);
        }
    }

    struct Part;
    impl Kind for Part {
        const PREFIXES: &'static [&'static str] = &["CC"];
        const GROUPS: &'static [usize] = &[3, 5, 3];
        const COUNTS: usize = 1;
    }

    #[test]
    fn a_part_bears_the_digits_of_its_whole_and_counts_on() {
        let whole: Id<Sample> = "AA-123-45678".parse().unwrap();
        for (number, text) in [(7, "CC-123-45678-007"), (1_204, "CC-123-45678-1204")] {
            let part = Id::<Part>::within(&whole, number);
            assert_eq!(part.as_str(), text);
            assert_eq!(text.parse(), Ok(part));
        }
        assert!("CC-123-45678-07".parse::<Id<Part>>().is_err());
    }

    struct Dated;
    impl Kind for Dated {
        const PREFIXES: &'static [&'static str] = &["DD"];
        const GROUPS: &'static [usize] = &[4, 2, 4, 4];
    }

    #[test]
    fn an_id_may_say_in_which_month_it_was_made() {
        let id = Id::<Dated>::draw_in("2026-05-31T23:59:59Z".parse().unwrap());
        assert!(id.as_str().starts_with("DD-2026-05-"));
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn digits_of_other_scripts_and_missing_groups_are_refused() {
        for text in ["AA-١٢٣-12345", "AA-123", "AA-123-12345-1", "AA-123-1234", " AA-123-12345", "aa-123-12345", ""]
        {
            assert!(text.parse::<Id<Sample>>().is_err(), "{text}");
        }
    }
}
