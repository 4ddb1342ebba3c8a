//! A record is closed on its own, and it is said otherwise how it was billed.

use actix_web::{HttpResponse, web};

use super::{actions, store};
use crate::{
    access::extract::Post,
    kit::{
        db::Db,
        edit::Edit,
        effect::Effect,
        form_page::FormPage,
        id::Id,
        input::Form,
        lifecycle::allowed,
        page::{self, Flash},
        problem::{Problem, Result},
        route::{Mount, get, post},
        typed::apart,
        viewer::Viewer,
        words::{Figure, Words},
    },
    modules::usage::{
        Review, UsageFile,
        data::Billing,
        lifecycle::{Action, Part, RULES},
        record_id,
        store::{self as files, Begin, Detail, RecordRow, Wanted},
    },
    t,
};

/// For the owner of a marketplace.
pub fn screens() -> Vec<Mount> {
    vec![
        get("/usage-files/{id}/records/{row}/close", || web::to(close)),
        post("/usage-files/{id}/records/{row}/close", || web::to(closed)),
        get("/usage-files/{id}/records/{row}/billing", || web::to(billing)),
        post("/usage-files/{id}/records/{row}/billing", || web::to(billed)),
    ]
}

type OfRecord = web::Path<(String, String, i32)>;

const BACK: &str = "Back to records";

/// The list of records that a record was found in: it asked for as much as this page's address says.
fn list(actor: &Viewer<Review>, detail: &Detail) -> String {
    let here = actor.url(&format!("usage-files/{}/records", detail.row.id));
    if actor.visit.query.is_empty() { here } else { format!("{here}?{}", actor.visit.query) }
}

/// A record with its file.
struct Found {
    detail: Detail,
    record: RecordRow,
    /// Who closed it on its own.
    closer: Option<String>,
}

async fn find(actor: &Viewer<Review>, db: &Db, (_, file, number): &(String, String, i32)) -> Result<Found> {
    let (file, number) = (file.parse::<Id<UsageFile>>().map_err(|_| Problem::NotFound)?, *number);
    db.read(actor, move |read| {
        let detail = files::find(read, &file)?;
        let before = number.checked_sub(1).ok_or(Problem::NotFound)?;
        let found = files::records(read, &detail.row, &Wanted::default(), Begin::Behind(before), 1)?;
        let record = found.into_iter().find(|record| record.number == number).ok_or(Problem::NotFound)?;
        let closer = if record.billed.own { Some(store::closer(read, &file, number)?) } else { None };
        Ok(Found { detail, record, closer })
    })
    .await
}

/// What is billed, in a sentence.
fn what(record: &RecordRow) -> Effect {
    t!(
        "{record} reports {quantity} of {item} for {customer}.",
        record = apart(&record.key),
        quantity = Figure::quantity(record.quantity.normalize(), record.precision),
        item = apart(&record.item),
        customer = apart(&record.customer)
    )
    .into()
}

fn close_page(actor: &Viewer<Review>, found: &Found, form: &Form<Billing>) -> FormPage {
    let (file, record) = (&found.detail.row, &found.record);
    let page = actor.page(("Close record", &file.name, "Usage files"));
    let mut effects = vec![what(record)];
    if file.records - file.closed == 1 {
        let vendor = apart(&found.detail.vendor);
        effects
            .push(t!("This is the last open record, so the file will be closed. We'll email {vendor}.", vendor).into());
    }
    let back = (list(actor, &found.detail), BACK);
    form.onto(
        FormPage::new(page, "Close record", back, "Close record")
            .below_heading(Words::data(record_id(&file.id, record.number)))
            .effects(effects),
    )
}

/// A record, while it can be closed.
async fn closable(actor: &Viewer<Review>, db: &Db, path: &(String, String, i32)) -> Result<Found> {
    let found = find(actor, db, path).await?;
    let (file, back) = (&found.detail.row, list(actor, &found.detail));
    if !allowed(RULES, file.status, Part::Owner).contains(&Action::Close) {
        return Err(Problem::moved(&file.id, file.status).leading_to(back, BACK));
    }
    if found.record.billed.closed {
        let text = t!("{record} is already closed.", record = record_id(&file.id, found.record.number));
        return Err(Problem::stale("This record is already closed", text).leading_to(back, BACK));
    }
    Ok(found)
}

async fn close(actor: Viewer<Review>, path: OfRecord, db: web::Data<Db>) -> Result<HttpResponse> {
    let found = closable(&actor, &db, &path).await?;
    page::html(&actor.visit, &close_page(&actor, &found, &Form::empty()))
}

async fn closed(post: Post<Review>, path: OfRecord, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let found = closable(&actor, &db, &path).await?;
    let mut form = Form::<Billing>::typed(&post.fields);
    let (file, number, back) = (found.detail.row.id.clone(), found.record.number, list(&actor, &found.detail));
    let act = |billing| db.write(&actor, move |tx| actions::close(tx, &file, number, &billing));
    match form.sent(act).await.map_err(|problem| problem.leading_to(&back, BACK))? {
        Some(()) => Ok(page::see_with(&actor.visit, back, &Flash::success("Record closed"))),
        None => page::invalid(&actor.visit, &close_page(&actor, &found, &form)),
    }
}

fn billing_page(actor: &Viewer<Review>, edit: &Edit<Found, Billing>) -> FormPage {
    let found = &edit.row;
    let (file, record) = (&found.detail.row, &found.record);
    let page = actor.page(("Edit billing", &file.name, "Usage files"));
    let mut effects = vec![what(record)];
    if let (Some(at), Some(person)) = (record.billed.closed_at, &found.closer) {
        let day = actor.zone().day(at).words;
        effects.push(t!("Closed by {person} on {day}.", person = apart(person), day).into());
    }
    let back = (list(actor, &found.detail), BACK);
    edit.onto(
        FormPage::new(page, "Edit billing", back, "Save")
            .below_heading(Words::data(record_id(&file.id, record.number)))
            .effects(effects),
    )
}

/// A record that was closed on its own.
async fn billable(actor: &Viewer<Review>, db: &Db, path: &(String, String, i32)) -> Result<Edit<Found, Billing>> {
    let found = find(actor, db, path).await?;
    let billed = &found.record.billed;
    if billed.own {
        let (saved, revision) = (billed.billing(), billed.closing);
        return Ok(Edit::of(found, saved, revision));
    }
    Err(actions::not_alone().leading_to(list(actor, &found.detail), BACK))
}

async fn billing(actor: Viewer<Review>, path: OfRecord, db: web::Data<Db>) -> Result<HttpResponse> {
    let edit = billable(&actor, &db, &path).await?;
    page::html(&actor.visit, &billing_page(&actor, &edit))
}

async fn billed(post: Post<Review>, path: OfRecord, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut edit = billable(&actor, &db, &path).await?.typed(&post.fields);
    let (found, revision) = (&edit.row, edit.revision);
    let (file, number, back) = (found.detail.row.id.clone(), found.record.number, list(&actor, &found.detail));
    let act = |billing| db.attempt(&actor, move |tx| actions::bill_again(tx, &file, (number, revision), &billing));
    match edit.save(act, billable(&actor, &db, &path)).await? {
        Some(done) => Ok(page::see_with(&actor.visit, back, &done.said("Billing saved"))),
        None => edit.again(&actor.visit, &billing_page(&actor, &edit)),
    }
}
