//! Everything once more, Activate, and the way into the portal.

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{
    super::{
        actions::{self, Outcome},
        invitation::Step,
    },
    Letter, OfContract, at, invitation, letter, ticket, url,
    user::KNOWN,
    winner,
};
use crate::{
    access::sessions,
    kit::{
        choice::Choice as _,
        db::{Db, Who},
        fields::GuestPost,
        page::{self, Page},
        problem::{Problem, Result},
        security,
        visit::Guest,
    },
    modules::accounts,
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
}

pub async fn confirm(request: HttpRequest, path: OfContract, guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let (invitation, attempt) = at(&db, &guest.0, &ticket, Step::Confirm).await?;
    let company = match attempt.account_id.clone() {
        Some(account) => db.open(move |conn| accounts::store::name(conn, &account)).await?,
        None => attempt.company.clone(),
    };
    let letter = letter(&guest.0, &ticket, &invitation.found, Step::Confirm, false);
    let shown = Confirm {
        page: letter.page.clone(),
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

pub async fn activate(
    request: HttpRequest,
    path: OfContract,
    post: GuestPost,
    session: Session,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let (_, attempt) = at(&db, &post.visit, &ticket, Step::Confirm).await?;
    let who = Who::Person { name: attempt.name.clone(), user: None, visit: post.visit.clone() };
    let (key, asked) = (post.visit.house.key.clone(), ticket.clone());
    let outcome = db
        .write_as_person(who, move |tx| {
            let outcome = actions::activate(tx, &key, &asked)?;
            match outcome {
                Outcome::Done { .. } => Ok(outcome),
                // nothing of it may stay
                Outcome::EmailTaken => Err(Problem::refused(KNOWN, "").leading_to(url(&asked, Step::User), "Go back")),
                Outcome::NotThisAccount => Err(Problem::refused(
                    "This account cannot sign the contract",
                    "It is already bound by this agreement, or you may not sign for it.",
                )
                .leading_to(url(&asked, Step::Account), "Choose another account")),
            }
        })
        .await;
    match outcome {
        Ok(Outcome::Done { user }) => {
            sessions::begin(&session, &user, &post.visit.address, &post.visit.agent)?;
            security::tell(&post.visit, security::Kind::SignedIn, Some(&user), "by activation");
            Ok(page::see(format!("{}/done", ticket.path())))
        }
        Ok(_) => Err(Problem::internal("a refusal is an error")),
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
        page: Page::of_guest(&guest.0, "Contract activated"),
        issuer: found.issuer.clone(),
        portal: role.portal(),
        certificate: format!("{home}/contracts/{}/versions/{}/certificate", contract.id, contract.version),
        contract: contract.id.to_string(),
        home,
    };
    page::html(&guest.0, &shown)
}
