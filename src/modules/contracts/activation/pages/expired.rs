//! A link that has expired: its page offers to ask the issuer for a new one, and tells nobody anything that the link did not.

use actix_web::{HttpRequest, HttpResponse, http::StatusCode, web};
use askama::Template;

use super::{
    super::{
        actions,
        invitation::{self, Ticket},
        openings,
        store::Found,
    },
    INVITEE, OfContract, ticket,
};
use crate::kit::{
    db::{Db, Who},
    fields::GuestPost,
    page::{self, Page},
    problem::{Problem, Result},
    time::{When, Zone},
    visit::{Guest, Visit},
    words::filters,
};

#[derive(Template)]
#[template(path = "activation/expired.html")]
struct Expired {
    page: Page,
    issuer: String,
    contract: String,
    /// Where a new one is asked for.
    ask: String,
    /// When it was asked for.
    asked: Option<When>,
}

/// The page of a link that has expired.
///
/// # Errors
/// [`Problem::Elsewhere`] when it has not.
pub(super) fn answer(visit: &Visit, ticket: &Ticket, found: &Found, link: i32) -> Result<HttpResponse> {
    let Some(lapsed) = invitation::lapsed(found, link) else { return Err(Problem::Elsewhere(ticket.path())) };
    let shown = Expired {
        page: Page::of_guest(visit, "This link has expired"),
        issuer: found.issuer.clone(),
        contract: found.contract.id.to_string(),
        ask: format!("{}/expired", ticket.path()),
        // nobody is known yet whose zone it could be said in
        asked: lapsed.asked_at.map(|at| Zone::UTC.when(at)),
    };
    page::html_with(visit, StatusCode::GONE, &shown)
}

pub async fn expired(request: HttpRequest, path: OfContract, guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let (key, asked) = (guest.0.house.key.clone(), ticket.clone());
    let (found, link) = db
        .open(move |conn| {
            let (found, link, _) = invitation::behind(conn, &key, &asked)?;
            // only people get as far as this page
            openings::followed(conn, &asked.contract, link, &asked.browser_hash())?;
            Ok((found, link))
        })
        .await?;
    answer(&guest.0, &ticket, &found, link)
}

pub async fn ask(request: HttpRequest, path: OfContract, post: GuestPost, db: web::Data<Db>) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let who = Who::Person { name: INVITEE.to_owned(), user: None, caller: post.visit.by_link() };
    let (key, asked) = (post.visit.house.key.clone(), ticket.clone());
    db.attempt_as_person(who, move |tx| actions::ask_for_link(tx, &key, &asked)).await?;
    Ok(page::see(format!("{}/expired", ticket.path())))
}
