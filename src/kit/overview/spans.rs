//! The spans of time that an overview looks back on: twelve weeks or twelve months, the last of which is not over yet.

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, Utc};

use crate::{
    kit::{page::Tab, time::Zone, typed, words::Words},
    t,
};

/// How many there are: as many as a chart has bars.
const SPANS: u32 = 12;

/// How long each is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// From Monday to Sunday.
    Weeks,
    Months,
}

/// A week or a month: its days, and what it is called.
#[derive(Debug, Clone)]
pub struct Span {
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub name: Words,
}

/// The latest ones in the order of time, in days of a person's zone.
#[derive(Debug, Clone)]
pub struct Spans {
    pub by: By,
    pub all: Vec<Span>,
    /// Where each begins, and where the last one ends: what `width_bucket` numbers them by, from 1.
    pub edges: Vec<DateTime<Utc>>,
}

impl Spans {
    /// As a query string asks for them; weeks where it does not say.
    pub fn asked(query: &str, zone: Zone, now: DateTime<Utc>) -> Self {
        let months = typed::parameters(query).iter().any(|(name, value)| name == "by" && value == "months");
        Self::of(if months { By::Months } else { By::Weeks }, zone, now)
    }

    /// The latest ones up to now.
    pub fn of(by: By, zone: Zone, now: DateTime<Utc>) -> Self {
        let today = zone.today(now);
        let back = |number: u32| match by {
            By::Weeks => {
                let monday = u64::from(today.weekday().num_days_from_monday());
                today.checked_sub_days(Days::new(monday + 7 * u64::from(number)))
            }
            By::Months => today.with_day(1)?.checked_sub_months(Months::new(number)),
        };
        let next = back(0).and_then(|first| match by {
            By::Weeks => first.checked_add_days(Days::new(7)),
            By::Months => first.checked_add_months(Months::new(1)),
        });
        let starts: Vec<(NaiveDate, DateTime<Utc>)> =
            (0..SPANS).rev().filter_map(back).chain(next).filter_map(|day| Some((day, zone.start_of(day)?))).collect();
        let span = |pair: &[(NaiveDate, DateTime<Utc>)]| {
            let [(from, start), (next, _)] = pair else { return None };
            let name = match by {
                By::Weeks => t!("{day}", day = zone.day(*start).words),
                By::Months => t!("{month}", month = zone.month(*start).words),
            };
            Some(Span { from: *from, to: next.pred_opt()?, name })
        };
        Self {
            by,
            all: starts.windows(2).filter_map(span).collect(),
            edges: starts.iter().map(|(_, at)| *at).collect(),
        }
    }

    /// What the column of their names is headed.
    pub fn head(&self) -> Words {
        match self.by {
            By::Weeks => t!("Week starting"),
            By::Months => t!("Month"),
        }
    }

    /// What a chart of how many there were in each is called.
    pub fn number(&self) -> Words {
        match self.by {
            By::Weeks => t!("Number per week"),
            By::Months => t!("Number per month"),
        }
    }

    /// The first and the last day of all.
    pub fn days(&self) -> Option<(NaiveDate, NaiveDate)> {
        Some((self.all.first()?.from, self.all.last()?.to))
    }

    /// The choice between them, on the page at `here`.
    pub fn tabs(&self, here: &str) -> Vec<Tab> {
        vec![
            Tab { label: "Last 12 weeks", href: here.to_owned(), current: self.by == By::Weeks },
            Tab { label: "Last 12 months", href: format!("{here}?by=months"), current: self.by == By::Months },
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn weeks_begin_on_monday_and_the_last_is_this_one() {
        let spans = Spans::of(By::Weeks, Zone::UTC, at("2026-11-28T10:00:00Z"));
        assert_eq!((spans.all.len(), spans.edges.len()), (12, 13));
        let days = |span: &Span| format!("{} {} {}", span.from, span.to, span.name);
        assert_eq!(days(&spans.all[11]), "2026-11-23 2026-11-29 23 Nov 2026");
        assert_eq!(days(&spans.all[0]), "2026-09-07 2026-09-13 7 Sep 2026");
        assert_eq!(spans.edges[12], at("2026-11-30T00:00:00Z"));
    }

    #[test]
    fn months_are_whole_where_the_person_is() {
        let berlin = Zone::named("Europe/Berlin");
        let spans = Spans::asked("by=months&by=x", berlin, at("2026-10-31T23:30:00Z"));
        assert_eq!((spans.all.len(), spans.by), (12, By::Months));
        assert_eq!(spans.days().map(|(from, to)| format!("{from} {to}")).as_deref(), Some("2025-12-01 2026-11-30"));
        assert_eq!((spans.edges[10], spans.edges[11]), (at("2026-09-30T22:00:00Z"), at("2026-10-31T23:00:00Z")));
        assert_eq!(spans.all[11].name.to_string(), "Nov 2026");
    }

    #[test]
    fn what_means_nothing_asks_for_weeks() {
        for query in ["", "by=", "by=years", "by=%00months'", "weeks=months"] {
            assert_eq!(Spans::asked(query, Zone::UTC, at("2026-11-28T10:00:00Z")).by, By::Weeks, "{query}");
        }
    }
}
