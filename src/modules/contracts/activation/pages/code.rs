//! Confirm email: the six digits that were mailed to it.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{
    super::{
        codes::{self, Proof},
        forms::Code,
        invitation::{Step, Ticket},
        store::Found,
    },
    Letter, OfContract, at, letter, ticket, url,
};
use crate::kit::{
    db::Db,
    fields::GuestPost,
    form::{Field, FieldError},
    input::Form,
    page::{self, Flash, Page},
    problem::{Problem, Result},
    violation::{self, Violation, Why},
    visit::{Guest, Visit},
    words::filters,
};

#[derive(Template)]
#[template(path = "activation/code.html")]
struct CodePage {
    page: Page,
    letter: Letter,
    errors: Vec<FieldError>,
    code: Field,
    email: String,
    again: String,
}

fn code_page(visit: &Arc<Visit>, ticket: &Ticket, found: &Found, email: &str, form: &Form<Code>) -> CodePage {
    let errors = form.errors();
    let letter = letter(visit, ticket, found, Step::Code, !errors.is_empty());
    CodePage {
        page: letter.page.clone(),
        letter,
        errors,
        code: form.field("code"),
        email: email.to_owned(),
        again: format!("{}/again", url(ticket, Step::Code)),
    }
}

pub async fn code(request: HttpRequest, path: OfContract, guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let (invitation, attempt) = at(&db, &guest.0, &ticket, Step::Code).await?;
    page::html(&guest.0, &code_page(&guest.0, &ticket, &invitation.found, &attempt.email, &Form::empty()))
}

pub async fn proved(
    request: HttpRequest,
    path: OfContract,
    post: GuestPost,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let (invitation, attempt) = at(&db, &post.visit, &ticket, Step::Code).await?;
    let mut form = Form::<Code>::typed(&post.fields);
    if let Some(typed) = form.read() {
        let (key, asked) = (post.visit.house.key.clone(), attempt.id);
        // a wrong code is counted, so it is no refusal
        let why = match db.open(move |conn| codes::prove(conn, &key, asked, &typed.code)).await? {
            Proof::Right => return Ok(page::see(url(&ticket, Step::User))),
            Proof::Wrong => Why::new("wrong", "This isn't the code from the latest email"),
            Proof::Spent => {
                Why::new("spent", "This code has expired or had too many wrong attempts. Request a new one below")
            }
        };
        violation::none_left(form.fail(vec![Violation::new("code", why)]))?;
    }
    page::invalid(&post.visit, &code_page(&post.visit, &ticket, &invitation.found, &attempt.email, &form))
}

pub async fn again(request: HttpRequest, path: OfContract, post: GuestPost, db: web::Data<Db>) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let (_, attempt) = at(&db, &post.visit, &ticket, Step::Code).await?;
    if !post.visit.house.verify_email {
        return Err(Problem::NotFound);
    }
    let sender = codes::Sender::new(&ticket.contract, post.visit.caller.network());
    db.open(move |conn| sender.send(conn, &attempt)).await?;
    let flash = Flash::success("We've sent a new code. The previous code no longer works.");
    Ok(page::see_with(&post.visit, url(&ticket, Step::Code), &flash))
}
