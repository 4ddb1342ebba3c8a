//! Signing in through a company's provider: from an address to the provider that speaks for it, there, and back.

use std::sync::Arc;

use actix_session::Session;
use actix_web::{
    HttpRequest, HttpResponse,
    cookie::{Cookie, time::Duration},
    web,
};
use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{PgConnection, dsl::exists, prelude::*};
use uuid::Uuid;

use super::{
    domains, entering,
    provider::Asked,
    store::{self, ProviderRow},
    web::Web,
};
use crate::{
    access::{
        factors::half::Next,
        pages::{local, still_kept},
        providers, sessions,
        throttle::Aim,
    },
    config::Config,
    input,
    kit::{
        actor::{Account, User},
        db::{self, Db, Looks as _, Who},
        fields::GuestPost,
        form::{Field, FieldError},
        id::Id,
        input::{Form, kinds::Email},
        kept,
        page::{self, Page},
        problem::{Problem, Result},
        route::{Mount, get, post},
        secret,
        security::{self, Kind},
        typed,
        violation::{self, Violation, Why},
        visit::{Guest, Visit},
        words::filters,
    },
    schema::{memberships, sso_attempts as attempts, sso_proofs},
};

pub fn screens() -> Vec<Mount> {
    vec![
        get("/sso", || web::to(form)),
        post("/sso", || web::to(asked)),
        get("/sso/to/{account}", || web::to(onwards)),
        get("/sso/callback/{account}", || web::to(came)),
    ]
}

/// The cookie by which the browser that began a sign-in is recognised.
const COOKIE: &str = "entente-sso";
/// How long a sign-in at the provider may take.
const LIVES: TimeDelta = TimeDelta::minutes(10);
/// How long ago somebody who was asked to sign in again may have done so.
const FRESH: TimeDelta = TimeDelta::minutes(5);

/// The address under one of our hosts to which a company's provider sends people back.
pub fn callback(base: &str, account: &Id<Account>) -> String {
    format!("{base}/sso/callback/{account}")
}

#[derive(Template)]
#[template(path = "sso/ask.html")]
struct Ask {
    page: Page,
    errors: Vec<FieldError>,
    email: Field,
    next: String,
    /// The id of a form that was filled in when the session had ended.
    kept: String,
    /// The address of the sign-in by password.
    sign_in: String,
}

#[derive(Template)]
#[template(path = "sso/go.html")]
struct Go {
    page: Page,
    /// The provider's host.
    host: String,
    href: String,
}

input! {
    /// The address whose provider is looked for.
    struct Sought, SoughtDraft {
        "" { email: String = Email, "Work email", at "email", missing "Enter your email address"; }
    }
}

fn ask_page(visit: &Visit, form: &Form<Sought>, next: &Next) -> Ask {
    let errors = form.errors();
    Ask {
        page: Page::of_guest(visit, "Single sign-on").with_errors(&errors),
        errors,
        email: form.field("email"),
        sign_in: format!("/sign-in?{}", next.query()),
        next: next.path.clone(),
        kept: next.kept.map(|id| id.to_string()).unwrap_or_default(),
    }
}

/// A parameter of the address.
fn sent(visit: &Visit, wanted: &str) -> String {
    let all = typed::parameters(&visit.query);
    all.into_iter().find(|(name, _)| name == wanted).map(|(_, value)| value).unwrap_or_default()
}

async fn next_asked(visit: &Visit, db: &Db) -> Result<Next> {
    let kept = still_kept(visit, db, &sent(visit, kept::FIELD)).await?;
    Ok(Next { path: local(&sent(visit, "next")).to_owned(), kept })
}

async fn form(guest: Guest, db: web::Data<Db>) -> Result<HttpResponse> {
    let next = next_asked(&guest.0, &db).await?;
    page::html(&guest.0, &ask_page(&guest.0, &Form::empty(), &next))
}

/// The domain alone decides: nobody is looked up, so nothing reveals who is known.
async fn asked(request: HttpRequest, post: GuestPost, db: web::Data<Db>) -> Result<HttpResponse> {
    let (visit, fields) = (post.visit, post.fields);
    let kept = still_kept(&visit, &db, fields.text(kept::FIELD_AT_SIGN_IN)).await?;
    let next = Next { path: local(fields.text("next")).to_owned(), kept };
    let mut form = Form::<Sought>::typed(&fields);
    let Some(Sought { email }) = form.read() else {
        return page::invalid(&visit, &ask_page(&visit, &form, &next));
    };
    let domain = domains::of_email(&email).unwrap_or_default();
    let (aim, brand) = (Aim::at("single sign-on").network(&visit.caller.network()), visit.active_brand.clone());
    let found = db
        .read_by_link(move |guest| {
            let counted = aim.reserve(guest.conn())?;
            let found = store::of_domain(guest, &domain)?.filter(|(_, whose)| brand.admits(whose));
            let Some((account, _)) = found else { return Ok(None) };
            counted.unused(guest.conn())?;
            store::find(guest, &account)
        })
        .await?;
    let Some(row) = found else {
        let why = Why::new(
            "unknown",
            "Single sign-on isn't set up for email addresses at this domain. Sign in with your password instead",
        );
        violation::none_left(form.fail(vec![Violation::new("email", why)]))?;
        return page::invalid(&visit, &ask_page(&visit, &form, &next));
    };
    let begun = Begun { next, hint: Some(email), fresh: false };
    let (href, cookie) = begin(&db, &request, &visit, &row, begun).await?;
    let host = url::Url::parse(&row.issuer).ok().and_then(|url| url.host_str().map(str::to_owned));
    let shown = Go { page: Page::of_guest(&visit, "Single sign-on"), host: host.unwrap_or_default(), href };
    // a form may only lead to our own pages, so the page has a link to the provider
    let mut response = page::html(&visit, &shown)?;
    response.add_cookie(&cookie).map_err(Problem::internal)?;
    Ok(response)
}

/// How a sign-in begins.
struct Begun {
    next: Next,
    /// The address that was typed.
    hint: Option<String>,
    /// Whether the provider has to ask again.
    fresh: bool,
}

/// Begins a sign-in in this browser. Returns the address it goes to, and the cookie that recognises the browser.
async fn begin(
    db: &Db,
    request: &HttpRequest,
    visit: &Arc<Visit>,
    row: &ProviderRow,
    begun: Begun,
) -> Result<(String, Cookie<'static>)> {
    let name = visit.house.cookie_name(COOKIE);
    // one cookie for all tabs, each with a state of its own
    let kept = request.cookie(&name).map(|cookie| cookie.value().to_owned()).filter(|value| value.len() == 43);
    let holder = kept.unwrap_or_else(secret::token);
    let state = secret::token();
    let base = visit.base();
    let back = callback(&base, &row.account_id);
    let asked = Asked::of(&visit.house.key, &state);
    let url = row.provider(&visit.vault())?.address(&asked, &back, begun.hint.as_deref(), begun.fresh)?;
    let (account, revision, session) = (row.account_id.clone(), row.revision, visit.caller.session);
    let (state, known) = (secret::digest(&state), secret::digest(&holder));
    db.open(move |conn| {
        diesel::insert_into(attempts::table)
            .values((
                attempts::state_hash.eq(state),
                attempts::account_id.eq(account),
                attempts::revision.eq(revision),
                attempts::holder.eq(known),
                attempts::base.eq(base),
                attempts::next.eq(begun.next.path),
                attempts::kept.eq(begun.next.kept),
                attempts::session.eq(session),
                attempts::fresh.eq(begun.fresh),
            ))
            .execute(conn)?;
        Ok(())
    })
    .await?;
    let mut cookie = visit.house.cookie(&name, holder, "/");
    cookie.set_max_age(Duration::minutes(LIVES.num_minutes()));
    Ok((url.to_string(), cookie))
}

/// Whether this session may go through the company's provider, because its person works there. A session that came through another
/// company's provider does not learn this.
fn may_go(
    conn: &mut PgConnection,
    account: &Id<Account>,
    user: &str,
    (session, provided): (Uuid, bool),
) -> Result<bool> {
    if provided {
        return Ok(diesel::select(exists(sso_proofs::table.find((session, account)))).get_result(conn)?);
    }
    Ok(diesel::select(exists(memberships::table.find((account, user)))).get_result(conn)?)
}

/// Somebody who is signed in continues at the company's provider: the company requires it, or asks again who they are.
async fn onwards(
    request: HttpRequest,
    guest: Guest,
    path: web::Path<String>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let visit = guest.0;
    let next = next_asked(&visit, &db).await?;
    let (Some(user), Some(session)) = (visit.user.clone(), visit.caller.session) else {
        return Ok(page::see(providers::start(&next.query())));
    };
    let account: Id<Account> = path.parse().map_err(|_| Problem::NotFound)?;
    let provided = visit.provided;
    let row = db
        .read_by_link(move |guest| match may_go(guest.conn(), &account, &user, (session, provided))? {
            true => store::find(guest, &account),
            false => Ok(None),
        })
        .await?;
    let row = row.filter(|row| row.active).ok_or(Problem::NotFound)?;
    let begun = Begun { next, hint: None, fresh: !sent(&visit, "fresh").is_empty() };
    let (href, cookie) = begin(&db, &request, &visit, &row, begun).await?;
    let mut response = page::see(href);
    response.add_cookie(&cookie).map_err(Problem::internal)?;
    Ok(response)
}

/// A sign-in that is being completed.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = attempts)]
struct Attempt {
    revision: i32,
    next: String,
    kept: Option<Uuid>,
    session: Option<Uuid>,
    fresh: bool,
}

impl Attempt {
    fn url(self) -> String {
        match (self.kept, self.fresh) {
            (Some(kept), true) => format!("{}?{}=yes", kept::url(kept), kept::PROVED),
            (Some(kept), false) => kept::url(kept),
            (None, _) => self.next,
        }
    }
}

/// Uses up the sign-in that was begun in this browser, under this host, at this provider and not too long ago. Returns it with the current
/// time.
fn take(
    conn: &mut PgConnection,
    (state, holder): (Vec<u8>, Vec<u8>),
    account: &Id<Account>,
    base: &str,
) -> Result<(Option<Attempt>, DateTime<Utc>)> {
    let now = db::now(conn)?;
    let begun = attempts::table
        .find(state)
        .filter(attempts::holder.eq(holder))
        .filter(attempts::account_id.eq(account))
        .filter(attempts::base.eq(base))
        .filter(attempts::created_at.gt(now - LIVES));
    Ok((diesel::delete(begun).returning(Attempt::as_returning()).get_result(conn).optional()?, now))
}

/// The refusal of an answer that belongs to no sign-in begun here.
fn over() -> Problem {
    again(Problem::refused(
        "This sign-in can't be completed",
        "It took too long, was already used, or was started in another browser. Start again.",
    ))
}

fn again(problem: Problem) -> Problem {
    problem.leading_to(providers::START, "Start again")
}

async fn came(
    request: HttpRequest,
    guest: Guest,
    session: Session,
    path: web::Path<String>,
    (db, config): (web::Data<Db>, web::Data<Config>),
) -> Result<HttpResponse> {
    let visit = guest.0;
    let account: Id<Account> = path.parse().map_err(|_| Problem::NotFound)?;
    let refuse = |about: &str, problem: Problem| {
        security::tell_for(&visit, Kind::SsoRefused, account.as_str(), None, about);
        problem
    };
    let holder = request.cookie(&visit.house.cookie_name(COOKIE)).map(|cookie| cookie.value().to_owned());
    let state = sent(&visit, "state");
    let keys = (secret::digest(&state), secret::digest(&holder.unwrap_or_default()));
    let (whose, base) = (account.clone(), visit.base());
    let (attempt, row, now) = db
        .read_by_link(move |guest| {
            let (attempt, now) = take(guest.conn(), keys, &whose, &base)?;
            let row = if attempt.is_some() { store::find(guest, &whose)? } else { None };
            Ok((attempt, row, now))
        })
        .await?;
    let found = attempt.zip(row.filter(|row| row.active));
    let found = found.filter(|(attempt, row)| attempt.revision == row.revision);
    let Some((attempt, row)) = found else {
        // nothing is recorded for a company that does not exist
        if let Some(account) = known(&db, &account).await? {
            security::tell_for(&visit, Kind::SsoRefused, account.as_str(), None, "nothing was begun");
        }
        return Err(over());
    };
    let provider = row.provider(&visit.vault())?;
    let issuer = Some(sent(&visit, "iss")).filter(|issuer| !issuer.is_empty());
    if !provider.is_from(issuer.as_deref()) {
        return Err(refuse("the answer is another provider's", over()));
    }
    let error = sent(&visit, "error");
    if !error.is_empty() {
        let about: String = error.chars().filter(|c| c.is_ascii_graphic()).take(64).collect();
        let problem = again(Problem::refused(
            "Your identity provider didn't sign you in",
            "It refused the sign-in, or you cancelled it. Start again, or ask an administrator of your company.",
        ));
        return Err(refuse(&format!("the provider says {about}"), problem));
    }
    let (asked, back) = (Asked::of(&visit.house.key, &state), callback(&visit.base(), &account));
    let code = sent(&visit, "code");
    let claims = provider.exchange(&Web::new(&config), (&asked, &back, &code), now).await.map_err(|why| {
        let problem = again(Problem::refused(
            "Your identity provider couldn't confirm who you are",
            "It didn't answer, or its answer can't be trusted. Start again. If it keeps happening, ask an administrator of your company.",
        ));
        refuse(&why.to_string(), problem)
    })?;
    let said = claims.said.map(|at| at.min(now));
    if attempt.fresh && said.is_none_or(|at| at < now - FRESH) {
        let problem = again(Problem::refused(
            "Your identity provider didn't ask you again",
            "You need to confirm who you are there before you continue. Start again, or ask an administrator of your company.",
        ));
        return Err(refuse("nobody identified anew", problem));
    }
    let name = claims.name.clone().or_else(|| claims.email.clone()).unwrap_or_else(|| claims.subject.clone());
    let who = Who::Person { name, user: None, caller: visit.by_link() };
    let entered = db.attempt_as_person(who, move |tx| entering::enter(tx, &row, &claims)).await;
    let user = entered
        .map_err(|no| match no {
            Problem::Refused(_) => refuse("nobody of the company", no.leading_to("/sign-in", "Back to sign-in")),
            other => other,
        })?
        .value();
    open(&db, &visit, &session, &attempt, (&user, &account, said)).await?;
    security::tell_for(&visit, Kind::SsoSignedIn, account.as_str(), Some(&user), "");
    Ok(page::see(attempt.url()))
}

/// The company, if there is one.
async fn known(db: &Db, account: &Id<Account>) -> Result<Option<Id<Account>>> {
    let account = account.clone();
    db.open(move |conn| {
        Ok(crate::schema::accounts::table.find(&account).select(crate::schema::accounts::id).first(conn).optional()?)
    })
    .await
}

/// Opens the company for this browser: in the session that the person already has, or in a new one that opens nothing else.
async fn open(
    db: &Db,
    visit: &Visit,
    session: &Session,
    attempt: &Attempt,
    (user, account, said): (&Id<User>, &Id<Account>, Option<DateTime<Utc>>),
) -> Result<()> {
    let here = visit.caller.session.filter(|here| Some(*here) == attempt.session);
    match here.filter(|_| visit.user.as_deref() == Some(user.as_str())) {
        Some(here) => {
            let account = account.clone();
            db.open(move |conn| providers::put(conn, here, account.as_str(), said)).await?;
            sessions::renew_key(session)
        }
        None => sessions::begin_through(session, user, &visit.caller, (account, said)),
    }
}
