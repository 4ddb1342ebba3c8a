//! The records of a usage file.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Datelike as _, Utc};

use super::{Linked, OfFile, Way, facts::Facts, id, url, with_records};
use crate::{
    kit::{
        choice::Choice as _,
        db::Db,
        grid::Total,
        page::{self, Page},
        problem::Result,
        time::{When, Zone},
        viewer::Viewer,
        words::{Figure, Words, filters},
    },
    modules::{
        customers::pages::asked,
        orders,
        usage::{
            Status, View, record_id,
            store::{self, Aside, Begin, Detail, FileRow, Other, RecordRow, Wanted},
            years,
        },
    },
    t,
};

/// The records that the page's address asks for.
pub fn wanted(actor: &Viewer<View>) -> Wanted {
    let asked = |name: &str| asked(actor, name).unwrap_or_default();
    let billing = [store::OPEN, store::CLOSED_ONES].into_iter().find(|known| *known == asked("billing"));
    Wanted {
        search: asked("q"),
        item: asked("item"),
        subscription: asked("subscription"),
        aside: Aside::from_key(&asked("aside")),
        hub: asked("hub"),
        billing: billing.unwrap_or_default().to_owned(),
    }
}

/// A record as the page lists it.
struct Line {
    row: RecordRow,
    id: String,
    quantity: String,
    amount: String,
    start: When,
    end: When,
    subscription: Option<String>,
    /// The record that it takes back, and those that take it back, with what they leave of it.
    reverses: Option<Linked>,
    reversed_by: Vec<Linked>,
    left: Option<Words>,
    /// How it lies outside the file's period, if it does.
    outside: Option<Words>,
    /// Where it is closed, or where it is said otherwise how it was billed.
    close: Option<String>,
    bill: Option<String>,
    /// What the columns of the vendor's own have, by their headers.
    own: Vec<(String, String)>,
}

/// What the columns of the vendor's own have of a record, in the order of their headers.
fn own(row: &RecordRow) -> Vec<(String, String)> {
    let cells = row.extra.as_object().into_iter().flatten();
    let mut own: Vec<_> =
        cells.filter_map(|(header, cell)| Some((header.clone(), cell.as_str()?.to_owned()))).collect();
    own.sort();
    own
}

/// What reversals leave of a record, if there are any.
fn left(row: &RecordRow, facts: &Facts) -> Option<Words> {
    if row.turned.reversed_by(facts.part).is_empty() {
        return None;
    }
    let (quantity, amount) = row.turned.taken(facts.part);
    let (quantity, amount) = (row.quantity + quantity, row.amount.map(|whole| whole + amount));
    if quantity.is_zero() && amount.is_none_or(|amount| amount.is_zero()) {
        return Some(t!("Nothing is left of it."));
    }
    let quantity = Figure::quantity(quantity.normalize(), row.precision);
    Some(match (amount, &facts.file().currency) {
        (Some(amount), Some(currency)) => t!(
            "{quantity} and {amount} {currency} are left.",
            quantity,
            amount = Figure::money(amount.normalize(), currency),
            currency
        ),
        _ => t!("{quantity} left.", quantity),
    })
}

/// Open records, or closed ones, of all that there are.
struct Narrower {
    label: &'static str,
    count: Total,
    href: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "usage/show/records.html")]
struct Records {
    page: Page,
    facts: Facts,
    wanted: Wanted,
    narrowed: bool,
    lines: Vec<Line>,
    tiers: bool,
    amounts: bool,
    /// Whether a record of the page has columns of the vendor's own.
    owns: bool,
    range: Words,
    previous: Option<String>,
    next: Option<String>,
    query: String,
    here: String,
    /// The same without a search.
    all: String,
    /// What the search carries on.
    list: Option<String>,
    narrower: Vec<Narrower>,
}

/// Records of a page.
const SHOWN: i32 = 100;
/// The most records before a page that its address may ask for.
const MOST_BEFORE: i32 = 10_000_000;

pub async fn records(actor: Viewer<View>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let file = id(&path.1)?;
    let wanted = wanted(&actor);
    let number = |name: &str| asked(&actor, name).and_then(|number| number.parse::<i32>().ok());
    let from = match (number("after"), number("before")) {
        (Some(after), _) => Begin::Behind(after),
        (None, Some(before)) => Begin::Before(before),
        (None, None) => Begin::Behind(0),
    };
    let looked_for = wanted.clone();
    let (detail, mut rows, archived) = db
        .read(&actor, move |read| {
            let detail = store::find(read, &file)?;
            let rows = store::records(read, &detail.row, &looked_for, from, SHOWN + 1)?;
            let archived = rows.is_empty() && detail.row.records > 0 && years::is_archived(read, &detail.row.id)?;
            Ok((detail, rows, archived))
        })
        .await?;
    if archived {
        return Err(years::archived(&detail.row.id).leading_to(url(&actor, &detail.row.id), super::BACK));
    }
    let detail = Detail { row: with_records(&actor, detail.row)?, ..detail };
    let more = rows.len() > SHOWN as usize;
    match from {
        Begin::Behind(_) => rows.truncate(SHOWN as usize),
        Begin::Before(_) if more => drop(rows.remove(0)),
        Begin::Before(_) => {}
    }
    let (earlier, later) = match from {
        Begin::Behind(number) => (number > 0, more),
        Begin::Before(_) => (more, true),
    };
    let facts = Facts::new(&actor, detail, ("records", Way::beside_a_search(&actor)));
    let here = format!("{}/records", facts.here);
    let pairs = [
        ("q", wanted.search.as_str()),
        ("item", &wanted.item),
        ("subscription", &wanted.subscription),
        ("aside", wanted.aside.map_or("", Aside::key)),
        ("hub", &wanted.hub),
        ("billing", &wanted.billing),
    ];
    let pairs: Vec<(&str, &str)> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    let query = serde_html_form::to_string(&pairs).unwrap_or_default();
    // how many records come before the page, according to its address
    let before = if earlier { number("row").unwrap_or_default().clamp(0, MOST_BEFORE) } else { 0 };
    let last = before + i32::try_from(rows.len()).unwrap_or(SHOWN);
    let at = |how: &str, row: Option<&RecordRow>, before: i32| {
        let (number, before) = (row?.number.to_string(), before.to_string());
        let place = [(how, number.as_str()), ("row", before.as_str())];
        let pairs: Vec<_> = pairs.iter().copied().chain(place).collect();
        Some(facts.way.records(&facts.here, &pairs))
    };
    let previous = earlier.then(|| at("before", rows.first(), (before - SHOWN).max(0))).flatten();
    let next = later.then(|| at("after", rows.last(), last)).flatten();
    let narrowed = Wanted { billing: String::new(), ..wanted.clone() } != Wanted::default();
    // results of a search are not counted
    let all = match (narrowed, later) {
        (false, _) => Total::all(counted(facts.file(), &wanted.billing)),
        (true, false) => Total::all(last),
        (true, true) => Total::of(i64::from(last) + 1, last.into()),
    };
    let range = t!("{first}–{last} of {all}", first = before + 1, last, all);
    let linked = |other: Other| Linked {
        href: facts.way.records(&url(&actor, &other.file), &[("q", other.key.as_str())]),
        key: other.key,
    };
    let narrower = if facts.billable { narrower(&facts, &wanted, &pairs) } else { Vec::new() };
    let asked = if actor.visit.query.is_empty() { String::new() } else { format!("?{}", actor.visit.query) };
    let act = |row: &RecordRow, act: &str| format!("{here}/{}/{act}{asked}", row.number);
    let line = |row: RecordRow| Line {
        outside: match row.turned.reverses() {
            None => outside(facts.file(), &row),
            Some(_) => None,
        },
        reverses: row.turned.reverses().map(linked),
        reversed_by: row.turned.reversed_by(facts.part).into_iter().map(linked).collect(),
        left: left(&row, &facts),
        id: record_id(&facts.file().id, row.number),
        close: (facts.closing() && !row.billed.closed).then(|| act(&row, "close")),
        bill: (facts.billing() && row.billed.own).then(|| act(&row, "billing")),
        own: own(&row),
        quantity: row.quantity.normalize().to_string(),
        amount: row.amount.map(|amount| amount.normalize().to_string()).unwrap_or_default(),
        start: Zone::UTC.when(row.start_at),
        end: Zone::UTC.when(row.end_at),
        subscription: actor.leads::<orders::View>(&format!("subscriptions/{}", row.subscription_id)),
        row,
    };
    let lines: Vec<Line> = rows.into_iter().map(line).collect();
    let shown = Records {
        page: actor.page(("Records", &facts.file().name, "Usage files")),
        narrowed,
        wanted,
        tiers: facts.file().schema.has_tiers(),
        amounts: facts.file().schema.has_amounts(),
        owns: lines.iter().any(|line| !line.own.is_empty()),
        lines,
        range,
        previous,
        next,
        query,
        here,
        all: facts.way.records(&facts.here, &[]),
        list: facts.way.list().map(str::to_owned),
        narrower,
        facts,
    };
    page::html(&actor.visit, &shown)
}

/// How a record that takes back no other lies outside its file's period.
fn outside(file: &FileRow, row: &RecordRow) -> Option<Words> {
    let month = |at: DateTime<Utc>| {
        let day = file.clock().today(at);
        i64::from(day.year()) * 12 + i64::from(day.month0())
    };
    let aside = store::outside(file, row.start_at, row.end_at)?;
    let months = usize::try_from(month(file.period_from) - month(row.start_at)).unwrap_or_default();
    Some(match aside {
        Aside::Late if months > 0 => t!("{n} month late" | "{n} months late", months),
        other => other.label().into(),
    })
}

/// What is asked of records by how they stand.
const ASKED: [(&str, &str); 3] = [("All", ""), ("Open", store::OPEN), ("Closed", store::CLOSED_ONES)];

/// How many records of a file are open, closed, and there in all.
fn counted(file: &FileRow, billing: &str) -> i32 {
    let closed = if file.status == Status::Closed { file.records } else { file.closed };
    match billing {
        store::OPEN => file.records - closed,
        store::CLOSED_ONES => closed,
        _ => file.records,
    }
}

/// All records of a file, its open ones and its closed ones, each list with what else is asked for.
fn narrower(facts: &Facts, wanted: &Wanted, pairs: &[(&str, &str)]) -> Vec<Narrower> {
    let one = |(label, key): (&'static str, &str)| {
        let others = pairs.iter().copied().filter(|(name, _)| *name != "billing");
        let own = Some(("billing", key)).filter(|_| !key.is_empty());
        Narrower {
            label,
            count: Total::all(counted(facts.file(), key)),
            href: facts.records_by(&others.chain(own).collect::<Vec<_>>()),
            current: wanted.billing == key,
        }
    };
    ASKED.into_iter().map(one).collect()
}
