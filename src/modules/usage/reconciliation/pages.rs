//! The screen of reconciliation.

use actix_web::{HttpResponse, web};
use askama::Template;
use rust_decimal::Decimal;

use super::{
    asked::Asked,
    files,
    store::{self, Line, Place, Sum},
};
use crate::{
    kit::{
        actor::Role,
        db::Db,
        environment::Environment,
        page::{self, Page},
        problem::Result,
        route::{Mount, get},
        typed::apart,
        viewer::Viewer,
        words::{Figure, Words, filters},
    },
    modules::{
        orders::{self, Quantity},
        usage::{Status, View, all_records, pages::days},
    },
    t,
};

/// Where it is, below the portal's address.
pub const PATH: &str = "usage-reconciliation";

pub fn screens() -> Vec<Mount> {
    vec![
        get("/usage-reconciliation", || web::to(reconciliation)),
        get("/usage-reconciliation/sheet.csv", || web::to(files::csv)),
        get("/usage-reconciliation/sheet.xlsx", || web::to(files::xlsx)),
    ]
}

/// Lines of a page.
const SHOWN: i64 = 100;

/// A product that can be chosen, on one marketplace or on all.
struct Choice {
    label: Words,
    href: String,
    current: bool,
}

/// A line with where its figures come from, for who may look there.
struct Row {
    line: Line,
    /// None where a pay-as-you-go item is not there at all.
    ordered: Option<Quantity>,
    active: Option<Quantity>,
    /// Signed; none where there is nothing to compare.
    of_orders: Option<Figure>,
    of_usage: Figure,
    of_amounts: Option<Figure>,
    subscription: Option<String>,
    orders: Option<String>,
    items: Option<String>,
    /// The records, which all see who see the page.
    reported: String,
    billed: String,
}

#[derive(Template)]
#[template(path = "usage/reconciliation.html")]
struct Reconciliation {
    page: Page,
    here: String,
    vendor: bool,
    choices: Vec<Choice>,
    /// What is shown; none where there is nothing to choose from.
    chosen: Option<Chosen>,
}

/// What is shown of a product.
struct Chosen {
    asked: Asked,
    test: bool,
    name: Words,
    period: Words,
    query: String,
    earlier: Option<String>,
    later: Option<String>,
    /// The same with lines that agree, and without a search.
    everything: String,
    cleared: String,
    rows: Vec<Row>,
    sums: Vec<Sum>,
    totals: Vec<Sum>,
    amounts: bool,
    /// There are rows, and none of them differs.
    agree: bool,
    said: Words,
    range: Words,
    previous: Option<String>,
    next: Option<String>,
}

/// How much is ordered or active: pay as you go is or is not, and has no number.
fn quantity(line: &Line, kept: Decimal) -> Option<Quantity> {
    Some(Quantity::of(kept)).filter(|quantity| !line.metered || !quantity.is_none())
}

/// The choices, and the product and marketplace that are shown: what the address names, or else the first.
fn chosen(places: &[Place], asked: &mut Asked, here: &str) -> (Vec<Choice>, Option<Words>) {
    let there = |product: &str, marketplace: &str| {
        places.iter().any(|one| one.product == product && (marketplace.is_empty() || one.marketplace == marketplace))
    };
    if !there(&asked.product, &asked.marketplace) {
        asked.marketplace.clear();
    }
    if !there(&asked.product, "") {
        asked.product = places.first().map(|first| first.product.clone()).unwrap_or_default();
    }
    let mut choices = Vec::new();
    let mut name = None;
    for group in places.chunk_by(|one, next| one.product == next.product) {
        let Some(first) = group.first() else { continue };
        let mut offer = |label: Words, marketplace: &str| {
            let current = asked.product == first.product && asked.marketplace == marketplace;
            if current {
                name = Some(label.clone());
            }
            let to = Asked {
                product: first.product.clone(),
                marketplace: marketplace.to_owned(),
                search: String::new(),
                page: 0,
                ..asked.clone()
            };
            choices.push(Choice { label, href: format!("{here}{}", to.query()), current });
        };
        match group {
            [only] if asked.product != only.product || asked.marketplace.is_empty() => {
                offer(Words::data(only.name.as_str()), "");
            }
            _ => {
                offer(t!("{product}, all marketplaces", product = apart(&first.name)), "");
                for one in group {
                    let label = t!(
                        "{product}, {marketplace}",
                        product = apart(&one.name),
                        marketplace = apart(&one.marketplace_name)
                    );
                    offer(label, &one.marketplace);
                }
            }
        }
    }
    (choices, name)
}

async fn reconciliation(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let here = actor.url(PATH);
    let mut asked = Asked::read(&actor);
    let now = actor.now();
    let to = here.clone();
    let (choices, found) = db
        .read(&actor, move |read| {
            let places = store::places(read, asked.environment)?;
            let (choices, name) = chosen(&places, &mut asked, &to);
            let Some(name) = name else { return Ok((choices, None)) };
            let here = |one: &&Place| {
                one.product == asked.product && (asked.marketplace.is_empty() || asked.marketplace == one.marketplace)
            };
            let last = places.iter().filter(here).filter_map(Place::last).max_by_key(|(_, to)| *to);
            let asked = asked.settled(last);
            let scope = asked.scope(now);
            let lines = store::page(read, &scope, asked.all, (SHOWN, asked.page * SHOWN))?;
            let sums = store::sums(read, &scope)?;
            Ok((choices, Some((asked, name, lines, sums))))
        })
        .await?;
    let chosen = found.map(|(asked, name, lines, sums)| shown(&actor, &here, (asked, name), lines, sums));
    let shown = Reconciliation {
        page: actor.page(("Reconciliation", "Usage")),
        here,
        vendor: actor.identity.company.role == Role::Vendor,
        choices,
        chosen,
    };
    page::html(&actor.visit, &shown)
}

fn shown(actor: &Viewer<View>, here: &str, (asked, name): (Asked, Words), lines: Vec<Line>, sums: Vec<Sum>) -> Chosen {
    let (totals, sums): (Vec<Sum>, Vec<Sum>) = sums.into_iter().partition(|sum| sum.item_id.is_none());
    let (all, different) =
        totals.iter().fold((0, 0), |(all, different), sum| (all + sum.lines, different + sum.differences));
    let count = |n: i64| usize::try_from(n).unwrap_or_default();
    let matching = if asked.all { all } else { different };
    let at = |page: i64| format!("{here}{}", Asked { page, ..asked.clone() }.query());
    let first = asked.page * SHOWN;
    let listed = i64::try_from(lines.len()).unwrap_or_default();
    let to = |moved: Option<Asked>| moved.map(|moved| format!("{here}{}", moved.query()));
    let row = |line: Line| {
        let records = |line: &Line, statuses: &[Status]| {
            let of = (line.subscription.as_str(), line.item_id.as_str());
            actor.url(&all_records::of_item(of, (asked.from, asked.to), asked.environment, statuses))
        };
        let leads = |tab: &str| actor.leads::<orders::View>(&format!("subscriptions/{}{tab}", line.subscription));
        Row {
            ordered: quantity(&line, line.ordered),
            active: quantity(&line, line.active),
            of_orders: line.of_orders.as_ref().map(|exact| Figure::quantity(exact, line.precision).signed()),
            of_usage: Figure::quantity(&line.of_usage, line.precision).signed(),
            of_amounts: line.of_amounts.as_ref().map(|exact| Figure::money(exact, &line.currency).signed()),
            subscription: leads(""),
            orders: leads("/requests"),
            items: leads("/items"),
            reported: records(&line, &[Status::Pending, Status::Accepted, Status::Closed]),
            // none is accepted with the ID of a bill before it is closed
            billed: records(&line, &[Status::Closed]),
            line,
        }
    };
    Chosen {
        test: asked.environment == Environment::Test,
        name,
        period: days(asked.period().0, asked.period().1),
        query: asked.query(),
        earlier: to(asked.moved(false)),
        later: to(asked.moved(true)),
        everything: format!("{here}{}", Asked { all: true, page: 0, ..asked.clone() }.query()),
        cleared: format!("{here}{}", Asked { search: String::new(), page: 0, ..asked.clone() }.query()),
        amounts: totals.iter().any(|sum| sum.currency.is_some()),
        agree: all > 0 && different == 0,
        said: match different {
            _ if all == 0 => t!("Nothing was ordered, active or reported in this period."),
            0 => t!("{n} row agrees." | "All {n} rows agree.", count(all)),
            _ => t!("{n} of {all} rows differs." | "{n} of {all} rows differ.", count(different), all = count(all)),
        },
        range: match listed {
            0 => t!("No rows"),
            _ => t!("{first}–{last} of {all}", first = first + 1, last = first + listed, all = count(matching)),
        },
        previous: (asked.page > 0).then(|| at(asked.page - 1)),
        next: (first + listed < matching && listed > 0).then(|| at(asked.page + 1)),
        rows: lines.into_iter().map(row).collect(),
        sums,
        totals,
        asked,
    }
}
