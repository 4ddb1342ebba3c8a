//! What every list with a status can be counted by: its rows by status and age, and those that begin in each span of time.

use chrono::{DateTime, Days, NaiveDate, Utc};
use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{Array, BigInt, Int4, Text, Timestamptz},
};

use super::{Cell, Line, Section, Spans, Table};
use crate::{
    kit::{
        chart::{Bar, Chart},
        db::Read,
        grid::{FilterKind, Listing, REAL_OR_TEST, Shape},
        problem::Result,
        statement::statement,
        words::Words,
    },
    t,
};

/// Where one age ends and the next begins, in days: today is the first.
const AGES: [u64; 3] = [30, 90, 365];

/// The days on which something of one age began; open on one side.
struct Age {
    label: Words,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

impl Age {
    /// The youngest first.
    fn all(today: NaiveDate) -> Vec<Self> {
        let [month, quarter, year] = AGES.map(|days| today.checked_sub_days(Days::new(days - 1)));
        let before = |day: Option<NaiveDate>| day.and_then(|day| day.pred_opt());
        vec![
            Self { label: t!("Up to 30 days"), from: month, to: None },
            Self { label: t!("31 to 90 days"), from: quarter, to: before(month) },
            Self { label: t!("91 to 365 days"), from: year, to: before(quarter) },
            Self { label: t!("Older"), from: None, to: before(year) },
        ]
    }

    /// The list of those of this age, as what follows other filters.
    fn query(&self) -> String {
        let from = self.from.map(|day| format!("&from={day}"));
        let to = self.to.map(|day| format!("&to={day}"));
        [from, to].into_iter().flatten().collect()
    }
}

#[derive(QueryableByName)]
struct Aged {
    #[diesel(sql_type = Text)]
    status: String,
    /// How many ages are older than this one.
    #[diesel(sql_type = Int4)]
    age: i32,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct Begun {
    #[diesel(sql_type = Int4)]
    span: i32,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Real rows: what is in Test or Preview is counted nowhere.
fn real(shape: &Shape) -> String {
    let column = shape.choices.iter().find(|(key, _)| *key == REAL_OR_TEST.key);
    column.map_or_else(|| "true".to_owned(), |(_, column)| format!("(r.{column} = 'production')"))
}

/// The statuses of a list, as its filter has them.
fn statuses<L: Listing>() -> &'static [(&'static str, &'static str)] {
    let filter = L::FILTERS.iter().find(|filter| filter.key == "status");
    match filter.map(|filter| filter.kind) {
        Some(FilterKind::OneOf(options)) => options,
        _ => &[],
    }
}

/// What the parts of [`of_list`] are called.
#[derive(Debug, Clone)]
pub struct Called {
    pub by_age: Words,
    pub begun: Words,
    /// The head of the number of those that began.
    pub counted: Words,
}

/// The overview of a list whose rows have a status and begin on a day; nothing where there are no rows.
pub fn of_list<L: Listing>(read: &mut Read<'_, L::View>, spans: &Spans, called: Called) -> Result<Vec<Section>> {
    match by_age::<L>(read, called.by_age)? {
        Some(first) => Ok(vec![first, begun::<L>(read, spans, called.begun, called.counted)?]),
        None => Ok(Vec::new()),
    }
}

/// The company's rows by status and age, counted from one index for each side of the list.
fn by_age<L: Listing>(read: &mut Read<'_, L::View>, heading: Words) -> Result<Option<Section>> {
    let (role, zone) = (read.actor.identity.company.role, read.actor.zone());
    let (shape, ages) = (L::shape(role), Age::all(zone.today(read.actor.now())));
    let edges: Vec<DateTime<Utc>> =
        ages.iter().rev().filter_map(|age| age.from).filter_map(|day| zone.start_of(day)).collect();
    let (status, since) = (shape.status.unwrap_or("status"), shape.since);
    let columns = format!("(r.{status}) AS status, width_bucket(r.{since}, $2::timestamptz[]) AS age");
    let text = format!(
        "SELECT x.status, x.age, count(*) AS count FROM ({}) x GROUP BY x.status, x.age",
        shape.rows(role, &columns, &real(shape))
    );
    let counts: Vec<Aged> = statement(text)
        .bind::<Text, _>(read.actor.account().as_str().to_owned())
        .bind::<Array<Timestamptz>, _>(edges)
        .load(read.conn)?;
    if counts.is_empty() {
        return Ok(None);
    }
    let base = read.actor.url(L::PATH);
    let count = |status: Option<&str>, age: Option<usize>| -> i64 {
        let fits = |one: &&Aged| {
            status.is_none_or(|status| one.status == status)
                && age.is_none_or(|age| usize::try_from(one.age).is_ok_and(|older| older + age + 1 == ages.len()))
        };
        counts.iter().filter(fits).map(|one| one.count).sum()
    };
    let cells = |status: Option<&str>| -> Vec<Cell> {
        let of = status.map(|status| format!("status={status}&")).unwrap_or_default();
        let aged = ages.iter().enumerate().map(|(at, age)| {
            Cell::count(count(status, Some(at)), format!("{base}?{of}environment=production{}", age.query()))
        });
        aged.chain([Cell::count(count(status, None), format!("{base}?{of}environment=production"))]).collect()
    };
    let statuses = statuses::<L>();
    let bars = statuses.iter().map(|(key, label)| Bar {
        name: Words::new(label),
        value: count(Some(*key), None).to_string(),
        open: false,
    });
    let chart = Chart::of(t!("Number by status"), t!("Number"), bars.collect()).map(Chart::of_kinds);
    let mut lines: Vec<Line> =
        statuses.iter().map(|(key, label)| Line::of(Words::new(label), cells(Some(*key)))).collect();
    lines.push(Line::of(t!("All"), cells(None)));
    Ok(Some(Section {
        charts: chart.into_iter().collect(),
        table: Table {
            caption: heading.clone(),
            head: t!("Status"),
            columns: ages.iter().map(|age| age.label.clone()).chain([t!("All")]).collect(),
            lines,
        },
        hint: Words::default(),
        heading,
    }))
}

/// How many of the company's rows begin in each span of time; `counted` heads their number.
fn begun<L: Listing>(read: &mut Read<'_, L::View>, spans: &Spans, heading: Words, counted: Words) -> Result<Section> {
    let role = read.actor.identity.company.role;
    let shape = L::shape(role);
    let since = shape.since;
    let rows = shape.rows(
        role,
        &format!("(width_bucket(r.{since}, $2::timestamptz[])) AS span"),
        &format!("{} AND r.{since} >= ($2::timestamptz[])[1] AND r.{since} < $3", real(shape)),
    );
    let end = spans.edges.last().copied().unwrap_or_else(|| read.actor.now());
    let counts: Vec<Begun> =
        statement(format!("SELECT x.span, count(*) AS count FROM ({rows}) x GROUP BY x.span ORDER BY x.span"))
            .bind::<Text, _>(read.actor.account().as_str().to_owned())
            .bind::<Array<Timestamptz>, _>(spans.edges.clone())
            .bind::<Timestamptz, _>(end)
            .load(read.conn)?;
    let base = read.actor.url(L::PATH);
    let of = |at: usize| -> i64 {
        let here = |one: &&Begun| usize::try_from(one.span).is_ok_and(|span| span == at + 1);
        counts.iter().filter(here).map(|one| one.count).sum()
    };
    let link = |(from, to): (NaiveDate, NaiveDate)| format!("{base}?environment=production&from={from}&to={to}");
    let bars = spans.all.iter().enumerate().map(|(at, span)| Bar {
        name: span.name.clone(),
        value: of(at).to_string(),
        open: false,
    });
    let chart = Chart::of(spans.number(), counted.clone(), bars.collect());
    let lines = spans.all.iter().enumerate().rev();
    let mut lines: Vec<Line> = lines
        .map(|(at, span)| Line::of(span.name.clone(), vec![Cell::count(of(at), link((span.from, span.to)))]))
        .collect();
    let all: i64 = counts.iter().map(|one| one.count).sum();
    lines.extend(spans.days().map(|days| Line::of(t!("All"), vec![Cell::count(all, link(days))])));
    Ok(Section {
        charts: chart.into_iter().collect(),
        table: Table { caption: heading.clone(), head: spans.head(), columns: vec![counted], lines },
        hint: Words::default(),
        heading,
    })
}
