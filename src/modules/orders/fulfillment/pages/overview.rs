//! Orders as figures: in and out by week or month, and how long they took by product and partner.

use actix_web::{HttpResponse, web};
use chrono::NaiveDate;

use crate::{
    kit::{
        chart::{Bar, Chart},
        db::Db,
        overview::{Cell, Line, Overview, Section, Span, Spans, Table},
        page,
        problem::Result,
        time::lasting,
        viewer::Viewer,
        words::Words,
    },
    modules::orders::{
        fulfillment::{
            grid::ORDERS,
            store::figures::{self, Flow, LISTED, Taken},
        },
        subscriptions::View,
    },
    t,
};

/// Days, the first and the last.
type Days = (NaiveDate, NaiveDate);

fn received(list: &str, (from, to): Days) -> String {
    format!("{list}{ORDERS}&from={from}&to={to}")
}

fn fulfilled(list: &str, (from, to): Days) -> String {
    format!("{list}{ORDERS}&status=approved&ended_from={from}&ended_to={to}")
}

fn lost(list: &str, (from, to): Days) -> String {
    format!("{list}{ORDERS}&status=failed&status=revoked&ended_from={from}&ended_to={to}")
}

/// The figures of one span, or of all.
fn cells(list: &str, days: Days, flow: Option<&Flow>) -> Vec<Cell> {
    let count = |of: fn(&Flow) -> i64| flow.map_or(0, of);
    let took = |of: fn(&Flow) -> Option<i64>| Cell::measure(flow.and_then(of).map(lasting), fulfilled(list, days));
    vec![
        Cell::count(count(|flow| flow.received), received(list, days)),
        Cell::count(count(|flow| flow.fulfilled), fulfilled(list, days)),
        Cell::count(count(|flow| flow.lost), lost(list, days)),
        took(|flow| flow.median),
        took(|flow| flow.most),
    ]
}

fn in_and_out(list: &str, spans: &Spans, flows: &[Flow]) -> Section {
    let of = |at: usize| flows.iter().find(|flow| flow.span.is_some_and(|span| usize::try_from(span) == Ok(at + 1)));
    let chart = |caption: Words, measure: Words, count: fn(&Flow) -> i64| {
        let bar = |(at, span): (usize, &Span)| Bar {
            name: span.name.clone(),
            value: of(at).map_or(0, count).to_string(),
            open: false,
        };
        Chart::of(caption, measure, spans.all.iter().enumerate().map(bar).collect())
    };
    let charts = [
        chart(t!("Orders received"), t!("Received"), |flow| flow.received),
        chart(t!("Orders fulfilled"), t!("Fulfilled"), |flow| flow.fulfilled),
    ];
    let line = |(at, span): (usize, &Span)| Line::of(span.name.clone(), cells(list, (span.from, span.to), of(at)));
    let mut lines: Vec<Line> = spans.all.iter().enumerate().rev().map(line).collect();
    let all = flows.iter().find(|flow| flow.span.is_none());
    lines.extend(spans.days().map(|days| Line::of(t!("All"), cells(list, days, all))));
    Section {
        heading: t!("Orders in and out"),
        charts: charts.into_iter().flatten().collect(),
        table: Table {
            caption: t!("Orders in and out"),
            head: spans.head(),
            columns: vec![
                t!("Received"),
                t!("Fulfilled"),
                t!("Failed or revoked"),
                t!("Median time to fulfil"),
                t!("90% fulfilled within"),
            ],
            lines,
        },
        hint: t!("Time to fulfil runs from the order to its approval, for the orders approved in that period."),
    }
}

/// How long it took by product, or by partner; none where nothing was approved.
fn by(list: &str, days: Days, (sort, heading, head): (&str, Words, Words), taken: &[Taken]) -> Option<Section> {
    let line = |one: &Taken| {
        let rows = format!("{}&{sort}={}", fulfilled(list, days), one.id);
        let took = |seconds: Option<i64>| Cell::measure(seconds.map(lasting), rows.clone());
        Line {
            name: Words::data(&one.name),
            id: one.id.clone(),
            href: None,
            cells: vec![Cell::count(one.fulfilled, rows.clone()), took(one.median), took(one.most)],
        }
    };
    let lines: Vec<Line> = taken.iter().filter(|one| one.sort == sort).map(line).collect();
    let full = i64::try_from(lines.len()).is_ok_and(|listed| listed >= LISTED);
    (!lines.is_empty()).then(|| Section {
        charts: Vec::new(),
        table: Table {
            caption: heading.clone(),
            head,
            columns: vec![t!("Fulfilled"), t!("Median time to fulfil"), t!("90% fulfilled within")],
            lines,
        },
        hint: if full { t!("Shows the {n} with the most orders.", n = LISTED) } else { Words::default() },
        heading,
    })
}

pub async fn overview(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let spans = Spans::asked(&actor.visit.query, actor.zone(), actor.now());
    let periods = spans.tabs(&actor.url("fulfillment/overview"));
    let (spans, flows, taken) = db
        .read(&actor, move |read| {
            let (flows, taken) = (figures::flow(read, &spans)?, figures::taken(read, &spans)?);
            Ok((spans, flows, taken))
        })
        .await?;
    let list = actor.url("fulfillment");
    let mut sections = vec![in_and_out(&list, &spans, &flows)];
    if let Some(days) = spans.days() {
        let sorts = [
            ("product", t!("Time to fulfil by product"), t!("Product")),
            ("partner", t!("Time to fulfil by partner"), t!("Partner")),
        ];
        sections.extend(sorts.into_iter().filter_map(|sort| by(&list, days, sort, &taken)));
    }
    let any = flows.iter().any(|flow| flow.received + flow.fulfilled + flow.lost > 0);
    let shown = Overview {
        page: actor.page(("Overview", "Orders", "Subscriptions")),
        heading: "Orders overview",
        list: ("Orders", list),
        periods,
        narrowed: Vec::new(),
        measures: Vec::new(),
        hint: "Counts orders in Production. What vendors adjust by themselves is not counted.",
        sections: if any { sections } else { Vec::new() },
    };
    page::html(&actor.visit, &shown)
}
