//! The charts of Home. Each number is a count of rows of a list, by what the list itself reads, and leads to exactly these rows.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::{
    kit::{
        actor::{Identity, Member, Permission as _},
        chart::{Bar, Chart},
        choice::Choice as _,
        grid::{COUNTED, Listing as _, Total},
        overview::{By, Cell, Line, Section, Span, Spans, Table},
        time::Zone,
        viewer::Viewer,
        words::Words,
    },
    modules::{
        contracts::{self, Status, grid::Contracts},
        orders::{self, ORDERED, ORDERS, Requests},
        usage::{self, grid::Files},
    },
    t,
};

/// The weeks and months that are counted.
#[derive(Debug, Clone)]
pub struct Times {
    pub weeks: Spans,
    pub months: Spans,
}

impl Times {
    /// Those up to now, with the one that has begun.
    pub fn until(now: DateTime<Utc>, zone: Zone) -> Self {
        Self { weeks: Spans::of(By::Weeks, zone, now), months: Spans::of(By::Months, zone, now) }
    }
}

/// When each begins, and when each ends.
pub fn edges(spans: &Spans) -> (Vec<DateTime<Utc>>, Vec<DateTime<Utc>>) {
    spans.edges.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.last()?))).unzip()
}

/// What was counted, each up to one more than [`COUNTED`]: in a large company a chart costs no more than reading so many rows for each bar.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// Contracts by the key of their status.
    contracts: HashMap<String, i64>,
    /// Orders by the week in which they came, and by that in which they were fulfilled.
    received: Vec<i64>,
    fulfilled: Vec<i64>,
    /// Usage files by the month in which they were created.
    usage: Vec<i64>,
}

/// An expression that counts what this person may see, as [`Counts`] reads it, over the company `$1`, the beginnings `$3` and ends `$4` of
/// weeks, and those of months, `$5` and `$6`.
pub fn counts(identity: &Identity) -> String {
    let role = identity.company.role;
    let number = |rows: String| format!("(SELECT count(*) FROM ({rows} LIMIT {}) w)", COUNTED + 1);
    let over_time = |name: &str, rows: String, since: &str, until: &str| {
        format!(
            "'{name}', coalesce((SELECT jsonb_agg({} ORDER BY s.place) \
             FROM unnest({since}::timestamptz[], {until}::timestamptz[]) WITH ORDINALITY AS s(since, until, place)), '[]')",
            number(rows)
        )
    };
    let within = |column: &str| format!("(r.{column} >= s.since AND r.{column} < s.until)");
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
        let rows = |condition: String| Requests::shape(role).rows(role, "1", &format!("{ORDERED} AND {condition}"));
        parts.push(over_time("received", rows(within("created_at")), "$3", "$4"));
        let fulfilled = format!("(r.status = 'approved' AND {})", within("updated_at"));
        parts.push(over_time("fulfilled", rows(fulfilled), "$3", "$4"));
    }
    if usage::View::held_by(identity) {
        let made = format!("(r.environment = 'production' AND {})", within("created_at"));
        parts.push(over_time("usage", Files::shape(role).rows(role, "1", &made), "$5", "$6"));
    }
    format!("jsonb_build_object({})", parts.join(", "))
}

/// Charts, their numbers, and the page that tells more.
pub struct Part {
    pub section: Section,
    pub label: &'static str,
    pub more: String,
}

fn bar(name: Words, count: i64) -> Bar {
    Bar { name, value: count.min(COUNTED).to_string(), open: false }
}

/// A number, and the list of what was counted.
fn cell(count: i64, href: String) -> Cell {
    Cell { words: Total::of(count, COUNTED).words(), href: (count > 0).then_some(href) }
}

/// Charts and their table; nothing when nothing was counted.
fn section(
    charts: impl IntoIterator<Item = Option<Chart>>,
    table: Table,
    counts: impl IntoIterator<Item = i64>,
) -> Option<Section> {
    let most = counts.into_iter().max().filter(|most| *most > 0)?;
    let hint = if most > COUNTED { t!("Counted up to {n}.", n = COUNTED) } else { Words::default() };
    Some(Section { heading: table.caption.clone(), charts: charts.into_iter().flatten().collect(), table, hint })
}

fn by_status(viewer: &Viewer<Member>, counts: &Counts) -> Option<Section> {
    let there: Vec<(Status, i64)> = (Status::ALL.iter())
        .filter_map(|status| Some((*status, counts.contracts.get(status.key()).copied().filter(|count| *count > 0)?)))
        .collect();
    let line = |(status, count): &(Status, i64)| {
        let href = viewer.url(&format!("contracts?status={}&environment=production", status.key()));
        Line::of(Words::new(status.label()), vec![cell(*count, href)])
    };
    let bars = there.iter().map(|(status, count)| bar(Words::new(status.label()), *count)).collect();
    let caption = t!("Contracts by status");
    let chart = Chart::of(caption.clone(), t!("Number"), bars).map(Chart::of_kinds);
    let lines = there.iter().map(line).collect();
    let table = Table { caption, head: t!("Status"), columns: vec![t!("Number")], lines };
    section([chart], table, there.iter().map(|(_, count)| *count))
}

/// Bars of so many in each span.
fn over_time(caption: Words, measure: Words, spans: &Spans, counts: &[i64]) -> Option<Chart> {
    let bars = spans.all.iter().zip(counts).map(|(span, count)| bar(span.name.clone(), *count));
    Chart::of(caption, measure, bars.collect())
}

fn in_and_out(viewer: &Viewer<Member>, counts: &Counts, weeks: &Spans) -> Option<Section> {
    let line = |(span, (received, fulfilled)): (&Span, (&i64, &i64))| {
        let (from, to) = (span.from, span.to);
        let came = viewer.url(&format!("fulfillment{ORDERS}&from={from}&to={to}"));
        let went = viewer.url(&format!("fulfillment{ORDERS}&status=approved&ended_from={from}&ended_to={to}"));
        Line::of(span.name.clone(), vec![cell(*received, came), cell(*fulfilled, went)])
    };
    let charts = [
        over_time(t!("Orders received"), t!("Received"), weeks, &counts.received),
        over_time(t!("Orders fulfilled"), t!("Fulfilled"), weeks, &counts.fulfilled),
    ];
    let table = Table {
        caption: t!("Orders in and out"),
        head: weeks.head(),
        columns: vec![t!("Received"), t!("Fulfilled")],
        lines: weeks.all.iter().zip(counts.received.iter().zip(&counts.fulfilled)).map(line).rev().collect(),
    };
    section(charts, table, counts.received.iter().chain(&counts.fulfilled).copied())
}

fn reported(viewer: &Viewer<Member>, counts: &Counts, months: &Spans) -> Option<Section> {
    let line = |(span, count): (&Span, &i64)| {
        let href = format!("usage-files?environment=production&from={}&to={}", span.from, span.to);
        Line::of(span.name.clone(), vec![cell(*count, viewer.url(&href))])
    };
    let caption = t!("Usage files created");
    let chart = over_time(caption.clone(), t!("Number"), months, &counts.usage);
    let lines = months.all.iter().zip(&counts.usage).map(line).rev().collect();
    let table = Table { caption, head: months.head(), columns: vec![t!("Number")], lines };
    section([chart], table, counts.usage.iter().copied())
}

/// Those of Home that have anything to show.
pub fn parts(viewer: &Viewer<Member>, counts: &Counts, times: &Times) -> Vec<Part> {
    let part = |section: Option<Section>, label: &'static str, path: &str| {
        Some(Part { section: section?, label, more: viewer.url(path) })
    };
    let all = [
        part(by_status(viewer, counts), "Contracts overview", "contracts/overview"),
        part(in_and_out(viewer, counts, &times.weeks), "Orders overview", "fulfillment/overview"),
        part(reported(viewer, counts, &times.months), "Usage overview", "usage-records/overview"),
    ];
    all.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        Table { caption: Words::data("Contracts"), head: Words::data("Status"), columns: Vec::new(), lines: Vec::new() }
    }

    #[test]
    fn what_is_nothing_is_not_drawn_and_what_is_not_counted_to_its_end_says_so() {
        assert!(section([None], table(), []).is_none() && section([None], table(), [0, 0]).is_none());
        let whole = section([None], table(), [0, COUNTED]).unwrap();
        assert!(whole.hint.is_empty());
        let cut = section([None], table(), [COUNTED + 1, 0]).unwrap();
        assert_eq!(cut.hint, "Counted up to 1,000.");
        let more = cell(COUNTED + 1, "/contracts".to_owned());
        assert_eq!((more.words.to_string().as_str(), more.href.as_deref()), ("1,000+", Some("/contracts")));
        assert_eq!(cell(0, "/contracts".to_owned()).href, None, "nothing leads nowhere");
        assert_eq!(bar(Words::data("Active"), COUNTED + 1).value, "1000");
    }

    #[test]
    fn each_span_ends_where_the_next_begins() {
        let now = "2026-11-28T10:00:00Z".parse().unwrap();
        let times = Times::until(now, Zone::named("Europe/Berlin"));
        for spans in [&times.weeks, &times.months] {
            let (since, until) = edges(spans);
            assert_eq!((since.len(), until.len()), (spans.all.len(), spans.all.len()));
            assert_eq!(since[1..], until[..until.len() - 1]);
        }
    }
}
