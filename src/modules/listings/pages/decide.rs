//! What the owner of a marketplace does with a request.

use actix_web::{HttpResponse, web};

use super::{
    OfObject,
    request::{id, url},
};
use crate::{
    access::extract::Post,
    kit::{
        confirm::Confirm,
        db::Db,
        effect::Effect,
        form::Field,
        lifecycle::allowed,
        page::{self, Flash},
        problem::{Problem, Result},
        typed::apart,
        viewer::Viewer,
    },
    modules::listings::{
        Process, Type,
        actions::{self, Decision},
        forms,
        lifecycle::{Action, Part, RULES},
        store::{self, RequestDetail},
    },
};

pub async fn assign(post: Post<Process>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    assigned(post, &path.1, &db, true).await
}

pub async fn unassign(post: Post<Process>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    assigned(post, &path.1, &db, false).await
}

async fn assigned(post: Post<Process>, text: &str, db: &Db, to_me: bool) -> Result<HttpResponse> {
    let wanted = id(text)?;
    let here = url(&post.actor, &wanted);
    db.write(&post.actor, move |tx| actions::assign(tx, &wanted, to_me))
        .await
        .map_err(|problem| problem.leading_to(&here, "Back to the request"))?;
    let words = if to_me { "Assigned to you" } else { "Unassigned" };
    Ok(page::see_with(&post.actor.visit, here, &Flash::success(words)))
}

/// The page that asks once more before `action`.
async fn confirm(actor: &Viewer<Process>, db: &Db, text: &str, action: Action) -> Result<(RequestDetail, Confirm)> {
    let wanted = id(text)?;
    let detail = db.read(actor, move |read| store::find_request(read, &wanted)).await?;
    let request = &detail.request;
    let back = (url(actor, &request.id), "Back to the request");
    if !allowed(RULES, request.status, Part::Owner).contains(&action) {
        return Err(Problem::moved(&request.id, request.status).leading_to(back.0, back.1));
    }
    let (product, place) = (apart(&detail.of.product), apart(&detail.of.marketplace));
    let told = format!("{} is told by email.", apart(&detail.of.vendor));
    let (heading, effects) = match action {
        Action::Deploy => ("Mark as Deploying", vec![format!("You take {product} over into your own system."), told]),
        Action::Complete => (
            "Mark as Completed",
            vec![
                match request.type_ {
                    Type::New => format!("{product} is listed on {place}."),
                    Type::Update => format!("{product} stays listed on {place}, as asked for."),
                    Type::Remove => format!("{product} is not listed on {place} any more."),
                },
                told,
            ],
        ),
        Action::Refine => (
            "Refine",
            vec![format!(
                "The request goes back to {}, who can correct it and submit it again.",
                apart(&detail.of.vendor)
            )],
        ),
        Action::Cancel | Action::Submit => (
            "Cancel request",
            vec![
                match request.type_ {
                    Type::New => format!("{product} stays off {place}. The vendor may ask again with a new request."),
                    _ => format!("{product} stays listed on {place} as it is."),
                },
                told,
            ],
        ),
    };
    let mut effects: Vec<Effect> = effects.into_iter().map(Effect::from).collect();
    if action == Action::Complete {
        let listing = actor.url(&format!("listings/{}", detail.of.listing.id));
        effects.extend(actions::completes(request).map(|effect| effect.at(listing)));
    }
    let ends = action == Action::Complete && request.type_ == Type::Remove;
    let page = actor.page(&format!("{heading} - {} - Listing requests", request.id));
    let page = Confirm::new(page, heading, back, effects);
    Ok((detail, if ends { page.danger() } else { page }))
}

async fn asked(actor: &Viewer<Process>, db: &Db, text: &str, action: Action) -> Result<HttpResponse> {
    let (_, page) = confirm(actor, db, text, action).await?;
    page::html(&actor.visit, &page)
}

async fn decided(
    actor: &Viewer<Process>,
    db: &Db,
    text: &str,
    decision: Decision,
    words: &'static str,
) -> Result<HttpResponse> {
    let wanted = id(text)?;
    let here = url(actor, &wanted);
    db.write(actor, move |tx| actions::decide(tx, &wanted, &decision))
        .await
        .map_err(|problem| problem.leading_to(&here, "Back to the request"))?;
    Ok(page::see_with(&actor.visit, here, &Flash::success(words)))
}

pub async fn deploy(actor: Viewer<Process>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    asked(&actor, &db, &path.1, Action::Deploy).await
}

pub async fn deployed(post: Post<Process>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    decided(&post.actor, &db, &path.1, Decision::Deploy, "The request is Deploying").await
}

pub async fn complete(actor: Viewer<Process>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    asked(&actor, &db, &path.1, Action::Complete).await
}

pub async fn completed(post: Post<Process>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    decided(&post.actor, &db, &path.1, Decision::Complete, "The request is Completed").await
}

fn reason() -> Field {
    forms::reason("The vendor reads it. Up to 500 characters.")
}

async fn asked_why(actor: &Viewer<Process>, db: &Db, text: &str, action: Action, why: Field) -> Result<Confirm> {
    let (_, page) = confirm(actor, db, text, action).await?;
    Ok(if action == Action::Cancel { page.danger() } else { page }.with_note(why))
}

async fn decided_why(post: Post<Process>, text: &str, db: &Db, action: Action) -> Result<HttpResponse> {
    let mut why = reason().from(&post.fields);
    let Some(words) = why.line("a reason", 500) else {
        return page::invalid(&post.actor.visit, &asked_why(&post.actor, db, text, action, why).await?);
    };
    let (decision, flash) = match action {
        Action::Refine => (Decision::Refine(words), "The request is back at the vendor"),
        _ => (Decision::Cancel(words), "The request is Cancelled"),
    };
    decided(&post.actor, db, text, decision, flash).await
}

pub async fn refine(actor: Viewer<Process>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&actor.visit, &asked_why(&actor, &db, &path.1, Action::Refine, reason()).await?)
}

pub async fn refined(post: Post<Process>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    decided_why(post, &path.1, &db, Action::Refine).await
}

pub async fn cancel(actor: Viewer<Process>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&actor.visit, &asked_why(&actor, &db, &path.1, Action::Cancel, reason()).await?)
}

pub async fn cancelled(post: Post<Process>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    decided_why(post, &path.1, &db, Action::Cancel).await
}
