//! The actix App: middleware, state, portals, assets, and problems dressed as pages.

mod api;
pub mod description;
mod faster;
mod hosts;
mod sheet;

use std::sync::{Arc, atomic::AtomicBool};

use actix_session::{
    SessionMiddleware,
    config::{CookieContentSecurity, PersistentSession, SessionLifecycle},
};
use actix_web::{
    Error, HttpMessage as _, HttpResponse, ResponseError as _,
    body::{BoxBody, MessageBody},
    cookie::{SameSite, time::Duration},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::{ConnectionType, header},
    middleware::{Compress, DefaultHeaders, Next, from_fn},
    web,
};
use askama::Template;
use tokio::sync::Semaphore;
use tracing_actix_web::TracingLogger;

use crate::{
    access::{
        extract::{self, Anybody},
        sessions::{self, Store},
    },
    assets,
    config::Config,
    consequences,
    kit::{
        api::Document,
        body::{self, Budget},
        brand::{Address, Brands},
        db::{self, Db},
        fields::NeedsBrowser,
        listeners::Listeners,
        page::Page,
        problem::{Problem, Refusal},
        progress,
        route::{self, Routes},
        secret::Key,
        security::{self, Trail},
        visit::{House, Out, Visit},
        words::{Words, filters},
    },
    mail::Letters,
    modules::{agreements::documents, help, images},
    portals, t,
};

/// What the program holds while it runs; cheap to clone into each worker.
#[derive(Clone)]
pub struct Program {
    pub db: Db,
    pub config: web::Data<Config>,
    pub house: web::Data<House>,
    pub routes: web::Data<Routes>,
    pub document: web::Data<Document>,
}

impl Program {
    pub fn new(config: Config, key: Key, db: Db) -> Self {
        let db = db.with_key(key.clone()).with_consequences(consequences::table());
        let house = House {
            began_with: key.fixed(),
            key,
            public: Address::new(&config.public_url),
            brands: Brands::default(),
            assets: assets::urls(),
            menu: portals::menu,
            tasks: help::tasks::within,
            roads: portals::roads,
            why: portals::why,
            lacks: portals::lacks,
            proxies: config.proxies,
            verify_email: config.verify_email,
            proof_lives: config.proof_lives,
            pictures: images::workshop(),
            documents: documents::workshop(),
            budget: Budget::of(config.report_mb * body::MB),
            listeners: Arc::new(Semaphore::new(progress::LISTENERS)),
            bells: Listeners::default(),
            trail: Trail::default(),
            closing: AtomicBool::new(false),
            pseudo: config.pseudo,
        };
        let routes = portals::routes(config.demo).unwrap_or_else(|error| unreachable!("a test mounts them: {error}"));
        Self {
            db,
            config: web::Data::new(config),
            house: web::Data::new(house),
            routes: web::Data::new(routes),
            document: web::Data::new(Document::new(description::document)),
        }
    }

    /// All letters that it writes.
    pub fn letters(&self) -> Letters {
        portals::letters(self.house.key.clone(), self.house.public.url.clone(), self.house.pseudo)
    }
}

/// Everything a browser may load or send is ours, nothing is inline.
const CONTENT_SECURITY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'; \
    require-trusted-types-for 'script'";

/// Builds the app of one worker.
#[macro_export]
macro_rules! app {
    ($program:expr) => {
        actix_web::App::new().configure(|config| $crate::app::configure(config, $program.clone()))
    };
}

/// All services with their middleware: assets without a session, everything else with one.
pub fn configure(config: &mut web::ServiceConfig, program: Program) {
    config.app_data(web::Data::new(program.db.clone()));
    config.app_data(program.config.clone());
    config.app_data(web::Data::new(program.config.passwords));
    // a part of a path that is no id, number or key of anything
    config.app_data(web::PathConfig::default().error_handler(|_, _| Problem::NotFound.into()));
    config.app_data(program.house.clone());
    config.service(
        web::scope("/assets")
            .wrap(from_fn(hosts::known))
            .wrap(from_fn(retire))
            .wrap(Compress::default())
            .wrap(security_headers())
            .wrap(from_fn(body::closing))
            .route("/{file}", web::to(assets::serve))
            .default_service(web::to(nothing_here)),
    );
    config.service(
        web::scope("/brand")
            .wrap(from_fn(hosts::known))
            .wrap(from_fn(retire))
            .wrap(Compress::default())
            .wrap(security_headers())
            .wrap(from_fn(body::closing))
            .route("/{file}", web::get().to(sheet::serve))
            .default_service(web::to(nothing_here)),
    );
    config.service(
        web::scope("/-")
            .wrap(from_fn(hosts::known))
            .wrap(from_fn(retire))
            .wrap(security_headers())
            .wrap(from_fn(body::closing))
            .route("/tls-ask", web::get().to(hosts::tls_ask))
            .default_service(web::to(nothing_here)),
    );
    config.service(
        web::scope("/images")
            .wrap(from_fn(hosts::known))
            .wrap(from_fn(retire))
            .wrap(security_headers())
            .wrap(from_fn(body::closing))
            .route("/{hash}", web::to(images::serve))
            .default_service(web::to(nothing_here)),
    );
    config.app_data(program.routes.clone());
    api::configure(config, &program);
    config.service(
        web::scope("")
            .default_service(route::dispatch(program.routes.clone()))
            .wrap(from_fn(extract::looking_only))
            .wrap(from_fn(extract::keep_frame))
            .wrap(session_middleware(&program))
            .wrap(from_fn(sessions::with_member))
            .wrap(from_fn(sessions::under_current_key))
            .wrap(from_fn(dress))
            .wrap(from_fn(hosts::known))
            .wrap(DefaultHeaders::new().add((header::CACHE_CONTROL, "no-store")))
            .wrap(security_headers())
            .wrap(Compress::default())
            .wrap(from_fn(body::closing))
            .wrap(from_fn(retire))
            .wrap(TracingLogger::<crate::log::Spans>::new()),
    );
}

async fn nothing_here() -> Result<&'static str, Problem> {
    Err(Problem::NotFound)
}

fn security_headers() -> DefaultHeaders {
    DefaultHeaders::new()
        .add((header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY))
        .add((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .add((header::REFERRER_POLICY, "same-origin"))
        // with all names below it; for a distributor's own name, only that name: see `hosts::known`
        .add((header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains"))
        .add(("cross-origin-opener-policy", "same-origin"))
        .add(("cross-origin-resource-policy", "same-origin"))
        .add(("permissions-policy", "camera=(), geolocation=(), microphone=()"))
}

fn session_middleware(program: &Program) -> SessionMiddleware<Store> {
    let store = Store::new(program.db.clone(), portals::waiting);
    SessionMiddleware::builder(store, sessions::cookie_keys(&program.house.began_with).swap_remove(0))
        .cookie_content_security(CookieContentSecurity::Private)
        .cookie_name(program.house.cookie_name(sessions::COOKIE))
        .cookie_secure(program.house.secure())
        .cookie_http_only(true)
        .cookie_same_site(SameSite::Lax)
        .session_lifecycle(SessionLifecycle::PersistentSession(
            PersistentSession::default().session_ttl(Duration::days(sessions::LIFE_DAYS.into())),
        ))
        .build()
}

#[derive(Template)]
#[template(path = "problems/show.html")]
struct ProblemPage {
    page: Page,
    status: u16,
    heading: Words,
    text: Words,
    next: (String, Words),
    request: Option<String>,
}

/// While the program is about to end no connection is kept for another request: a proxy that sent one just then would lose it.
async fn retire<B: MessageBody>(request: ServiceRequest, next: Next<B>) -> Result<ServiceResponse<B>, Error> {
    let closing = request.app_data::<web::Data<House>>().is_some_and(|house| house.is_closing());
    let mut response = next.call(request).await?;
    if closing {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    Ok(response)
}

/// Turns every problem into its page; only here the request is known.
async fn dress<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    // a request may not be cloned before it is routed, so its answer lends it
    let mut response = db::patiently(next.call(request)).await.map_err(|error| plain(&error))?.map_into_boxed_body();
    let problem = response.response_mut().extensions_mut().remove::<Problem>();
    if let Some(problem) = problem {
        let problem = faster::named(response.request(), problem).await;
        let dressed = page_of(response.request(), &problem);
        response = response.into_response(dressed);
    }
    let needs_browser = response.request().extensions().contains::<NeedsBrowser>();
    if needs_browser && let Some(cookie) = Visit::of(response.request()).browser_cookie() {
        response.response_mut().add_cookie(&cookie).map_err(Problem::internal)?;
    }
    Ok(response)
}

/// A session that could not be written: there is no request any more from which to make a page.
fn plain(error: &Error) -> Error {
    tracing::warn!(%error, "a request failed outside its handler");
    let words = "Entente is busy or its database is away. Wait a few seconds, then try again.\n";
    let response = HttpResponse::ServiceUnavailable()
        .insert_header((header::RETRY_AFTER, "3"))
        .content_type("text/plain; charset=utf-8")
        .body(words);
    InternalError::from_response(error.to_string(), response).into()
}

/// Writes down what only an operator can mend.
fn note(problem: &Problem) {
    match problem {
        Problem::Internal(cause) => tracing::error!(cause, "a request failed"),
        Problem::Unavailable(cause) => tracing::warn!(cause, "a request found no database"),
        Problem::NoSpace(cause) => tracing::error!(cause, "a disk is full"),
        Problem::Busy(what) => tracing::warn!(what, "a file found no room"),
        _ => {}
    }
}

/// What of a problem belongs to the trail of security.
fn suspect(problem: &Problem) -> Option<security::Kind> {
    match problem {
        Problem::Forbidden(_) => Some(security::Kind::Refused),
        Problem::Untrusted => Some(security::Kind::Untrusted),
        Problem::TooMany(_) => Some(security::Kind::Throttled),
        _ => None,
    }
}

fn page_of(request: &actix_web::HttpRequest, problem: &Problem) -> HttpResponse {
    let visit = Visit::of(request);
    note(problem);
    if let Some(kind) = suspect(problem) {
        // the pattern and not the path, which may carry a secret
        let routes = request.app_data::<web::Data<Routes>>();
        let route = routes.and_then(|routes| routes.pattern(request.match_info().as_str())).unwrap_or_default();
        let kind = if matches!(visit.out, Some((Out::Barred, _))) { security::Kind::Barred } else { kind };
        security::tell(&visit, kind, None, &format!("{} {route}", request.method()));
    }
    if matches!(problem, Problem::SignIn) {
        return sign_in(&visit);
    }
    // an answer like any other: left as the error that it came as, it would stand in the log as one
    if let Problem::Elsewhere(url) = problem {
        return HttpResponse::SeeOther().insert_header((header::LOCATION, url.as_str())).finish();
    }
    let home = ("/".to_owned(), t!("Go to the start page"));
    let words = |heading: &'static str, text: &'static str| (Words::new(heading), Words::new(text), home.clone());
    let refusal = |refusal: &Refusal| {
        (refusal.title.clone(), refusal.text.clone(), refusal.next.clone().unwrap_or_else(|| home.clone()))
    };
    let (heading, text, next) = match problem {
        Problem::Stale(it)
        | Problem::Overtaken(it)
        | Problem::Refused(it)
        | Problem::Gone(it)
        | Problem::Lacking(it) => refusal(it),
        Problem::Forbidden(who) => (t!("You don't have access"), who.clone(), home.clone()),
        Problem::NotFound if of_link(&visit.path).is_some() => {
            let (heading, text, _) = words(
                "Open the full link from the message",
                "This address is only part of a link, or it was changed. Go back to the message and open the link \
                 there, or copy the whole link into the address bar. A link copied from the address bar only works in \
                 the browser it was copied from. If the link still doesn't open, ask the sender for a new one.",
            );
            let next = match of_link(&visit.path) {
                Some("set-password") => ("/forgot-password".to_owned(), t!("Send a new link")),
                _ => home.clone(),
            };
            (heading, text, next)
        }
        Problem::NotFound | Problem::SignIn | Problem::Elsewhere(_) => words(
            "Page not found",
            "Check the address. The page may have been moved or deleted, or it may belong to another company.",
        ),
        Problem::Untrusted => words(
            "This form was not accepted",
            "It came from another site, or your browser didn't say where it came from. Nothing was changed. Open the page here and send it again.",
        ),
        Problem::AnothersForm => words(
            "Someone else opened this form",
            "Someone else was signed in to this browser when the page was opened. Nothing was changed. Open the page again to continue as yourself.",
        ),
        Problem::Invalid(wrong) => {
            let all = wrong.iter().map(|one| one.why.words.clone());
            let all = all.reduce(|first, then| t!("{first}. {then}", first, then)).unwrap_or_default();
            (t!("This was not accepted"), t!("{wrong}. Nothing was saved.", wrong = all), home.clone())
        }
        Problem::BadRequest(why) => words("This request could not be read", why),
        Problem::Query(_) => words("This request could not be read", "Check the address."),
        Problem::Coded(_, why) => words("This cannot be done", why),
        Problem::TooLarge => words(
            "This is too large",
            "A document can be up to 10 MB, a usage report up to what its page says, and all other fields of a form together up to 64 KB. Nothing was saved.",
        ),
        Problem::MediaType => {
            words("This address doesn't accept uploads like this", "It only accepts its own form. Nothing was saved.")
        }
        Problem::Full => {
            words("Too many uploads right now", "Nothing you sent was saved. Wait a few seconds, then send it again.")
        }
        Problem::TooMany(seconds) => (t!("Please wait"), wait(*seconds), home.clone()),
        Problem::Busy(what) => (
            t!("Too many files at once"),
            t!(
                "The platform is already reading as many {files} as it can. Nothing was saved. Wait a few seconds, go back and try again.",
                files = Words::new(what)
            ),
            home.clone(),
        ),
        Problem::Unavailable(_) => words(
            "The platform is busy or cannot reach its database",
            "Nothing was lost or done twice. Wait a few seconds, then reload this page.",
        ),
        Problem::NoSpace(_) => words(
            "The server's disk is full",
            "Nothing you sent was saved. The operator of this server needs to free up space. Try again later.",
        ),
        Problem::Internal(_) => words(
            "Something went wrong on our side",
            "Nothing you sent was saved. The error is logged under the number below.",
        ),
    };
    let mut page = Anybody::kept(request).page(&heading);
    page.flash = None;
    let shown = ProblemPage {
        page,
        status: problem.status_code().as_u16(),
        heading,
        text,
        next,
        request: matches!(problem, Problem::Internal(_)).then(|| visit.caller.request.clone()),
    };
    let mut response = HttpResponse::build(problem.status_code());
    match problem {
        Problem::Busy(_) | Problem::Unavailable(_) | Problem::Full => {
            response.insert_header((header::RETRY_AFTER, "3"));
        }
        Problem::NoSpace(_) => {
            response.insert_header((header::RETRY_AFTER, "60"));
        }
        Problem::TooMany(seconds) => {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        _ => {}
    }
    response
        .content_type("text/html; charset=utf-8")
        .body(shown.render_with_values(&visit.reader()).unwrap_or_default())
}

/// The sort of link that an address is meant to be, however it is written.
fn of_link(path: &str) -> Option<&'static str> {
    let first = path.split('/').find(|piece| !piece.is_empty())?.to_ascii_lowercase();
    ["activate", "form", "join", "set-password"].into_iter().find(|kind| first.starts_with(kind))
}

fn wait(seconds: u64) -> Words {
    let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    if seconds < 90 {
        t!(
            "Too many attempts. Try again in {n} second." | "Too many attempts. Try again in {n} seconds.",
            count(seconds)
        )
    } else {
        t!(
            "Too many attempts. Try again in {n} minute." | "Too many attempts. Try again in {n} minutes.",
            count(seconds.div_ceil(60))
        )
    }
}

/// Sign-in leads back here.
fn sign_in(visit: &Visit) -> HttpResponse {
    let here = visit.here();
    let to = if here == "/" {
        "/sign-in".to_owned()
    } else {
        format!("/sign-in?{}", serde_html_form::to_string([("next", here)]).unwrap_or_default())
    };
    HttpResponse::SeeOther().insert_header((header::LOCATION, to)).finish()
}
