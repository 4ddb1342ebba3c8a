//! How a person writes days, hours and numbers where that differs from the language's way. It is a part of [`super::Lang`]: whatever is said
//! to the person, on pages, in mails and in files for people, follows it; files and answers for machines do not.

use std::fmt;

use crate::kit::choice::Choice as _;

crate::choice! {
    /// The order of day, month and year.
    Days without column {
        DayFirst = "dmy" / "Day, month, year: 31/12/2026",
        MonthFirst = "mdy" / "Month, day, year: 12/31/2026",
        YearFirst = "ymd" / "Year, month, day: 2026-12-31",
    }
}

crate::choice! {
    /// How many hours the clock has.
    Clock without column {
        Whole = "24" / "24 hours: 18:30",
        Half = "12" / "12 hours: 6:30 PM",
    }
}

crate::choice! {
    /// What stands between thousands, and before decimals.
    Signs without column {
        Comma = "comma" / "Comma and point: 1,234.56",
        Point = "point" / "Point and comma: 1.234,56",
        Space = "space" / "Space and comma: 1 234,56",
        Apostrophe = "apostrophe" / "Apostrophe and point: 1’234.56",
    }
}

impl Days {
    pub(super) fn pattern(self) -> &'static str {
        match self {
            Self::DayFirst => "%d/%m/%Y",
            Self::MonthFirst => "%m/%d/%Y",
            Self::YearFirst => "%Y-%m-%d",
        }
    }
}

impl Clock {
    /// To the second if it has to be `exact`.
    pub(super) fn pattern(self, exact: bool) -> &'static str {
        match (self, exact) {
            (Self::Whole, false) => "%H:%M",
            (Self::Whole, true) => "%H:%M:%S",
            (Self::Half, false) => "%-I:%M %p",
            (Self::Half, true) => "%-I:%M:%S %p",
        }
    }
}

impl Signs {
    /// Writes a number such as "-1234.50" with all of its digits.
    pub(super) fn write(self, to: &mut dyn fmt::Write, number: &str) -> fmt::Result {
        let signs = match self {
            Self::Comma => (',', '.'),
            Self::Point => ('.', ','),
            // a space that no line breaks at
            Self::Space => ('\u{a0}', ','),
            Self::Apostrophe => ('’', '.'),
        };
        super::dates::grouped(to, number, signs)
    }
}

/// What a person has chosen; where it is `None`, the language decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Habits {
    pub days: Option<Days>,
    pub clock: Option<Clock>,
    pub signs: Option<Signs>,
}

impl Habits {
    /// The language decides everything.
    pub const NONE: Self = Self { days: None, clock: None, signs: None };

    /// By their keys.
    pub fn of(days: &str, clock: &str, signs: &str) -> Self {
        Self { days: Days::from_key(days), clock: Clock::from_key(clock), signs: Signs::from_key(signs) }
    }

    /// From the three keys with commas between.
    pub fn read(keys: &str) -> Self {
        let mut keys = keys.split(',');
        let [days, clock, signs] = [(); 3].map(|()| keys.next().unwrap_or_default());
        Self::of(days, clock, signs)
    }

    /// The keys, empty where the language decides.
    pub fn keys(self) -> [&'static str; 3] {
        [
            self.days.map(Days::key).unwrap_or_default(),
            self.clock.map(Clock::key).unwrap_or_default(),
            self.signs.map(Signs::key).unwrap_or_default(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::{
        time::Zone,
        words::{Figure, Lang, Say as _},
    };

    #[test]
    fn what_a_person_chose_is_kept_as_three_keys() {
        for keys in [["", "", ""], ["dmy", "12", "space"], ["", "24", ""], ["ymd", "", "apostrophe"]] {
            assert_eq!(Habits::read(&keys.join(",")).keys(), keys);
        }
        assert_eq!(Habits::read("whatever"), Habits::NONE);
    }

    #[test]
    fn numbers_are_written_as_a_person_does_in_every_language() {
        for lang in [Lang::ENGLISH, Lang::tagged("de", false).unwrap()] {
            for (signs, number, figure) in [
                ("comma", "1,234,567", "-1,234.50"),
                ("point", "1.234.567", "-1.234,50"),
                ("space", "1\u{a0}234\u{a0}567", "-1\u{a0}234,50"),
                ("apostrophe", "1’234’567", "-1’234.50"),
            ] {
                let lang = lang.with(Habits::of("", "", signs));
                assert_eq!(1_234_567_i64.said(lang), number);
                assert_eq!(Figure::of("-1234.50").said(lang), figure);
                assert_eq!(Figure::of("999").said(lang), "999");
            }
        }
    }

    #[test]
    fn days_and_hours_are_written_as_a_person_does_in_every_language() {
        let at = chrono::DateTime::from_timestamp(1_774_310_705, 0).unwrap();
        let when = Zone::named("Europe/Berlin").when(at);
        let day = Zone::named("Europe/Berlin").day(at);
        let german = Lang::tagged("de", false).unwrap();
        for (lang, keys, said, exact, only_day) in [
            (Lang::ENGLISH, ",,", "24 Mar 2026, 01:05", "24 March 2026, 01:05:05 CET", "24 Mar 2026"),
            (Lang::ENGLISH, "dmy,,", "24/03/2026, 01:05", "24/03/2026, 01:05:05 CET", "24/03/2026"),
            (Lang::ENGLISH, "mdy,12,", "03/24/2026, 1:05 AM", "03/24/2026, 1:05:05 AM CET", "03/24/2026"),
            (Lang::ENGLISH, ",12,", "24 Mar 2026, 1:05 AM", "24 March 2026, 1:05:05 AM CET", "24 Mar 2026"),
            (german, "ymd,,", "2026-03-24, 01:05", "2026-03-24, 01:05:05 CET", "2026-03-24"),
            (german, ",12,", "24.03.2026, 1:05 AM", "24. März 2026, 1:05:05 AM CET", "24.03.2026"),
        ] {
            let lang = lang.with(Habits::read(keys));
            let all = [&when.words, &when.exact, &day.words].map(|one| one.said(lang));
            assert_eq!(all, [said, exact, only_day], "{keys}");
        }
        assert_eq!(Zone::UTC.month(at).words.said(Lang::ENGLISH.with(Habits::read("ymd,12,"))), "Mar 2026");
    }
}
