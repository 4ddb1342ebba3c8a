//! The page that asks whoever is signed in for the password once more, before something that binds.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::door::still_kept;
use crate::{
    access::{
        extract::{SignedIn, SignedInPost},
        password::Secret,
        sessions,
        sign_in::prove_again,
    },
    kit::{
        db::Db,
        form::{self, Field, FieldError},
        kept,
        page::{self, Page},
        problem::{Problem, Result},
        security, typed,
        words::filters,
    },
};

#[derive(Template)]
#[template(path = "access/prove.html")]
struct Prove {
    page: Page,
    errors: Vec<FieldError>,
    email: String,
    password: Field,
    /// What waits to be sent, by its id.
    kept: String,
}

fn prove_page(signed_in: &SignedIn, password: Field, kept: Option<Uuid>) -> Prove {
    let errors = form::errors([&password]);
    Prove {
        page: signed_in.bare("Confirm your password").with_errors(&errors),
        errors,
        email: signed_in.person.email.clone(),
        password,
        kept: kept.map(|id| id.to_string()).unwrap_or_default(),
    }
}

fn password() -> Field {
    Field::new("password", "Password")
}

/// Where one goes on: to what waits, or to the start.
fn onwards(kept: Option<Uuid>) -> String {
    kept.map_or_else(|| "/".to_owned(), |id| format!("{}?{}=yes", kept::url(id), kept::PROVED))
}

pub async fn form(signed_in: SignedIn, db: web::Data<Db>) -> Result<HttpResponse> {
    let sent = typed::parameters(&signed_in.visit.query);
    let id = sent.iter().find(|(name, _)| name == kept::FIELD).map_or("", |(_, value)| value.as_str());
    let kept = still_kept(&signed_in.visit, &db, id).await?;
    page::html(&signed_in.visit, &prove_page(&signed_in, password(), kept))
}

pub async fn prove(post: SignedInPost, db: web::Data<Db>) -> Result<HttpResponse> {
    let (signed_in, fields) = (post.signed_in, post.fields);
    let kept = still_kept(&signed_in.visit, &db, fields.text(kept::FIELD_AT_SIGN_IN)).await?;
    let (mut password, secret) = (password(), Secret(fields.text("password").to_owned()));
    let user = signed_in.person.id.clone();
    if secret.0.is_empty() {
        password.fail("Enter your password");
    } else if !prove_again(&db, &user, secret).await? {
        security::tell(&signed_in.visit, security::Kind::WrongPassword, Some(&user), "");
        password.fail("Wrong password");
    }
    if password.error.is_some() {
        return page::invalid(&signed_in.visit, &prove_page(&signed_in, password, kept));
    }
    let session = signed_in.visit.caller.session.ok_or(Problem::SignIn)?;
    db.open(move |conn| sessions::proved(conn, &user, session)).await?;
    Ok(page::see(onwards(kept)))
}
