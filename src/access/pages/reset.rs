//! A forgotten password, and setting a new one by a one-time link.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, cookie::time::Duration, http::header, web};
use askama::Template;
use uuid::Uuid;

use crate::{
    access::{
        factors::half::{self, Next},
        identity,
        password::{NewPassword, Policy, Rule},
        profile::{self as verbs, By},
        reset::{self, Reset},
        throttle::Aim,
    },
    accounts::{self, store::UserRow},
    input,
    kit::{
        db::{Db, Who},
        fields::GuestPost,
        form::{Field, FieldError},
        input::{Form, kinds::Email},
        link,
        page::{self, Page},
        problem::{Problem, Result},
        security,
        visit::{Guest, Visit},
        words::filters,
    },
};

#[derive(Template)]
#[template(path = "access/forgot.html")]
struct Forgot {
    page: Page,
    errors: Vec<FieldError>,
    email: Field,
    sent: bool,
}

input! {
    /// Who forgot a password.
    struct Asked, AskedDraft {
        "" { email: String = Email, "Email", at "email", missing "Enter an email address"; }
    }
}

fn forgot_page(visit: &Visit, form: &Form<Asked>, sent: bool) -> Forgot {
    let errors = form.errors();
    let page = Page::of_guest(visit, "Forgot password");
    Forgot { page: if errors.is_empty() { page } else { page.failing() }, errors, email: form.field("email"), sent }
}

pub async fn form(guest: Guest) -> Result<HttpResponse> {
    page::html(&guest.0, &forgot_page(&guest.0, &Form::empty(), false))
}

/// The same answer for every e-mail, known or not.
pub async fn send(post: GuestPost, db: web::Data<Db>) -> Result<HttpResponse> {
    let visit = post.visit;
    let mut form = Form::<Asked>::typed(&post.fields);
    let Some(Asked { email }) = form.read() else {
        return page::invalid(&visit, &forgot_page(&visit, &form, false));
    };
    // as it was typed, which tells apart two older users whose addresses are one by now
    let typed = form.text("email").to_owned();
    let (aim, asking) = (Aim::at("reset").network(&visit.caller.network()), visit.clone());
    db.open(move |conn| {
        // every ask counts, whatever comes of it
        let _counted = aim.reserve(conn)?;
        security::tell_of(&asking, security::Kind::ResetAsked, &email);
        reset::ask(conn, &typed, &asking)
    })
    .await?;
    page::html(&visit, &forgot_page(&visit, &form, true))
}

const COOKIE: &str = "entente-set-password";

fn path(id: Uuid) -> String {
    format!("/set-password/{id}")
}

async fn open(db: &Db, visit: &Visit, id: Uuid, code: &str) -> Result<(Reset, UserRow)> {
    let (key, code) = (visit.house.key.clone(), code.to_owned());
    db.open(move |conn| {
        let found = reset::find(conn, id)?.filter(|found| found.opens(&key, &code)).ok_or_else(reset::dead)?;
        let user = accounts::store::user(conn, &found.user_id)?;
        Ok((found, user))
    })
    .await
}

/// The link that an address names; what is none of ours is no complete link.
fn named(id: &str) -> Result<Uuid> {
    link::id(id).parse().map_err(|_| Problem::NotFound)
}

/// Harmless: the secret leaves the address bar for a cookie of this path.
pub async fn arrive(at: web::Path<(String, String)>, guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    let (id, code) = (named(&at.0)?, link::code(&at.1).ok_or(Problem::NotFound)?);
    open(&db, &guest.0, id, &code).await?;
    let mut cookie = guest.0.house.cookie(&guest.0.house.path_cookie_name(COOKIE), code, &path(id));
    cookie.set_max_age(Duration::hours(24));
    Ok(HttpResponse::SeeOther().insert_header((header::LOCATION, path(id))).cookie(cookie).finish())
}

#[derive(Template)]
#[template(path = "access/set_password.html")]
struct SetPassword {
    page: Page,
    errors: Vec<FieldError>,
    email: String,
    password: Field,
    again: Field,
    rules: &'static [Rule],
}

fn set_page(visit: &Visit, policy: Policy, email: &str, form: NewPassword) -> SetPassword {
    let errors = form.errors();
    let page = Page::of_guest(visit, "Set a new password");
    SetPassword {
        page: page.with_errors(&errors),
        errors,
        email: email.to_owned(),
        password: form.password,
        again: form.again,
        rules: policy.rules(),
    }
}

fn code(request: &HttpRequest) -> Result<String> {
    let cookie = request.cookie(&Visit::of(request).house.path_cookie_name(COOKIE));
    cookie.map(|cookie| cookie.value().to_owned()).ok_or(Problem::NotFound)
}

pub async fn set_form(
    request: HttpRequest,
    at: web::Path<String>,
    guest: Guest,
    db: web::Data<Db>,
    policy: web::Data<Policy>,
) -> Result<HttpResponse> {
    let (_, user) = open(&db, &guest.0, named(&at)?, &code(&request)?).await?;
    page::html(&guest.0, &set_page(&guest.0, *policy.get_ref(), &user.email, NewPassword::empty()))
}

pub async fn set(
    request: HttpRequest,
    at: web::Path<String>,
    post: GuestPost,
    session: Session,
    db: web::Data<Db>,
    policy: web::Data<Policy>,
) -> Result<HttpResponse> {
    let visit = post.visit;
    let (found, user) = open(&db, &visit, named(&at)?, &code(&request)?).await?;
    let mut form = NewPassword::typed(&post.fields);
    let person = user.id.clone();
    let (_, companies) = db.open(move |conn| identity::person(conn, &person)).await?;
    let companies = companies.iter().map(|company| company.name.as_str());
    let words: Vec<&str> = [user.name.as_str(), user.email.as_str()].into_iter().chain(companies).collect();
    let set = match form.read(*policy.get_ref(), &words) {
        Some(new) => {
            let who = Who::Person { name: user.name.clone(), user: None, caller: visit.by_link() };
            form.told(verbs::set_password(&db, who, &user.id, new, By::Link(found.id)).await)?
        }
        None => None,
    };
    if set.is_none() {
        return page::invalid(&visit, &set_page(&visit, *policy.get_ref(), &user.email, form));
    }
    // a link stands for the password, and for nothing else
    half::let_in(&db, &visit, &session, (&user.id, Next::to("/")), (security::Kind::ResetUsed, "")).await
}
