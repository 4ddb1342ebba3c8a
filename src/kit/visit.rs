//! The facts of one request that handlers, pages and evidence need.

use std::{
    future::Ready,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use actix_session::SessionExt as _;
use actix_web::{
    FromRequest, HttpMessage as _, HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
    dev::{Payload, RequestHead},
    http::header,
    web,
};
use chrono::{DateTime, Utc};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::{
    actor::{Account, Identity, Role},
    acts::Begin,
    body::Budget,
    brand::{ActiveBrand, Address, Brands, Under},
    caller::{Caller, Credential},
    choice::Choice as _,
    id::Id,
    listeners::Listeners,
    page::{Assets, Flash, MenuItem},
    problem::{Problem, Refusal},
    recent,
    secret::{self, Key},
    security::Trail,
    task::Task,
    token::{self, Holder, Sent},
    vault::Vault,
    words::{Habits, Lang, Reader, Words},
    workshop::Workshop,
};

/// Whether someone may do something.
pub type Decides = fn(&Identity) -> bool;

/// What every request needs of the program, given once at start.
pub struct House {
    /// The key as it is now: it can change while the program runs.
    pub key: Key,
    /// The key that the program started with, which actix-session uses for cookies.
    pub began_with: Key,
    /// The program's public address: that of every absolute link which no brand's own name leads to.
    pub public: Address,
    /// How portals look, and under which names they are reached besides.
    pub brands: Brands,
    pub assets: Assets,
    /// The menu of a portal, as one identity may see it.
    pub menu: fn(&Identity, &str) -> Vec<MenuItem>,
    /// What one identity can be told how to do in a part of the portal, named as [`MenuItem::help`] does.
    pub tasks: fn(&Identity, &str) -> Vec<&'static Task>,
    /// What one identity can begin at an object: by its section, its id and its kind.
    pub roads: fn(&Identity, &str, &str, &str) -> Vec<Begin>,
    /// Why this person may not do something: by what decides, and what it is called.
    pub why: fn(&Identity, Decides, &'static str) -> Words,
    /// Why this person's company has no business with something, where a right of its contracts decides that.
    pub lacks: fn(&Identity, Decides, &'static str) -> Option<Refusal>,
    /// How many proxies of our own stand in front and add to `X-Forwarded-For`.
    pub proxies: usize,
    /// Invitees confirm their e-mail by a mailed code.
    pub verify_email: bool,
    /// How long a password that was said counts for what binds.
    pub proof_lives: std::time::Duration,
    /// Where pictures are decoded.
    pub pictures: Workshop,
    /// Where documents are read, laid out and compared.
    pub documents: Workshop,
    /// What the program may hold of bodies at once.
    pub budget: Budget,
    /// How many pages may hear at once how far long work is.
    pub listeners: Arc<Semaphore>,
    /// Which pages hear how many notifications are unread.
    pub bells: Listeners,
    /// What waits to be written down of security.
    pub trail: Trail,
    /// The program is about to end: it still serves, and says to whoever asks that it will not for long.
    pub closing: AtomicBool,
    /// Pages are shown in the made language to whoever asks for it.
    pub pseudo: bool,
}

impl House {
    /// Whether the program is about to end.
    pub fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Relaxed)
    }

    /// Whether people reach us by https, so that cookies can be bound to it.
    pub fn secure(&self) -> bool {
        self.public.url.starts_with("https://")
    }

    /// Scheme and host of links to what has the brand of `whose`: its own name where it has one that leads here.
    pub fn base_of(&self, whose: &Id<Account>) -> String {
        self.brands.now().host_of(whose).map_or_else(|| self.public.url.clone(), |host| self.public.of(host))
    }

    /// The brand of a request, by the name under which it came.
    pub fn active_brand(&self, head: &RequestHead) -> ActiveBrand {
        let brands = self.brands.now();
        let host = match self.public.under(head, &brands) {
            Under::Brand(host) => Some(host),
            Under::Public | Under::Unknown => None,
        };
        ActiveBrand::new(brands, host)
    }

    /// The name of a cookie for all pages, bound to this host under https.
    pub fn cookie_name(&self, name: &str) -> String {
        if self.secure() { format!("__Host-{name}") } else { name.to_owned() }
    }

    /// The name of a cookie for some paths only. Browsers cannot bind such a name to a host, only to https.
    pub fn path_cookie_name(&self, name: &str) -> String {
        if self.secure() { format!("__Secure-{name}") } else { name.to_owned() }
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

/// A portal that is looked at as a colleague sees it.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Viewing {
    /// The colleague.
    pub id: String,
    pub name: String,
    /// Home of the portal.
    pub home: String,
    pub until: DateTime<Utc>,
}

impl Viewing {
    /// Where it ends.
    pub fn end(&self) -> String {
        format!("{}/viewing/end", self.home)
    }
}

/// Why somebody who belongs to a company does not come in.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub enum Out {
    /// By its rules on addresses.
    Barred,
    /// The company ended what this session may do there.
    Ended,
    /// Whether the session came through another company's provider.
    Elsewhere,
    /// Whether the company requires people to sign in through its own provider.
    Demanded,
}

pub struct Visit {
    pub house: web::Data<House>,
    pub path: String,
    pub query: String,
    /// The address had not even a question mark: nothing was asked of the page.
    pub unasked: bool,
    pub caller: Arc<Caller>,
    pub user: Option<String>,
    /// Why the session could not be looked up.
    pub unavailable: Option<String>,
    pub csrf: String,
    /// What ties a form to a browser before anybody is signed in.
    browser: String,
    new_browser: bool,
    /// Whom this browser says it knows, as its cookie keeps it.
    pub known: String,
    pub flash: Option<Flash>,
    /// What was opened last, as the browser keeps it.
    opened: String,
    /// The company whose portal the browser was in last.
    place: String,
    /// Rows of lists are low.
    pub compact: bool,
    /// What the person chose, else the company's, else what the browser asks for.
    pub lang: Lang,
    /// What the person chose.
    pub chosen: Option<Lang>,
    /// Whether single keys act, as the person chose.
    pub shortcuts: bool,
    /// Seconds since the person last said the password; none for who is not signed in.
    pub proof_age: Option<i64>,
    /// Seconds since the person signed in at the provider of the company that the page is shown for.
    pub said_age: Option<i64>,
    /// Whether a company's provider began the session, which then opens neither the person's own pages nor other companies.
    pub provided: bool,
    /// The company in whose portal the person is, where it is the person's.
    pub company: Option<String>,
    /// The colleague as whom its portal is looked at.
    pub viewing: Option<Viewing>,
    /// Why the person does not come in there, and what the company is called.
    pub out: Option<(Out, String)>,
    /// The brand of its page.
    pub active_brand: ActiveBrand,
}

/// What a form's token says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Given to this session, or to this browser.
    Current,
    /// Given to the same person in another session, or to a browser that has lost its cookie since.
    Old,
    /// Given to a person who is not the one that is signed in here.
    AnothersForm,
    /// Of a token's shape, but not sealed by a key that we have.
    Unsealed,
    /// No form of ours.
    Nothing,
}

/// The cookie that remembers who has signed in with this browser.
pub const KNOWN: &str = "entente-known";
const BROWSER: &str = "entente-browser";
const FLASH: &str = "entente-flash";
/// The company whose portal the browser was in last.
pub const PLACE: &str = "entente-place";
/// How high the rows of lists are; not there for the usual height.
const DENSITY: &str = "entente-density";

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
        let session = request.get_session();
        let id = session.get::<Uuid>("id").ok().flatten();
        let named = request.cookie(&house.cookie_name(BROWSER)).map(|cookie| cookie.value().to_owned());
        let new_browser = named.is_none();
        let browser = named.unwrap_or_else(secret::token);
        let known =
            request.cookie(&house.cookie_name(KNOWN)).map_or_else(String::new, |cookie| cookie.value().to_owned());
        let user = session.get::<String>("user").ok().flatten();
        let csrf = match (id, &user) {
            (Some(id), Some(user)) => token::issue(&house.key, &Holder::session(id, user)),
            _ => token::issue(&house.key, &Holder::browser(&browser)),
        };
        let viewing = session.get::<Viewing>("viewing").ok().flatten();
        let mut caller = Caller::of(request, house.proxies, Credential::Session, id);
        // whoever is not signed in can do something only by a link
        if id.is_none() {
            caller.credential = Credential::Link;
        }
        caller.looks_only = viewing.is_some();
        let value = |name: &str| request.cookie(name).map_or_else(String::new, |cookie| cookie.value().to_owned());
        let flash = Flash::open(&house.key, &value(&house.cookie_name(FLASH)));
        let opened = value(&house.path_cookie_name(recent::COOKIE));
        let place = value(&house.cookie_name(PLACE));
        let compact = value(&house.cookie_name(DENSITY)) == "compact";
        let accepted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|header| header.to_str().ok());
        let language = |name: &str| {
            let tag = session.get::<String>(name).ok().flatten()?;
            Lang::tagged(&tag, house.pseudo)
        };
        let chosen = language("lang");
        let of_company = || language("company_lang");
        let of_browser = || Lang::accepted(accepted?, house.pseudo);
        let lang = chosen.or_else(of_company).or_else(of_browser).unwrap_or(Lang::ENGLISH);
        let habits = session.get::<String>("habits").ok().flatten();
        Self {
            active_brand: house.active_brand(request.head()),
            lang: lang.with(habits.map(|keys| Habits::read(&keys)).unwrap_or_default()),
            chosen,
            shortcuts: session.get::<bool>("shortcuts").ok().flatten().unwrap_or(true),
            proof_age: session.get::<i64>("proof").ok().flatten(),
            said_age: session.get::<i64>("said").ok().flatten(),
            provided: session.get::<bool>("provided").ok().flatten().unwrap_or(false),
            opened,
            place,
            compact,
            path: request.path().to_owned(),
            query: request.query_string().to_owned(),
            unasked: request.uri().query().is_none(),
            caller: Arc::new(caller),
            company: session.get::<String>("company").ok().flatten(),
            viewing,
            out: session.get::<(Out, String)>("out").ok().flatten(),
            user,
            unavailable: session.get::<String>("unavailable").ok().flatten(),
            csrf,
            browser,
            new_browser,
            known,
            flash,
            house,
        }
    }

    /// Scheme and host under which the request came.
    pub fn base(&self) -> String {
        self.active_brand.host().map_or_else(|| self.house.public.url.clone(), |host| self.house.public.of(host))
    }

    /// What `token` says of the form that carried it.
    pub fn standing(&self, token: &str) -> Standing {
        match token::read(&self.house.key, token) {
            Sent::Nothing => Standing::Nothing,
            Sent::Unsealed => Standing::Unsealed,
            Sent::Sealed(Holder::Session { session, user })
                if self.caller.session == Some(session) && self.user == Some(user.clone()) =>
            {
                Standing::Current
            }
            Sent::Sealed(Holder::Session { user, .. }) if self.user.as_ref().is_some_and(|here| *here != user) => {
                Standing::AnothersForm
            }
            Sent::Sealed(Holder::Session { .. }) => Standing::Old,
            Sent::Sealed(browser) if !self.new_browser && browser == Holder::browser(&self.browser) => {
                Standing::Current
            }
            Sent::Sealed(Holder::Browser(_)) => Standing::Old,
        }
    }

    /// The person that a form was given to, when its token is ours.
    pub fn given_to(&self, token: &str) -> Option<String> {
        match token::read(&self.house.key, token) {
            Sent::Sealed(Holder::Session { user, .. }) => Some(user),
            _ => None,
        }
    }

    /// For whom pages are written.
    pub fn reader(&self) -> Reader {
        Reader { lang: self.lang }
    }

    /// The question mark and the query, or nothing when the address had none: what pages of one list carry from each to the next.
    pub fn within(&self) -> String {
        if self.unasked { String::new() } else { format!("?{}", self.query) }
    }

    /// The path with its query: where a form was sent.
    pub fn here(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }

    /// The caller of an act that a link allows, whoever is signed in besides.
    pub fn by_link(&self) -> Arc<Caller> {
        Arc::new(Caller { credential: Credential::Link, ..(*self.caller).clone() })
    }

    /// How the database names this browser.
    pub fn browser_hash(&self) -> Vec<u8> {
        secret::digest(&self.browser)
    }

    /// The cookie by which this browser is known again, when it has none yet.
    pub fn browser_cookie(&self) -> Option<Cookie<'static>> {
        self.new_browser.then(|| self.house.cookie(&self.house.cookie_name(BROWSER), self.browser.clone(), "/"))
    }

    /// What the person opened last in this portal, as `section/id`, the latest first.
    pub fn recent(&self) -> Vec<String> {
        self.user.as_deref().map(|user| recent::read(&self.opened, user)).unwrap_or_default()
    }

    /// Cookies that a page's answer must set or clear.
    pub fn cookies(&self) -> Vec<Cookie<'static>> {
        let mut cookies = Vec::new();
        if self.caller.session.is_none() {
            cookies.extend(self.browser_cookie());
        }
        if let (Some(user), Some((portal, object))) = (&self.user, recent::place(&self.path))
            && let Some(value) = recent::with(&self.opened, user, &object)
        {
            cookies.push(self.house.cookie(&self.house.path_cookie_name(recent::COOKIE), value, &portal));
        }
        if let (Some(_), Some((_, account))) = (&self.user, portal_of(&self.path))
            && self.place != account
        {
            cookies.push(self.house.cookie(&self.house.cookie_name(PLACE), account.to_owned(), "/"));
        }
        if self.flash.is_some() {
            let mut gone = self.house.cookie(&self.house.cookie_name(FLASH), String::new(), "/");
            gone.make_removal();
            cookies.push(gone);
        }
        cookies
    }

    /// The cookie by which this browser keeps how high rows are.
    pub fn density_cookie(&self, compact: bool) -> Cookie<'static> {
        let mut cookie = self.house.cookie(&self.house.cookie_name(DENSITY), "compact".into(), "/");
        cookie.set_max_age(Duration::days(365));
        if !compact {
            cookie.make_removal();
        }
        cookie
    }

    pub fn flash_cookie(&self, flash: &Flash) -> Cookie<'static> {
        self.house.cookie(&self.house.cookie_name(FLASH), flash.seal(&self.house.key, self.lang), "/")
    }
}

/// The role and the company of the portal that a path stands in.
pub fn portal_of(path: &str) -> Option<(Role, &str)> {
    let mut pieces = path.split('/').skip(1);
    Some((Role::from_key(pieces.next()?)?, pieces.next()?))
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
