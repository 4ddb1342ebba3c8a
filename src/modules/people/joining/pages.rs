//! Screens behind an invitation's link.

use std::sync::Arc;

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, cookie::time::Duration, http::header, web};
use askama::Template;

use super::{
    Found, Ticket,
    actions::{self, By, KNOWN},
    path,
};
use crate::{
    access::{
        extract::SignedIn,
        known,
        password::{self, NewPassword, Policy, Rule},
        sessions,
        throttle::Aim,
    },
    accounts::{self, store::UserRow},
    input,
    kit::{
        actor::User,
        db::{Db, Who},
        fields::GuestPost,
        form::{Field, FieldError},
        id::Id,
        input::{Form, kinds::Line},
        link,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        security,
        typed::apart,
        violation::{self, Violation, Why},
        visit::{Guest, Visit},
        words::filters,
    },
    modules::people::{Invitation, LIVES},
    t,
};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/invitations/{id}", || web::to(mine)),
        get("/join/{id}", || web::to(show)),
        post("/join/{id}", || web::to(created)),
        post("/join/{id}/accept", || web::to(accepted)),
        get("/join/{id}/{code:.+}", || web::to(arrive)),
    ]
}

const COOKIE: &str = "entente-join";

input! {
    /// Somebody new.
    struct Newcomer, DraftNewcomer {
        "" { name: String = Line(128), "Your full name", at "name", missing "Enter your full name"; }
    }
}

/// The invitation that an address names; what is none of ours is no complete link.
fn named(id: &str) -> Result<Id<Invitation>> {
    link::id(id).parse().map_err(|_| Problem::NotFound)
}

fn ticket(request: &HttpRequest, id: &str) -> Result<Ticket> {
    let visit = Visit::of(request);
    let cookie = request.cookie(&visit.house.path_cookie_name(COOKIE)).ok_or(Problem::NotFound)?;
    Ok(Ticket { invitation: named(id)?, code: cookie.value().to_owned(), active_brand: visit.active_brand.clone() })
}

async fn open(db: &Db, visit: &Visit, ticket: &Ticket) -> Result<Found> {
    let (key, ticket) = (visit.house.key.clone(), ticket.clone());
    db.read_by_link(move |guest| super::open(guest, &key, &ticket)).await
}

/// Harmless: the secret leaves the address bar for a cookie of this path.
async fn arrive(at: web::Path<(String, String)>, guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    let code = link::code(&at.1).ok_or(Problem::NotFound)?;
    let ticket = Ticket { invitation: named(&at.0)?, code, active_brand: guest.0.active_brand.clone() };
    open(&db, &guest.0, &ticket).await?;
    Ok(admitted(&guest.0, &ticket.invitation, ticket.code))
}

/// Leads to the invitation's page, with the code in a cookie of that path.
fn admitted(visit: &Visit, invitation: &Id<Invitation>, code: String) -> HttpResponse {
    let here = path(invitation);
    let mut cookie = visit.house.cookie(&visit.house.path_cookie_name(COOKIE), code, &here);
    cookie.set_max_age(Duration::days(LIVES.num_days()));
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, here))
        .insert_header(("x-robots-tag", "noindex"))
        .cookie(cookie)
        .finish()
}

/// From the choice of accounts, without the mail: only for the person who was invited, and never for who looks as a colleague.
async fn mine(at: web::Path<String>, signed_in: SignedIn, db: web::Data<Db>) -> Result<HttpResponse> {
    let (visit, invitation) = (&signed_in.visit, named(&at)?);
    if visit.provided || visit.viewing.is_some() {
        return Err(Problem::NotFound);
    }
    let (key, asked, person) = (visit.house.key.clone(), invitation.clone(), signed_in.person.id.clone());
    let code = db.read_by_link(move |guest| super::code_of_mine(guest, &key, &asked, &person)).await?;
    Ok(admitted(visit, &invitation, code))
}

/// The person signed in to this browser. A session from a company's provider does not count here.
async fn signed_in(db: &Db, visit: &Visit) -> Result<Option<UserRow>> {
    if visit.provided {
        return Ok(None);
    }
    let Some(user) = visit.user.as_deref().and_then(|user| user.parse::<Id<User>>().ok()) else { return Ok(None) };
    db.open(move |conn| accounts::store::user(conn, &user)).await.map(Some)
}

#[derive(Template)]
#[template(path = "people/join.html")]
struct Join {
    page: Page,
    errors: Vec<FieldError>,
    company: String,
    inviter: String,
    email: String,
    portal: &'static str,
    /// The person already signed in to this browser.
    signed_in: Option<UserRow>,
    /// It is who was invited.
    theirs: bool,
    here: String,
    name: Field,
    password: Field,
    again: Field,
    rules: &'static [Rule],
}

async fn join_page(
    db: &Db,
    visit: &Visit,
    policy: Policy,
    found: &Found,
    (user, new): (Form<Newcomer>, NewPassword),
) -> Result<Join> {
    let errors: Vec<FieldError> = user.errors().into_iter().chain(new.errors()).collect();
    let signed_in = signed_in(db, visit).await?;
    Ok(Join {
        page: Page::of_guest(visit, ("Join", &found.company.name)).with_errors(&errors),
        errors,
        company: found.company.name.clone(),
        inviter: found.inviter.clone(),
        email: found.row.email.clone(),
        portal: found.company.role.portal(),
        theirs: signed_in.as_ref().is_some_and(|user| actions::is_for(found, &user.email)),
        signed_in,
        here: path(&found.row.id),
        name: user.field("name"),
        password: new.password,
        again: new.again,
        rules: policy.rules(),
    })
}

async fn show(
    request: HttpRequest,
    at: web::Path<String>,
    guest: Guest,
    db: web::Data<Db>,
    policy: web::Data<Policy>,
) -> Result<HttpResponse> {
    let found = open(&db, &guest.0, &ticket(&request, &at)?).await?;
    let empty = (Form::empty(), NewPassword::empty());
    page::html(&guest.0, &join_page(&db, &guest.0, *policy.get_ref(), &found, empty).await?)
}

/// Somebody new sets name and password.
async fn created(
    request: HttpRequest,
    at: web::Path<String>,
    post: GuestPost,
    session: Session,
    db: web::Data<Db>,
    policy: web::Data<Policy>,
) -> Result<HttpResponse> {
    let (visit, policy) = (post.visit, *policy.get_ref());
    let ticket = ticket(&request, &at)?;
    let found = open(&db, &visit, &ticket).await?;
    let mut user = Form::<Newcomer>::typed(&post.fields);
    let mut new = NewPassword::typed(&post.fields);
    // both are read, so that all that is wrong is said at once
    let (named, secret) = (user.read(), new.read(policy, &[user.text("name"), &found.row.email, &found.company.name]));
    let (Some(newcomer), Some(secret)) = (named, secret) else {
        return page::invalid(&visit, &join_page(&db, &visit, policy, &found, (user, new)).await?);
    };
    if is_known(&db, &visit, &found).await? {
        violation::none_left(user.fail(vec![Violation::new("name", Why::new("known", KNOWN))]))?;
        return page::invalid(&visit, &join_page(&db, &visit, policy, &found, (user, new)).await?);
    }
    let by = By::New { name: newcomer.name.clone(), hash: password::hash(secret).await? };
    let who = Who::Person { name: newcomer.name, user: None, caller: visit.by_link() };
    let done = db.write_as_person(who, move |tx| actions::accept(tx, &ticket, &by)).await;
    match user.told(done)? {
        Some((person, found)) => {
            sessions::begin(&session, &person, &visit.caller.address, &visit.caller.agent)?;
            security::tell(&visit, security::Kind::SignedIn, Some(&person), "");
            let mut response = joined(&visit, &found);
            response.add_cookie(&known::cookie(&visit, &person)).map_err(Problem::internal)?;
            Ok(response)
        }
        None => page::invalid(&visit, &join_page(&db, &visit, policy, &found, (user, new)).await?),
    }
}

/// Whether somebody has this address already; whoever asks that often is told to wait.
async fn is_known(db: &Db, visit: &Visit, found: &Found) -> Result<bool> {
    let network = visit.caller.network();
    let aim = Aim::at("known email").hard(&format!("link {} network {network}", found.row.id)).network(&network);
    let email = found.row.email.clone();
    db.open(move |conn| {
        let counted = aim.reserve(conn)?;
        let known = accounts::store::user_by_email(conn, &email)?.is_some();
        if !known {
            counted.unused(conn)?;
        }
        Ok(known)
    })
    .await
}

/// Somebody who has a user, and is signed in.
async fn accepted(
    request: HttpRequest,
    at: web::Path<String>,
    post: GuestPost,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let visit = post.visit;
    let ticket = ticket(&request, &at)?;
    open(&db, &visit, &ticket).await?;
    let Some(user) = signed_in(&db, &visit).await? else { return Ok(page::see(sign_in(&ticket.invitation))) };
    let who = Who::Person { name: user.name, user: Some(user.id.clone()), caller: visit.caller.clone() };
    let by = By::Known(user.id);
    let back = ticket.path();
    let (_, found) = db
        .write_as_person(who, move |tx| actions::accept(tx, &ticket, &by))
        .await
        .map_err(|problem| problem.leading_to(back, "Back to invitation"))?;
    Ok(joined(&visit, &found))
}

/// Sign-in leads back to the invitation.
fn sign_in(invitation: &Id<Invitation>) -> String {
    format!("/sign-in?next={}", path(invitation))
}

fn joined(visit: &Arc<Visit>, found: &Found) -> HttpResponse {
    let words = t!("You joined {company}", company = apart(&found.company.name));
    page::see_with(visit, found.company.home(), &Flash::success(words))
}
