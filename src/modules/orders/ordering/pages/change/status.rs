//! Suspending, resuming and cancelling, which are asked once more.

use actix_web::{HttpResponse, web};

use super::super::{OfSubscription, id, url};
use super::{made, ready};
use crate::{
    access::extract::Post,
    kit::{
        choice::Choice as _,
        confirm::Confirm,
        db::Db,
        input::Form,
        page,
        problem::{Problem, Result},
        shown::FIELD,
        typed::apart,
        viewer::Viewer,
        violation::{self, none_left},
    },
    modules::orders::{
        fulfillment::Type,
        note::Note,
        ordering::{actions, forms::Early},
        subscriptions::{Manage, shown, store},
    },
    t,
};

async fn confirm(
    actor: &Viewer<Manage>,
    db: &Db,
    text: &str,
    type_: Type,
    (note, early): (&Form<Note>, &Form<Early>),
) -> Result<Confirm> {
    let detail = ready(actor, db, text, type_).await?;
    let row = detail.row.clone();
    let (held, lines) = db
        .read(actor, move |read| {
            let held = store::in_use(read, &row.id)?;
            let lines = actions::kept_lines(read, &row.product_id, row.version, &held)?;
            Ok((held, lines))
        })
        .await?;
    let (customer, product, vendor) = (apart(&detail.row.customer_name), apart(&detail.product), apart(&detail.vendor));
    let asked = t!("{vendor} will be asked to approve. We'll email you the outcome.", vendor);
    let (heading, mut effects) = match type_ {
        Type::Suspend => (
            t!("Suspend subscription"),
            vec![t!("Once approved, {customer} cannot use {product} until it is resumed.", customer, product), asked],
        ),
        Type::Resume => (
            t!("Resume subscription"),
            vec![t!("Once approved, {customer} can use {product} again.", customer, product), asked],
        ),
        _ => (
            t!("Cancel subscription"),
            vec![
                t!("Once approved, {customer}'s subscription to {product} ends permanently.", customer, product),
                t!("Until then it is Terminating. If the vendor refuses, it continues."),
                asked,
            ],
        ),
    };
    let now = actor.now();
    let bound = type_ == Type::Cancel && actions::bound(&held, now);
    if bound {
        for line in lines.iter().filter(|line| line.is_early(type_, now)) {
            if let Some(until) = line.committed_until {
                let day = actor.zone().day(until).words;
                let (quantity, item) = (line.quantity, apart(&line.name));
                effects.push(t!(
                    "{quantity} × {item} is committed until {day}. We'll tell {vendor}.",
                    quantity,
                    item,
                    day,
                    vendor
                ));
            }
        }
    }
    let page = actor.page((heading.clone(), &detail.row.id, "Subscriptions"));
    let back = (url(actor, &detail.row.id), "Back to subscription");
    let about = t!("{product} for {customer}", product, customer);
    let page = Confirm::new(page, heading, back, effects)
        .about(about)
        .asking(note)
        .binding(&shown::subscription(&detail.row, &held)?);
    let page = if bound { page.with_tick(early.field("early")) } else { page };
    Ok(if type_ == Type::Cancel { page.danger().cancels() } else { page })
}

/// Who cancels says it in other words.
fn cancelling(early: Form<Early>) -> Form<Early> {
    let hint = early.field("early").hint;
    early.saying("early", "I'm cancelling before the commitment ends", hint)
}

async fn asked(actor: Viewer<Manage>, text: &str, db: &Db, type_: Type) -> Result<HttpResponse> {
    page::html(&actor.visit, &confirm(&actor, db, text, type_, (&Form::empty(), &cancelling(Form::empty()))).await?)
}

async fn sent(post: Post<Manage>, text: &str, db: &Db, type_: Type) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut note = Form::<Note>::typed(&post.fields);
    let mut early = cancelling(Form::typed(&post.fields));
    let (Some(said), Some(ticked)) = (note.read(), early.read()) else {
        return page::invalid(&actor.visit, &confirm(&actor, db, text, type_, (&note, &early)).await?);
    };
    let wanted = id(text)?;
    let back = url(&actor, &wanted);
    let here = format!("{back}/{}", type_.key());
    let shown = post.fields.text(FIELD).to_owned();
    let outcome = db
        .write(&actor, move |tx| actions::ask(tx, &wanted, type_, (&said.note, ticked.early), Some(&shown)))
        .await
        .map_err(|problem| match problem {
            Problem::Stale(_) => problem.leading_to(here, "Open again"),
            _ => problem.leading_to(back, "Back to subscription"),
        });
    match violation::told(outcome)? {
        Ok(request) => Ok(made(&actor, &request, t!("{action} request created", action = type_))),
        Err(wrong) => {
            none_left(early.fail(note.fail(wrong)))?;
            page::invalid(&actor.visit, &confirm(&actor, db, text, type_, (&note, &early)).await?)
        }
    }
}

pub async fn suspend(actor: Viewer<Manage>, path: OfSubscription, db: web::Data<Db>) -> Result<HttpResponse> {
    asked(actor, &path.1, &db, Type::Suspend).await
}

pub async fn suspended(post: Post<Manage>, path: OfSubscription, db: web::Data<Db>) -> Result<HttpResponse> {
    sent(post, &path.1, &db, Type::Suspend).await
}

pub async fn resume(actor: Viewer<Manage>, path: OfSubscription, db: web::Data<Db>) -> Result<HttpResponse> {
    asked(actor, &path.1, &db, Type::Resume).await
}

pub async fn resumed(post: Post<Manage>, path: OfSubscription, db: web::Data<Db>) -> Result<HttpResponse> {
    sent(post, &path.1, &db, Type::Resume).await
}

pub async fn cancel(actor: Viewer<Manage>, path: OfSubscription, db: web::Data<Db>) -> Result<HttpResponse> {
    asked(actor, &path.1, &db, Type::Cancel).await
}

pub async fn cancelled(post: Post<Manage>, path: OfSubscription, db: web::Data<Db>) -> Result<HttpResponse> {
    sent(post, &path.1, &db, Type::Cancel).await
}
