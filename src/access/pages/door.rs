//! Signing in and out, and the choice of an account.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;

use crate::{
    access::{
        extract::{SignedIn, SignedInPost},
        password::Secret,
        sessions, sign_in as prover,
    },
    kit::{
        actor::Company,
        choice::Choice as _,
        db::Db,
        fields::{Fields, GuestPost},
        form::{self, Field, FieldError},
        page::{self, Page},
        problem::Result,
        security,
        visit::{Guest, Visit},
    },
};

#[derive(Template)]
#[template(path = "access/accounts.html")]
struct Accounts {
    page: Page,
    name: String,
    accounts: Vec<Company>,
}

/// To sign-in, to the only account, or to a choice of accounts.
pub async fn root(signed_in: SignedIn) -> Result<HttpResponse> {
    if let [only] = signed_in.accounts.as_slice() {
        return Ok(page::see(only.home()));
    }
    let shown = Accounts {
        page: signed_in.page("Choose an account"),
        name: signed_in.person.name.clone(),
        accounts: signed_in.accounts.clone(),
    };
    page::html(&signed_in.visit, &shown)
}

#[derive(Template)]
#[template(path = "access/sign_in.html")]
struct SignIn {
    page: Page,
    errors: Vec<FieldError>,
    email: Field,
    password: Field,
    next: String,
    kept: Vec<(String, String)>,
}

/// Only paths of our own: `next` must never lead to another site.
fn local(next: &str) -> &str {
    let fine =
        next.starts_with('/') && !next.starts_with("//") && !next.contains('\\') && !next.chars().any(char::is_control);
    if fine && !next.starts_with("/sign-in") { next } else { "/" }
}

fn sign_in_page(visit: &Visit, email: Field, next: &str, kept: Vec<(String, String)>) -> SignIn {
    let errors = form::errors([&email]);
    let page = Page::of_guest(visit, "Sign in");
    SignIn {
        page: page.with_errors(&errors),
        errors,
        email,
        password: Field::new("password", "Password"),
        next: local(next).to_owned(),
        kept,
    }
}

fn email_field() -> Field {
    Field::new("email", "Email")
}

pub async fn form(guest: Guest) -> Result<HttpResponse> {
    let pairs: Vec<(String, String)> = serde_html_form::from_str(&guest.0.query).unwrap_or_default();
    let next = pairs.iter().find(|(name, _)| name == "next").map_or("/", |(_, value)| value.as_str());
    if guest.0.user.is_some() {
        return Ok(page::see(local(next)));
    }
    page::html(&guest.0, &sign_in_page(&guest.0, email_field(), next, Vec::new()))
}

/// What was typed before the session ended, carried through sign-in under names of their own.
fn kept(fields: &Fields) -> Vec<(String, String)> {
    fields
        .typed()
        .into_iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("kept.")?.to_owned(), value)))
        .collect()
}

pub async fn sign_in(post: GuestPost, session: Session, db: web::Data<Db>) -> Result<HttpResponse> {
    let (visit, fields) = (post.visit, post.fields);
    let next = local(fields.text("next")).to_owned();
    let mut email = email_field().from(&fields);
    // a field that people do not see: what fills it in is no person
    let honest = fields.text("website").is_empty();
    let secret = Secret(fields.text("password").to_owned());
    let user = if honest { prover::prove(&db, &visit, &email.value, secret).await? } else { None };
    let Some(user) = user else {
        email.fail("The email and this password do not belong together");
        return page::invalid(&visit, &sign_in_page(&visit, email, &next, kept(&fields)));
    };
    sessions::begin(&session, &user.id, &visit.address, &visit.agent)?;
    security::tell(&visit, security::Kind::SignedIn, Some(&user.id), "");
    let kept = kept(&fields);
    if kept.is_empty() {
        return Ok(page::see(next));
    }
    let csrf = visit.csrf_of(sessions::id(&session)?);
    let shown = SendAgain { page: Page { csrf, ..Page::of_guest(&visit, "You are signed in again") }, to: next, kept };
    page::html(&visit, &shown)
}

/// Nothing that was typed is lost.
#[derive(Template)]
#[template(path = "access/send_again.html")]
struct SendAgain {
    page: Page,
    to: String,
    kept: Vec<(String, String)>,
}

pub async fn sign_out(post: SignedInPost, session: Session) -> Result<HttpResponse> {
    security::tell(&post.signed_in.visit, security::Kind::SignedOut, None, "");
    session.purge();
    Ok(page::see("/sign-in"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sign_in_leads_only_to_pages_of_our_own() {
        for bad in
            ["//evil.example", "https://evil.example", "/\\evil.example", "", "sign-in", "/sign-in?next=/sign-in"]
        {
            assert_eq!(local(bad), "/", "{bad}");
        }
        assert_eq!(local("/vendor/VA-287-142/contracts?q=a"), "/vendor/VA-287-142/contracts?q=a");
    }
}
