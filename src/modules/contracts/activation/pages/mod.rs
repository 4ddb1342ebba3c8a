//! Screens of activation. A letter, not an application: no menu, one question a page.

mod account;
mod code;
mod expired;
mod finish;
mod hand_over;
mod review;
mod sign;
mod user;

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, cookie::time::Duration, http::header, web};

use super::{
    invitation::{self, COOKIE, Invitation, Step, Ticket},
    openers::opener,
    openings,
    store::{Attempt, Found},
};
use crate::{
    kit::{
        choice::Choice as _,
        db::Db,
        id::Id,
        link,
        page::{self, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        visit::{Guest, Visit},
        words::Words,
    },
    modules::{agreements::documents, contracts::Contract},
    t,
};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/activate/{contract}", || web::to(resume)),
        get("/activate/{contract}/review", || web::to(review::review)),
        post("/activate/{contract}/review", || web::to(review::reviewed)).binding(),
        get("/activate/{contract}/code", || web::to(code::code)),
        post("/activate/{contract}/code", || web::to(code::proved)),
        post("/activate/{contract}/code/again", || web::to(code::again)),
        get("/activate/{contract}/sign", || web::to(sign::sign)),
        post("/activate/{contract}/sign", || web::to(sign::signed)).binding(),
        get("/activate/{contract}/user", || web::to(user::user)),
        post("/activate/{contract}/user", || web::to(user::user_entered)),
        get("/activate/{contract}/existing", || web::to(user::existing)),
        post("/activate/{contract}/existing", || web::to(user::existing_proved)),
        get("/activate/{contract}/account", || web::to(account::account)),
        post("/activate/{contract}/account", || web::to(account::account_chosen)),
        get("/activate/{contract}/confirm", || web::to(finish::confirm)),
        post("/activate/{contract}/confirm", || web::to(finish::activate)).binding(),
        get("/activate/{contract}/done", || web::to(finish::done)),
        get("/activate/{contract}/reject", || web::to(review::reject)),
        post("/activate/{contract}/reject", || web::to(review::rejected)),
        get("/activate/{contract}/hand-over", || web::to(hand_over::hand_over)),
        post("/activate/{contract}/hand-over", || web::to(hand_over::hand)).binding(),
        get("/activate/{contract}/handed-over", || web::to(hand_over::handed_over)),
        get("/activate/{contract}/expired", || web::to(expired::expired)),
        post("/activate/{contract}/expired", || web::to(expired::ask)),
        get("/activate/{contract}/document", || web::to(document)),
        get("/activate/{contract}/{code:.+}", || web::to(arrive)),
    ]
}

type OfContract = web::Path<String>;

/// How the history names somebody who acts through a link before giving an email.
const INVITEE: &str = "The invited person";

fn ticket(request: &HttpRequest, contract: &str) -> Result<Ticket> {
    let visit = Visit::of(request);
    let cookie = request.cookie(&visit.house.path_cookie_name(COOKIE));
    let value = cookie.as_ref().map(actix_web::cookie::Cookie::value);
    Ticket::read(&link::id(contract), value, visit.active_brand.clone())
}

async fn invitation(db: &Db, visit: &Arc<Visit>, ticket: &Ticket) -> Result<Invitation> {
    let (key, ticket) = (visit.house.key.clone(), ticket.clone());
    let verify = visit.house.verify_email;
    db.open(move |conn| invitation::open(conn, &key, &ticket, verify)).await
}

fn url(ticket: &Ticket, step: Step) -> String {
    format!("{}/{}", ticket.path(), step.key())
}

/// The link's own GET: counts the visit and moves the secret to a cookie, without using up the link.
async fn arrive(
    request: HttpRequest,
    path: web::Path<(String, String)>,
    guest: Guest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let contract: Id<Contract> = link::id(&path.0).parse().map_err(|_| Problem::NotFound)?;
    let code = link::code(&path.1).ok_or(Problem::NotFound)?;
    let before = ticket(&request, contract.as_str()).ok();
    let ticket = Ticket::new(contract, &code, before.as_ref(), guest.0.active_brand.clone());
    let (by, visit, asked) = (opener(&request), guest.0, ticket.clone());
    let key = visit.house.key.clone();
    let lapsed = db
        .open(move |conn| {
            let (found, link, attempt) = invitation::behind(conn, &key, &asked)?;
            openings::fetched(conn, &asked.contract, link, (asked.browser_hash().as_slice(), by))?;
            if invitation::won(&found, attempt.as_ref()).is_some() || invitation::handed(&found, link, &asked).is_some()
            {
                return Ok(None);
            }
            if invitation::lapsed(&found, link).is_some() {
                return Ok(Some((found, link)));
            }
            invitation::check(&found, link).map(|()| None)
        })
        .await?;
    let mut cookie = visit.house.cookie(&visit.house.path_cookie_name(COOKIE), ticket.value(), &ticket.path());
    cookie.set_max_age(Duration::days(7));
    if let Some((found, link)) = lapsed {
        let mut gone = expired::answer(&visit, &ticket, &found, link)?;
        gone.add_cookie(&cookie).map_err(Problem::internal)?;
        return Ok(gone);
    }
    Ok(HttpResponse::SeeOther()
        .insert_header((header::LOCATION, ticket.path()))
        .insert_header(("x-robots-tag", "noindex"))
        .cookie(cookie)
        .finish())
}

/// Come from the link, or back in the same browser: on to the first gap.
async fn resume(request: HttpRequest, path: OfContract, guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let (key, asked, verify) = (guest.0.house.key.clone(), ticket.clone(), guest.0.house.verify_email);
    let came = db
        .open(move |conn| {
            let invitation = invitation::open(conn, &key, &asked, verify)?;
            openings::followed(conn, &asked.contract, invitation.link, &asked.browser_hash())?;
            Ok(invitation)
        })
        .await;
    match came {
        Ok(invitation) => Ok(page::see(url(&ticket, invitation.gap()))),
        Err(problem) => Err(ended(&db, &guest.0, &ticket, problem).await),
    }
}

/// Where a browser that activated the contract, or handed its link over, finds that out.
async fn end(db: &Db, visit: &Arc<Visit>, ticket: &Ticket) -> Result<Option<String>> {
    let (key, asked) = (visit.house.key.clone(), ticket.clone());
    let (won, handed) = db
        .open(move |conn| {
            let (found, link, attempt) = invitation::behind(conn, &key, &asked)?;
            let won = invitation::won(&found, attempt.as_ref()).is_some();
            Ok((won, invitation::handed(&found, link, &asked).is_some()))
        })
        .await?;
    Ok(match (won, handed) {
        (true, _) => Some(format!("{}/done", ticket.path())),
        (false, true) => Some(hand_over::handed_url(ticket)),
        (false, false) => None,
    })
}

/// The problem; of a link that is gone, for a browser that has an [`end`] there, [`Problem::Elsewhere`].
async fn ended(db: &Db, visit: &Arc<Visit>, ticket: &Ticket, problem: Problem) -> Problem {
    if !matches!(problem, Problem::Gone(_)) {
        return problem;
    }
    match end(db, visit, ticket).await {
        Ok(Some(url)) => Problem::Elsewhere(url),
        Ok(None) => problem,
        Err(other) => other,
    }
}

/// The contract, when this browser activated it.
async fn winner(db: &Db, visit: &Arc<Visit>, ticket: &Ticket) -> Result<Option<Found>> {
    let (key, ticket) = (visit.house.key.clone(), ticket.clone());
    db.open(move |conn| {
        let (found, _, attempt) = invitation::behind(conn, &key, &ticket)?;
        Ok(invitation::won(&found, attempt.as_ref()).map(|_| found))
    })
    .await
}

/// What every page of the letter shows.
struct Letter {
    page: Page,
    issuer: String,
    contract: String,
    portal: &'static str,
    test: bool,
    count: Words,
    back: String,
}

fn letter(visit: &Visit, ticket: &Ticket, found: &Found, step: Step, failing: bool) -> Letter {
    let page = Page::of_guest(visit, (step.label(), "Contract activation"));
    let steps = invitation::steps(visit.house.verify_email, found.turn());
    let place = steps.iter().position(|other| *other == step).unwrap_or(0);
    Letter {
        page: if failing { page.failing() } else { page },
        issuer: found.issuer.clone(),
        contract: found.contract.id.to_string(),
        portal: found.contract.type_.opens().portal(),
        test: found.contract.kind.is_test(),
        count: t!("Step {at} of {all}", at = place + 1, all = steps.len()),
        back: url(ticket, steps[place.saturating_sub(1)]),
    }
}

/// The invitation and its attempt, when `step` may be opened.
///
/// # Errors
/// [`Problem::Elsewhere`], to the first gap or, once this browser has activated the contract or handed its link over, to the last page.
async fn at(db: &Db, visit: &Arc<Visit>, ticket: &Ticket, step: Step) -> Result<(Invitation, Attempt)> {
    let mut invitation = match invitation(db, visit, ticket).await {
        Err(problem) => return Err(ended(db, visit, ticket, problem).await),
        Ok(invitation) => invitation,
    };
    if !invitation.reached(step) {
        return Err(Problem::Elsewhere(url(ticket, invitation.gap())));
    }
    let attempt = invitation.attempt.take().ok_or_else(|| Problem::Elsewhere(url(ticket, Step::Review)))?;
    Ok((invitation, attempt))
}

async fn document(request: HttpRequest, path: OfContract, guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let invitation = invitation(&db, &guest.0, &ticket).await?;
    let contract = invitation.found.contract;
    let (document, bytes) =
        db.open(move |conn| documents::bytes(conn, &contract.agreement_id, contract.version)).await?;
    Ok(documents::respond(&document, bytes))
}
