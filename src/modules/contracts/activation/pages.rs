//! Screens of activation. A letter, not an application: no menu, one question a page.

use std::sync::Arc;

use actix_session::Session;
use actix_web::{HttpRequest, HttpResponse, cookie::time::Duration, http::header, web};
use askama::Template;

use super::{
    actions::{self, Outcome},
    forms::{AccountForm, CONSENT, NEW, ReviewForm, UserForm, reason},
    invitation::{self, COOKIE, Invitation, Step, Ticket},
    openers::opener,
    store::{self, Attempt, Found},
};
use crate::{
    access::{
        password::{self, Rule, Secret},
        sessions,
        throttle::Aim,
    },
    config::Config,
    kit::id::Id,
    kit::{
        choice::Choice as _,
        db::{Db, Who},
        fields::GuestPost,
        form::{Field, FieldError, Pick},
        page::{self, Page},
        problem::{Problem, Result},
        visit::{Guest, Visit},
    },
    modules::{
        accounts,
        agreements::documents::{self, Document},
        contracts::Contract,
    },
    portals::{Mount, get, post},
};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/activate/{contract}", || web::to(resume)),
        get("/activate/{contract}/review", || web::to(review)),
        post("/activate/{contract}/review", || web::to(reviewed)),
        get("/activate/{contract}/user", || web::to(user)),
        post("/activate/{contract}/user", || web::to(user_entered)),
        get("/activate/{contract}/existing", || web::to(existing)),
        post("/activate/{contract}/existing", || web::to(existing_proved)),
        get("/activate/{contract}/account", || web::to(account)),
        post("/activate/{contract}/account", || web::to(account_chosen)),
        get("/activate/{contract}/confirm", || web::to(confirm)),
        post("/activate/{contract}/confirm", || web::to(activate)),
        get("/activate/{contract}/done", || web::to(done)),
        get("/activate/{contract}/reject", || web::to(reject)),
        post("/activate/{contract}/reject", || web::to(rejected)),
        get("/activate/{contract}/document", || web::to(document)),
        get("/activate/{contract}/{code}", || web::to(arrive)),
    ]
}

type OfContract = web::Path<String>;

fn ticket(request: &HttpRequest, contract: &str) -> Result<Ticket> {
    Ticket::read(contract, request.cookie(COOKIE).as_ref().map(actix_web::cookie::Cookie::value))
}

async fn invitation(db: &Db, visit: &Arc<Visit>, ticket: &Ticket) -> Result<Invitation> {
    let (key, ticket) = (visit.house.key.clone(), ticket.clone());
    db.open(move |conn| invitation::open(conn, &key, &ticket)).await
}

fn url(ticket: &Ticket, step: Step) -> String {
    format!("{}/{}", ticket.path(), step.key())
}

/// The link's own GET: counts, hands the secret over to a cookie, spends nothing.
async fn arrive(
    request: HttpRequest,
    path: web::Path<(String, String)>,
    guest: Guest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let (contract, code) = path.into_inner();
    let contract: Id<Contract> = contract.parse().map_err(|_| Problem::NotFound)?;
    let before = ticket(&request, contract.as_str()).ok();
    let ticket = Ticket::new(contract, &code, before.as_ref());
    let (by, visit, asked) = (opener(&request), guest.0, ticket.clone());
    let key = visit.house.key.clone();
    db.open(move |conn| {
        let (found, link) = invitation::behind(conn, &key, &asked)?;
        store::opened(conn, &asked.contract, link, by)?;
        if invitation::won(&found, store::attempt(conn, &asked.contract, &asked.browser_hash())?.as_ref()).is_some() {
            return Ok(());
        }
        invitation::check(&found, link)
    })
    .await?;
    let mut cookie = visit.house.cookie(COOKIE, ticket.value(), &ticket.path());
    cookie.set_max_age(Duration::days(7));
    Ok(HttpResponse::SeeOther()
        .insert_header((header::LOCATION, ticket.path()))
        .insert_header(("x-robots-tag", "noindex"))
        .cookie(cookie)
        .finish())
}

/// Back in the same browser: on to the first gap.
async fn resume(request: HttpRequest, path: OfContract, guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    match invitation(&db, &guest.0, &ticket).await {
        Ok(invitation) => Ok(page::see(url(&ticket, invitation.gap()))),
        Err(Problem::Gone(_)) if winner(&db, &guest.0, &ticket).await?.is_some() => {
            Ok(page::see(format!("{}/done", ticket.path())))
        }
        Err(problem) => Err(problem),
    }
}

/// The contract, when this browser activated it.
async fn winner(db: &Db, visit: &Arc<Visit>, ticket: &Ticket) -> Result<Option<Found>> {
    let (key, ticket) = (visit.house.key.clone(), ticket.clone());
    db.open(move |conn| {
        let (found, _) = invitation::behind(conn, &key, &ticket)?;
        let attempt = store::attempt(conn, &ticket.contract, &ticket.browser_hash())?;
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
    count: String,
    back: String,
}

fn letter(visit: &Visit, ticket: &Ticket, found: &Found, step: Step, failing: bool) -> Letter {
    let page = Page::of_guest(visit, &format!("{} - Contract activation", step.label()));
    let place = Step::ALL.iter().position(|other| *other == step).unwrap_or(0);
    Letter {
        page: if failing { page.failing() } else { page },
        issuer: found.issuer.clone(),
        contract: found.contract.id.to_string(),
        portal: found.contract.type_.opens().portal(),
        test: found.contract.kind.key() == "test",
        count: format!("Step {} of {}", place + 1, Step::ALL.len()),
        back: url(ticket, Step::ALL[place.saturating_sub(1)]),
    }
}

#[derive(Template)]
#[template(path = "activation/review.html")]
struct Review {
    page: Page,
    letter: Letter,
    errors: Vec<FieldError>,
    form: ReviewForm,
    note: String,
    type_: &'static str,
    agreement: String,
    agreement_id: String,
    version: i32,
    document: Document,
    document_href: String,
    consent: &'static str,
    reject: String,
}

async fn review_page(
    db: &Db,
    visit: &Arc<Visit>,
    ticket: &Ticket,
    invitation: &Invitation,
    form: ReviewForm,
) -> Result<Review> {
    let contract = invitation.found.contract.clone();
    let document = db.open(move |conn| documents::find(conn, &contract.agreement_id, contract.version)).await?;
    let errors = form.errors();
    let found = &invitation.found;
    let letter = letter(visit, ticket, found, Step::Review, !errors.is_empty());
    Ok(Review {
        page: letter.page.clone(),
        letter,
        errors,
        form,
        note: found.contract.note.clone(),
        type_: found.contract.type_.label(),
        agreement: found.agreement.clone(),
        agreement_id: found.contract.agreement_id.to_string(),
        version: found.contract.version,
        document,
        document_href: format!("{}/document", ticket.path()),
        consent: CONSENT,
        reject: format!("{}/reject", ticket.path()),
    })
}

async fn review(request: HttpRequest, path: OfContract, guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let invitation = invitation(&db, &guest.0, &ticket).await?;
    let email = invitation.attempt.as_ref().map_or("", |attempt| attempt.email.as_str());
    let shown = review_page(&db, &guest.0, &ticket, &invitation, ReviewForm::filled(email)).await?;
    page::html(&guest.0, &shown)
}

async fn reviewed(request: HttpRequest, path: OfContract, post: GuestPost, db: web::Data<Db>) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let invitation = invitation(&db, &post.visit, &ticket).await?;
    let mut form = ReviewForm::typed(&post.fields);
    let Some(email) = form.parse() else {
        let shown = review_page(&db, &post.visit, &ticket, &invitation, form).await?;
        return page::invalid(&post.visit, &shown);
    };
    let (asked, version) = (ticket.clone(), invitation.found.contract.version);
    db.open(move |conn| store::review(conn, &asked.contract, &asked.browser_hash(), &email, CONSENT, version)).await?;
    Ok(page::see(url(&ticket, Step::User)))
}

/// The invitation and its attempt, when `step` may be opened; otherwise where to go instead.
async fn at(
    db: &Db,
    visit: &Arc<Visit>,
    ticket: &Ticket,
    step: Step,
) -> Result<Result<(Invitation, Attempt), HttpResponse>> {
    let mut invitation = match invitation(db, visit, ticket).await {
        Ok(invitation) => invitation,
        Err(Problem::Gone(_)) if winner(db, visit, ticket).await?.is_some() => {
            return Ok(Err(page::see(format!("{}/done", ticket.path()))));
        }
        Err(problem) => return Err(problem),
    };
    match invitation.attempt.take() {
        Some(attempt) => {
            invitation.attempt = Some(attempt.clone());
            if invitation.reached(step) {
                Ok(Ok((invitation, attempt)))
            } else {
                Ok(Err(page::see(url(ticket, invitation.gap()))))
            }
        }
        None => Ok(Err(page::see(url(ticket, Step::Review)))),
    }
}

#[derive(Template)]
#[template(path = "activation/user.html")]
struct UserPage {
    page: Page,
    letter: Letter,
    errors: Vec<FieldError>,
    form: UserForm,
    email: String,
    rules: &'static [Rule],
    existing: String,
}

fn user_page(visit: &Visit, config: &Config, ticket: &Ticket, found: &Found, email: &str, form: UserForm) -> UserPage {
    let errors = form.errors();
    let letter = letter(visit, ticket, found, Step::User, !errors.is_empty());
    UserPage {
        page: letter.page.clone(),
        letter,
        errors,
        form,
        email: email.to_owned(),
        rules: config.passwords.rules(),
        existing: format!("{}/existing", ticket.path()),
    }
}

async fn user(
    request: HttpRequest,
    path: OfContract,
    guest: Guest,
    db: web::Data<Db>,
    config: web::Data<Config>,
) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let (invitation, attempt) = match at(&db, &guest.0, &ticket, Step::User).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let form = UserForm::filled(&attempt.name);
    page::html(&guest.0, &user_page(&guest.0, &config, &ticket, &invitation.found, &attempt.email, form))
}

/// The same words for every e-mail that cannot make a user here.
const KNOWN: &str = "This email cannot make a new user here; if it is yours, choose I already have a user";

async fn user_entered(
    request: HttpRequest,
    path: OfContract,
    post: GuestPost,
    db: web::Data<Db>,
    config: web::Data<Config>,
) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let (invitation, attempt) = match at(&db, &post.visit, &ticket, Step::User).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let mut form = UserForm::typed(&post.fields);
    let Some((name, secret)) = form.parse(config.passwords, &attempt.email) else {
        return page::invalid(
            &post.visit,
            &user_page(&post.visit, &config, &ticket, &invitation.found, &attempt.email, form),
        );
    };
    let aim = Aim::at("known email", &[ticket.contract.as_str(), &post.visit.address]);
    let email = attempt.email.clone();
    let known = db
        .open(move |conn| {
            aim.check(conn)?;
            let known = accounts::store::user_by_email(conn, &email)?.is_some();
            if known {
                aim.fail(conn)?;
            }
            Ok(known)
        })
        .await?;
    if known {
        form.name.fail(KNOWN);
        return page::invalid(
            &post.visit,
            &user_page(&post.visit, &config, &ticket, &invitation.found, &attempt.email, form),
        );
    }
    let hash = password::hash(secret).await?;
    db.open(move |conn| store::set_user(conn, attempt.id, &name, &hash)).await?;
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

async fn existing(request: HttpRequest, path: OfContract, guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let (invitation, attempt) = match at(&db, &guest.0, &ticket, Step::User).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let field = Field::new("password", "Password");
    page::html(&guest.0, &existing_page(&guest.0, &ticket, &invitation.found, &attempt.email, field))
}

async fn existing_proved(
    request: HttpRequest,
    path: OfContract,
    post: GuestPost,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let (invitation, attempt) = match at(&db, &post.visit, &ticket, Step::User).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let secret = Secret(post.fields.text("password").to_owned());
    match crate::access::sign_in::prove(&db, &post.visit, &attempt.email, secret).await? {
        Some(user) => {
            db.open(move |conn| store::set_existing(conn, attempt.id, &user.id, &user.name)).await?;
            Ok(page::see(url(&ticket, Step::Account)))
        }
        None => {
            let mut field = Field::new("password", "Password");
            field.fail("The email and this password do not belong together");
            page::invalid(&post.visit, &existing_page(&post.visit, &ticket, &invitation.found, &attempt.email, field))
        }
    }
}

#[derive(Template)]
#[template(path = "activation/account.html")]
struct AccountPage {
    page: Page,
    letter: Letter,
    errors: Vec<FieldError>,
    form: AccountForm,
    email: String,
    /// Accounts of an existing user; none for a new one.
    choices: Vec<Pick>,
}

async fn account_page(
    db: &Db,
    visit: &Arc<Visit>,
    ticket: &Ticket,
    invitation: &Invitation,
    attempt: &Attempt,
    form: AccountForm,
) -> Result<AccountPage> {
    let mut choices = Vec::new();
    if let Some(user) = attempt.user_id.clone() {
        let contract = invitation.found.contract.clone();
        let own = db.open(move |conn| store::eligible(conn, &user, &contract)).await?;
        choices = own.into_iter().map(|own| Pick::new(own.id.as_str(), own.name, own.id.to_string())).collect();
        if !choices.is_empty() {
            choices.insert(0, Pick::new(NEW, "Create new account", "For a company that has no account here yet"));
        }
    }
    let errors = form.errors();
    let letter = letter(visit, ticket, &invitation.found, Step::Account, !errors.is_empty());
    Ok(AccountPage { page: letter.page.clone(), letter, errors, form, email: attempt.email.clone(), choices })
}

async fn account(request: HttpRequest, path: OfContract, guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let (invitation, attempt) = match at(&db, &guest.0, &ticket, Step::Account).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let chosen = attempt.account_id.as_ref().map_or(NEW, |account| account.as_str());
    let form = AccountForm::filled(chosen, &attempt.company);
    let shown = account_page(&db, &guest.0, &ticket, &invitation, &attempt, form).await?;
    page::html(&guest.0, &shown)
}

async fn account_chosen(
    request: HttpRequest,
    path: OfContract,
    post: GuestPost,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let (invitation, attempt) = match at(&db, &post.visit, &ticket, Step::Account).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let mut shown =
        account_page(&db, &post.visit, &ticket, &invitation, &attempt, AccountForm::typed(&post.fields)).await?;
    let chosen = shown.form.account.value.clone();
    let existing = chosen != NEW && shown.choices.iter().any(|choice| choice.value == chosen);
    let company = if existing { Some(String::new()) } else { shown.form.company() };
    let Some(company) = company else {
        shown.errors = shown.form.errors();
        shown.page = shown.page.failing();
        return page::invalid(&post.visit, &shown);
    };
    let account = if existing { chosen.parse().ok() } else { None };
    db.open(move |conn| store::set_account(conn, attempt.id, &company, account.as_ref())).await?;
    Ok(page::see(url(&ticket, Step::Confirm)))
}

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

async fn confirm(request: HttpRequest, path: OfContract, guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let (invitation, attempt) = match at(&db, &guest.0, &ticket, Step::Confirm).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(elsewhere),
    };
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

async fn activate(
    request: HttpRequest,
    path: OfContract,
    post: GuestPost,
    session: Session,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let (_, attempt) = match at(&db, &post.visit, &ticket, Step::Confirm).await? {
        Ok(there) => there,
        Err(elsewhere) => return Ok(elsewhere),
    };
    let who = Who::Invitee { name: attempt.name.clone(), visit: post.visit.clone() };
    let (key, asked) = (post.visit.house.key.clone(), ticket.clone());
    let outcome = db
        .write_invited(who, move |tx| {
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

async fn done(request: HttpRequest, path: OfContract, guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
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

#[derive(Template)]
#[template(path = "activation/reject.html")]
struct Reject {
    page: Page,
    letter: Letter,
    errors: Vec<FieldError>,
    reason: Field,
}

fn reject_page(visit: &Visit, ticket: &Ticket, found: &Found, reason: Field) -> Reject {
    let errors = crate::kit::form::errors([&reason]);
    let mut letter = letter(visit, ticket, found, Step::Review, !errors.is_empty());
    letter.page.title =
        format!("{}Reject - Contract activation - Entente", if errors.is_empty() { "" } else { "Error: " });
    Reject { page: letter.page.clone(), letter, errors, reason }
}

async fn reject(request: HttpRequest, path: OfContract, guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let invitation = invitation(&db, &guest.0, &ticket).await?;
    page::html(&guest.0, &reject_page(&guest.0, &ticket, &invitation.found, reason()))
}

#[derive(Template)]
#[template(path = "activation/rejected.html")]
struct Rejected {
    page: Page,
    issuer: String,
    contract: String,
}

async fn rejected(request: HttpRequest, path: OfContract, post: GuestPost, db: web::Data<Db>) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let invitation = invitation(&db, &post.visit, &ticket).await?;
    let mut field = reason().from(&post.fields);
    let Some(words) = field.line("a reason", 200) else {
        return page::invalid(&post.visit, &reject_page(&post.visit, &ticket, &invitation.found, field));
    };
    let name = invitation.attempt.map_or_else(|| "The invited person".to_owned(), |attempt| attempt.email);
    let who = Who::Invitee { name, visit: post.visit.clone() };
    let key = post.visit.house.key.clone();
    db.write_invited(who, move |tx| actions::reject(tx, &key, &ticket, &words)).await?;
    let shown = Rejected {
        page: Page::of_guest(&post.visit, "Contract rejected"),
        issuer: invitation.found.issuer,
        contract: invitation.found.contract.id.to_string(),
    };
    page::html(&post.visit, &shown)
}

async fn document(request: HttpRequest, path: OfContract, guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    let ticket = ticket(&request, &path)?;
    let invitation = invitation(&db, &guest.0, &ticket).await?;
    let contract = invitation.found.contract;
    let (document, bytes) =
        db.open(move |conn| documents::bytes(conn, &contract.agreement_id, contract.version)).await?;
    Ok(documents::respond(&document, bytes))
}
