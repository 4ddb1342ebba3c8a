//! Days, times, numbers, lists and the order of names, as the people of a language write them. The data are Unicode's; English is written by hand, as the
//! house writes it.

use std::{cell::RefCell, collections::HashMap, fmt, rc::Rc};

use askama::{FastWritable, Values};
use chrono::{DateTime, Datelike as _, Timelike as _, Utc};
use chrono_tz::Tz;
use icu_calendar::Gregorian;
use icu_collator::{CollatorBorrowed, options::CollatorOptions};
use icu_datetime::{
    FixedCalendarDateTimeFormatter, NoCalendarFormatter,
    fieldsets::{T, YM, YMD, YMDT},
    input::{Date, DateTime as Instant, Time},
};
use icu_decimal::{DecimalFormatter, input::Decimal};
use icu_list::ListFormatter;
use icu_locale_core::Locale;

use super::{Arg, Habits, Join, Lang, Say, lang, pseudo};

/// An instant where a person is, and how much of it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    pub at: DateTime<Utc>,
    pub zone: Tz,
    pub style: Style,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// "Mar 2021"
    Month,
    /// "14 Mar 2021"
    Day,
    /// "14 Mar 2021, 23:11"
    Minute,
    /// "14 March 2021, 23:11:05 EDT"
    Exact,
}

impl Say for Moment {
    fn say(&self, to: &mut dyn fmt::Write, lang: Lang) -> fmt::Result {
        let here = self.at.with_timezone(&self.zone);
        let Habits { days, clock, .. } = lang.habits();
        let chosen = match self.style {
            Style::Month => false,
            Style::Day => days.is_some(),
            Style::Minute | Style::Exact => days.is_some() || clock.is_some(),
        };
        if chosen {
            return by_habit(&here, self.style, to, lang);
        }
        if lang == Lang::ENGLISH || lang == Lang::PSEUDO {
            let english = here.format(match self.style {
                Style::Month => "%b %Y",
                Style::Day => "%-d %b %Y",
                Style::Minute => "%-d %b %Y, %H:%M",
                Style::Exact => "%-d %B %Y, %H:%M:%S %Z",
            });
            return if lang == Lang::PSEUDO {
                to.write_str(&pseudo::of(&english.to_string()))
            } else {
                write!(to, "{english}")
            };
        }
        let formats = Formats::of(lang)?;
        let (date, time) = (date(&here)?, time(&here)?);
        match self.style {
            Style::Month => write!(to, "{}", formats.month.format(&date)),
            Style::Day => write!(to, "{}", formats.day.format(&date)),
            Style::Minute => write!(to, "{}", formats.minute.format(&Instant { date, time })),
            Style::Exact => write!(to, "{} {}", formats.exact.format(&Instant { date, time }), here.format("%Z")),
        }
    }
}

/// Writes day and time one by one, each as the person does, or else as the language.
fn by_habit(here: &DateTime<Tz>, style: Style, to: &mut dyn fmt::Write, lang: Lang) -> fmt::Result {
    let (Habits { days, clock, .. }, exact) = (lang.habits(), style == Style::Exact);
    let english = |pattern: &str| {
        let text = here.format(pattern).to_string();
        if lang == Lang::PSEUDO { pseudo::of(&text) } else { text }
    };
    let by_hand = lang == Lang::ENGLISH || lang == Lang::PSEUDO;
    match days {
        Some(days) => write!(to, "{}", here.format(days.pattern()))?,
        None if by_hand => to.write_str(&english(if exact { "%-d %B %Y" } else { "%-d %b %Y" }))?,
        None if exact => write!(to, "{}", Formats::of(lang)?.long.format(&date(here)?))?,
        None => write!(to, "{}", Formats::of(lang)?.day.format(&date(here)?))?,
    }
    if style == Style::Day {
        return Ok(());
    }
    to.write_str(", ")?;
    match clock {
        Some(clock) => write!(to, "{}", here.format(clock.pattern(exact)))?,
        None if by_hand => to.write_str(&english(if exact { "%H:%M:%S" } else { "%H:%M" }))?,
        None if exact => write!(to, "{}", Formats::of(lang)?.seconds.format(&time(here)?))?,
        None => write!(to, "{}", Formats::of(lang)?.minutes.format(&time(here)?))?,
    }
    if exact { write!(to, " {}", here.format("%Z")) } else { Ok(()) }
}

fn date(here: &DateTime<Tz>) -> Result<Date<Gregorian>, fmt::Error> {
    Date::try_new_gregorian(here.year(), two(here.month()), two(here.day())).map_err(|_| fmt::Error)
}

fn time(here: &DateTime<Tz>) -> Result<Time, fmt::Error> {
    Time::try_new(two(here.hour()), two(here.minute()), two(here.second()), 0).map_err(|_| fmt::Error)
}

/// Parts of a day and a time, none of which is greater than 59.
fn two(part: u32) -> u8 {
    u8::try_from(part).unwrap_or_default()
}

/// In English, in the same zone.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.say(f, Lang::ENGLISH)
    }
}

impl FastWritable for Moment {
    fn write_into(&self, to: &mut dyn fmt::Write, values: &dyn Values) -> askama::Result<()> {
        Ok(self.say(to, lang(values))?)
    }
}

/// Writes a whole number.
pub fn number(to: &mut dyn fmt::Write, number: i64, lang: Lang) -> fmt::Result {
    if let Some(signs) = lang.habits().signs {
        return signs.write(to, &number.to_string());
    }
    if lang == Lang::ENGLISH || lang == Lang::PSEUDO {
        return if number.unsigned_abs() < 1_000 {
            write!(to, "{number}")
        } else {
            grouped(to, &number.to_string(), ENGLISH)
        };
    }
    write!(to, "{}", Formats::of(lang)?.number.format(&Decimal::from(number)))
}

/// Writes an exact decimal such as "-1234.50" with all of its digits.
pub(super) fn decimal(to: &mut dyn fmt::Write, exact: &str, lang: Lang) -> fmt::Result {
    if let Some(signs) = lang.habits().signs {
        return signs.write(to, exact);
    }
    if lang == Lang::ENGLISH || lang == Lang::PSEUDO {
        return grouped(to, exact, ENGLISH);
    }
    match exact.parse::<Decimal>() {
        Ok(number) => write!(to, "{}", Formats::of(lang)?.number.format(&number)),
        // more digits than the formatter takes, which is tens of thousands
        Err(_) => to.write_str(exact),
    }
}

/// What stands between thousands, and before decimals.
const ENGLISH: (char, char) = (',', '.');

/// 1,204.5 rather than 1204.5, or with other signs.
pub(super) fn grouped(to: &mut dyn fmt::Write, number: &str, (between, before): (char, char)) -> fmt::Result {
    let (whole, decimals) = number.split_at(number.find('.').unwrap_or(number.len()));
    for (at, digit) in whole.char_indices() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) && !whole[..at].ends_with(['-', '+']) {
            to.write_char(between)?;
        }
        to.write_char(digit)?;
    }
    match decimals.strip_prefix('.') {
        Some(digits) => {
            to.write_char(before)?;
            to.write_str(digits)
        }
        None => Ok(()),
    }
}

/// Writes a list as part of a sentence.
pub fn list(to: &mut dyn fmt::Write, all: &[Arg], join: Join, lang: Lang) -> fmt::Result {
    if join == Join::Lines {
        for (at, one) in all.iter().enumerate() {
            if at > 0 {
                to.write_char('\n')?;
            }
            one.say(to, lang)?;
        }
        return Ok(());
    }
    if lang == Lang::ENGLISH || lang == Lang::PSEUDO {
        let Some((last, before)) = all.split_last() else { return Ok(()) };
        for (at, one) in before.iter().enumerate() {
            if at > 0 {
                to.write_str(", ")?;
            }
            one.say(to, lang)?;
        }
        if !before.is_empty() {
            let word = match join {
                Join::Or => "or",
                Join::And | Join::Lines => "and",
            };
            to.write_char(' ')?;
            to.write_str(&if lang == Lang::PSEUDO { pseudo::of(word) } else { word.to_owned() })?;
            to.write_char(' ')?;
        }
        return last.say(to, lang);
    }
    let formats = Formats::of(lang)?;
    let said: Vec<String> = all.iter().map(|one| one.said(lang)).collect();
    let format = match join {
        Join::Or => &formats.or,
        Join::And | Join::Lines => &formats.and,
    };
    write!(to, "{}", format.format(said.iter()))
}

/// Things in the order that the language gives their names: "Österreich" behind "Oman" in German, at the end in Swedish.
pub fn sorted<T, S: Say>(all: Vec<T>, name: impl Fn(&T) -> &S, lang: Lang) -> Result<Vec<T>, fmt::Error> {
    if all.len() < 2 {
        return Ok(all);
    }
    let formats = Formats::of(lang)?;
    let mut named: Vec<(String, T)> = all.into_iter().map(|one| (name(&one).said(lang), one)).collect();
    named.sort_by(|(one, _), (other, _)| formats.order.compare(one, other));
    Ok(named.into_iter().map(|(_, one)| one).collect())
}

/// The formats of one language. To make one takes as long as to use it many times.
struct Formats {
    month: FixedCalendarDateTimeFormatter<Gregorian, YM>,
    day: FixedCalendarDateTimeFormatter<Gregorian, YMD>,
    minute: FixedCalendarDateTimeFormatter<Gregorian, YMDT>,
    exact: FixedCalendarDateTimeFormatter<Gregorian, YMDT>,
    long: FixedCalendarDateTimeFormatter<Gregorian, YMD>,
    minutes: NoCalendarFormatter<T>,
    seconds: NoCalendarFormatter<T>,
    number: DecimalFormatter,
    and: ListFormatter,
    or: ListFormatter,
    order: CollatorBorrowed<'static>,
}

thread_local! {
    static FORMATS: RefCell<HashMap<Lang, Rc<Formats>>> = RefCell::new(HashMap::new());
}

impl Formats {
    fn of(lang: Lang) -> Result<Rc<Self>, fmt::Error> {
        if let Some(known) = FORMATS.with_borrow(|all| all.get(&lang).cloned()) {
            return Ok(known);
        }
        let made = Rc::new(Self::made(lang.tag()).ok_or(fmt::Error)?);
        FORMATS.with_borrow_mut(|all| all.insert(lang, made.clone()));
        Ok(made)
    }

    /// A language that Unicode does not know is written as its root is.
    fn made(tag: &str) -> Option<Self> {
        let locale: Locale = tag.parse().unwrap_or(Locale::UNKNOWN);
        Some(Self {
            month: FixedCalendarDateTimeFormatter::try_new((&locale).into(), YM::long()).ok()?,
            day: FixedCalendarDateTimeFormatter::try_new((&locale).into(), YMD::medium()).ok()?,
            minute: FixedCalendarDateTimeFormatter::try_new((&locale).into(), YMD::medium().with_time_hm()).ok()?,
            exact: FixedCalendarDateTimeFormatter::try_new((&locale).into(), YMD::long().with_time_hms()).ok()?,
            long: FixedCalendarDateTimeFormatter::try_new((&locale).into(), YMD::long()).ok()?,
            minutes: NoCalendarFormatter::try_new((&locale).into(), T::hm()).ok()?,
            seconds: NoCalendarFormatter::try_new((&locale).into(), T::hms()).ok()?,
            number: DecimalFormatter::try_new((&locale).into(), Default::default()).ok()?,
            and: ListFormatter::try_new_and((&locale).into(), Default::default()).ok()?,
            or: ListFormatter::try_new_or((&locale).into(), Default::default()).ok()?,
            order: CollatorBorrowed::try_new((&locale).into(), CollatorOptions::default()).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::words::Data;

    #[test]
    fn numbers_are_grouped() {
        let said = |n: i64| n.said(Lang::ENGLISH);
        assert_eq!([0, 999, 1_000, 1_234_567].map(said), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([-1, -100, -1_000, -123_456].map(said), ["-1", "-100", "-1,000", "-123,456"]);
    }

    #[test]
    fn names_stand_where_readers_of_a_language_look_for_them() {
        let names = ["Zypern", "Österreich", "Panama", "Oman", "Angola", "Åland"];
        let said = |tag: &str| {
            let order = Formats::made(tag).unwrap().order;
            let mut names = names.to_vec();
            names.sort_by(|one, other| order.compare(one, other));
            names.join(" ")
        };
        assert_eq!(said("de"), "Åland Angola Oman Österreich Panama Zypern");
        assert_eq!(said("sv"), "Angola Oman Panama Zypern Åland Österreich");
        let here = sorted(names.map(Data).into(), |one| one, Lang::ENGLISH).unwrap();
        assert_eq!(here.iter().map(|one| one.0).collect::<Vec<_>>().join(" "), said("en"));
    }

    #[test]
    fn every_language_writes_days_its_own_way() {
        let date = Date::try_new_gregorian(2026, 3, 4).unwrap();
        let time = Time::try_new(14, 5, 9, 0).unwrap();
        let said = |tag: &str| {
            let formats = Formats::made(tag).unwrap();
            let all = [
                formats.month.format(&date).to_string(),
                formats.day.format(&date).to_string(),
                formats.minute.format(&Instant { date, time }).to_string(),
                formats.number.format(&Decimal::from(1_234_567)).to_string(),
                formats.and.format(["a", "b", "c"].iter()).to_string(),
                formats.or.format(["a", "b"].iter()).to_string(),
            ];
            all.join(" | ").replace(['\u{202f}', '\u{a0}'], " ")
        };
        assert_eq!(said("de"), "März 2026 | 04.03.2026 | 04.03.2026, 14:05 | 1.234.567 | a, b und c | a oder b");
        assert_eq!(said("fr"), "mars 2026 | 4 mars 2026 | 4 mars 2026, 14:05 | 1 234 567 | a, b et c | a ou b");
    }
}
