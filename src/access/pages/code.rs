//! The second page of signing in: a code of the second factor.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::door::{local, still_kept};
use crate::{
    access::factors::{
        self, Factor,
        half::{self, Next},
        passkeys::{self, Site},
    },
    accounts::store::UserRow,
    kit::{
        db::Db,
        fields::{Fields, GuestPost},
        form::{self, Field, FieldError},
        kept,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        typed,
        visit::{Guest, Visit},
        words::filters,
    },
    t,
};

#[derive(Template)]
#[template(path = "access/code.html")]
struct Code {
    page: Page,
    errors: Vec<FieldError>,
    email: String,
    code: Field,
    /// A passkey of the person works here.
    passkey: bool,
    next: String,
    /// What was typed into a form when the session had ended, by its id.
    kept: String,
}

/// A code of the second factor: from the app, or a recovery code.
pub(super) fn code() -> Field {
    Field::new("code", "Code").hint("From your authenticator app, or one of your recovery codes.")
}

async fn code_page(db: &Db, visit: &Visit, user: &UserRow, code: Field, next: &Next) -> Result<Code> {
    let errors = form::errors([&code]);
    let page = Page::of_guest(visit, "Enter your code");
    let passkey = match Site::of(visit) {
        Some(site) => {
            let person = user.id.clone();
            db.open(move |conn| passkeys::any_here(conn, &person, &site.host)).await?
        }
        None => false,
    };
    Ok(Code {
        page: page.with_errors(&errors),
        errors,
        email: user.email.clone(),
        code,
        passkey,
        next: next.path.clone(),
        kept: next.kept.map(|id| id.to_string()).unwrap_or_default(),
    })
}

/// Nobody is half signed in here, or was too long ago: from the start.
pub(super) fn again(visit: &Visit, next: &Next) -> HttpResponse {
    let first = format!("/sign-in?{}", next.query());
    // already signed in from another tab: the page leads on
    match visit.user {
        Some(_) => page::see(first),
        None => page::see_with(visit, first, &Flash::notice("Enter your password first.")),
    }
}

/// Where one goes on, as the address says.
pub(super) async fn next_asked(visit: &Visit, db: &Db) -> Result<Next> {
    let sent = typed::parameters(&visit.query);
    let asked = |wanted: &str| sent.iter().find(|(name, _)| name == wanted).map_or("", |(_, value)| value.as_str());
    let kept = still_kept(visit, db, asked(kept::FIELD)).await?;
    Ok(Next { path: local(asked("next")).to_owned(), kept })
}

/// The same, as the form says.
pub(super) async fn next_sent(visit: &Visit, db: &Db, fields: &Fields) -> Result<Next> {
    let kept = still_kept(visit, db, fields.text(kept::FIELD_AT_SIGN_IN)).await?;
    Ok(Next { path: local(fields.text("next")).to_owned(), kept })
}

pub async fn form(request: HttpRequest, guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    let visit = guest.0;
    let next = next_asked(&visit, &db).await?;
    match half::find(&db, &request, &visit).await? {
        Some(user) => page::html(&visit, &code_page(&db, &visit, &user, code(), &next).await?),
        None => Ok(again(&visit, &next)),
    }
}

pub async fn enter(request: HttpRequest, post: GuestPost, session: Session, db: web::Data<Db>) -> Result<HttpResponse> {
    let (visit, fields) = (post.visit, post.fields);
    let next = next_sent(&visit, &db, &fields).await?;
    let Some(user) = half::find(&db, &request, &visit).await? else { return Ok(again(&visit, &next)) };
    let Some(proof) = factors::prove(&db, &visit, &user, fields.text("code")).await? else {
        let mut code = code();
        match fields.text("code").trim() {
            "" => code.fail("Enter the code"),
            _ => code.fail("Wrong code"),
        }
        return page::invalid(&visit, &code_page(&db, &visit, &user, code, &next).await?);
    };
    let lost = proof.factor == Factor::RecoveryCode;
    let next = if lost && next.kept.is_none() { Next::to("/profile/security") } else { next };
    let mut response = half::finish((&db, &request, &visit), &session, (&user.id, proof), next).await?;
    if let Some(left) = proof.left {
        let words = t!(
            "You used a recovery code. You have {n} code left." | "You used a recovery code. You have {n} codes left.",
            left
        );
        response.add_cookie(&visit.flash_cookie(&Flash::notice(words))).map_err(Problem::internal)?;
    }
    Ok(response)
}
