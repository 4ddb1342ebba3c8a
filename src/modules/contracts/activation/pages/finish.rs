//! Everything once more, Activate, and the way into the portal.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{
    super::{actions, invitation::Step},
    Letter, OfContract, at, invitation, letter, ticket, url, winner,
};
use crate::{
    access::factors::half::{self, Next},
    accounts,
    kit::{
        actor::User,
        choice::Choice as _,
        db::{Db, Who},
        fields::GuestPost,
        id::Id,
        page::{self, Page},
        problem::{Problem, Result},
        security,
        shown::{self, Shown},
        time::{When, Zone},
        visit::{Guest, Visit},
        words::{Words, filters},
    },
    modules::{
        agreements::documents,
        contracts::{Status, terms::permits},
    },
};

#[derive(Template)]
#[template(path = "activation/confirm.html")]
struct Confirm {
    page: Page,
    letter: Letter,
    agreement: String,
    version: i32,
    name: String,
    email: String,
    company: String,
    new_account: bool,
    change_user: String,
    change_account: String,
    permits: Vec<Words>,
    expires: Option<When>,
    /// Somebody else is signed in here, and will not be afterwards.
    leaves: Option<String>,
    shown: Shown,
}

pub async fn confirm(request: HttpRequest, path: OfContract, guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let (invitation, attempt) = at(&db, &guest.0, &ticket, Step::Confirm).await?;
    let (account, contract) = (attempt.account_id.clone(), invitation.found.contract.clone());
    let (document, named) = db
        .open(move |conn| {
            let document = documents::find(conn, &contract.agreement_id, contract.version)?;
            Ok((document, account.map(|account| accounts::store::name(conn, &account)).transpose()?))
        })
        .await?;
    let company = named.unwrap_or_else(|| attempt.company.clone());
    let letter = letter(&guest.0, &ticket, &invitation.found, Step::Confirm, false);
    let leaves = other_session(&db, &guest.0, attempt.user_id.as_ref()).await?;
    let shown = Confirm {
        page: letter.page.clone(),
        shown: invitation.binds(&document, &attempt, &company),
        permits: permits(&invitation.found.contract),
        // as at Review: nobody is known yet whose zone it could be said in
        expires: invitation.found.contract.expire_at.map(|end| Zone::UTC.when(end)),
        leaves,
        letter,
        agreement: invitation.found.agreement.clone(),
        version: invitation.found.contract.version,
        name: attempt.name,
        email: attempt.email,
        company,
        new_account: attempt.account_id.is_none(),
        change_user: url(&ticket, Step::User),
        change_account: url(&ticket, Step::Account),
    };
    page::html(&guest.0, &shown)
}

/// The email of the person signed in to this browser, when that is not the person activating.
async fn other_session(db: &Db, visit: &Visit, user: Option<&Id<User>>) -> Result<Option<String>> {
    let Some(signed_in) = visit.user.as_deref().and_then(|user| user.parse::<Id<User>>().ok()) else { return Ok(None) };
    if user == Some(&signed_in) {
        return Ok(None);
    }
    db.open(move |conn| Ok(Some(accounts::store::user(conn, &signed_in)?.email))).await
}

pub async fn activate(
    request: HttpRequest,
    path: OfContract,
    post: GuestPost,
    session: Session,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let (_, attempt) = at(&db, &post.visit, &ticket, Step::Confirm).await?;
    let who = Who::Person { name: attempt.name.clone(), user: None, caller: post.visit.by_link() };
    let (key, asked, verify) = (post.visit.house.key.clone(), ticket.clone(), post.visit.house.verify_email);
    let sent = post.fields.text(shown::FIELD).to_owned();
    match db.write_as_person(who, move |tx| actions::activate(tx, &key, (&asked, verify), &sent)).await {
        Ok(user) => {
            let done = format!("{}/done", ticket.path());
            if post.visit.user.as_deref() == Some(user.as_str()) {
                return Ok(page::see(done));
            }
            let told = (security::Kind::SignedIn, "by activation");
            half::let_in(&db, &post.visit, &session, (&user, Next::to(done)), told).await
        }
        // the same browser pressed twice
        Err(Problem::Gone(_)) if winner(&db, &post.visit, &ticket).await?.is_some() => {
            Ok(page::see(format!("{}/done", ticket.path())))
        }
        Err(problem) => Err(problem),
    }
}

#[derive(Template)]
#[template(path = "activation/done.html")]
struct Done {
    page: Page,
    issuer: String,
    contract: String,
    portal: &'static str,
    home: String,
    certificate: String,
    ended: bool,
}

pub async fn done(request: HttpRequest, path: OfContract, guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let Some(found) = winner(&db, &guest.0, &ticket).await? else {
        let invitation = invitation(&db, &guest.0, &ticket).await?;
        return Ok(page::see(url(&ticket, invitation.gap())));
    };
    let contract = &found.contract;
    let signee = contract.signee_id.clone().ok_or(Problem::NotFound)?;
    let role = db
        .open({
            let signee = signee.clone();
            move |conn| accounts::store::role(conn, &signee)
        })
        .await?;
    let home = format!("/{}/{signee}", role.key());
    let shown = Done {
        page: Page::of_guest(
            &guest.0,
            if contract.status == Status::Active { "Contract activated" } else { "Contract ended" },
        ),
        issuer: found.issuer.clone(),
        portal: role.portal(),
        ended: contract.status != Status::Active,
        certificate: format!("{home}/contracts/{}/versions/{}/certificate", contract.id, contract.version),
        contract: contract.id.to_string(),
        home,
    };
    page::html(&guest.0, &shown)
}
