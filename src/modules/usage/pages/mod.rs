//! Screens of usage files.

mod compare;
mod create;
mod decide;
mod files;
mod list;
mod over_time;
mod show;
mod subscription;
mod upload;

use actix_web::web;
use chrono::{DateTime, TimeDelta, Utc};

use super::{
    UsageFile,
    grid::Files,
    lifecycle::Part,
    store::{FileRow, part},
};
use crate::{
    kit::{
        actor::Permission,
        id::Id,
        problem::{Problem, Result},
        route::{Mount, get, post},
        time::Zone,
        viewer::Viewer,
        words::Words,
    },
    modules::views,
    t,
};

/// For both sides.
pub fn common() -> Vec<Mount> {
    let mut screens = views::pages::screens::<Files>();
    screens.extend([
        get("/usage-files", || web::to(list::list)),
        get("/usage-files/{id}", || web::to(show::general)),
        get("/usage-files/{id}/compare", || web::to(compare::compare)),
        get("/usage-files/{id}/records", || web::to(show::records)),
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
        post("/usage-files/{id}/upload", || web::to(upload::uploaded)).with_file(),
        get("/usage-files/{id}/dry-run", || web::to(upload::dry_run)),
        post("/usage-files/{id}/dry-run", || web::to(upload::tried)).with_file(),
        get("/usage-files/{id}/progress", || web::to(show::progress)),
        get("/usage-files/{id}/original", || web::to(files::original)),
        get("/usage-files/{id}/errors.xlsx", || web::to(files::errors)),
        get("/usage-files/{id}/submit", || web::to(decide::submit)),
        post("/usage-files/{id}/submit", || web::to(decide::submitted)).binding(),
        get("/usage-files/{id}/delete", || web::to(decide::delete)),
        post("/usage-files/{id}/delete", || web::to(decide::deleted)).binding(),
    ]
}

/// For the owner of a marketplace.
pub fn owner() -> Vec<Mount> {
    vec![
        get("/usage-files/{id}/accept", || web::to(decide::accept)),
        post("/usage-files/{id}/accept", || web::to(decide::accepted)).binding(),
        get("/usage-files/{id}/reject", || web::to(decide::reject)),
        post("/usage-files/{id}/reject", || web::to(decide::rejected)).binding(),
        get("/usage-files/{id}/close", || web::to(decide::close)),
        post("/usage-files/{id}/close", || web::to(decide::closed)).binding(),
        get("/usage-files/{id}/billing", || web::to(decide::billing)),
        post("/usage-files/{id}/billing", || web::to(decide::billed)),
    ]
}

type OfFile = web::Path<(String, String)>;

/// A malformed id is a file that does not exist.
fn id(text: &str) -> Result<Id<UsageFile>> {
    text.parse().map_err(|_| Problem::NotFound)
}

fn url<P: Permission>(actor: &Viewer<P>, id: &Id<UsageFile>) -> String {
    actor.url(&format!("usage-files/{id}"))
}

const BACK: &str = "Back to file";

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

/// "1 May 2026 to 31 May 2026": days of UTC, of a half-open period.
fn days(from: DateTime<Utc>, to: DateTime<Utc>) -> Words {
    let day = |at| Zone::UTC.day(at).words;
    t!("{from} to {to}", from = day(from), to = day(to - TimeDelta::seconds(1)))
}

fn period(file: &FileRow) -> Words {
    days(file.period_from, file.period_to)
}

/// What a file comes to: its records, and their sum.
fn sum(file: &FileRow) -> Words {
    let records = t!("{n} record" | "{n} records", usize::try_from(file.records).unwrap_or_default());
    match (&file.amount, &file.currency) {
        (Some(amount), Some(currency)) => t!("{records}, {amount} {currency}", records, amount, currency),
        _ => records,
    }
}
