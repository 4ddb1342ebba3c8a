//! Instants as a person reads them, in the person's zone.

use chrono::{DateTime, Datelike as _, NaiveDate, NaiveDateTime, NaiveTime, TimeZone as _, Utc};
use chrono_tz::Tz;

use super::words::{Moment, Words, dates::Style};
use crate::t;

/// The program's own clock: for names of files and words such as "4 days ago". Whatever expires, is due or is refused goes by the
/// database's (`Actor::now`, `Tx::at`, [`super::db::now`]), which is one for all programs.
pub fn shown_now() -> DateTime<Utc> {
    Utc::now()
}

/// A person's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(pub Tz);

impl Zone {
    pub const UTC: Self = Self(Tz::UTC);

    /// The zone of that name in the IANA list, or UTC.
    pub fn named(name: &str) -> Self {
        Self(name.parse().unwrap_or(Tz::UTC))
    }

    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Day and minute.
    pub fn when(self, at: DateTime<Utc>) -> When {
        self.with(at, Style::Minute)
    }

    /// The day only.
    pub fn day(self, at: DateTime<Utc>) -> When {
        self.with(at, Style::Day)
    }

    /// The month only.
    pub fn month(self, at: DateTime<Utc>) -> When {
        self.with(at, Style::Month)
    }

    /// The last instant of `day` here.
    pub fn end_of(self, day: NaiveDate) -> Option<DateTime<Utc>> {
        let end = day.and_time(NaiveTime::from_hms_opt(23, 59, 59)?);
        self.0.from_local_datetime(&end).latest().map(|at| at.with_timezone(&Utc))
    }

    /// The first instant of `day` here.
    pub fn start_of(self, day: NaiveDate) -> Option<DateTime<Utc>> {
        self.instant(day.and_time(NaiveTime::MIN))
    }

    /// The instant of a day and a minute here; the first of two where clocks go back.
    pub fn instant(self, at: NaiveDateTime) -> Option<DateTime<Utc>> {
        // where clocks go forward, at midnight or later, what lies in the hour that is left out comes after it
        self.0
            .from_local_datetime(&at)
            .earliest()
            .or_else(|| self.0.from_local_datetime(&(at + chrono::TimeDelta::hours(1))).earliest())
            .map(|at| at.with_timezone(&Utc))
    }

    pub fn today(self, now: DateTime<Utc>) -> NaiveDate {
        now.with_timezone(&self.0).date_naive()
    }

    fn with(self, at: DateTime<Utc>, style: Style) -> When {
        let moment = |style| Moment { at, zone: self.0, style };
        When { iso: iso(at), words: moment(style), exact: moment(Style::Exact) }
    }
}

/// A day as `type=date` sends it, of a year that both calendars and PostgreSQL write with four digits.
pub fn day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|day| (1..=9999).contains(&day.year()))
}

/// An instant for a `<time>` element: machine form, words, and the exact time shown on hover.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct When {
    pub iso: String,
    pub words: Moment,
    pub exact: Moment,
}

/// UTC as exports and evidence carry it.
pub fn iso(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// UTC as the published API carries it: whole seconds, and the offset written out, since some clients read nothing else.
pub fn published(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}

/// "today", "in 3 days", "2 days ago".
pub fn distance(from: DateTime<Utc>, to: DateTime<Utc>) -> Words {
    let seconds = (to - from).num_seconds();
    let span = usize::try_from(seconds.unsigned_abs()).unwrap_or(usize::MAX);
    match (seconds > 0, span) {
        (_, 0..60) => t!("just now"),
        (true, 60..3_600) => t!("in {n} minute" | "in {n} minutes", span / 60),
        (true, 3_600..86_400) => t!("in {n} hour" | "in {n} hours", span / 3_600),
        (true, _) => t!("in {n} day" | "in {n} days", span / 86_400),
        (false, 60..3_600) => t!("{n} minute ago" | "{n} minutes ago", span / 60),
        (false, 3_600..86_400) => t!("{n} hour ago" | "{n} hours ago", span / 3_600),
        (false, _) => t!("{n} day ago" | "{n} days ago", span / 86_400),
    }
}

/// How long something took, in the unit that says it best: "40 minutes", "3 hours", "12 days".
pub fn lasting(seconds: i64) -> Words {
    let seconds = usize::try_from(seconds).unwrap_or_default();
    let nearest = |unit: usize| (seconds + unit / 2) / unit;
    match seconds {
        0..60 => t!("Less than a minute"),
        60..3_600 => t!("{n} minute" | "{n} minutes", nearest(60)),
        3_600..172_800 => t!("{n} hour" | "{n} hours", nearest(3_600)),
        _ => t!("{n} day" | "{n} days", nearest(86_400)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_where_the_person_is() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        assert_eq!(iso(Zone::named("Europe/Berlin").end_of(day).unwrap()), "2026-11-21T22:59:59Z");
        assert_eq!(iso(Zone::named("nonsense").end_of(day).unwrap()), "2026-11-21T23:59:59Z");
    }

    #[test]
    fn a_duration_is_said_in_one_unit() {
        for (seconds, words) in [
            (-5, "Less than a minute"),
            (59, "Less than a minute"),
            (89, "1 minute"),
            (3_599, "60 minutes"),
            (5_400, "2 hours"),
            (86_400, "24 hours"),
            (172_800, "2 days"),
            (31_536_000, "365 days"),
        ] {
            assert_eq!(lasting(seconds).to_string(), words, "{seconds}");
        }
    }

    #[test]
    fn programs_are_told_whole_seconds() {
        assert_eq!(published("2020-10-13T01:09:09.987Z".parse().unwrap()), "2020-10-13T01:09:09+00:00");
    }

    #[test]
    fn a_day_without_a_midnight_still_begins() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 29).unwrap();
        assert_eq!(iso(Zone::named("Asia/Beirut").start_of(day).unwrap()), "2026-03-28T22:00:00Z");
    }

    #[test]
    fn a_day_is_of_our_time() {
        for text in ["-262143-01-01", "-4714-01-01", "0000-01-01", "10000-01-01", "262142-12-31", "2026-13-01", ""] {
            assert_eq!(day(text), None, "{text}");
        }
        for text in ["0001-01-01", "9999-12-31"] {
            let day = day(text).unwrap();
            for zone in ["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"] {
                assert!(Zone::named(zone).start_of(day) < Zone::named(zone).end_of(day), "{text} {zone}");
            }
        }
    }

    #[test]
    fn an_instant_reads_in_the_persons_zone() {
        let at = "2021-03-15T03:11:00Z".parse().unwrap();
        let when = Zone::named("America/New_York").when(at);
        assert_eq!(
            (when.words.to_string().as_str(), when.iso.as_str()),
            ("14 Mar 2021, 23:11", "2021-03-15T03:11:00Z")
        );
    }
}
