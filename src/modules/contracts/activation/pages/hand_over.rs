//! Handing the link over to a colleague, and the page that says to whom it went.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;

use super::{
    super::{
        forms::HandingOver,
        handing_over,
        invitation::{self as opening, Invitation, Step, Ticket},
        passes::Pass,
    },
    Letter, OfContract, ended, invitation, letter, ticket, url,
};
use crate::{
    config::Config,
    kit::{
        db::{Db, Who},
        fields::GuestPost,
        form::{Field, FieldError},
        input::Form,
        page::{self, Page},
        problem::{Problem, Result},
        shown::{self, Shown},
        visit::{Guest, Visit},
        words::filters,
    },
};

#[derive(Template)]
#[template(path = "activation/hand_over.html")]
struct HandOver {
    page: Page,
    letter: Letter,
    errors: Vec<FieldError>,
    giver: Field,
    colleague: Field,
    colleague_email: Field,
    message: Field,
    agreement: String,
    version: i32,
    shown: Shown,
}

fn hand_over_page(visit: &Visit, ticket: &Ticket, found: &Invitation, form: &Form<HandingOver>) -> HandOver {
    let errors = form.errors();
    let mut letter = letter(visit, ticket, &found.found, Step::Review, !errors.is_empty());
    letter.page = Page::of_guest(visit, ("Hand over", "Contract activation")).with_errors(&errors);
    letter.back = url(ticket, found.gap());
    HandOver {
        page: letter.page.clone(),
        letter,
        errors,
        giver: form.field("giver"),
        colleague: form.field("colleague"),
        colleague_email: form.field("colleague_email"),
        message: form.field("message"),
        agreement: found.found.agreement.clone(),
        version: found.found.contract.version,
        shown: handing_over::shown(found),
    }
}

/// The invitation; a browser that has handed its link over already is told so.
async fn opened(db: &Db, visit: &Arc<Visit>, ticket: &Ticket) -> Result<Invitation> {
    match invitation(db, visit, ticket).await {
        Err(problem) => Err(ended(db, visit, ticket, problem).await),
        opened => opened,
    }
}

pub async fn hand_over(
    request: HttpRequest,
    path: OfContract,
    guest: Guest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let invitation = opened(&db, &guest.0, &ticket).await?;
    let giver = invitation.attempt.as_ref().map_or("", |attempt| attempt.name.as_str());
    let form = Form::empty().with("giver", giver);
    page::html(&guest.0, &hand_over_page(&guest.0, &ticket, &invitation, &form))
}

pub async fn hand(
    request: HttpRequest,
    path: OfContract,
    post: GuestPost,
    db: web::Data<Db>,
    config: web::Data<Config>,
) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let invitation = opened(&db, &post.visit, &ticket).await?;
    let mut form = Form::<HandingOver>::typed(&post.fields);
    let Some(said) = form.read() else {
        return page::invalid(&post.visit, &hand_over_page(&post.visit, &ticket, &invitation, &form));
    };
    let lives = TimeDelta::from_std(config.link_lives).map_err(Problem::internal)?;
    let aim = handing_over::aim(&ticket.contract, &post.visit.caller.network());
    let counted = db.open(move |conn| aim.reserve(conn)).await?;
    let who = Who::Person { name: said.giver.clone(), user: None, caller: post.visit.by_link() };
    let (key, verify, asked) = (post.visit.house.key.clone(), post.visit.house.verify_email, ticket.clone());
    let sent = post.fields.text(shown::FIELD).to_owned();
    let handed = db
        .write_as_person(who, move |tx| handing_over::hand_over(tx, &key, (&asked, verify), &said, (lives, &sent)))
        .await;
    // only mails count
    if handed.is_err() {
        db.open(move |conn| counted.unused(conn)).await?;
    }
    let told = match handed {
        // the same browser pressed twice
        Err(problem @ Problem::Gone(_)) => return Err(ended(&db, &post.visit, &ticket, problem).await),
        other => form.told(other)?,
    };
    match told {
        Some(()) => Ok(page::see(handed_url(&ticket))),
        None => page::invalid(&post.visit, &hand_over_page(&post.visit, &ticket, &invitation, &form)),
    }
}

/// Where it stands to whom a link went.
pub(super) fn handed_url(ticket: &Ticket) -> String {
    format!("{}/handed-over", ticket.path())
}

#[derive(Template)]
#[template(path = "activation/handed_over.html")]
struct HandedOver {
    page: Page,
    issuer: String,
    contract: String,
    pass: Pass,
}

pub async fn handed_over(
    request: HttpRequest,
    path: OfContract,
    guest: Guest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let (key, asked) = (guest.0.house.key.clone(), ticket.clone());
    let (found, pass) = db
        .open(move |conn| {
            let (found, link, _) = opening::behind(conn, &key, &asked)?;
            let pass = opening::handed(&found, link, &asked);
            Ok((found, pass))
        })
        .await?;
    let Some(pass) = pass else { return Err(Problem::Elsewhere(ticket.path())) };
    let shown = HandedOver {
        page: Page::of_guest(&guest.0, "Handed over"),
        issuer: found.issuer,
        contract: found.contract.id.to_string(),
        pass,
    };
    page::html(&guest.0, &shown)
}
