//! Review: the contract, its document, the words that are accepted; or Reject.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use diesel::Connection as _;

use super::{
    super::{
        actions, codes,
        forms::{Rejection, Reviewed},
        invitation::{self as opening, Step, Ticket},
        store::{self, Found},
    },
    INVITEE, Letter, OfContract, invitation, letter, ticket, url,
};
use crate::{
    kit::{
        db::{Db, Who},
        fields::GuestPost,
        form::{Field, FieldError},
        input::Form,
        page::{self, Page},
        problem::Result,
        shown::{self, Shown},
        time::{When, Zone},
        visit::{Guest, Visit},
        words::{Words, filters},
    },
    modules::{
        agreements::documents::{self, Document},
        contracts::{
            signers::{Given, Signers},
            terms::permits,
        },
    },
};

#[derive(Template)]
#[template(path = "activation/review.html")]
struct Review {
    page: Page,
    letter: Letter,
    errors: Vec<FieldError>,
    email: Field,
    accept: Field,
    note: String,
    type_: Words,
    agreement: String,
    agreement_id: String,
    version: i32,
    document: Document,
    document_href: String,
    consent: &'static str,
    reject: String,
    hand_over: String,
    verifies: bool,
    /// The two people that sign, where two do, and the signature of the first.
    signers: Option<Signers>,
    given: Option<Given>,
    permits: Vec<Words>,
    expires: Option<When>,
    shown: Shown,
}

/// `form` is what was sent, or nothing yet.
async fn review_page(db: &Db, visit: &Arc<Visit>, ticket: &Ticket, form: Option<Form<Reviewed>>) -> Result<Review> {
    let (key, asked, verify) = (visit.house.key.clone(), ticket.clone(), visit.house.verify_email);
    let (invitation, document) = db
        .open(move |conn| {
            let invitation = opening::open(conn, &key, &asked, verify)?;
            let contract = &invitation.found.contract;
            let document = documents::to_show(conn, &contract.agreement_id, contract.version)?;
            Ok((invitation, document))
        })
        .await?;
    let document = document.shown(db, &visit.house).await?;
    let form = form.unwrap_or_else(|| {
        let contract = &invitation.found.contract;
        let known = invitation.attempt.as_ref().map_or(&contract.recipient_email, |attempt| &attempt.email);
        Form::empty().with("email", known)
    });
    let errors = form.errors();
    let found = &invitation.found;
    let letter = letter(visit, ticket, found, Step::Review, !errors.is_empty());
    Ok(Review {
        page: letter.page.clone(),
        letter,
        errors,
        email: form.field("email"),
        accept: form.field("accept"),
        note: found.contract.note.clone(),
        type_: Words::within(found.contract.type_),
        agreement: found.agreement.clone(),
        agreement_id: found.contract.agreement_id.to_string(),
        version: found.contract.version,
        permits: permits(&found.contract),
        // nobody is known yet whose zone it could be said in
        expires: found.contract.expire_at.map(|end| Zone::UTC.when(end)),
        shown: found.terms(&document),
        document,
        document_href: format!("{}/document", ticket.path()),
        consent: found.consent(),
        given: found.signers.as_ref().and_then(|signers| signers.given()),
        signers: found.signers.clone(),
        reject: format!("{}/reject", ticket.path()),
        hand_over: format!("{}/hand-over", ticket.path()),
        verifies: visit.house.verify_email,
    })
}

pub async fn review(request: HttpRequest, path: OfContract, guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let shown = review_page(&db, &guest.0, &ticket, None).await?;
    page::html(&guest.0, &shown)
}

pub async fn reviewed(
    request: HttpRequest,
    path: OfContract,
    post: GuestPost,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let mut form = Form::<Reviewed>::typed(&post.fields);
    let Some(Reviewed { email, .. }) = form.read() else {
        let shown = review_page(&db, &post.visit, &ticket, Some(form)).await?;
        return page::invalid(&post.visit, &shown);
    };
    let invitation = invitation(&db, &post.visit, &ticket).await?;
    // here it can be corrected still
    if let Some(signers) = &invitation.found.signers
        && form.told(signers.differ("email", &email))?.is_none()
    {
        let shown = review_page(&db, &post.visit, &ticket, Some(form)).await?;
        return page::invalid(&post.visit, &shown);
    }
    let (asked, found) = (ticket.clone(), invitation.found);
    let sent = post.fields.text(shown::FIELD).to_owned();
    let code = post.visit.house.verify_email.then(|| codes::Sender::new(&ticket.contract, post.visit.caller.network()));
    db.open(move |conn| {
        conn.transaction(|conn| {
            let browser = asked.browser_hash();
            let contract = &found.contract;
            let document = documents::find(conn, &contract.agreement_id, contract.version)?;
            found.terms(&document).check(&sent, "Nothing was accepted")?;
            let consent = found.consent();
            let said = store::Review { email: &email, consent, version: contract.version, shown: &sent };
            store::review(conn, &asked.contract, &browser, &said)?;
            match (code, store::attempt(conn, &asked.contract, &browser)?) {
                (Some(code), Some(attempt)) => code.send_first(conn, &attempt),
                _ => Ok(()),
            }
        })
    })
    .await
    .map_err(|problem| problem.leading_to(url(&ticket, Step::Review), "Read again"))?;
    Ok(page::see(url(&ticket, if post.visit.house.verify_email { Step::Code } else { Step::User })))
}

#[derive(Template)]
#[template(path = "activation/reject.html")]
struct Reject {
    page: Page,
    letter: Letter,
    errors: Vec<FieldError>,
    reason: Field,
}

fn reject_page(visit: &Visit, ticket: &Ticket, found: &Found, form: &Form<Rejection>) -> Reject {
    let errors = form.errors();
    let mut letter = letter(visit, ticket, found, Step::Review, !errors.is_empty());
    letter.page = Page::of_guest(visit, ("Reject", "Contract activation")).with_errors(&errors);
    Reject { page: letter.page.clone(), letter, errors, reason: form.field("reason") }
}

pub async fn reject(request: HttpRequest, path: OfContract, guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let invitation = invitation(&db, &guest.0, &ticket).await?;
    page::html(&guest.0, &reject_page(&guest.0, &ticket, &invitation.found, &Form::empty()))
}

#[derive(Template)]
#[template(path = "activation/rejected.html")]
struct Rejected {
    page: Page,
    issuer: String,
    contract: String,
}

pub async fn rejected(
    request: HttpRequest,
    path: OfContract,
    post: GuestPost,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let invitation = invitation(&db, &post.visit, &ticket).await?;
    let mut form = Form::<Rejection>::typed(&post.fields);
    let Some(words) = form.read() else {
        return page::invalid(&post.visit, &reject_page(&post.visit, &ticket, &invitation.found, &form));
    };
    let name = invitation.attempt.map_or_else(|| INVITEE.to_owned(), |attempt| attempt.email);
    let who = Who::Person { name, user: None, caller: post.visit.by_link() };
    let (key, verify) = (post.visit.house.key.clone(), post.visit.house.verify_email);
    db.write_as_person(who, move |tx| actions::reject(tx, &key, (&ticket, verify), &words)).await?;
    let shown = Rejected {
        page: Page::of_guest(&post.visit, "Contract rejected"),
        issuer: invitation.found.issuer,
        contract: invitation.found.contract.id.to_string(),
    };
    page::html(&post.visit, &shown)
}
