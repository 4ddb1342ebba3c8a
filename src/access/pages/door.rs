//! Signing in and out, and the choice of an account.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use crate::{
    access::{
        extract::SignedIn,
        factors::half::{self, Next},
        password::Secret,
        providers, sign_in as prover,
    },
    accounts::invited,
    input,
    kit::{
        actor::Company,
        choice::Choice as _,
        db::Db,
        fields::{self, GuestPost},
        form::{Field, FieldError},
        input::{Form, kinds::Line},
        kept,
        page::{self, Page},
        problem::Result,
        security,
        time::When,
        violation::{self, Violation, Why},
        visit::{Guest, Visit},
        words::filters,
    },
};

#[derive(Template)]
#[template(path = "access/accounts.html")]
struct Accounts {
    page: Page,
    name: String,
    accounts: Vec<Company>,
    invited: Vec<Invited>,
}

/// An invitation that the person can accept.
pub struct Invited {
    pub href: String,
    pub company: String,
    pub inviter: String,
    pub until: When,
}

/// The person's open invitations. A session from a company's provider shows none, nor does a portal looked at as a colleague; a brand's
/// own name shows none of companies that have another.
pub async fn invited(signed_in: &SignedIn, db: &Db) -> Result<Vec<Invited>> {
    let visit = &signed_in.visit;
    if visit.provided || visit.viewing.is_some() {
        return Ok(Vec::new());
    }
    let (person, zone) = (signed_in.person.id.clone(), signed_in.person.zone);
    let mut found = db.open(move |conn| invited::waiting(conn, &person)).await?;
    found.retain(|one| visit.active_brand.admits(&one.brand));
    let shown = |one: invited::Waiting| Invited {
        href: format!("/invitations/{}", one.id),
        company: one.company,
        inviter: one.inviter,
        until: zone.when(one.until),
    };
    Ok(found.into_iter().map(shown).collect())
}

/// To sign-in, to the only account, or to a choice of accounts, which an invitation is part of.
pub async fn root(signed_in: SignedIn, db: web::Data<Db>) -> Result<HttpResponse> {
    // a session that came through a provider too long ago goes through it again
    if signed_in.visit.provided && signed_in.accounts.is_empty() {
        return Ok(page::see(providers::START));
    }
    let invited = invited(&signed_in, &db).await?;
    if let ([only], []) = (signed_in.accounts.as_slice(), invited.as_slice()) {
        return Ok(page::see(only.home()));
    }
    let shown = Accounts {
        page: signed_in.bare("Choose an account"),
        name: signed_in.person.name.clone(),
        accounts: signed_in.accounts.clone(),
        invited,
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
    /// What was typed into a form when the session had ended, by its id.
    kept: String,
    /// The address that leads through a company's provider.
    provider: String,
}

input! {
    /// Who signs in, as it is typed: two older users may bear what is one address by now.
    struct Entering, EnteringDraft {
        "" { email: String = Line(320), "Email", at "email", missing "Wrong email or password"; }
    }
}

/// The same for every email and every password, so that nobody learns who has a user.
fn wrong() -> Violation {
    Violation::new("email", Why::new("wrong", "Wrong email or password"))
}

/// Only paths of our own: `next` must never lead to another site.
pub fn local(next: &str) -> &str {
    let fine =
        next.starts_with('/') && !next.starts_with("//") && !next.contains('\\') && !next.chars().any(char::is_control);
    if fine && !next.starts_with("/sign-in") { next } else { "/" }
}

fn sign_in_page(visit: &Visit, form: &Form<Entering>, next: &str, kept: Option<Uuid>) -> SignIn {
    let errors = form.errors();
    let page = Page::of_guest(visit, "Sign in");
    let next = Next { path: local(next).to_owned(), kept };
    SignIn {
        provider: providers::start(&next.query()),
        page: page.with_errors(&errors),
        errors,
        email: form.field("email"),
        password: Field::new("password", "Password"),
        next: next.path,
        kept: kept.map(|id| id.to_string()).unwrap_or_default(),
    }
}

pub async fn form(guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    let visit = guest.0;
    let pairs: Vec<(String, String)> = serde_html_form::from_str(&visit.query).unwrap_or_default();
    let asked = |wanted: &str| pairs.iter().find(|(name, _)| name == wanted).map_or("", |(_, value)| value.as_str());
    let kept = still_kept(&visit, &db, asked(kept::FIELD)).await?;
    // somebody who came through a provider may also sign in with the password, which opens more
    if visit.user.is_some() && !visit.provided {
        return Ok(page::see(kept.map_or_else(|| local(asked("next")).to_owned(), kept::url)));
    }
    page::html(&visit, &sign_in_page(&visit, &Form::empty(), asked("next"), kept))
}

/// The form that this browser sent too late, if it is still kept.
pub async fn still_kept(visit: &Visit, db: &Db, id: &str) -> Result<Option<Uuid>> {
    let Ok(id) = id.parse::<Uuid>() else { return Ok(None) };
    let browser = visit.browser_hash();
    Ok(db.open(move |conn| kept::find(conn, id, &browser)).await?.map(|kept| kept.id))
}

pub async fn sign_in(post: GuestPost, session: Session, db: web::Data<Db>) -> Result<HttpResponse> {
    let (visit, fields) = (post.visit, post.fields);
    let kept = still_kept(&visit, &db, fields.text(kept::FIELD_AT_SIGN_IN)).await?;
    let next = local(fields.text("next")).to_owned();
    let mut form = Form::<Entering>::typed(&fields);
    // a field that people do not see: what fills it in is no person
    let honest = fields.text("website").is_empty();
    let secret = Secret(fields.text("password").to_owned());
    let user = if honest { prover::prove(&db, &visit, form.text("email"), secret).await? } else { None };
    let Some(user) = user else {
        violation::none_left(form.fail(vec![wrong()]))?;
        return page::invalid(&visit, &sign_in_page(&visit, &form, &next, kept));
    };
    let next = Next { path: next, kept };
    half::let_in(&db, &visit, &session, (&user.id, next), (security::Kind::SignedIn, "")).await
}

pub async fn sign_out(request: HttpRequest, payload: web::Payload, session: Session) -> Result<HttpResponse> {
    fields::leaving(&request, &mut payload.into_inner()).await?;
    security::tell(&Visit::of(&request), security::Kind::SignedOut, None, "");
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
