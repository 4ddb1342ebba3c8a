//! What is done with a file as a whole: by its vendor, and by who bills from it.

use actix_web::{HttpResponse, web};

use super::{OfFile, id, period, show, sum, url};
use crate::{
    access::extract::Post,
    kit::{
        actor::Permission,
        confirm::Confirm,
        db::Db,
        edit::Edit,
        effect::Effect,
        form_page::FormPage,
        input::Form,
        lifecycle::allowed,
        page::{self, Flash},
        problem::{Problem, Result},
        shown,
        typed::apart,
        viewer::Viewer,
        words::Words,
    },
    modules::{
        queue::{
            beside::{next, onwards},
            pages::{self as queue, UNDO},
        },
        usage::{
            Report, Review, Status, View,
            actions::{self, keeps},
            data::{Acceptance, Billing, Rejection},
            lifecycle::{Action, Part, RULES},
            queue::{Accepting, Reports},
            store::{self, Detail, FileRow},
        },
    },
    t,
};

/// The page of a file within the list that this page belongs to, and the words of a link there.
fn back<P: Permission>(actor: &Viewer<P>, file: &FileRow) -> (String, &'static str) {
    (queue::at::<Reports, P>(actor, &file.id), super::BACK)
}

async fn find<P: Permission>(actor: &Viewer<P>, db: &Db, text: &str) -> Result<Detail> {
    let file = id(text)?;
    db.read(actor, move |read| store::find(read, &file)).await
}

fn confirm<P: Permission>(
    actor: &Viewer<P>,
    file: &FileRow,
    heading: Words,
    effects: Vec<Effect>,
    (action, part): (Action, Part),
) -> Confirm {
    let page = actor.page((heading.clone(), &file.name, "Usage files"));
    let against = (!allowed(RULES, file.status, part).contains(&action))
        .then(|| t!("It is {status}.", status = Words::within(file.status)));
    let shown = Confirm::new(page, heading, back(actor, file), effects).binding(&actions::shown(file));
    shown.refused("The file's status doesn't allow this", against)
}

/// A form with something wrong in it is shown again only while its act is possible.
fn still(actor: &Viewer<Review>, file: &FileRow, action: Action) -> Result<()> {
    if allowed(RULES, file.status, Part::Owner).contains(&action) {
        return Ok(());
    }
    let (href, words) = back(actor, file);
    Err(Problem::moved(&file.id, file.status).leading_to(href, words))
}

/// What is decided about, in a sentence.
fn what(file: &FileRow) -> Effect {
    t!(
        "{file} reports usage of {product}, {period}: {sum}.",
        file = apart(&file.name),
        product = apart(&file.product_name),
        period = period(file),
        sum = sum(file)
    )
    .into()
}

// the vendor

fn submit_page(actor: &Viewer<Report>, detail: &Detail) -> Confirm {
    let owner = apart(&detail.owner);
    let effects = vec![
        what(&detail.row),
        t!("We'll email {owner}, who will accept or reject the file.", owner).into(),
        t!("The records can no longer be changed unless the file is rejected.").into(),
    ];
    confirm(actor, &detail.row, t!("Submit usage file"), effects, (Action::Submit, Part::Vendor)).button("Submit")
}

pub async fn submit(actor: Viewer<Report>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let detail = find(&actor, &db, &path.1).await?;
    page::html(&actor.visit, &submit_page(&actor, &detail))
}

pub async fn submitted(post: Post<Report>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let file = id(&path.1)?;
    let here = url(&post.actor, &file);
    let sent = post.fields.text(shown::FIELD).to_owned();
    db.write(&post.actor, move |tx| actions::submit(tx, &file, &sent))
        .await
        .map_err(|problem| problem.leading_to(&here, super::BACK))?;
    Ok(page::see_with(&post.actor.visit, here, &Flash::success("Usage file submitted")))
}

/// Its report is checked once more: what was wrong may stand elsewhere, in a mapping or in what the program knows.
pub async fn check(actor: Viewer<Report>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let file = find(&actor, &db, &path.1).await?.row;
    let page = actor.page(("Check again", &file.name, "Usage files"));
    let effects: Vec<Effect> = vec![
        t!("The report is checked again as you uploaded it, against today's items and subscriptions.").into(),
        t!("If it is read with a mapping of yours, the newest version of the mapping is used.").into(),
    ];
    let against = (file.status != Status::Invalid).then(|| t!("It is {status}.", status = Words::within(file.status)));
    let confirm = Confirm::new(page, "Check again", (url(&actor, &file.id), super::BACK), effects)
        .binding(&actions::shown(&file))
        .refused("The file's status doesn't allow this", against);
    page::html(&actor.visit, &confirm)
}

pub async fn checked(post: Post<Report>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let file = id(&path.1)?;
    let here = url(&post.actor, &file);
    let sent = post.fields.text(shown::FIELD).to_owned();
    db.write(&post.actor, move |tx| actions::check_again(tx, &file, &sent))
        .await
        .map_err(|problem| problem.leading_to(&here, super::BACK))?;
    Ok(page::see_with(&post.actor.visit, here, &Flash::success("The report is checked again")))
}

pub async fn delete(actor: Viewer<Report>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let file = find(&actor, &db, &path.1).await?.row;
    let page = actor.page(("Delete usage file", &file.name, "Usage files"));
    let mut effects: Vec<Effect> =
        vec![t!("{file} will be permanently deleted. This cannot be undone.", file = apart(&file.name)).into()];
    let records = usize::try_from(file.records).unwrap_or_default();
    effects.extend(Effect::touched(
        records,
        "{n} record will be deleted with it.",
        "{n} records will be deleted with it.",
    ));
    let refusal = (!file.can_go()).then(|| keeps(&file));
    let back = (url(&actor, &file.id), super::BACK);
    let confirm = Confirm::new(page, "Delete usage file", back, effects)
        .danger()
        .binding(&actions::shown_before_it_goes(&file))
        .refused("This file cannot be deleted", refusal);
    page::html(&actor.visit, &confirm)
}

pub async fn deleted(post: Post<Report>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let file = id(&path.1)?;
    let (here, all) = (url(&post.actor, &file), post.actor.url("usage-files"));
    let sent = post.fields.text(shown::FIELD).to_owned();
    db.write(&post.actor, move |tx| actions::delete(tx, &file, &sent))
        .await
        .map_err(|problem| problem.leading_to(here, super::BACK))?;
    Ok(page::see_with(&post.actor.visit, all, &Flash::success("Usage file deleted")))
}

// the owner of the marketplace

fn accept_page(actor: &Viewer<Review>, detail: &Detail, form: &Form<Acceptance>) -> Confirm {
    let vendor = apart(&detail.vendor);
    let effects = vec![
        what(&detail.row),
        t!("You accept its records as the basis for billing. This cannot be undone.").into(),
        t!("We'll email {vendor}.", vendor).into(),
    ];
    confirm(actor, &detail.row, t!("Accept usage file"), effects, (Action::Accept, Part::Owner)).asking(form)
}

pub async fn accept(actor: Viewer<Review>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let detail = find(&actor, &db, &path.1).await?;
    page::html(&actor.visit, &accept_page(&actor, &detail, &Form::empty()))
}

/// From the page of the file it can be taken back; from the page that asks once more it is done at once.
pub async fn accepted(post: Post<Review>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let (held, sent) = (post.fields.has(UNDO), post.fields.text(shown::FIELD).to_owned());
    let mut form = Form::<Acceptance>::typed(&post.fields);
    let (actor, file) = (post.actor, id(&path.1)?);
    let Some(said) = form.read() else {
        let detail = find(&actor, &db, &path.1).await?;
        still(&actor, &detail.row, Action::Accept)?;
        return match held {
            true => {
                let viewer = actor.with::<View>()?;
                page::invalid(&actor.visit, &show::general_page(&viewer, &db, file, &form).await?)
            }
            false => page::invalid(&actor.visit, &accept_page(&actor, &detail, &form)),
        };
    };
    if held {
        let name = find(&actor, &db, &path.1).await?.row.name;
        let decision = Accepting { note: said.note, sent };
        return queue::hold::<Reports>(&actor, &db, (&file, &name), decision).await;
    }
    let next = next::<Reports, _>(&actor, &db, &file).await?;
    queue::act::<Reports, _, _>(&actor, &db, &file, move |tx, id| actions::accept(tx, id, &said, &sent)).await?;
    Ok(onwards::<Reports, _>(&actor, &file, next, &Flash::success("Usage file accepted")))
}

fn reject_page(actor: &Viewer<Review>, detail: &Detail, form: &Form<Rejection>) -> Confirm {
    let vendor = apart(&detail.vendor);
    let effects = vec![
        what(&detail.row),
        t!("We'll email {vendor}, who can correct the report and submit it again.", vendor).into(),
    ];
    confirm(actor, &detail.row, t!("Reject usage file"), effects, (Action::Reject, Part::Owner)).danger().asking(form)
}

pub async fn reject(actor: Viewer<Review>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let detail = find(&actor, &db, &path.1).await?;
    page::html(&actor.visit, &reject_page(&actor, &detail, &Form::empty()))
}

pub async fn rejected(post: Post<Review>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut form = Form::<Rejection>::typed(&post.fields);
    let file = id(&path.1)?;
    let sent = post.fields.text(shown::FIELD).to_owned();
    let next = next::<Reports, _>(&actor, &db, &file).await?;
    let act = |said: Rejection| {
        queue::act::<Reports, _, _>(&actor, &db, &file, move |tx, id| actions::reject(tx, id, &said, &sent))
    };
    match form.sent(act).await? {
        Some(()) => Ok(onwards::<Reports, _>(&actor, &file, next, &Flash::success("Usage file rejected"))),
        None => {
            let detail = find(&actor, &db, &path.1).await?;
            still(&actor, &detail.row, Action::Reject)?;
            page::invalid(&actor.visit, &reject_page(&actor, &detail, &form))
        }
    }
}

fn close_page(actor: &Viewer<Review>, detail: &Detail, form: &Form<Billing>) -> FormPage {
    let file = &detail.row;
    let page = actor.page(("Close usage file", &file.name, "Usage files"));
    let vendor = apart(&detail.vendor);
    let open = usize::try_from(file.records - file.closed).unwrap_or_default();
    let billed = match file.closed {
        0 => t!("All its records will count as billed. You can change the billing ID and note later."),
        _ => t!(
            "{n} record that is still open will count as billed. You can change the billing ID and note later."
                | "{n} records that are still open will count as billed. You can change the billing ID and note later.",
            open
        ),
    };
    let page = FormPage::new(page, "Close usage file", back(actor, file), "Close usage file")
        .effects(vec![what(file), billed.into(), t!("We'll email {vendor}.", vendor).into()])
        .binding(&actions::shown(file));
    form.onto(page)
}

/// The file, while it can be closed.
async fn closable(actor: &Viewer<Review>, db: &Db, text: &str) -> Result<Detail> {
    in_status(actor, db, text, Status::Accepted).await
}

async fn in_status(actor: &Viewer<Review>, db: &Db, text: &str, status: Status) -> Result<Detail> {
    let detail = find(actor, db, text).await?;
    if detail.row.status == status {
        return Ok(detail);
    }
    let (href, words) = back(actor, &detail.row);
    Err(Problem::moved(&detail.row.id, detail.row.status).leading_to(href, words))
}

pub async fn close(actor: Viewer<Review>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let detail = closable(&actor, &db, &path.1).await?;
    page::html(&actor.visit, &close_page(&actor, &detail, &Form::empty()))
}

pub async fn closed(post: Post<Review>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut form = Form::<Billing>::typed(&post.fields);
    let file = id(&path.1)?;
    let here = queue::at::<Reports, _>(&actor, &file);
    let sent = post.fields.text(shown::FIELD).to_owned();
    let act = |billing| db.write(&actor, move |tx| actions::close(tx, &file, &billing, &sent));
    match form.sent(act).await.map_err(|problem| problem.leading_to(&here, super::BACK))? {
        Some(()) => Ok(page::see_with(&actor.visit, here, &Flash::success("Usage file closed"))),
        None => {
            let detail = closable(&actor, &db, &path.1).await?;
            page::invalid(&actor.visit, &close_page(&actor, &detail, &form))
        }
    }
}

fn billing_page(actor: &Viewer<Review>, edit: &Edit<FileRow, Billing>) -> FormPage {
    let page = actor.page(("Edit billing", &edit.row.name, "Usage files"));
    edit.onto(FormPage::new(page, "Edit billing", back(actor, &edit.row), "Save"))
}

/// The file, when it was billed as a whole.
async fn billable(actor: &Viewer<Review>, db: &Db, text: &str) -> Result<Edit<FileRow, Billing>> {
    let file = in_status(actor, db, text, Status::Closed).await?.row;
    if file.billing_reference.is_empty() {
        let (href, words) = back(actor, &file);
        return Err(actions::not_alone().leading_to(href, words));
    }
    let (saved, revision) = (file.billing(), file.revision);
    Ok(Edit::of(file, saved, revision))
}

pub async fn billing(actor: Viewer<Review>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let edit = billable(&actor, &db, &path.1).await?;
    page::html(&actor.visit, &billing_page(&actor, &edit))
}

pub async fn billed(post: Post<Review>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut edit = billable(&actor, &db, &path.1).await?.typed(&post.fields);
    let (key, revision, here) = (edit.row.id.clone(), edit.revision, queue::at::<Reports, _>(&actor, &edit.row.id));
    let act = |billing| db.attempt(&actor, move |tx| actions::bill_again(tx, &key, revision, &billing));
    match edit.save(act, billable(&actor, &db, &path.1)).await? {
        Some(done) => Ok(page::see_with(&actor.visit, here, &done.said("Billing saved"))),
        None => edit.again(&actor.visit, &billing_page(&actor, &edit)),
    }
}
