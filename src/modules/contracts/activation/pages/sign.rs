//! The last page of the first of two signers: everything once more, the name, and Sign.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;

use super::{
    super::{
        forms::User,
        invitation::{Invitation, Step, Ticket},
        signing_first,
        store::Attempt,
    },
    Letter, OfContract, at, ended, hand_over, letter, ticket,
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
        time::{When, Zone},
        visit::{Guest, Visit},
        words::{Words, filters},
    },
    modules::{
        agreements::documents,
        contracts::{signers::Signers, terms::permits},
    },
};

#[derive(Template)]
#[template(path = "activation/sign.html")]
struct Sign {
    page: Page,
    letter: Letter,
    errors: Vec<FieldError>,
    name: Field,
    email: String,
    agreement: String,
    version: i32,
    permits: Vec<Words>,
    expires: Option<When>,
    signers: Signers,
    shown: Shown,
}

async fn sign_page(
    db: &Db,
    visit: &Arc<Visit>,
    ticket: &Ticket,
    (invitation, attempt): &(Invitation, Attempt),
    form: &Form<User>,
) -> Result<Sign> {
    let found = &invitation.found;
    let contract = found.contract.clone();
    let document = db.open(move |conn| documents::find(conn, &contract.agreement_id, contract.version)).await?;
    let errors = form.errors();
    let letter = letter(visit, ticket, found, Step::Sign, !errors.is_empty());
    Ok(Sign {
        page: letter.page.clone(),
        letter,
        errors,
        name: form.field("name"),
        email: attempt.email.clone(),
        agreement: found.agreement.clone(),
        version: found.contract.version,
        permits: permits(&found.contract),
        // as at Review: nobody is known yet whose zone it could be said in
        expires: found.contract.expire_at.map(|end| Zone::UTC.when(end)),
        signers: found.signers.clone().ok_or(Problem::NotFound)?,
        shown: invitation.signs(&document, attempt),
    })
}

pub async fn sign(request: HttpRequest, path: OfContract, guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let found = at(&db, &guest.0, &ticket, Step::Sign).await?;
    let named = found.0.found.signers.as_ref().map_or("", |signers| signers.first.as_str());
    // whoever it was handed over to has another name
    let named = if found.0.found.passes.is_empty() { named } else { "" };
    let form = Form::empty().with("name", named);
    page::html(&guest.0, &sign_page(&db, &guest.0, &ticket, &found, &form).await?)
}

pub async fn signed(
    request: HttpRequest,
    path: OfContract,
    post: GuestPost,
    db: web::Data<Db>,
    config: web::Data<Config>,
) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let found = at(&db, &post.visit, &ticket, Step::Sign).await?;
    let mut form = Form::<User>::typed(&post.fields);
    let Some(said) = form.read() else {
        return page::invalid(&post.visit, &sign_page(&db, &post.visit, &ticket, &found, &form).await?);
    };
    let lives = TimeDelta::from_std(config.link_lives).map_err(Problem::internal)?;
    let who = Who::Person { name: said.name.clone(), user: None, caller: post.visit.by_link() };
    let (key, verify, asked) = (post.visit.house.key.clone(), post.visit.house.verify_email, ticket.clone());
    let sent = post.fields.text(shown::FIELD).to_owned();
    let outcome =
        db.write_as_person(who, move |tx| signing_first::sign(tx, &key, (&asked, verify), &said, (lives, &sent))).await;
    let told = match outcome {
        // the same browser pressed twice
        Err(problem @ Problem::Gone(_)) => return Err(ended(&db, &post.visit, &ticket, problem).await),
        other => form.told(other)?,
    };
    match told {
        Some(()) => Ok(page::see(hand_over::handed_url(&ticket))),
        None => page::invalid(&post.visit, &sign_page(&db, &post.visit, &ticket, &found, &form).await?),
    }
}
