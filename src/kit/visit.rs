//! The facts of one request that handlers, pages and evidence need.

use std::{future::Ready, sync::Arc};

use actix_session::SessionExt as _;
use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest,
    cookie::{Cookie, SameSite},
    dev::Payload,
    web,
};
use tracing_actix_web::RequestId;
use uuid::Uuid;

use super::{
    actor::Identity,
    page::{Assets, Flash, MenuItem},
    problem::Problem,
    recent,
    secret::{self, Key},
    vault::Vault,
    workshop::Workshop,
};

/// What every request needs of the program, given once at start.
pub struct House {
    pub key: Key,
    /// Scheme and host of every absolute link, without a slash at the end.
    pub public_url: String,
    pub assets: Assets,
    /// The menu of a portal, as one identity may see it.
    pub menu: fn(&Identity, &str) -> Vec<MenuItem>,
    /// How many proxies of our own stand in front and add to `X-Forwarded-For`.
    pub proxies: usize,
    /// Invitees confirm their e-mail by a mailed code.
    pub verify_email: bool,
    /// Where pictures are decoded.
    pub pictures: Workshop,
    /// Where documents are read, laid out and compared.
    pub documents: Workshop,
}

impl House {
    /// Whether people reach us by https, so that cookies can be bound to it.
    pub fn secure(&self) -> bool {
        self.public_url.starts_with("https://")
    }

    /// The name of a cookie: bound to this host under https.
    pub fn cookie_name(&self, name: &str) -> String {
        if self.secure() { format!("__Host-{name}") } else { name.to_owned() }
    }

    /// A cookie that scripts cannot read and other sites cannot make a browser send along with a form.
    pub fn cookie(&self, name: &str, value: String, path: &str) -> Cookie<'static> {
        let mut cookie = Cookie::new(name.to_owned(), value);
        cookie.set_path(path.to_owned());
        cookie.set_http_only(true);
        cookie.set_same_site(SameSite::Lax);
        cookie.set_secure(self.secure());
        cookie
    }
}

pub struct Visit {
    pub house: web::Data<House>,
    pub path: String,
    pub query: String,
    /// The address had not even a question mark: nothing was asked of the page.
    pub unasked: bool,
    /// The person's address, behind trusted proxies.
    pub address: String,
    pub agent: String,
    pub request: String,
    /// The signed-in session's public id.
    pub session: Option<Uuid>,
    pub user: Option<String>,
    /// Why the session could not be looked up.
    pub unavailable: Option<String>,
    pub csrf: String,
    /// What ties a form to a browser before anybody is signed in.
    browser: String,
    new_browser: bool,
    pub flash: Option<Flash>,
    /// What was opened last, as the browser keeps it.
    opened: String,
}

const BROWSER: &str = "entente-browser";
const FLASH: &str = "entente-flash";

impl Visit {
    /// What seals secrets and opens them.
    pub fn vault(&self) -> Vault {
        Vault::of(&self.house.key)
    }

    pub fn of(request: &HttpRequest) -> Arc<Self> {
        if let Some(visit) = request.extensions().get::<Arc<Self>>() {
            return visit.clone();
        }
        let visit = Arc::new(Self::read(request));
        request.extensions_mut().insert(visit.clone());
        visit
    }

    fn read(request: &HttpRequest) -> Self {
        let house = request
            .app_data::<web::Data<House>>()
            .cloned()
            .unwrap_or_else(|| unreachable!("app.rs gives every service its House"));
        let header = |name: &str| {
            request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
        };
        let session = request.get_session();
        let id = session.get::<Uuid>("id").ok().flatten();
        let known = request.cookie(&house.cookie_name(BROWSER)).map(|cookie| cookie.value().to_owned());
        let new_browser = known.is_none();
        let browser = known.unwrap_or_else(secret::token);
        let csrf = match id {
            Some(id) => house.key.seal("csrf session", &[id.as_bytes()]),
            None => house.key.seal("csrf browser", &[browser.as_bytes()]),
        };
        let flash = request.cookie(FLASH).and_then(|cookie| Flash::open(&house.key, cookie.value()));
        let opened = request.cookie(recent::COOKIE).map_or_else(String::new, |cookie| cookie.value().to_owned());
        Self {
            opened,
            path: request.path().to_owned(),
            query: request.query_string().to_owned(),
            unasked: request.uri().query().is_none(),
            address: address(request, house.proxies),
            agent: header("user-agent").chars().take(400).collect(),
            request: request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default(),
            session: id,
            user: session.get::<String>("user").ok().flatten(),
            unavailable: session.get::<String>("unavailable").ok().flatten(),
            csrf,
            browser,
            new_browser,
            flash,
            house,
        }
    }

    /// The token of forms for a session that this very request began.
    pub fn csrf_of(&self, session: Uuid) -> String {
        self.house.key.seal("csrf session", &[session.as_bytes()])
    }

    /// Whether `token` came from a form that this browser was given.
    pub fn trusts(&self, token: &str) -> bool {
        let key = &self.house.key;
        self.session.is_some_and(|id| key.opens("csrf session", &[id.as_bytes()], token))
            || (!self.new_browser && key.opens("csrf browser", &[self.browser.as_bytes()], token))
    }

    /// What the person opened last in this portal, as `section/id`, the latest first.
    pub fn recent(&self) -> Vec<String> {
        self.user.as_deref().map(|user| recent::read(&self.opened, user)).unwrap_or_default()
    }

    /// Cookies that a page's answer must set or clear.
    pub fn cookies(&self) -> Vec<Cookie<'static>> {
        let mut cookies = Vec::new();
        if self.session.is_none() && self.new_browser {
            cookies.push(self.house.cookie(&self.house.cookie_name(BROWSER), self.browser.clone(), "/"));
        }
        if let (Some(user), Some((portal, object))) = (&self.user, recent::place(&self.path))
            && let Some(value) = recent::with(&self.opened, user, &object)
        {
            cookies.push(self.house.cookie(recent::COOKIE, value, &portal));
        }
        if self.flash.is_some() {
            let mut gone = self.house.cookie(FLASH, String::new(), "/");
            gone.make_removal();
            cookies.push(gone);
        }
        cookies
    }

    pub fn flash_cookie(&self, flash: &Flash) -> Cookie<'static> {
        self.house.cookie(FLASH, flash.seal(&self.house.key), "/")
    }
}

/// The address that our outermost proxy saw, or the peer's when there is none.
fn address(request: &HttpRequest, proxies: usize) -> String {
    let peer = request.peer_addr().map(|address| address.ip().to_string()).unwrap_or_default();
    if proxies == 0 {
        return peer;
    }
    let chain: Vec<&str> = request
        .headers()
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .collect();
    chain
        .len()
        .checked_sub(proxies)
        .and_then(|at| chain[at].parse::<std::net::IpAddr>().ok())
        .map_or(peer, |address| address.to_string())
}

/// [`Visit`] as handlers of public pages take it.
pub struct Guest(pub Arc<Visit>);

impl FromRequest for Guest {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(Ok(Self(Visit::of(request))))
    }
}
