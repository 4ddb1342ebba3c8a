//! The list of all records, and what they come to.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::NaiveDate;

use super::{
    asked::{Asked, ENVIRONMENTS},
    files, overview,
    store::{self, Place, Row, Sum},
};
use crate::{
    kit::{
        actor::Role,
        choice::Choice as _,
        db::Db,
        environment::Environment,
        grid::SavedView,
        page::{self, Page, Tab},
        problem::{Problem, Result},
        route::{Mount, get},
        time::{When, Zone},
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::{
        orders,
        usage::{Status, View, record_id, store::part},
        views::{self, Viewed},
    },
    t,
};

/// Where it is, below the portal's address.
pub const PATH: &str = "usage-records";

/// The records of all files, as people save views of them.
pub struct AllRecords;

impl Viewed for AllRecords {
    type Sight = View;
    const AT: &'static str = PATH;
    const KEY: &'static str = PATH;
    const ALL: &'static str = "All records";

    fn tidied(query: &str) -> String {
        Asked::parse(query).but(|_| {}).query().trim_start_matches('?').to_owned()
    }
}

pub fn screens() -> Vec<Mount> {
    let mut screens = views::pages::of_views::<AllRecords>();
    screens.extend([
        get("/usage-records", || web::to(list)),
        get("/usage-records/totals", || web::to(totals)),
        get("/usage-records/overview", || web::to(overview::overview)),
        get("/usage-records/sheet.csv", || web::to(files::csv)),
        get("/usage-records/sheet.xlsx", || web::to(files::xlsx)),
    ]);
    screens
}

/// Records of a page.
const SHOWN: usize = 100;

/// Subscriptions, and items, whose sums are listed.
const LISTED: i64 = 50;

/// What can be ticked.
struct Tick {
    key: &'static str,
    label: &'static str,
    chosen: bool,
}

/// Something that is asked for, and the list without it.
struct Chip {
    words: Words,
    href: String,
}

/// A view that somebody saved, or everything.
struct Kept {
    label: Words,
    href: String,
    current: bool,
}

/// What stands above the records and above their sums.
struct Frame {
    here: String,
    /// The name of the view that is shown.
    view: Words,
    views: Vec<Kept>,
    /// What is asked, where no view asks the same, so that it can be saved.
    custom: Option<String>,
    asked: Asked,
    query: String,
    statuses: Vec<Tick>,
    environments: Vec<Tick>,
    tiers: Vec<Tick>,
    chips: Vec<Chip>,
    tabs: Vec<Tab>,
    /// The address that the search is sent to.
    action: String,
    clear: String,
    vendor: bool,
}

impl Frame {
    fn new(actor: &Viewer<View>, asked: Asked, tab: &'static str, views: &[SavedView]) -> Self {
        let here = actor.url(PATH);
        let part = part(&actor.identity.company);
        let base = if tab.is_empty() { here.clone() } else { format!("{here}/{tab}") };
        let query = asked.but(|_| {}).query();
        let mut tabs = Tab::list(&here, &[("Records", ""), ("Totals", "totals")], tab);
        for tab in &mut tabs {
            tab.href.push_str(asking(&query));
        }
        let seen = Status::ALL.iter().copied().filter(|status| status.shows_records(part));
        let text = query.trim_start_matches('?');
        let named = views.iter().find(|view| view.query == text);
        let everything = Kept { label: AllRecords::ALL.into(), href: format!("{base}?"), current: text.is_empty() };
        let kept = views.iter().map(|view| Kept {
            label: Words::data(&view.name),
            href: format!("{base}?{}", view.query),
            current: view.query == text,
        });
        Self {
            view: match named {
                Some(view) => Words::data(&view.name),
                None if text.is_empty() => AllRecords::ALL.into(),
                None => t!("Custom"),
            },
            custom: (named.is_none() && !text.is_empty()).then(|| text.to_owned()),
            views: std::iter::once(everything).chain(kept).collect(),
            statuses: seen
                .map(|one| Tick { key: one.key(), label: one.label(), chosen: asked.statuses.contains(&one) })
                .collect(),
            environments: ENVIRONMENTS
                .map(|one| Tick { key: one.key(), label: one.label(), chosen: asked.environments.contains(&one) })
                .into(),
            tiers: [("0", 0), ("1", 1), ("2", 2)]
                .map(|(key, tier)| Tick { key, label: key, chosen: asked.tier == Some(tier) })
                .into(),
            chips: chips(&asked, &base),
            tabs,
            query,
            clear: format!("{base}?"),
            action: base,
            vendor: actor.identity.company.role == Role::Vendor,
            here,
            asked,
        }
    }
}

/// A query; that of everything where it is empty, since a list without one may begin with a view.
fn asking(query: &str) -> &str {
    if query.is_empty() { "?" } else { query }
}

fn chips(asked: &Asked, base: &str) -> Vec<Chip> {
    let without = |change: fn(&mut Asked)| format!("{base}{}", asking(&asked.but(change).query()));
    let mut chips = Vec::new();
    let mut add = |words: Words, change: fn(&mut Asked)| chips.push(Chip { words, href: without(change) });
    let labels = |labels: Vec<&'static str>| Words::any_of(labels.into_iter().map(Words::new));
    if !asked.search.is_empty() {
        add(t!("Search: {text}", text = asked.search), |asked| asked.search.clear());
    }
    if !asked.statuses.is_empty() {
        let statuses = labels(asked.statuses.iter().map(|one| one.label()).collect());
        add(t!("{filter}: {value}", filter = Words::new("Status"), value = statuses), |asked| asked.statuses.clear());
    }
    if !asked.environments.is_empty() {
        let environments = labels(asked.environments.iter().map(|one| one.label()).collect());
        let words = t!("{filter}: {value}", filter = Words::new("Environment"), value = environments);
        add(words, |asked| asked.environments.clear());
    }
    if !asked.file.is_empty() {
        add(t!("{filter}: {value}", filter = Words::new("Usage file"), value = asked.file), |asked| asked.file.clear());
    }
    if !asked.product.is_empty() {
        let words = t!("{filter}: {value}", filter = Words::new("Product"), value = asked.product);
        add(words, |asked| asked.product.clear());
    }
    if !asked.item.is_empty() {
        add(t!("Item {item}", item = asked.item), |asked| asked.item.clear());
    }
    if !asked.subscription.is_empty() {
        let words = t!("Subscription {subscription}", subscription = asked.subscription);
        add(words, |asked| asked.subscription.clear());
    }
    if !asked.customer.is_empty() {
        let words = t!("{filter}: {value}", filter = Words::new("Customer"), value = asked.customer);
        add(words, |asked| asked.customer.clear());
    }
    if !asked.period_from.is_empty() {
        let words = t!("{filter}: {value}", filter = Words::new("Reported from"), value = asked.period_from);
        add(words, |asked| asked.period_from.clear());
    }
    if !asked.period_to.is_empty() {
        let words = t!("{filter}: {value}", filter = Words::new("Reported until"), value = asked.period_to);
        add(words, |asked| asked.period_to.clear());
    }
    if let Some(from) = asked.from {
        let words = t!("{filter}: {value}", filter = Words::new("Starts on or after"), value = from.to_string());
        add(words, |asked| asked.from = None);
    }
    if let Some(to) = asked.to {
        let words = t!("{filter}: {value}", filter = Words::new("Starts on or before"), value = to.to_string());
        add(words, |asked| asked.to = None);
    }
    if let Some(used) = asked.used {
        let words = t!("{filter}: {value}", filter = Words::new("Used on or after"), value = used.to_string());
        add(words, |asked| asked.used = None);
    }
    if let Some(tier) = asked.tier {
        let words = t!("{filter}: {value}", filter = Words::new("Tier"), value = tier);
        add(words, |asked| asked.tier = None);
    }
    chips
}

/// A record as the page lists it.
struct Line {
    id: String,
    /// Where it stands in its file.
    href: String,
    file: String,
    subscription: Option<String>,
    start: When,
    end: When,
    row: Row,
}

#[derive(Template)]
#[template(path = "usage/records/list.html")]
struct List {
    page: Page,
    frame: Frame,
    /// How many there are, up to a limit.
    total: Words,
    lines: Vec<Line>,
    /// Whether any of the rows has an amount, and a tier.
    amounts: bool,
    tiers: bool,
    /// Nothing is there at all, as opposed to nothing that fits.
    none: bool,
    previous: Option<String>,
    next: Option<String>,
}

async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let asked = Asked::read(&actor);
    let (wanted, place) = (asked.wanted(&actor), asked.place.clone());
    let (mut rows, total, kept) = db
        .read(&actor, move |read| {
            let rows = store::rows(read, &wanted, place.as_ref(), SHOWN + 1)?;
            Ok((rows, store::count(read, &wanted)?, views::store::of(read, AllRecords::KEY)?))
        })
        .await?;
    if let Some(first) = kept.views.iter().find(|view| view.first && actor.visit.unasked) {
        return Err(Problem::Elsewhere(format!("{}?{}", actor.url(PATH), first.query)));
    }
    let more = rows.len() > SHOWN;
    let (earlier, later) = match &asked.place {
        Some(place) if !place.forward => {
            if more {
                rows.remove(0);
            }
            (more, true)
        }
        place => {
            rows.truncate(SHOWN);
            (place.is_some(), more)
        }
    };
    let here = actor.url(PATH);
    let at = |forward: bool, row: Option<&Row>| {
        let row = row?;
        let place = Place { forward, file: row.file_id.to_string(), number: row.number };
        Some(format!("{here}{}", asked.but(|asked| asked.place = Some(place)).query()))
    };
    let (previous, next) =
        (earlier.then(|| at(false, rows.first())).flatten(), later.then(|| at(true, rows.last())).flatten());
    let line = |row: Row| {
        let file = actor.url(&format!("usage-files/{}", row.file_id));
        let search = serde_html_form::to_string([("q", &row.key)]).unwrap_or_default();
        Line {
            id: record_id(&row.file_id, row.number),
            href: format!("{file}/records?{search}"),
            file,
            subscription: actor.leads::<orders::View>(&format!("subscriptions/{}", row.subscription_id)),
            start: Zone::UTC.when(row.start_at),
            end: Zone::UTC.when(row.end_at),
            row,
        }
    };
    let lines: Vec<Line> = rows.into_iter().map(line).collect();
    let shown = List {
        page: actor.page(("Records", "Usage")),
        none: lines.is_empty() && !asked.narrowed() && asked.place.is_none(),
        total: total.words(),
        amounts: lines.iter().any(|line| line.row.amount.is_some()),
        tiers: lines.iter().any(|line| line.row.tier.is_some()),
        lines,
        previous,
        next,
        frame: Frame::new(&actor, asked, "", &kept.views),
    };
    page::html(&actor.visit, &shown)
}

/// A sum with where its records are.
struct Figure {
    sum: Sum,
    href: String,
}

#[derive(Template)]
#[template(path = "usage/records/totals.html")]
struct Totals {
    page: Page,
    frame: Frame,
    /// Nothing is there at all, as opposed to nothing that fits.
    none: bool,
    tiers: Vec<Figure>,
    items: Vec<Figure>,
    subscriptions: Vec<Figure>,
    tiered: bool,
    amounts: bool,
    /// Whether not all are listed.
    more: bool,
}

async fn totals(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let asked = Asked::read(&actor);
    let wanted = asked.wanted(&actor);
    let (sums, kept) = db
        .read(&actor, move |read| Ok((store::sums(read, &wanted, LISTED)?, views::store::of(read, AllRecords::KEY)?)))
        .await?;
    let here = actor.url(PATH);
    let line = |sum: Sum| {
        let narrower = asked.but(|asked| {
            asked.item = sum.item_id.clone().unwrap_or_else(|| asked.item.clone());
            asked.subscription = sum.subscription_id.clone().unwrap_or_else(|| asked.subscription.clone());
            asked.tier = sum.tier.or(asked.tier);
            asked.environments = vec![sum.environment];
        });
        Figure { href: format!("{here}{}", narrower.query()), sum }
    };
    let (tiers, others): (Vec<Sum>, Vec<Sum>) = sums.into_iter().partition(|sum| sum.item_id.is_none());
    let (subscriptions, items): (Vec<Sum>, Vec<Sum>) =
        others.into_iter().partition(|sum| sum.subscription_id.is_some());
    let full = |sums: &[Sum]| i64::try_from(sums.len()).unwrap_or(i64::MAX) >= LISTED;
    let shown = Totals {
        page: actor.page(("Totals", "Records", "Usage")),
        none: tiers.is_empty() && !asked.narrowed(),
        tiered: tiers.iter().any(|sum| sum.tier.is_some()),
        amounts: tiers.iter().any(|sum| sum.amount.is_some()),
        more: full(&subscriptions) || full(&items),
        tiers: tiers.into_iter().map(line).collect(),
        items: items.into_iter().map(line).collect(),
        subscriptions: subscriptions.into_iter().map(line).collect(),
        frame: Frame::new(&actor, asked.clone(), "totals", &kept.views),
    };
    page::html(&actor.visit, &shown)
}

/// The address below the portal's of what makes a figure of one item of a subscription: records that begin on these days, with the customer's tier.
pub fn of_item(
    (subscription, item): (&str, &str),
    (from, to): (NaiveDate, NaiveDate),
    environment: Environment,
    statuses: &[Status],
) -> String {
    let asked = Asked {
        subscription: subscription.to_owned(),
        item: item.to_owned(),
        statuses: statuses.to_vec(),
        environments: vec![environment],
        from: Some(from),
        to: Some(to),
        tier: Some(0),
        ..Asked::default()
    };
    format!("{PATH}{}", asked.query())
}
