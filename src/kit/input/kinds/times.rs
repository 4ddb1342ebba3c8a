//! Kinds of fields that name a time: a day, a minute.

use chrono::{DateTime, Datelike as _, Months, NaiveDate, NaiveDateTime, Utc};
use serde_json::Value;

use crate::kit::{
    api::Schema,
    form_page::Ask,
    input::{Kind, json},
    time, typed,
    violation::{Why, Words},
};

/// A day of our time, as browsers send it. A program may send an instant: its day counts.
pub struct Day;

impl Kind for Day {
    type Value = NaiveDate;

    fn tidy(&self, text: &str) -> String {
        typed::key(text)
    }

    fn value(&self, text: String, _: &Words) -> Result<NaiveDate, Why> {
        match time::day(&text) {
            Some(day) if (2000..2200).contains(&day.year()) => Ok(day),
            Some(_) => Err(Why::new("day", "Enter a date between the years 2000 and 2199")),
            None => Err(Why::new("day", "Enter a date such as 2027-03-29")),
        }
    }

    fn text(&self, value: &NaiveDate) -> String {
        value.format("%Y-%m-%d").to_string()
    }

    fn ask(&self) -> Ask {
        Ask::Day
    }

    fn from_json(&self, value: &Value) -> Result<String, Why> {
        let text = json::text(value)?;
        Ok(text.split_once('T').map_or(text.as_str(), |(day, _)| day).to_owned())
    }

    fn schema(&self) -> Schema {
        Schema::day()
    }
}

/// A day and a minute where the person is, as `type=datetime-local` sends it. Which instant that is depends on the person's zone.
pub struct Minute;

impl Minute {
    /// As browsers write it, with seconds where they have any, and as people do.
    const FORMATS: [&str; 3] = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"];

    /// Why a text is none.
    pub fn wrong() -> Why {
        Why::new("minute", "Enter a date and time such as 2027-03-29 09:30")
    }
}

impl Kind for Minute {
    type Value = NaiveDateTime;

    fn tidy(&self, text: &str) -> String {
        typed::key(text)
    }

    fn value(&self, text: String, _: &Words) -> Result<NaiveDateTime, Why> {
        let read = |format: &&str| NaiveDateTime::parse_from_str(&text, format).ok();
        Self::FORMATS.iter().find_map(read).ok_or_else(Self::wrong)
    }

    fn text(&self, value: &NaiveDateTime) -> String {
        value.format(Self::FORMATS[0]).to_string()
    }

    fn ask(&self) -> Ask {
        Ask::Moment
    }
}

/// How many years ahead something can be planned.
const FURTHEST: u32 = 10;

/// Whether something can be planned for `at`.
///
/// # Errors
/// Why it cannot: it is over, or too far ahead.
pub fn ahead(at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), Why> {
    if at <= now {
        return Err(Why::new("later", "Enter a time in the future"));
    }
    if Some(at) > now.checked_add_months(Months::new(12 * FURTHEST)) {
        let words = Words::new("Enter a time within the next {years} years").with("years", FURTHEST);
        return Err(Why::new("later", words));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_is_read_as_browsers_and_people_write_it() {
        let read = |typed: &str| Minute.value(Minute.tidy(typed), &Words::default()).map(|at| Minute.text(&at));
        for typed in ["2027-03-29T09:30", "2027-03-29T09:30:00", " 2027-03-29 09:30 "] {
            assert_eq!(read(typed).as_deref(), Ok("2027-03-29T09:30"), "{typed}");
        }
        for bad in ["soon", "2027-03-29", "2027-13-29T09:30", "29.03.2027 09:30"] {
            assert_eq!(read(bad).map_err(|why| why.code), Err("minute"), "{bad}");
        }
    }

    #[test]
    fn a_time_is_to_come_and_not_out_of_reach() {
        let now = "2026-11-25T12:00:00Z".parse().unwrap();
        let said = |at: &str| ahead(at.parse().unwrap(), now).map_err(|why| why.words.to_string());
        assert_eq!(said("2026-11-25T12:01:00Z"), Ok(()));
        assert_eq!(said("2036-11-25T12:00:00Z"), Ok(()));
        assert_eq!(said("2026-11-25T12:00:00Z"), Err("Enter a time in the future".to_owned()));
        for far in ["2036-11-25T12:01:00Z", "9999-01-01T00:00:00Z"] {
            assert_eq!(said(far), Err("Enter a time within the next 10 years".to_owned()), "{far}");
        }
    }
}
