//! Times of a sheet, in one spelling, of UTC or of a time zone. Which of two numbers is the month is never guessed.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone as _, Utc};

use crate::{
    kit::time::Zone,
    modules::customers::imports::read::{Raw, serial, tidy},
};

/// Earlier days are numbers that are no days.
const FIRST_SERIAL: f64 = 61.0;

/// The instant that stands in a cell.
pub fn moment(cell: &Raw, from_1904: bool) -> Option<DateTime<Utc>> {
    match cell {
        Raw::At(at, _) => Some(at.and_utc()),
        Raw::Number { value, .. } if *value >= FIRST_SERIAL => serial(*value, from_1904).map(|at| at.and_utc()),
        Raw::Text(text) | Raw::Date(text, _) => written(&tidy(text)),
        _ => None,
    }
}

/// Until when something lasts. Whoever writes 23:59:59 means the midnight after it, there where they say to be.
pub fn end(cell: &Raw, from_1904: bool) -> Option<DateTime<Utc>> {
    let Said { at, offset, whole_minute } = match cell {
        Raw::Text(text) | Raw::Date(text, _) => said(&tidy(text))?,
        _ => Said { at: moment(cell, from_1904)?.naive_utc(), offset: TimeDelta::zero(), whole_minute: false },
    };
    let last = at.format("%H:%M:%S").to_string();
    let until = match last.as_str() {
        "23:59:59" => at.checked_add_signed(TimeDelta::seconds(1))?.date().and_time(NaiveTime::MIN),
        "23:59:00" if whole_minute => at.checked_add_signed(TimeDelta::minutes(1))?,
        _ => at,
    };
    until.checked_sub_signed(offset).map(|at| at.and_utc())
}

/// Whether a cell says itself how far its time is from UTC.
pub fn has_offset(cell: &Raw) -> bool {
    let says = |text: &str| tidy(text).get(11..).is_some_and(|time| time.contains(['Z', '+', '-']));
    matches!(cell, Raw::Text(text) | Raw::Date(text, _) if says(text))
}

/// The instant when clocks of a time zone show this, the first of two; none where they leave it out. A day begins with its first instant, also
/// where they leave out midnight.
pub fn there(at: NaiveDateTime, zone: Zone) -> Option<DateTime<Utc>> {
    if at.time() == NaiveTime::MIN {
        return zone.start_of(at.date());
    }
    zone.0.from_local_datetime(&at).earliest().map(|at| at.with_timezone(&Utc))
}

/// A time as it is written, and how far from UTC it says to be.
struct Said {
    at: NaiveDateTime,
    offset: TimeDelta,
    /// It says no seconds.
    whole_minute: bool,
}

/// The instant that a text means.
fn written(text: &str) -> Option<DateTime<Utc>> {
    let Said { at, offset, .. } = said(text)?;
    at.checked_sub_signed(offset).map(|at| at.and_utc())
}

/// `2026-05-31`, `2026-05-31 9:21:39`, `2026-05-31T09:21:39.5Z`, `2026-05-31T11:21+02:00`.
fn said(text: &str) -> Option<Said> {
    let (day, time) = match text.split_once(['T', ' ']) {
        Some((day, time)) => (day, time.trim()),
        None => (text, "0:00:00"),
    };
    // years of four digits: a sign before one counts among them else
    if day.len() != 10 || !day.starts_with(|sign: char| sign.is_ascii_digit()) {
        return None;
    }
    let day = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
    let (time, offset) = match time.find(['Z', '+', '-']) {
        Some(at) => (&time[..at], offset(&time[at..])?),
        None => (time, TimeDelta::zero()),
    };
    let whole_minute = time.matches(':').count() == 1;
    let time = ["%H:%M:%S%.f", "%H:%M:%S", "%H:%M"]
        .iter()
        .find_map(|format| NaiveTime::parse_from_str(time.trim(), format).ok())?;
    Some(Said { at: NaiveDateTime::new(day, time), offset, whole_minute })
}

/// `Z`, `+02:00`.
fn offset(text: &str) -> Option<TimeDelta> {
    if text == "Z" {
        return Some(TimeDelta::zero());
    }
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let number = |text: &str| (text.len() == 2).then(|| text.parse::<i64>().ok()).flatten();
    let all = TimeDelta::minutes(number(hours)? * 60 + number(minutes)?);
    (all <= TimeDelta::hours(14)).then_some(if text.starts_with('-') { -all } else { all })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Option<String> {
        moment(&Raw::Text(text.into()), false).map(|at| at.format("%Y-%m-%d %H:%M:%S").to_string())
    }

    fn until(text: &str) -> Option<String> {
        end(&Raw::Text(text.into()), false).map(|at| at.format("%Y-%m-%d %H:%M:%S").to_string())
    }

    #[test]
    fn one_spelling_is_taken_and_none_is_guessed() {
        for (text, at) in [
            ("2026-05-31 09:21:39", "2026-05-31 09:21:39"),
            ("2026-05-31 9:21:39", "2026-05-31 09:21:39"),
            ("2026-05-31T09:21", "2026-05-31 09:21:00"),
            ("2026-05-31", "2026-05-31 00:00:00"),
            ("2026-05-31T09:21:39.500Z", "2026-05-31 09:21:39"),
            ("2026-05-31T01:00:00+02:00", "2026-05-30 23:00:00"),
        ] {
            assert_eq!(typed(text).as_deref(), Some(at), "{text}");
        }
        for text in [
            "05/06/2026",
            "+99999-1-1",
            "-9999-1-01",
            "31.05.2026",
            "2026-13-01",
            "2026-02-30",
            "26-05-31",
            "2026-05-31 25:00",
            "yesterday",
            "",
            "2026-05-31T00:00+99:00",
        ] {
            assert_eq!(typed(text), None, "{text}");
        }
    }

    #[test]
    fn clocks_of_a_zone_leave_out_an_hour_and_show_another_twice() {
        let berlin = Zone::named("Europe/Berlin");
        let at = |text: &str, zone| {
            let cell = Raw::Text(text.into());
            there(moment(&cell, false).unwrap().naive_utc(), zone).map(|at| at.format("%m-%d %H:%M").to_string())
        };
        for (text, instant) in [
            ("2026-03-29", Some("03-28 23:00")),
            ("2026-03-29 01:59", Some("03-29 00:59")),
            ("2026-03-29 02:30", None),
            ("2026-03-29 03:00", Some("03-29 01:00")),
            ("2026-10-25 02:30", Some("10-25 00:30")),
            ("2026-10-26", Some("10-25 23:00")),
        ] {
            assert_eq!(at(text, berlin).as_deref(), instant, "{text}");
        }
        assert_eq!(at("2026-09-06", Zone::named("America/Santiago")).as_deref(), Some("09-06 04:00"));
        let offset = |text: &str| has_offset(&Raw::Text(text.into()));
        assert_eq!(
            (offset("2026-03-29"), offset("2026-03-29T02:30"), offset("2026-03-29 02:30Z")),
            (false, false, true)
        );
    }

    #[test]
    fn numbers_are_days_of_the_workbook() {
        let cell = |value: f64| Raw::Number { value, format: String::new() };
        let day = |value: f64, from_1904| {
            moment(&cell(value), from_1904).map(|at| at.format("%Y-%m-%d %H:%M:%S").to_string())
        };
        assert_eq!(day(46_143.0, false).as_deref(), Some("2026-05-01 00:00:00"));
        assert_eq!(day(44_681.0, true).as_deref(), Some("2026-05-01 00:00:00"));
        assert_eq!(day(46_143.999_999_9, false).as_deref(), Some("2026-05-02 00:00:00"));
        assert_eq!(day(12.0, false), None);
    }

    #[test]
    fn the_last_second_of_a_day_is_its_end() {
        for text in ["2026-05-31 23:59:59", "2026-05-31 23:59:59.999", "2026-05-31 23:59", "2026-06-01 00:00:00"] {
            assert_eq!(until(text).as_deref(), Some("2026-06-01 00:00:00"), "{text}");
        }
        for (text, at) in [
            ("2026-05-31 23:59:58", "2026-05-31 23:59:58"),
            // where it is midnight
            ("2026-05-31 23:59:59+02:00", "2026-05-31 22:00:00"),
            ("2026-05-31T23:59+02:00", "2026-05-31 22:00:00"),
            ("2026-06-01 01:59:59+02:00", "2026-05-31 23:59:59"),
        ] {
            assert_eq!(until(text).as_deref(), Some(at), "{text}");
        }
    }
}
