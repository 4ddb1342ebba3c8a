//! The charts of Home. Each number is a count of rows of a list, by what the list itself reads, and leads to exactly these rows.

use std::collections::HashMap;

use chrono::{DateTime, Datelike as _, Days, Months, NaiveDate, Utc};
use serde::Deserialize;

use crate::{
    kit::{
        actor::{Identity, Member, Permission as _},
        chart::{Bar, Chart},
        choice::Choice as _,
        grid::{Listing as _, Total},
        time::Zone,
        viewer::Viewer,
        words::Words,
    },
    modules::{
        contracts::{self, Status, grid::Contracts},
        orders, usage,
    },
    t,
};

/// How many weeks of orders are shown, and how many months of usage files.
const WEEKS: u64 = 8;
const MONTHS: u32 = 6;
/// How far each number is counted: in a large company a chart costs no more than reading so many entries of an index for each bar.
const MOST: i64 = 5_000;

/// Days in a row, from the first to the last.
#[derive(Debug, Clone)]
struct Run {
    first: NaiveDate,
    last: NaiveDate,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
}

/// Times that follow each other, as a person's days have them.
#[derive(Debug, Clone)]
pub struct Spans(Vec<Run>);

impl Spans {
    /// Between the first days of each.
    fn between(firsts: &[NaiveDate], zone: Zone) -> Self {
        let of = |pair: &[NaiveDate]| {
            let [first, next] = pair else { return None };
            let (since, until) = (zone.start_of(*first)?, zone.start_of(*next)?);
            Some(Run { first: *first, last: next.pred_opt()?, since, until })
        };
        Self(firsts.windows(2).filter_map(of).collect())
    }

    /// When each begins.
    pub fn since(&self) -> Vec<DateTime<Utc>> {
        self.0.iter().map(|span| span.since).collect()
    }

    /// When the one behind each begins.
    pub fn until(&self) -> Vec<DateTime<Utc>> {
        self.0.iter().map(|span| span.until).collect()
    }
}

/// The weeks and months that are counted.
#[derive(Debug, Clone)]
pub struct Times {
    pub weeks: Spans,
    pub months: Spans,
    zone: Zone,
}

impl Times {
    /// Those up to now, with the one that has begun.
    pub fn until(now: DateTime<Utc>, zone: Zone) -> Self {
        let today = zone.today(now);
        let monday = today - Days::new(today.weekday().num_days_from_monday().into());
        let first = today.with_day(1).unwrap_or(today);
        let weeks: Vec<NaiveDate> = (0..=WEEKS).rev().map(|n| monday + Days::new(7) - Days::new(7 * n)).collect();
        let months: Vec<NaiveDate> = (0..=MONTHS).rev().map(|n| first + Months::new(1) - Months::new(n)).collect();
        Self { weeks: Spans::between(&weeks, zone), months: Spans::between(&months, zone), zone }
    }
}

/// What was counted.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Contracts by the key of their status.
    contracts: HashMap<String, i64>,
    /// Orders by week.
    orders: Vec<i64>,
    /// Usage files by month.
    usage: Vec<i64>,
}

/// An expression that counts what this person may see, as [`Counts`] reads it, over the company `$1`, the beginnings `$3` and ends `$4` of
/// weeks, and those of months, `$5` and `$6`.
pub fn counts(identity: &Identity) -> String {
    let role = identity.company.role;
    let number = |rows: String| format!("(SELECT count(*) FROM ({rows} LIMIT {}) w)", MOST + 1);
    let over_time = |name: &str, rows: String, since: &str, until: &str| {
        format!(
            "'{name}', coalesce((SELECT jsonb_agg({} ORDER BY s.place) \
             FROM unnest({since}::timestamptz[], {until}::timestamptz[]) WITH ORDINALITY AS s(since, until, place)), '[]')",
            number(rows)
        )
    };
    let made = "r.environment = 'production' AND r.created_at >= s.since AND r.created_at < s.until";
    let mut parts = Vec::new();
    if contracts::View::held_by(identity) {
        let keys: Vec<String> = Status::ALL.iter().map(|status| format!("'{}'", status.key())).collect();
        let rows = Contracts::shape(role).rows(role, "1", "r.status = s.status AND r.kind = 'production'");
        parts.push(format!(
            "'contracts', (SELECT jsonb_object_agg(s.status, {}) FROM unnest(ARRAY[{}]) AS s(status))",
            number(rows),
            keys.join(", ")
        ));
    }
    if orders::View::held_by(identity) {
        parts.push(over_time("orders", orders::Requests::shape(role).rows(role, "1", made), "$3", "$4"));
    }
    if usage::View::held_by(identity) {
        parts.push(over_time("usage", usage::grid::Files::shape(role).rows(role, "1", made), "$5", "$6"));
    }
    format!("jsonb_build_object({})", parts.join(", "))
}

/// A row of the table of a chart.
pub struct Row {
    pub name: Words,
    pub figure: Total,
    /// The list of what was counted.
    pub href: String,
}

/// A chart and the table of its numbers.
pub struct Drawn {
    pub chart: Chart,
    /// What its bars are.
    pub head: Words,
    pub rows: Vec<Row>,
}

impl Drawn {
    /// Nothing, when nothing was counted.
    fn of(caption: Words, head: Words, counted: Vec<(Words, i64, String)>) -> Option<Self> {
        if counted.iter().all(|(_, count, _)| *count == 0) {
            return None;
        }
        let bar = |(name, count, _): &(Words, i64, String)| Bar {
            name: name.clone(),
            value: (*count).min(MOST).to_string(),
            open: false,
        };
        let chart = Chart::of(caption.clone(), caption, counted.iter().map(bar).collect())?;
        let row = |(name, count, href)| Row { name, figure: Total::of(count, MOST), href };
        Some(Self { chart, head, rows: counted.into_iter().map(row).collect() })
    }

    fn of_kinds(self) -> Self {
        Self { chart: self.chart.of_kinds(), ..self }
    }
}

/// Those of Home that have anything to show.
pub fn drawn(viewer: &Viewer<Member>, counts: &Counts, times: &Times) -> Vec<Drawn> {
    let contracts = Status::ALL.iter().filter_map(|status| {
        let count = counts.contracts.get(status.key()).copied().filter(|count| *count > 0)?;
        let href = viewer.url(&format!("contracts?status={}&environment=production", status.key()));
        Some((Words::new(status.label()), count, href))
    });
    let contracts = Drawn::of(t!("Contracts by status"), t!("Status"), contracts.collect()).map(Drawn::of_kinds);
    let made = |path: &str, run: &Run| {
        viewer.url(&format!("{path}?environment=production&from={}&to={}", run.first, run.last))
    };
    let week = |(week, count): (&Run, &i64)| {
        (t!("From {day}", day = times.zone.day(week.since).words), *count, made("fulfillment", week))
    };
    let month = |(month, count): (&Run, &i64)| {
        (t!("{month}", month = times.zone.month(month.since).words), *count, made("usage-files", month))
    };
    let orders = times.weeks.0.iter().zip(&counts.orders).map(week).collect();
    let usage = times.months.0.iter().zip(&counts.usage).map(month).collect();
    let all = [
        contracts,
        Drawn::of(t!("Order requests by week"), t!("Week"), orders),
        Drawn::of(t!("Usage files by month"), t!("Month"), usage),
    ];
    all.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weeks_begin_on_mondays_and_months_on_their_first_where_the_person_is() {
        // Sunday evening in UTC, Monday in Berlin
        let now = "2026-11-29T23:30:00Z".parse().unwrap();
        let times = Times::until(now, Zone::named("Europe/Berlin"));
        let said =
            |spans: &Spans| spans.0.iter().map(|span| format!("{} to {}", span.first, span.last)).collect::<Vec<_>>();
        let (weeks, months) = (said(&times.weeks), said(&times.months));
        assert_eq!((weeks.len(), weeks[7].as_str()), (8, "2026-11-30 to 2026-12-06"));
        assert_eq!(weeks[0], "2026-10-12 to 2026-10-18");
        assert_eq!((months.len(), months[5].as_str()), (6, "2026-11-01 to 2026-11-30"));
        assert_eq!(months[0], "2026-06-01 to 2026-06-30");
        // each goes on where the one before ended, over the change of clocks too
        for spans in [&times.weeks, &times.months] {
            assert_eq!(spans.since()[1..], spans.until()[..spans.until().len() - 1]);
        }
    }

    #[test]
    fn what_is_nothing_is_not_drawn_and_what_is_not_counted_to_its_end_says_so() {
        let counted = |count| vec![(Words::data("Active"), count, "/x".to_owned())];
        assert!(Drawn::of(Words::data("Contracts"), Words::data("Status"), counted(0)).is_none());
        assert!(Drawn::of(Words::data("Contracts"), Words::data("Status"), Vec::new()).is_none());
        let drawn = Drawn::of(Words::data("Contracts"), Words::data("Status"), counted(MOST + 1)).unwrap();
        assert_eq!(drawn.rows[0].figure.to_string(), "5,000+");
        assert_eq!(drawn.chart.bars[0].value, "5000");
    }
}
