//! Usage as figures: accepted usage by the month of its period, by product and by customer.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};

use super::{
    asked::Asked,
    figures::{self, Figure, Sort},
    pages::PATH,
};
use crate::{
    kit::{
        chart::{Bar, Chart},
        db::Db,
        environment::Environment,
        overview::{By, Cell, Line, Overview, Section, Span, Spans, Table, Way},
        page,
        problem::Result,
        time::Zone,
        typed,
        viewer::Viewer,
        words::{Figure as Exact, Words},
    },
    modules::usage::{Status, View},
    t,
};

/// How the address asks for records as the measure.
const RECORDS: &str = "records";
/// Currencies that have a column of their own.
const CURRENCIES: usize = 4;

/// What the address asks for: one product, one customer, and what the chart measures. What is empty is not asked.
#[derive(Clone)]
struct Wanted {
    product: String,
    customer: String,
    measure: String,
}

impl Wanted {
    fn read(query: &str) -> Self {
        let asked = Asked::parse(query);
        let pairs = typed::parameters(query);
        let measure = pairs.into_iter().find(|(name, _)| name == "measure").map(|(_, value)| value);
        let measure = measure.unwrap_or_default().chars().take(10).collect();
        Self { product: asked.product, customer: asked.customer, measure }
    }

    /// The address of the overview at `here` with what is changed.
    fn but(&self, here: &str, change: impl FnOnce(&mut Self)) -> String {
        let mut other = self.clone();
        change(&mut other);
        let all = [("product", other.product), ("customer", other.customer), ("measure", other.measure)];
        let pairs: Vec<_> = all.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        if pairs.is_empty() {
            return here.to_owned();
        }
        format!("{here}?{}", serde_html_form::to_string(&pairs).unwrap_or_default())
    }

    /// What narrows it, by the names that things have.
    fn narrowed(&self, here: &str, products: &[(String, Sum)], customers: &[(String, Sum)]) -> Vec<Way> {
        let way = |kind: &'static str, id: &str, among: &[(String, Sum)], href: String| {
            let named = among.iter().find(|(known, _)| known == id);
            let value = named.map_or_else(|| id.to_owned(), |(_, sum)| sum.name.clone());
            let label = t!("{filter}: {value}", filter = Words::from(kind), value);
            (!id.is_empty()).then_some(Way { label, href, current: false })
        };
        let product = way("Product", &self.product, products, self.but(here, |other| other.product.clear()));
        let customer = way("Customer", &self.customer, customers, self.but(here, |other| other.customer.clear()));
        product.into_iter().chain(customer).collect()
    }

    /// What the chart can measure; nothing where there is no choice.
    fn measures(&self, here: &str, currencies: &[String], measure: &str) -> Vec<Way> {
        if currencies.is_empty() {
            return Vec::new();
        }
        let records = Way {
            label: t!("Records"),
            href: self.but(here, |other| RECORDS.clone_into(&mut other.measure)),
            current: measure.is_empty(),
        };
        let amounts = currencies.iter().map(|currency| Way {
            label: t!("Amount ({currency})", currency),
            href: self.but(here, |other| other.measure.clone_from(currency)),
            current: measure == currency,
        });
        std::iter::once(records).chain(amounts).collect()
    }
}

/// What one thing comes to: records, and an amount in each currency.
#[derive(Default)]
struct Sum {
    name: String,
    records: i64,
    amounts: BTreeMap<String, String>,
}

/// The sums of one sort by id, as the statement orders them.
fn sums(all: &[Figure], sort: Sort) -> Vec<(String, Sum)> {
    let mut sums: Vec<(String, Sum)> = Vec::new();
    for one in all.iter().filter(|one| one.sort == sort) {
        let at = sums.iter().position(|(id, _)| *id == one.id).unwrap_or_else(|| {
            sums.push((one.id.clone(), Sum { name: one.name.clone(), ..Sum::default() }));
            sums.len() - 1
        });
        if let Some((_, sum)) = sums.get_mut(at) {
            sum.records += one.records;
            sum.amounts.extend(one.currency.clone().zip(one.amount.clone()));
        }
    }
    sums
}

/// The records and amounts of a sum, all leading to the same rows.
fn cells(sum: Option<&Sum>, currencies: &[String], href: &str) -> Vec<Cell> {
    let records = sum.map_or(0, |sum| sum.records);
    let amount = |currency: &String| {
        let amount = sum.and_then(|sum| sum.amounts.get(currency)).map(|amount| Exact::money(amount, currency));
        Cell::measure(amount.map(|amount| t!("{n}", n = amount)), href.to_owned())
    };
    std::iter::once(Cell::count(records, href.to_owned())).chain(currencies.iter().map(amount)).collect()
}

/// The bars of the months; none where an amount was taken back, since a bar has no length below nothing.
fn chart(spans: &Spans, months: &[(String, Sum)], measure: &str) -> Option<Chart> {
    let bars: Vec<Bar> = spans
        .all
        .iter()
        .map(|span| {
            let month = span.from.format("%Y-%m").to_string();
            let sum = months.iter().find(|(id, _)| *id == month).map(|(_, sum)| sum);
            let value = match measure {
                "" => sum.map(|sum| sum.records.to_string()),
                currency => sum.and_then(|sum| sum.amounts.get(currency)).cloned(),
            };
            Bar { name: span.name.clone(), value: value.unwrap_or_else(|| "0".to_owned()), open: false }
        })
        .collect();
    if bars.iter().any(|bar| bar.value.starts_with('-')) {
        return None;
    }
    match measure {
        "" => Chart::of(t!("Usage records per month"), t!("Records"), bars),
        currency => Chart::of(t!("Amount per month ({currency})", currency), t!("Amount ({currency})", currency), bars)
            .map(|chart| chart.in_currency(Some(currency.to_owned()))),
    }
}

/// A table with what records and each of these currencies come to.
fn table(caption: Words, head: Words, currencies: &[String], lines: Vec<Line>) -> Table {
    let amounts = currencies.iter().map(|currency| t!("Amount ({currency})", currency));
    Table { caption, head, columns: std::iter::once(t!("Records")).chain(amounts).collect(), lines }
}

/// Usage month by month, the latest first, and all of it.
fn by_month(spans: &Spans, months: &[(String, Sum)], total: &Sum, currencies: &[String], to: &Records) -> Vec<Line> {
    let line = |span: &Span| {
        let month = span.from.format("%Y-%m").to_string();
        let sum = months.iter().find(|(id, _)| *id == month).map(|(_, sum)| sum);
        let rows = to.with(|asked| (asked.period_from, asked.period_to) = (month.clone(), month.clone()));
        Line::of(span.name.clone(), cells(sum, currencies, &rows))
    };
    let all = Line::of(t!("All"), cells(Some(total), currencies, &to.with(|_| {})));
    spans.all.iter().rev().map(line).chain([all]).collect()
}

/// Where the rows of a figure are: the list of records, as narrow as the overview is.
struct Records {
    list: String,
    asked: Asked,
}

impl Records {
    fn with(&self, change: impl FnOnce(&mut Asked)) -> String {
        format!("{}{}", self.list, self.asked.but(change).query())
    }
}

/// That not all of them are listed.
fn largest(lines: &[Line]) -> Words {
    match i64::try_from(lines.len()).is_ok_and(|listed| listed >= figures::LISTED) {
        true => t!("Shows the {n} with the most records.", n = figures::LISTED),
        false => Words::default(),
    }
}

pub async fn overview(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let wanted = Wanted::read(&actor.visit.query);
    let spans = Spans::of(By::Months, Zone::UTC, actor.now());
    let (first, last) = spans.days().unwrap_or_default();
    let asked = Asked {
        product: wanted.product.clone(),
        customer: wanted.customer.clone(),
        statuses: vec![Status::Accepted, Status::Closed],
        environments: vec![Environment::Production],
        period_from: first.format("%Y-%m").to_string(),
        period_to: last.format("%Y-%m").to_string(),
        tier: Some(0),
        ..Asked::default()
    };
    let rows = asked.wanted(&actor);
    let all = db.read(&actor, move |read| figures::of(read, &rows)).await?;
    let [months, products, customers, whole] =
        [Sort::Month, Sort::Product, Sort::Customer, Sort::All].map(|sort| sums(&all, sort));
    // the currency with the most records comes first
    let currencies: Vec<String> = all
        .iter()
        .filter(|one| one.sort == Sort::All)
        .filter_map(|one| one.currency.clone())
        .take(CURRENCIES)
        .collect();
    let measure = match wanted.measure.as_str() {
        RECORDS => "",
        chosen => currencies.iter().find(|one| *one == chosen).or(currencies.first()).map_or("", String::as_str),
    };
    let here = actor.url(&format!("{PATH}/overview"));
    let to = Records { list: actor.url(PATH), asked };
    let mut sections = Vec::new();
    if let Some((_, total)) = whole.first() {
        let lines = by_month(&spans, &months, total, &currencies, &to);
        sections.push(Section {
            heading: t!("Usage by month"),
            charts: chart(&spans, &months, measure).into_iter().collect(),
            table: table(t!("Usage by month"), t!("Month"), &currencies, lines),
            hint: t!("A month has the files whose period starts in it."),
        });
        let line = |id: &String, sum: &Sum, href: String, rows: String| Line {
            name: Words::data(&sum.name),
            id: id.clone(),
            href: Some(href),
            cells: cells(Some(sum), &currencies, &rows),
        };
        let of_product = |(id, sum): &(String, Sum)| {
            let href = wanted.but(&here, |other| other.product.clone_from(id));
            line(id, sum, href, to.with(|asked| asked.product.clone_from(id)))
        };
        let lines: Vec<Line> = products.iter().map(of_product).collect();
        sections.push(Section {
            heading: t!("Usage by product"),
            charts: Vec::new(),
            hint: largest(&lines),
            table: table(t!("Usage by product"), t!("Product"), &currencies, lines),
        });
        let of_customer = |(id, sum): &(String, Sum)| {
            let href = wanted.but(&here, |other| other.customer.clone_from(id));
            line(id, sum, href, to.with(|asked| asked.customer.clone_from(id)))
        };
        let lines: Vec<Line> = customers.iter().map(of_customer).collect();
        sections.push(Section {
            heading: t!("Usage by customer"),
            charts: Vec::new(),
            hint: largest(&lines),
            table: table(t!("Usage by customer"), t!("Customer"), &currencies, lines),
        });
    }
    let shown = Overview {
        page: actor.page(("Overview", "Records", "Usage")),
        heading: "Usage overview",
        list: ("Usage records", actor.url(PATH)),
        periods: Vec::new(),
        narrowed: wanted.narrowed(&here, &products, &customers),
        measures: wanted.measures(&here, &currencies, measure),
        hint: "Counts accepted usage of the last 12 months in Production, with what customers pay.",
        sections,
    };
    page::html(&actor.visit, &shown)
}
