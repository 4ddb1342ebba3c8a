//! Create user, or I already have an account.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{
    super::{
        actions::KNOWN,
        forms::UserForm,
        invitation::{Step, Ticket},
        store::{self, Found},
    },
    Letter, OfContract, at, letter, ticket, url,
};
use crate::{
    access::{
        factors::{
            self,
            half::{self, Next},
        },
        password::{self, Rule, Secret},
        throttle::Aim,
    },
    accounts::{self, store::UserRow},
    config::Config,
    kit::{
        actor::User,
        db::Db,
        fields::GuestPost,
        form::{Field, FieldError},
        id::Id,
        page::{self, Page},
        problem::Result,
        security,
        violation::{self, Violation, Why},
        visit::{Guest, Visit},
        words::filters,
    },
};

#[derive(Template)]
#[template(path = "activation/user.html")]
struct UserPage {
    page: Page,
    letter: Letter,
    errors: Vec<FieldError>,
    name: Field,
    password: Field,
    again: Field,
    email: String,
    rules: &'static [Rule],
    existing: String,
    /// The person already signed in to this browser.
    signed_in: Option<UserRow>,
}

/// The person signed in to this browser. A session from a company's provider does not count here.
async fn signed_in(db: &Db, visit: &Visit) -> Result<Option<UserRow>> {
    if visit.provided {
        return Ok(None);
    }
    let Some(user) = visit.user.as_deref().and_then(|user| user.parse::<Id<User>>().ok()) else { return Ok(None) };
    db.open(move |conn| accounts::store::user(conn, &user)).await.map(Some)
}

async fn user_page(
    db: &Db,
    visit: &Visit,
    config: &Config,
    ticket: &Ticket,
    found: &Found,
    (email, form): (&str, UserForm),
) -> Result<UserPage> {
    let errors = form.errors();
    let letter = letter(visit, ticket, found, Step::User, !errors.is_empty());
    Ok(UserPage {
        signed_in: signed_in(db, visit).await?,
        page: letter.page.clone(),
        letter,
        errors,
        name: form.user.field("name"),
        password: form.new.password,
        again: form.new.again,
        email: email.to_owned(),
        rules: config.passwords.rules(),
        existing: format!("{}/existing", ticket.path()),
    })
}

pub async fn user(
    request: HttpRequest,
    path: OfContract,
    guest: Guest,
    db: web::Data<Db>,
    config: web::Data<Config>,
) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let (invitation, attempt) = at(&db, &guest.0, &ticket, Step::User).await?;
    let form = UserForm::filled(&attempt.name);
    let said = (attempt.email.as_str(), form);
    page::html(&guest.0, &user_page(&db, &guest.0, &config, &ticket, &invitation.found, said).await?)
}

pub async fn user_entered(
    request: HttpRequest,
    path: OfContract,
    post: GuestPost,
    db: web::Data<Db>,
    config: web::Data<Config>,
) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let (invitation, attempt) = at(&db, &post.visit, &ticket, Step::User).await?;
    let mut form = UserForm::typed(&post.fields);
    let Some((user, secret)) = form.read(config.passwords, &attempt.email) else {
        let said = (attempt.email.as_str(), form);
        let shown = user_page(&db, &post.visit, &config, &ticket, &invitation.found, said).await?;
        return page::invalid(&post.visit, &shown);
    };
    let network = post.visit.caller.network();
    let aim = Aim::at("known email").hard(&format!("link {} network {network}", ticket.contract)).network(&network);
    let email = attempt.email.clone();
    let known = db
        .open(move |conn| {
            let counted = aim.reserve(conn)?;
            let known = accounts::store::user_by_email(conn, &email)?.is_some();
            if !known {
                counted.unused(conn)?;
            }
            Ok(known)
        })
        .await?;
    if known {
        let known = Violation::new("name", Why::new("known", KNOWN));
        violation::none_left(form.user.fail(vec![known]))?;
        let said = (attempt.email.as_str(), form);
        let shown = user_page(&db, &post.visit, &config, &ticket, &invitation.found, said).await?;
        return page::invalid(&post.visit, &shown);
    }
    let hash = password::hash(secret).await?;
    db.open(move |conn| store::set_user(conn, attempt.id, &user.name, &hash)).await?;
    Ok(page::see(url(&ticket, Step::Account)))
}

#[derive(Template)]
#[template(path = "activation/existing.html")]
struct Existing {
    page: Page,
    letter: Letter,
    errors: Vec<FieldError>,
    password: Field,
    email: String,
    create: String,
}

fn existing_page(visit: &Visit, ticket: &Ticket, found: &Found, email: &str, password: Field) -> Existing {
    let errors = crate::kit::form::errors([&password]);
    let mut letter = letter(visit, ticket, found, Step::User, !errors.is_empty());
    letter.back = url(ticket, Step::User);
    Existing {
        page: letter.page.clone(),
        letter,
        errors,
        password,
        email: email.to_owned(),
        create: url(ticket, Step::User),
    }
}

pub async fn existing(request: HttpRequest, path: OfContract, guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let (invitation, attempt) = at(&db, &guest.0, &ticket, Step::User).await?;
    let field = Field::new("password", "Password");
    page::html(&guest.0, &existing_page(&guest.0, &ticket, &invitation.found, &attempt.email, field))
}

async fn has_factor(db: &Db, user: &UserRow) -> Result<bool> {
    let user = user.id.clone();
    db.open(move |conn| factors::has_one(conn, &user)).await
}

pub async fn existing_proved(
    request: HttpRequest,
    path: OfContract,
    post: GuestPost,
    session: Session,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let (invitation, attempt) = at(&db, &post.visit, &ticket, Step::User).await?;
    // a session proves as much as a password does
    if post.fields.has("signed_in")
        && let Some(user) = signed_in(&db, &post.visit).await?
    {
        db.open(move |conn| store::set_existing(conn, attempt.id, &user)).await?;
        return Ok(page::see(url(&ticket, Step::Account)));
    }
    let secret = Secret(post.fields.text("password").to_owned());
    match crate::access::sign_in::prove(&db, &post.visit, &attempt.email, secret).await? {
        // people with a second factor sign in with it first and come back signed in
        Some(user) if has_factor(&db, &user).await? => {
            let next = Next::to(url(&ticket, Step::User));
            half::let_in(&db, &post.visit, &session, (&user.id, next), (security::Kind::SignedIn, "")).await
        }
        Some(user) => {
            db.open(move |conn| store::set_existing(conn, attempt.id, &user)).await?;
            Ok(page::see(url(&ticket, Step::Account)))
        }
        None => {
            let mut field = Field::new("password", "Password");
            field.fail("Wrong email or password");
            page::invalid(&post.visit, &existing_page(&post.visit, &ticket, &invitation.found, &attempt.email, field))
        }
    }
}
