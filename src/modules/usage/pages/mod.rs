//! Screens of usage files.

mod again;
mod compare;
mod create;
mod decide;
pub(super) mod facts;
mod far;
mod files;
mod list;
pub(super) mod mistakes;
mod over_time;
mod records;
mod review;
mod show;
mod subscription;
mod trial;
mod upload;

use actix_web::web;
use chrono::{DateTime, Datelike as _, TimeDelta, Utc};

use super::{
    UsageFile,
    grid::Files,
    lifecycle::Part,
    queue::Reports,
    store::{FileRow, part},
};
use crate::{
    kit::{
        actor::Permission,
        grid::Query,
        id::Id,
        problem::{Problem, Result},
        route::{Mount, get, post},
        time::Zone,
        typed,
        viewer::Viewer,
        words::{Figure, Words},
    },
    modules::{
        queue::{bulk, pages as queue},
        views,
    },
    t,
};

/// For both sides.
pub fn common() -> Vec<Mount> {
    let mut screens = views::pages::screens::<Files>();
    screens.extend([
        get("/usage-files", || web::to(list::list)),
        get("/usage-files/{id}", || web::to(show::general)),
        get("/usage-files/{id}/compare", || web::to(compare::compare)),
        get("/usage-files/{id}/records", || web::to(records::records)),
        get("/usage-files/{id}/records.csv", || web::to(files::records_csv)),
        get("/usage-files/{id}/records.xlsx", || web::to(files::records_xlsx)),
        get("/usage-files/{id}/history", || web::to(show::history)),
        get("/subscriptions/{id}/usage", || web::to(subscription::usage)),
    ]);
    screens
}

/// For a vendor.
pub fn vendor() -> Vec<Mount> {
    vec![
        get("/usage-files/new", || web::to(create::create)),
        post("/usage-files/new", || web::to(create::created)),
        get("/usage-files/{id}/edit", || web::to(create::edit)),
        post("/usage-files/{id}/edit", || web::to(create::saved)),
        get("/usage-files/{id}/template.xlsx", || web::to(files::template_xlsx)),
        get("/usage-files/{id}/template.csv", || web::to(files::template_csv)),
        get("/usage-files/{id}/upload", || web::to(upload::upload)),
        post("/usage-files/{id}/upload", || web::to(upload::uploaded)).with_large_file(),
        get("/usage-files/{id}/dry-run", || web::to(upload::dry_run)),
        post("/usage-files/{id}/dry-run", || web::to(upload::tried)).with_large_file(),
        get("/usage-files/{id}/dry-run/result", || web::to(trial::result)),
        get("/usage-files/{id}/dry-run/progress", || web::to(trial::progress)),
        get("/usage-files/{id}/progress", || web::to(show::progress)),
        get("/usage-files/{id}/original", || web::to(files::original)),
        get("/usage-files/{id}/errors.xlsx", || web::to(files::errors)),
        get("/usage-files/{id}/check", || web::to(decide::check)),
        post("/usage-files/{id}/check", || web::to(decide::checked)).binding(),
        get("/usage-files/{id}/submit", || web::to(decide::submit)),
        post("/usage-files/{id}/submit", || web::to(decide::submitted)).binding(),
        get("/usage-files/{id}/delete", || web::to(decide::delete)),
        post("/usage-files/{id}/delete", || web::to(decide::deleted)).binding(),
    ]
}

/// For the owner of a marketplace.
pub fn owner() -> Vec<Mount> {
    vec![
        post("/usage-files/many", || web::to(bulk::many::<Reports>)),
        get("/usage-files/{id}/accept", || web::to(decide::accept)),
        post("/usage-files/{id}/accept", || web::to(decide::accepted)).binding(),
        post("/usage-files/{id}/undo", || web::to(queue::undo::<Reports>)),
        get("/usage-files/{id}/reject", || web::to(decide::reject)),
        post("/usage-files/{id}/reject", || web::to(decide::rejected)).binding(),
        get("/usage-files/{id}/close", || web::to(decide::close)),
        post("/usage-files/{id}/close", || web::to(decide::closed)).binding(),
        get("/usage-files/{id}/billing", || web::to(decide::billing)),
        post("/usage-files/{id}/billing", || web::to(decide::billed)),
    ]
}

type OfFile = web::Path<(String, String)>;

/// Another thing, with where it is.
struct Linked {
    key: String,
    href: String,
}

/// A malformed id is a file that does not exist.
fn id(text: &str) -> Result<Id<UsageFile>> {
    text.parse().map_err(|_| Problem::NotFound)
}

fn url<P: Permission>(actor: &Viewer<P>, id: &Id<UsageFile>) -> String {
    actor.url(&format!("usage-files/{id}"))
}

const BACK: &str = "Back to file";

/// The list that the owner of a marketplace opened a file from, as all pages of the file carry it on. A vendor's carry none.
#[derive(Default)]
pub struct Way {
    /// With its question mark; empty when there is none.
    query: String,
}

impl Way {
    /// As the address of a page says it that asks for nothing else.
    pub(super) fn here<P: Permission>(actor: &Viewer<P>) -> Self {
        match part(&actor.identity.company) {
            Part::Owner => Self { query: actor.visit.within() },
            _ => Self::default(),
        }
    }

    /// As the address of the records says it, which have a search of their own.
    fn beside_a_search<P: Permission>(actor: &Viewer<P>) -> Self {
        let all = typed::parameters(&actor.visit.query);
        match all.into_iter().find(|(name, _)| name == LIST) {
            Some((_, text)) => Self { query: format!("?{}", Query::<Files>::parse(&text).text()) },
            None => Self::default(),
        }
    }

    /// The same in the address of the records, which also ask for `pairs`.
    fn records(&self, here: &str, pairs: &[(&str, &str)]) -> String {
        let list = self.list().map(|text| (LIST, text));
        let pairs: Vec<_> = pairs.iter().copied().chain(list).collect();
        if pairs.is_empty() {
            return format!("{here}/records");
        }
        format!("{here}/records?{}", serde_html_form::to_string(&pairs).unwrap_or_default())
    }

    /// The query of the list; none where a file was opened from no list.
    fn list(&self) -> Option<&str> {
        self.query.strip_prefix('?')
    }
}

/// The parameter that holds the query of a list.
const LIST: &str = "list";

/// A file whose records are asked for: they are there, and this company sees them.
fn with_records<P: Permission>(actor: &Viewer<P>, file: FileRow) -> Result<FileRow> {
    let company = &actor.identity.company;
    if file.shows_records(company) {
        return Ok(file);
    }
    let words = match part(company) {
        Part::Owner => t!("You can see the records once the vendor submits the file again."),
        _ => t!("You can see the records once the report is checked and has no errors."),
    };
    Err(Problem::refused("There are no records to show", words).leading_to(url(actor, &file.id), BACK))
}

/// A half-open period in as few words as possible, in days of UTC: "May 2026" for a whole month, "1 May 2026" for a day, otherwise both
/// days.
pub fn days(from: DateTime<Utc>, to: DateTime<Utc>) -> Words {
    days_in(Zone::UTC, from, to)
}

/// The same in days of a time zone.
pub fn days_in(zone: Zone, from: DateTime<Utc>, to: DateTime<Utc>) -> Words {
    let begins = |at: DateTime<Utc>| zone.start_of(zone.today(at)) == Some(at);
    let day = |at| zone.day(at).words;
    let last = to - TimeDelta::seconds(1);
    let (first_day, last_day) = (zone.today(from), zone.today(last));
    let whole = begins(from) && begins(to) && first_day.day() == 1 && zone.today(to).day() == 1;
    if whole && (first_day.year(), first_day.month()) == (last_day.year(), last_day.month()) {
        return t!("{month}", month = zone.month(from).words);
    }
    if first_day == last_day {
        return t!("{day}", day = day(from));
    }
    t!("{from} to {to}", from = day(from), to = day(last))
}

fn period(file: &FileRow) -> Words {
    days_in(file.clock(), file.period_from, file.period_to)
}

/// What a file comes to: its records, and their sum.
fn sum(file: &FileRow) -> Words {
    comes_to(file.records, file.amount.as_ref(), file)
}

/// The same of some of its records.
fn comes_to(records: i32, amount: Option<&String>, file: &FileRow) -> Words {
    let records = t!("{n} record" | "{n} records", usize::try_from(records).unwrap_or_default());
    match (amount, &file.currency) {
        (Some(amount), Some(currency)) => {
            t!("{records}, {amount} {currency}", records, amount = Figure::money(amount, currency), currency)
        }
        _ => records,
    }
}
