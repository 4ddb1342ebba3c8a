//! What the address of a reconciliation asks for.

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, NaiveTime, Utc};

use super::store::Scope;
use crate::{
    kit::{actor::Permission, choice::Choice as _, environment::Environment, time, viewer::Viewer},
    modules::customers::pages::asked,
};

/// The state of the page, as its address says it. What is empty is not asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    pub product: String,
    /// Empty: all of the company's.
    pub marketplace: String,
    pub environment: Environment,
    /// Whether the address names no days, so that those of the last usage are shown.
    pub open: bool,
    /// The first day, by UTC.
    pub from: NaiveDate,
    /// The last day, by UTC: it belongs to the period.
    pub to: NaiveDate,
    /// Part of a customer's name, or of an ID of its subscription.
    pub search: String,
    /// Whether rows that agree are asked for, too.
    pub all: bool,
    /// From 0.
    pub page: i64,
}

/// Pages that an address can ask for.
const PAGES: i64 = 100_000;

/// The days that are named, the last one included.
fn named(from: &str, to: &str) -> Option<(NaiveDate, NaiveDate)> {
    time::day(from).zip(time::day(to)).filter(|(from, to)| from <= to)
}

/// The first and the last day of the month before.
fn month_before(today: NaiveDate) -> (NaiveDate, NaiveDate) {
    let last = today.with_day(1).and_then(|first| first.pred_opt()).unwrap_or(today);
    (last.with_day(1).unwrap_or(last), last)
}

/// The first and the last day of the months that a period lies in.
fn months_of((from, to): (DateTime<Utc>, DateTime<Utc>)) -> Option<(NaiveDate, NaiveDate)> {
    let last = to.date_naive().pred_opt()?.max(from.date_naive());
    Some((from.date_naive().with_day(1)?, last.with_day(1)?.checked_add_months(Months::new(1))?.pred_opt()?))
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

impl Asked {
    pub fn read<P: Permission>(viewer: &Viewer<P>) -> Self {
        let text = |name: &str| asked(viewer, name).unwrap_or_default();
        let named = named(&text("from"), &text("to"));
        let (from, to) = named.unwrap_or_else(|| month_before(viewer.now().date_naive()));
        Self {
            product: text("product"),
            marketplace: text("marketplace"),
            environment: match text("environment").as_str() {
                key if key == Environment::Test.key() => Environment::Test,
                _ => Environment::Production,
            },
            open: named.is_none(),
            from,
            to,
            search: text("q"),
            all: text("show") == "all",
            page: text("page").parse().unwrap_or(0).clamp(0, PAGES),
        }
    }

    /// The same with days: those that the address names, or else the months of the last period of which usage is reported, so that there is
    /// something to see.
    pub fn settled(self, last: Option<(DateTime<Utc>, DateTime<Utc>)>) -> Self {
        let found = last.filter(|_| self.open).and_then(months_of);
        let (from, to) = found.unwrap_or((self.from, self.to));
        Self { open: false, from, to, ..self }
    }

    /// The instants of the period, half-open.
    pub fn period(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        (midnight(self.from), midnight(self.to.checked_add_days(Days::new(1)).unwrap_or(self.to)))
    }

    /// What the store is asked, by the time of now.
    pub fn scope(&self, now: DateTime<Utc>) -> Scope {
        Scope {
            product: self.product.clone(),
            marketplace: self.marketplace.clone(),
            environment: self.environment,
            period: self.period(),
            now,
            search: self.search.clone(),
        }
    }

    /// The same page for the period before or behind: so many months where it is whole months, otherwise so many days.
    pub fn moved(&self, later: bool) -> Option<Self> {
        let behind = self.to.succ_opt()?;
        let (from, to) = if (self.from.day(), behind.day()) == (1, 1) {
            let months = (behind.year() - self.from.year()) * 12 + i32::try_from(behind.month()).ok()?
                - i32::try_from(self.from.month()).ok()?;
            let months = Months::new(u32::try_from(months).ok()?);
            let shifted = |day: NaiveDate| match later {
                true => day.checked_add_months(months),
                false => day.checked_sub_months(months),
            };
            (shifted(self.from)?, shifted(behind)?.pred_opt()?)
        } else {
            let length = behind - self.from;
            let shifted = |day: NaiveDate| match later {
                true => day.checked_add_signed(length),
                false => day.checked_sub_signed(length),
            };
            (shifted(self.from)?, shifted(self.to)?)
        };
        // what an address cannot say is no period
        time::day(&from.to_string()).and(time::day(&to.to_string()))?;
        Some(Self { open: false, from, to, page: 0, ..self.clone() })
    }

    /// The query string, with its question mark.
    pub fn query(&self) -> String {
        let mut pairs = vec![("product", self.product.clone())];
        if !self.marketplace.is_empty() {
            pairs.push(("marketplace", self.marketplace.clone()));
        }
        if self.environment != Environment::Production {
            pairs.push(("environment", self.environment.key().to_owned()));
        }
        if !self.open {
            pairs.extend([("from", self.from.to_string()), ("to", self.to.to_string())]);
        }
        if !self.search.is_empty() {
            pairs.push(("q", self.search.clone()));
        }
        if self.all {
            pairs.push(("show", "all".to_owned()));
        }
        if self.page > 0 {
            pairs.push(("page", self.page.to_string()));
        }
        format!("?{}", serde_html_form::to_string(&pairs).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(from: &str, to: &str) -> Asked {
        let named = named(from, to);
        let (from, to) = named.unwrap_or_else(|| month_before("2026-03-15".parse().unwrap()));
        Asked {
            product: "PRD-000-000-001".into(),
            marketplace: String::new(),
            environment: Environment::Production,
            open: named.is_none(),
            from,
            to,
            search: String::new(),
            all: false,
            page: 0,
        }
    }

    #[test]
    fn a_period_is_the_month_before_unless_two_days_say_otherwise() {
        for (from, to, wanted) in [
            ("", "", ("2026-02-01", "2026-02-28")),
            ("2026-05-01", "", ("2026-02-01", "2026-02-28")),
            ("2026-05-02", "2026-05-01", ("2026-02-01", "2026-02-28")),
            ("2026-05-01", "x", ("2026-02-01", "2026-02-28")),
            ("2026-05-04", "2026-05-04", ("2026-05-04", "2026-05-04")),
        ] {
            let asked = asked(from, to);
            assert_eq!((asked.from.to_string().as_str(), asked.to.to_string().as_str()), wanted, "{from} {to}");
        }
        let (from, to) = asked("2026-05-01", "2026-05-31").period();
        assert_eq!(
            (from.to_rfc3339(), to.to_rfc3339()),
            ("2026-05-01T00:00:00+00:00".into(), "2026-06-01T00:00:00+00:00".into())
        );
    }

    #[test]
    fn a_page_without_days_opens_where_usage_was_reported_last() {
        let settled = |named: (&str, &str), last: Option<(&str, &str)>| {
            let last = last.map(|(from, to)| (from.parse().unwrap(), to.parse().unwrap()));
            let asked = asked(named.0, named.1).settled(last);
            assert!(asked.query().contains(&format!("from={}", asked.from)));
            format!("{} {}", asked.from, asked.to)
        };
        let week = Some(("2026-05-04T00:00:00Z", "2026-05-11T00:00:00Z"));
        let quarter = Some(("2026-04-01T00:00:00Z", "2026-07-01T00:00:00Z"));
        let across = Some(("2026-04-27T00:00:00Z", "2026-05-04T00:00:00Z"));
        let whole = Some(("2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z"));
        assert_eq!(settled(("", ""), None), "2026-02-01 2026-02-28");
        assert_eq!(settled(("", ""), week), "2026-05-01 2026-05-31");
        assert_eq!(settled(("", ""), whole), "2026-05-01 2026-05-31");
        assert_eq!(settled(("", ""), across), "2026-04-01 2026-05-31");
        assert_eq!(settled(("", ""), quarter), "2026-04-01 2026-06-30");
        assert_eq!(settled(("2026-05-04", "2026-05-05"), quarter), "2026-05-04 2026-05-05");
        assert!(!asked("", "").query().contains("from="), "another product opens where it has something");
    }

    #[test]
    fn whole_months_are_followed_by_whole_months_and_days_by_as_many_days() {
        let moved = |from: &str, to: &str, later: bool| {
            let moved = asked(from, to).moved(later).unwrap();
            format!("{} {}", moved.from, moved.to)
        };
        assert_eq!(moved("2026-01-01", "2026-01-31", true), "2026-02-01 2026-02-28");
        assert_eq!(moved("2026-03-01", "2026-03-31", false), "2026-02-01 2026-02-28");
        assert_eq!(moved("2026-01-01", "2026-03-31", true), "2026-04-01 2026-06-30");
        assert_eq!(moved("2026-01-05", "2026-01-11", true), "2026-01-12 2026-01-18");
        assert_eq!(moved("2026-01-05", "2026-01-11", false), "2025-12-29 2026-01-04");
        assert!(asked("0001-01-01", "0001-01-31").moved(false).is_none());
        assert!(asked("9999-12-01", "9999-12-31").moved(true).is_none());
    }
}
