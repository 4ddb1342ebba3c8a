//! Create account: the company, a new one or one of the person's.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{
    super::{
        actions,
        forms::{Company, NEW, company},
        invitation::{Invitation, Step, Ticket},
        reserved,
        store::{self, Attempt},
    },
    Letter, OfContract, at, letter, ticket, url,
};
use crate::kit::{
    db::Db,
    fields::GuestPost,
    form::{Field, FieldError, Pick},
    input::Form,
    page::{self, Page},
    problem::Result,
    visit::{Guest, Visit},
    words::filters,
};

#[derive(Template)]
#[template(path = "activation/account.html")]
struct AccountPage {
    page: Page,
    letter: Letter,
    errors: Vec<FieldError>,
    account: Field,
    company: Field,
    email: String,
    /// Accounts of an existing user; none for a new one.
    choices: Vec<Pick>,
}

async fn account_page(
    db: &Db,
    visit: &Arc<Visit>,
    ticket: &Ticket,
    (invitation, attempt): &(Invitation, Attempt),
    form: &Form<Company>,
) -> Result<AccountPage> {
    let mut choices = Vec::new();
    if let Some(user) = attempt.user_id.clone() {
        let contract = invitation.found.contract.clone();
        let (own, reserved) = db
            .open(move |conn| Ok((store::eligible(conn, &user, &contract)?, reserved::of(conn, &contract.id)?)))
            .await?;
        choices = own.into_iter().map(|own| Pick::new(own.id.as_str(), own.name, own.id.to_string())).collect();
        if !choices.is_empty() && reserved.is_none() {
            choices
                .insert(0, Pick::new(NEW, "Create new account", "For a company that doesn't have an account here yet"));
        }
    }
    let errors = form.errors();
    let letter = letter(visit, ticket, &invitation.found, Step::Account, !errors.is_empty());
    Ok(AccountPage {
        page: letter.page.clone(),
        letter,
        errors,
        account: form.field("account"),
        company: form.field("company"),
        email: attempt.email.clone(),
        choices,
    })
}

pub async fn account(request: HttpRequest, path: OfContract, guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let found = at(&db, &guest.0, &ticket, Step::Account).await?;
    let account = found.1.account_id.as_ref().map_or(NEW, |account| account.as_str()).to_owned();
    let meant = &found.0.found.contract.recipient_company;
    let named = if found.1.company.is_empty() { meant } else { &found.1.company };
    let form = company(Form::filled(&Company { account, company: named.clone() }));
    page::html(&guest.0, &account_page(&db, &guest.0, &ticket, &found, &form).await?)
}

pub async fn account_chosen(
    request: HttpRequest,
    path: OfContract,
    post: GuestPost,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let found = at(&db, &post.visit, &ticket, Step::Account).await?;
    let mut form = company(Form::typed(&post.fields));
    let chosen = match form.read() {
        Some(said) => {
            let (attempt, contract) = (found.1.clone(), found.0.found.contract.clone());
            form.told(db.open(move |conn| actions::choose_company(conn, &attempt, &contract, &said)).await)?
        }
        None => None,
    };
    match chosen {
        Some(()) => Ok(page::see(url(&ticket, Step::Confirm))),
        None => page::invalid(&post.visit, &account_page(&db, &post.visit, &ticket, &found, &form).await?),
    }
}
