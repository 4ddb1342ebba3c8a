//! Passkeys: adding one in the profile, removing it, and showing one to sign in.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::{
    code::{again, next_asked, next_sent},
    security::{HERE, Naming, security_page, session, user},
};
use crate::{
    access::{
        extract::{SignedIn, SignedInPost},
        factors::{
            self, half,
            passkeys::{self, Site},
        },
        profile::who,
        proof::ProvedPerson,
    },
    kit::{
        confirm::Confirm,
        db::Db,
        done::Done,
        fields::GuestPost,
        input::Form,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        typed::apart,
        visit::{Guest, Visit},
        words::{Words, filters},
    },
    t,
};

/// A page on which the device is asked, and answers by a script.
#[derive(Template)]
#[template(path = "access/passkey.html")]
struct Asks {
    page: Page,
    heading: Words,
    about: Words,
    /// Whether one is made, or shown.
    makes: bool,
    /// What the device is asked, as JSON.
    options: String,
    /// Where its answer goes.
    to: String,
    next: String,
    kept: String,
    /// The way out: words and a URL.
    back: (Words, String),
}

fn site(visit: &Visit) -> Result<Site> {
    Site::of(visit).ok_or(Problem::NotFound)
}

pub async fn begin(post: ProvedPerson, db: web::Data<Db>) -> Result<HttpResponse> {
    let signed_in = post.signed_in;
    let site = site(&signed_in.visit)?;
    let mut form = Form::<Naming>::typed(&post.fields);
    let Some(Naming { name }) = form.read() else {
        return page::invalid(&signed_in.visit, &security_page(&signed_in, &db, &form).await?);
    };
    let (person, session) = (user(&signed_in), session(&signed_in)?);
    let asked = db
        .open(move |conn| {
            // it stands beside an app, so that a device that is lost keeps nobody out
            if !factors::has_one(conn, &person.id)? {
                return Err(Problem::NotFound);
            }
            passkeys::begin(conn, &site, &person, session, &name)
        })
        .await
        .map_err(|problem| problem.leading_to(HERE, "Back to security"))?;
    Ok(page::see(format!("{HERE}/passkeys/new/{asked}")))
}

pub async fn making(signed_in: SignedIn, path: web::Path<Uuid>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (id, session) = (path.into_inner(), session(&signed_in)?);
    let options = db.open(move |conn| passkeys::options(conn, id, session.as_bytes())).await?;
    let Some(options) = options else { return Ok(page::see(HERE)) };
    let shown = Asks {
        page: signed_in.page(("Add a passkey", "Security", "Profile")),
        heading: t!("Add a passkey"),
        about: t!("Your device will ask you to confirm, and keeps the passkey."),
        makes: true,
        options: options.to_string(),
        to: format!("{HERE}/passkeys/new/{id}"),
        next: String::new(),
        kept: String::new(),
        back: (t!("Cancel"), HERE.to_owned()),
    };
    page::html(&signed_in.visit, &shown)
}

pub async fn made(post: SignedInPost, path: web::Path<Uuid>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (signed_in, id) = (post.signed_in, path.into_inner());
    let (site, person, session) = (site(&signed_in.visit)?, user(&signed_in), session(&signed_in)?);
    let answer = post.fields.text("answer").to_owned();
    let done = db
        .attempt_as_person(who(&signed_in), move |tx| {
            let made = passkeys::finish(tx, (&site, &person, session), id, &answer)?;
            Ok(Done::when(made, ()))
        })
        .await?;
    let told = match done.changed() {
        true => Flash::success("Passkey added"),
        false => Flash::notice("The passkey was not added. Try again."),
    };
    Ok(page::see_with(&signed_in.visit, HERE, &told))
}

async fn own(signed_in: &SignedIn, db: &Db, id: Uuid) -> Result<passkeys::Listed> {
    let person = signed_in.person.id.clone();
    let all = db.open(move |conn| passkeys::of_user(conn, &person)).await?;
    all.into_iter().find(|one| one.id == id).ok_or(Problem::NotFound)
}

pub async fn removing(signed_in: SignedIn, path: web::Path<Uuid>, db: web::Data<Db>) -> Result<HttpResponse> {
    let one = own(&signed_in, &db, path.into_inner()).await?;
    let effects = [
        t!("You can no longer sign in with the passkey {name}.", name = apart(&one.name)),
        t!("Other sessions that were started with it will be signed out."),
        t!("You will get an email."),
    ];
    let page = signed_in.page(("Remove passkey", "Security", "Profile"));
    let back = (HERE.to_owned(), "Back to security");
    page::html(&signed_in.visit, &Confirm::new(page, "Remove passkey", back, effects).danger())
}

pub async fn remove(post: ProvedPerson, path: web::Path<Uuid>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (signed_in, id) = (&post.signed_in, path.into_inner());
    let (person, session) = (user(signed_in), session(signed_in)?);
    db.write_as_person(who(signed_in), move |tx| passkeys::remove(tx, &person, id, session)).await?;
    Ok(page::see_with(&signed_in.visit, HERE, &Flash::success("Passkey removed")))
}

/// Somebody who is half signed in would rather show a passkey.
pub async fn ask(request: HttpRequest, post: GuestPost, db: web::Data<Db>) -> Result<HttpResponse> {
    let (visit, fields) = (post.visit, post.fields);
    let next = next_sent(&visit, &db, &fields).await?;
    let (Some(user), Some(holder)) = (half::find(&db, &request, &visit).await?, half::key(&request, &visit)) else {
        return Ok(again(&visit, &next));
    };
    let site = site(&visit)?;
    let asked = db.open(move |conn| passkeys::begin_to_show(conn, &site, &user.id, &holder)).await?;
    Ok(match asked {
        Some(id) => page::see(format!("/sign-in/passkey/{id}?{}", next.query())),
        None => page::see(format!("{}?{}", half::PAGE, next.query())),
    })
}

pub async fn asked(
    request: HttpRequest,
    guest: Guest,
    path: web::Path<Uuid>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let (visit, id) = (guest.0, path.into_inner());
    let next = next_asked(&visit, &db).await?;
    let options = match half::key(&request, &visit) {
        Some(holder) => db.open(move |conn| passkeys::options(conn, id, &holder)).await?,
        None => None,
    };
    let Some(options) = options else { return Ok(again(&visit, &next)) };
    let shown = Asks {
        page: Page::of_guest(&visit, "Use a passkey"),
        heading: t!("Use a passkey"),
        about: t!("Your device will ask you to confirm."),
        makes: false,
        options: options.to_string(),
        to: format!("/sign-in/passkey/{id}"),
        kept: next.kept.map(|id| id.to_string()).unwrap_or_default(),
        back: (t!("Use a code instead"), format!("{}?{}", half::PAGE, next.query())),
        next: next.path,
    };
    page::html(&visit, &shown)
}

pub async fn shown(
    request: HttpRequest,
    post: GuestPost,
    path: web::Path<Uuid>,
    session: Session,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let (visit, fields) = (post.visit, post.fields);
    let next = next_sent(&visit, &db, &fields).await?;
    let (Some(user), Some(holder)) = (half::find(&db, &request, &visit).await?, half::key(&request, &visit)) else {
        return Ok(again(&visit, &next));
    };
    let asked = (path.into_inner(), fields.text("answer"));
    match factors::prove_by_passkey(&db, &visit, (&user, holder), asked).await? {
        Some(proof) => half::finish((&db, &request, &visit), &session, (&user.id, proof), next).await,
        None => {
            let told = Flash::notice("The passkey was not accepted. Enter a code instead, or try again.");
            Ok(page::see_with(&visit, format!("{}?{}", half::PAGE, next.query()), &told))
        }
    }
}
