//! The page that asks whoever is signed in for the password once more, and for a code of the second factor, before something that binds.

use actix_session::Session;
use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::{code::code, door::still_kept, security as own};
use crate::{
    access::{
        extract::{SignedIn, SignedInPost},
        factors,
        password::Secret,
        providers, sessions,
        sign_in::prove_again,
    },
    kit::{
        db::Db,
        form::{self, Field, FieldError},
        kept,
        page::{self, Page},
        problem::Result,
        security, typed,
        visit::portal_of,
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
    /// Of the second factor, where the person has one.
    code: Option<Field>,
    /// What waits to be sent, by its id.
    kept: String,
    /// The address that leads through a company's provider instead of the password, for a session that came through it.
    provider: Option<String>,
}

/// The way through the provider by which this session came, back to what waits: where that is a form, the provider of the company that it is
/// for, since no other speaks there.
async fn provider(signed_in: &SignedIn, db: &Db, kept: Option<Uuid>) -> Result<Option<String>> {
    let (session, browser) = (own::session(signed_in)?, signed_in.visit.browser_hash());
    let account = db
        .open(move |conn| {
            let mut all = providers::of_session(conn, session)?.into_iter();
            let Some(id) = kept else { return Ok(all.next()) };
            let waiting = kept::find(conn, id, &browser)?;
            let place = waiting.as_ref().and_then(|form| portal_of(&form.target));
            Ok(all.find(|account| place.is_some_and(|(_, at)| at == account.as_str())))
        })
        .await?;
    let kept = kept.map(|id| (kept::FIELD, id.to_string()));
    let along: Vec<_> = std::iter::once(("fresh", "yes".to_owned())).chain(kept).collect();
    let query = serde_html_form::to_string(along).unwrap_or_default();
    Ok(account.map(|account| format!("{}/{account}?{query}", providers::PAGE)))
}

fn prove_page(
    signed_in: &SignedIn,
    (password, code): (Field, Option<Field>),
    kept: Option<Uuid>,
    provider: Option<String>,
) -> Prove {
    let errors = form::errors(std::iter::once(&password).chain(&code));
    Prove {
        page: signed_in.bare("Confirm your password").with_errors(&errors),
        errors,
        email: signed_in.person.email.clone(),
        password,
        code,
        kept: kept.map(|id| id.to_string()).unwrap_or_default(),
        provider,
    }
}

fn password() -> Field {
    Field::new("password", "Password")
}

/// What is asked for: the code only of who has a second factor.
async fn asked(signed_in: &SignedIn, db: &Db) -> Result<(Field, Option<Field>)> {
    let user = signed_in.person.id.clone();
    let has_one = db.open(move |conn| factors::has_one(conn, &user)).await?;
    Ok((password(), has_one.then(code)))
}

/// Where one goes on: to what waits, or to the start.
fn onwards(kept: Option<Uuid>) -> String {
    kept.map_or_else(|| "/".to_owned(), |id| format!("{}?{}=yes", kept::url(id), kept::PROVED))
}

pub async fn form(signed_in: SignedIn, db: web::Data<Db>) -> Result<HttpResponse> {
    let sent = typed::parameters(&signed_in.visit.query);
    let id = sent.iter().find(|(name, _)| name == kept::FIELD).map_or("", |(_, value)| value.as_str());
    let kept = still_kept(&signed_in.visit, &db, id).await?;
    let asked = asked(&signed_in, &db).await?;
    let provider = provider(&signed_in, &db, kept).await?;
    page::html(&signed_in.visit, &prove_page(&signed_in, asked, kept, provider))
}

pub async fn prove(post: SignedInPost, browser: Session, db: web::Data<Db>) -> Result<HttpResponse> {
    let (signed_in, fields) = (post.signed_in, post.fields);
    let kept = still_kept(&signed_in.visit, &db, fields.text(kept::FIELD_AT_SIGN_IN)).await?;
    let (mut password, mut code) = asked(&signed_in, &db).await?;
    let secret = Secret(fields.text("password").to_owned());
    let user = signed_in.person.id.clone();
    if secret.0.is_empty() {
        password.fail("Enter your password");
    } else if !prove_again(&db, &user, secret).await? {
        security::tell(&signed_in.visit, security::Kind::WrongPassword, Some(&user), "");
        password.fail("Wrong password");
    } else if let Some(code) = &mut code {
        // a code works once, so it is looked at last
        if factors::prove(&db, &signed_in.visit, &own::user(&signed_in), fields.text("code")).await?.is_none() {
            code.fail("Wrong code");
        }
    }
    if password.error.is_some() || code.as_ref().is_some_and(|code| code.error.is_some()) {
        let provider = provider(&signed_in, &db, kept).await?;
        return page::invalid(&signed_in.visit, &prove_page(&signed_in, (password, code), kept, provider));
    }
    let session = own::session(&signed_in)?;
    db.open(move |conn| sessions::proved(conn, &user, session)).await?;
    sessions::renew_key(&browser)?;
    Ok(page::see(onwards(kept)))
}
