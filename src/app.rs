//! The actix App: middleware, state, portals, assets, and problems dressed as pages.

use actix_session::{
    SessionMiddleware,
    config::{CookieContentSecurity, PersistentSession, SessionLifecycle},
};
use actix_web::{
    Error, HttpMessage as _, HttpResponse, ResponseError as _,
    body::{BoxBody, MessageBody},
    cookie::{Key as CookieKey, SameSite, time::Duration},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::header,
    middleware::{Compress, DefaultHeaders, Next, from_fn},
    web,
};
use askama::Template;
use tracing_actix_web::TracingLogger;

use crate::{
    access::sessions::Store,
    assets,
    config::Config,
    kit::{
        actor::Role,
        choice::Choice as _,
        db::Db,
        fields::Kept,
        form::Field,
        page::Page,
        problem::{Problem, Refusal},
        secret::Key,
        visit::{House, Visit},
    },
    modules::images,
    portals,
};

/// What the program holds while it runs; cheap to clone into each worker.
#[derive(Clone)]
pub struct Program {
    pub db: Db,
    pub config: web::Data<Config>,
    pub house: web::Data<House>,
}

impl Program {
    pub fn new(config: Config, key: Key, db: Db) -> Self {
        let house = House {
            key,
            public_url: config.public_url.clone(),
            assets: assets::urls(),
            menu: portals::menu,
            proxies: config.proxies,
            verify_email: config.verify_email,
        };
        Self { db, config: web::Data::new(config), house: web::Data::new(house) }
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
    // a part of a path that is no id, number or key of anything
    config.app_data(web::PathConfig::default().error_handler(|_, _| Problem::NotFound.into()));
    config.app_data(program.house.clone());
    config.service(
        web::scope("/assets")
            .wrap(Compress::default())
            .wrap(security_headers())
            .route("/{file}", web::to(assets::serve))
            .default_service(web::to(portals::nothing_here)),
    );
    config.service(
        web::scope("/images")
            .wrap(security_headers())
            .route("/{hash}", web::to(images::serve))
            .default_service(web::to(portals::nothing_here)),
    );
    let mut pages = web::scope("").configure(|config| portals::mount(config, portals::public::screens()));
    for role in Role::ALL {
        pages = pages.service(
            web::scope(&format!("/{}/{{account}}", role.key()))
                .configure(|config| portals::mount(config, portals::screens(*role)))
                .default_service(web::to(portals::nothing_here)),
        );
    }
    config.service(
        pages
            .default_service(web::to(portals::nothing_here))
            .wrap(sessions(&program))
            .wrap(from_fn(dress))
            .wrap(DefaultHeaders::new().add((header::CACHE_CONTROL, "no-store")))
            .wrap(security_headers())
            .wrap(Compress::default())
            .wrap(TracingLogger::<crate::log::Spans>::new()),
    );
}

fn security_headers() -> DefaultHeaders {
    DefaultHeaders::new()
        .add((header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY))
        .add((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .add((header::REFERRER_POLICY, "same-origin"))
        .add((header::STRICT_TRANSPORT_SECURITY, "max-age=31536000"))
        .add(("cross-origin-opener-policy", "same-origin"))
        .add(("cross-origin-resource-policy", "same-origin"))
        .add(("permissions-policy", "camera=(), geolocation=(), microphone=()"))
}

fn sessions(program: &Program) -> SessionMiddleware<Store> {
    SessionMiddleware::builder(
        Store(program.db.clone()),
        CookieKey::derive_from(program.house.key.seal("session cookie", &[]).as_bytes()),
    )
    .cookie_content_security(CookieContentSecurity::Private)
    .cookie_name(program.house.cookie_name("entente"))
    .cookie_secure(program.house.secure())
    .cookie_http_only(true)
    .cookie_same_site(SameSite::Lax)
    .session_lifecycle(SessionLifecycle::PersistentSession(
        PersistentSession::default().session_ttl(Duration::days(crate::access::sessions::LIFE_DAYS)),
    ))
    .build()
}

#[derive(Template)]
#[template(path = "problems/show.html")]
struct ProblemPage {
    page: Page,
    status: u16,
    heading: String,
    text: String,
    next: (String, String),
    request: Option<String>,
}

#[derive(Template)]
#[template(path = "problems/sign_in.html")]
struct SignInAgain {
    page: Page,
    email: Field,
    password: Field,
    to: String,
    kept: Vec<(String, String)>,
}

/// Turns every problem into its page; only here the request is known.
async fn dress<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    // a request may not be cloned before it is routed, so its answer lends it
    let mut response = next.call(request).await.map_err(|error| plain(&error))?.map_into_boxed_body();
    let Some(problem) = response.response_mut().extensions_mut().remove::<Problem>() else { return Ok(response) };
    let dressed = page_of(response.request(), &problem);
    Ok(response.into_response(dressed))
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

fn page_of(request: &actix_web::HttpRequest, problem: &Problem) -> HttpResponse {
    let visit = Visit::of(request);
    match problem {
        Problem::Internal(cause) => tracing::error!(cause, "a request failed"),
        Problem::Unavailable(cause) => tracing::warn!(cause, "a request found no database"),
        _ => {}
    }
    if matches!(problem, Problem::SignIn) {
        return sign_in(request, &visit);
    }
    let home = ("/".to_owned(), "Go to the start page".to_owned());
    let words = |heading: &str, text: &str| (heading.to_owned(), text.to_owned(), home.clone());
    let refusal = |refusal: &Refusal| {
        (refusal.title.clone(), refusal.text.clone(), refusal.next.clone().unwrap_or_else(|| home.clone()))
    };
    let (heading, text, next) = match problem {
        Problem::Stale(it) | Problem::Refused(it) | Problem::Gone(it) => refusal(it),
        Problem::Forbidden(who) => words("You may not do this", who),
        Problem::NotFound | Problem::SignIn | Problem::Elsewhere(_) => words(
            "Page not found",
            "Check the address. The page may have been moved or deleted, or it belongs to another company.",
        ),
        Problem::Untrusted => words(
            "This form has grown old",
            "It was opened before you signed in or out, or came from another site. Nothing was changed. Go back, reload the page and send it again.",
        ),
        Problem::BadRequest(why) => words("This request could not be read", why),
        Problem::TooLarge => words(
            "This is too large",
            "A document may have up to 10 MB, all other fields of a form together up to 64 KB. Nothing was saved.",
        ),
        Problem::TooMany(seconds) => words(
            "Please wait a little",
            &format!("There were too many failed tries. You can try again in {}.", wait(*seconds)),
        ),
        Problem::Unavailable(_) => words(
            "Entente is busy or its database is away",
            "Nothing was lost and nothing was done twice. Wait a few seconds, then reload this page.",
        ),
        Problem::Internal(_) => words(
            "Something went wrong on our side",
            "Nothing of what you sent was saved. It is written in the log under the number below.",
        ),
    };
    let mut page = Page::of_guest(&visit, &heading);
    page.flash = None;
    let shown = ProblemPage {
        page,
        status: problem.status_code().as_u16(),
        heading,
        text,
        next,
        request: matches!(problem, Problem::Internal(_)).then(|| visit.request.clone()),
    };
    let mut response = HttpResponse::build(problem.status_code());
    match problem {
        Problem::Unavailable(_) => drop(response.insert_header((header::RETRY_AFTER, "3"))),
        Problem::TooMany(seconds) => drop(response.insert_header((header::RETRY_AFTER, seconds.to_string()))),
        _ => {}
    }
    response.content_type("text/html; charset=utf-8").body(shown.render().unwrap_or_default())
}

fn wait(seconds: u64) -> String {
    if seconds < 90 { format!("{seconds} seconds") } else { format!("{} minutes", seconds.div_ceil(60)) }
}

/// Sign-in leads back here; what was typed into a form comes along.
fn sign_in(request: &actix_web::HttpRequest, visit: &Visit) -> HttpResponse {
    let here = if visit.query.is_empty() { visit.path.clone() } else { format!("{}?{}", visit.path, visit.query) };
    if let Some(Kept(fields)) = request.extensions_mut().remove::<Kept>() {
        let again = SignInAgain {
            page: Page::of_guest(visit, "Sign in again"),
            email: Field::new("email", "Email"),
            password: Field::new("password", "Password"),
            to: here,
            kept: fields.typed(),
        };
        let mut response = HttpResponse::Unauthorized();
        for cookie in visit.cookies() {
            response.cookie(cookie);
        }
        return response.content_type("text/html; charset=utf-8").body(again.render().unwrap_or_default());
    }
    let to = if here == "/" {
        "/sign-in".to_owned()
    } else {
        format!("/sign-in?{}", serde_html_form::to_string([("next", here)]).unwrap_or_default())
    };
    HttpResponse::SeeOther().insert_header((header::LOCATION, to)).finish()
}
