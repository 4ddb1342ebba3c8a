//! Create account: the company, a new one or one of the person's.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{
    super::{
        forms::{AccountForm, NEW},
        invitation::{Invitation, Step, Ticket},
        store::{self, Attempt},
    },
    Letter, OfContract, at, letter, ticket, url,
};
use crate::kit::{
    db::Db,
    fields::GuestPost,
    form::{FieldError, Pick},
    page::{self, Page},
    problem::Result,
    visit::{Guest, Visit},
};

#[derive(Template)]
#[template(path = "activation/account.html")]
struct AccountPage {
    page: Page,
    letter: Letter,
    errors: Vec<FieldError>,
    form: AccountForm,
    email: String,
    /// Accounts of an existing user; none for a new one.
    choices: Vec<Pick>,
}

async fn account_page(
    db: &Db,
    visit: &Arc<Visit>,
    ticket: &Ticket,
    invitation: &Invitation,
    attempt: &Attempt,
    form: AccountForm,
) -> Result<AccountPage> {
    let mut choices = Vec::new();
    if let Some(user) = attempt.user_id.clone() {
        let contract = invitation.found.contract.clone();
        let own = db.open(move |conn| store::eligible(conn, &user, &contract)).await?;
        choices = own.into_iter().map(|own| Pick::new(own.id.as_str(), own.name, own.id.to_string())).collect();
        if !choices.is_empty() {
            choices.insert(0, Pick::new(NEW, "Create new account", "For a company that has no account here yet"));
        }
    }
    let errors = form.errors();
    let letter = letter(visit, ticket, &invitation.found, Step::Account, !errors.is_empty());
    Ok(AccountPage { page: letter.page.clone(), letter, errors, form, email: attempt.email.clone(), choices })
}

pub async fn account(request: HttpRequest, path: OfContract, guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let (invitation, attempt) = at(&db, &guest.0, &ticket, Step::Account).await?;
    let chosen = attempt.account_id.as_ref().map_or(NEW, |account| account.as_str());
    let form = AccountForm::filled(chosen, &attempt.company);
    let shown = account_page(&db, &guest.0, &ticket, &invitation, &attempt, form).await?;
    page::html(&guest.0, &shown)
}

pub async fn account_chosen(
    request: HttpRequest,
    path: OfContract,
    post: GuestPost,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let (invitation, attempt) = at(&db, &post.visit, &ticket, Step::Account).await?;
    let mut shown =
        account_page(&db, &post.visit, &ticket, &invitation, &attempt, AccountForm::typed(&post.fields)).await?;
    let chosen = shown.form.account.value.clone();
    let existing = chosen != NEW && shown.choices.iter().any(|choice| choice.value == chosen);
    let company = if existing { Some(String::new()) } else { shown.form.company() };
    let Some(company) = company else {
        shown.errors = shown.form.errors();
        shown.page = shown.page.failing();
        return page::invalid(&post.visit, &shown);
    };
    let account = if existing { chosen.parse().ok() } else { None };
    db.open(move |conn| store::set_account(conn, attempt.id, &company, account.as_ref())).await?;
    Ok(page::see(url(&ticket, Step::Confirm)))
}
