//! The billing of a file by hubs, for the owner of its marketplace.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    Status, actions,
    data::Naming,
    lifecycle::{Action, RULES},
    store::{self, ChunkRow, Named},
};
use crate::{
    access::extract::Post,
    kit::{
        actor::Permission,
        db::Db,
        edit::Edit,
        effect::Effect,
        form_page::FormPage,
        id::Id,
        input::Form,
        lifecycle::allowed,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        shown,
        typed::apart,
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::usage::{
        Review, UsageFile, View,
        data::Billing,
        lifecycle::Part,
        pages::{Way, facts::Facts},
        store::{self as files, Detail},
    },
    t,
};

/// For the owner of a marketplace.
pub fn screens() -> Vec<Mount> {
    vec![
        get("/usage-files/{id}/chunks", || web::to(list)),
        get("/usage-files/{id}/chunks/{chunk}/close", || web::to(close)),
        post("/usage-files/{id}/chunks/{chunk}/close", || web::to(closed)).binding(),
        get("/usage-files/{id}/chunks/{chunk}/billing", || web::to(billing)),
        post("/usage-files/{id}/chunks/{chunk}/billing", || web::to(billed)),
        get("/usage-files/{id}/chunks/{chunk}/edit", || web::to(edit)),
        post("/usage-files/{id}/chunks/{chunk}/edit", || web::to(saved)),
    ]
}

/// A chunk as its page lists it.
struct Line {
    row: ChunkRow,
    hub: Option<String>,
    /// Its pair, or the file's.
    billing: Billing,
    closed: Words,
    records: String,
    xlsx: String,
    csv: String,
    close: Option<String>,
    bill: Option<String>,
    edit: Option<String>,
}

#[derive(Template)]
#[template(path = "usage/show/chunks.html")]
struct Chunks {
    page: Page,
    facts: Facts,
    lines: Vec<Line>,
    amounts: bool,
}

async fn list(actor: Viewer<View>, path: web::Path<(String, String)>, db: web::Data<Db>) -> Result<HttpResponse> {
    let file = path.1.parse::<Id<UsageFile>>().map_err(|_| Problem::NotFound)?;
    let (detail, chunks) = db
        .read(&actor, move |read| {
            let detail = files::find(read, &file)?;
            Ok((detail, store::all(read, &file)?))
        })
        .await?;
    let facts = Facts::new(&actor, detail, ("chunks", Way::here(&actor)));
    if !facts.billable {
        let refused =
            Problem::refused("There is nothing to bill yet", "You can bill the records once the file is accepted.");
        return Err(refused.leading_to(facts.here, "Back to file"));
    }
    let file_billing = facts.file().billing();
    let line = |(row, hub): Named| {
        let own = format!("{}/chunks/{}", facts.here, row.number);
        let asked = [("hub", row.hub())];
        let open = facts.closing() && row.status == Status::Ready;
        Line {
            billing: if row.billing_reference.is_empty() && row.status == Status::Closed {
                file_billing.clone()
            } else {
                row.billing()
            },
            closed: t!("{closed} of {n}", closed = row.done(), n = row.records),
            records: facts.records_by(&asked),
            xlsx: format!("{}/records.xlsx?hub={}", facts.here, row.hub()),
            csv: format!("{}/records.csv?hub={}", facts.here, row.hub()),
            close: open.then(|| format!("{own}/close")),
            bill: (facts.billing() && !row.billing_reference.is_empty()).then(|| format!("{own}/billing")),
            edit: facts.billing().then(|| format!("{own}/edit")),
            hub,
            row,
        }
    };
    let lines: Vec<Line> = chunks.into_iter().map(line).collect();
    let shown = Chunks {
        page: actor.page(("Billing", &facts.file().name, "Usage files")),
        amounts: lines.iter().any(|line| line.row.amount.is_some()),
        lines,
        facts,
    };
    page::html(&actor.visit, &shown)
}

type OfChunk = web::Path<(String, String, i32)>;

const BACK: &str = "Back to billing";

fn url<P: Permission>(actor: &Viewer<P>, detail: &Detail) -> String {
    actor.url(&format!("usage-files/{}/chunks", detail.row.id))
}

/// A chunk with its file.
struct Found {
    detail: Detail,
    chunk: ChunkRow,
    hub: Option<String>,
}

impl Found {
    /// What it is called on pages.
    fn name(&self) -> Words {
        match &self.hub {
            Some(hub) => Words::data(apart(hub)),
            None => t!("Without a hub"),
        }
    }
}

async fn find(actor: &Viewer<Review>, db: &Db, (_, file, number): &(String, String, i32)) -> Result<Found> {
    let (file, number) = (file.parse::<Id<UsageFile>>().map_err(|_| Problem::NotFound)?, *number);
    db.read(actor, move |read| {
        let detail = files::find(read, &file)?;
        let (chunk, hub) = store::find(read, &file, number)?;
        Ok(Found { detail, chunk, hub })
    })
    .await
}

/// What is billed, in a sentence.
fn what(found: &Found) -> Effect {
    let (file, chunk) = (&found.detail.row, &found.chunk);
    let open = usize::try_from(chunk.records - chunk.closed).unwrap_or_default();
    let file = apart(&file.name);
    t!(
        "{n} open record of {file} will count as billed." | "{n} open records of {file} will count as billed.",
        open,
        file
    )
    .into()
}

fn close_page(actor: &Viewer<Review>, found: &Found, form: &Form<Billing>) -> FormPage {
    let file = &found.detail.row;
    let page = actor.page(("Close records of a hub", &file.name, "Usage files"));
    let mut effects = vec![what(found)];
    if file.records - file.closed == found.chunk.records - found.chunk.closed {
        let vendor = apart(&found.detail.vendor);
        effects.push(t!("No other record is open, so the file will be closed. We'll email {vendor}.", vendor).into());
    }
    let page = FormPage::new(page, "Close records of a hub", (url(actor, &found.detail), BACK), "Close records")
        .below_heading(found.name())
        .effects(effects)
        .binding(&actions::shown(&found.chunk));
    form.onto(page)
}

/// A chunk, while it can be closed.
async fn closable(actor: &Viewer<Review>, db: &Db, path: &(String, String, i32)) -> Result<Found> {
    let found = find(actor, db, path).await?;
    if allowed(RULES, found.chunk.status, Part::Owner).contains(&Action::Close) {
        return Ok(found);
    }
    Err(Problem::moved(&found.chunk.id, found.chunk.status).leading_to(url(actor, &found.detail), BACK))
}

async fn close(actor: Viewer<Review>, path: OfChunk, db: web::Data<Db>) -> Result<HttpResponse> {
    let found = closable(&actor, &db, &path).await?;
    page::html(&actor.visit, &close_page(&actor, &found, &Form::empty()))
}

async fn closed(post: Post<Review>, path: OfChunk, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let found = closable(&actor, &db, &path).await?;
    let mut form = Form::<Billing>::typed(&post.fields);
    let sent = post.fields.text(shown::FIELD).to_owned();
    let (file, number, back) = (found.detail.row.id.clone(), found.chunk.number, url(&actor, &found.detail));
    let act = |billing| db.write(&actor, move |tx| actions::close(tx, &file, number, &billing, &sent));
    match form.sent(act).await.map_err(|problem| problem.leading_to(&back, BACK))? {
        Some(()) => Ok(page::see_with(&actor.visit, back, &Flash::success("Records closed"))),
        None => page::invalid(&actor.visit, &close_page(&actor, &found, &form)),
    }
}

fn billing_page(actor: &Viewer<Review>, edit: &Edit<Found, Billing>) -> FormPage {
    let found = &edit.row;
    let page = actor.page(("Edit billing", &found.detail.row.name, "Usage files"));
    let page = FormPage::new(page, "Edit billing", (url(actor, &found.detail), BACK), "Save");
    edit.onto(page.below_heading(found.name()))
}

/// A chunk that was billed as a whole.
async fn billable(actor: &Viewer<Review>, db: &Db, path: &(String, String, i32)) -> Result<Edit<Found, Billing>> {
    let found = find(actor, db, path).await?;
    if found.chunk.billing_reference.is_empty() {
        return Err(actions::not_alone().leading_to(url(actor, &found.detail), BACK));
    }
    let (saved, revision) = (found.chunk.billing(), found.chunk.revision);
    Ok(Edit::of(found, saved, revision))
}

async fn billing(actor: Viewer<Review>, path: OfChunk, db: web::Data<Db>) -> Result<HttpResponse> {
    let edit = billable(&actor, &db, &path).await?;
    page::html(&actor.visit, &billing_page(&actor, &edit))
}

async fn billed(post: Post<Review>, path: OfChunk, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut edit = billable(&actor, &db, &path).await?.typed(&post.fields);
    let (found, revision) = (&edit.row, edit.revision);
    let (file, number, back) = (found.detail.row.id.clone(), found.chunk.number, url(&actor, &found.detail));
    let act = |billing| db.attempt(&actor, move |tx| actions::bill_again(tx, &file, (number, revision), &billing));
    match edit.save(act, billable(&actor, &db, &path)).await? {
        Some(done) => Ok(page::see_with(&actor.visit, back, &done.said("Billing saved"))),
        None => edit.again(&actor.visit, &billing_page(&actor, &edit)),
    }
}

async fn editing(actor: &Viewer<Review>, db: &Db, path: &(String, String, i32)) -> Result<Edit<Found, Naming>> {
    let found = find(actor, db, path).await?;
    let (saved, revision) = (found.chunk.naming(), found.chunk.revision);
    Ok(Edit::of(found, saved, revision))
}

fn edit_page(actor: &Viewer<Review>, edit: &Edit<Found, Naming>) -> FormPage {
    let found = &edit.row;
    let page = actor.page(("Edit external ID", &found.detail.row.name, "Usage files"));
    let page = FormPage::new(page, "Edit external ID", (url(actor, &found.detail), BACK), "Save");
    edit.onto(page.below_heading(found.name()))
}

async fn edit(actor: Viewer<Review>, path: OfChunk, db: web::Data<Db>) -> Result<HttpResponse> {
    let edit = editing(&actor, &db, &path).await?;
    page::html(&actor.visit, &edit_page(&actor, &edit))
}

async fn saved(post: Post<Review>, path: OfChunk, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut edit = editing(&actor, &db, &path).await?.typed(&post.fields);
    let (found, revision) = (&edit.row, edit.revision);
    let (file, number, back) = (found.detail.row.id.clone(), found.chunk.number, url(&actor, &found.detail));
    let act = |naming| db.attempt(&actor, move |tx| actions::name(tx, &file, (number, revision), &naming));
    match edit.save(act, editing(&actor, &db, &path)).await? {
        Some(done) => Ok(page::see_with(&actor.visit, back, &done.said("External ID saved"))),
        None => edit.again(&actor.visit, &edit_page(&actor, &edit)),
    }
}
