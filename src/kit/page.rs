//! The frame around every page, and the one way a template becomes an answer.

use std::sync::Arc;

use actix_web::{HttpResponse, http::StatusCode, http::header};
use askama::Template;

use super::{
    actor::Identity,
    brand::Brand,
    choice::Choice as _,
    done::Done,
    form::FieldError,
    problem::{Problem, Result},
    secret::Key,
    task::Task,
    time::shown_now,
    typed,
    visit::{Viewing, Visit},
    words::{Lang, Say as _, Words},
};
use crate::t;

#[derive(Debug, Clone)]
pub struct MenuItem {
    pub label: &'static str,
    /// The part of Help that tells of it.
    pub help: &'static str,
    pub href: String,
    pub icon: &'static str,
    pub current: bool,
    pub children: Vec<SubItem>,
}

/// How far what waits is counted; then it says "99+".
pub const COUNTED: i64 = 99;

/// A number beside an entry of the menu, which is nothing when nothing waits.
fn counted(n: i64) -> String {
    match n {
        0 => String::new(),
        n if n > COUNTED => format!("{COUNTED}+"),
        n => n.to_string(),
    }
}

impl MenuItem {
    /// What waits behind all of its sections, as it is shown.
    pub fn counted(&self) -> String {
        counted(self.children.iter().map(|child| child.waiting).sum())
    }

    /// An entry with sections below it, each by its label and its URL below the portal's; it leads to the first. One that has only one
    /// section is called as that is.
    pub fn with(
        identity: &Identity,
        path: &str,
        (label, icon, help): (&'static str, &'static str, &'static str),
        sections: &[(&'static str, &'static str)],
    ) -> Self {
        let home = identity.company.home();
        let label = if let [(only, _)] = sections { only } else { label };
        let inside = |href: &str| path == href || path.starts_with(&format!("{href}/"));
        let hrefs: Vec<String> = sections.iter().map(|(_, section)| format!("{home}/{section}")).collect();
        // of sections one below the other only the deepest is current
        let deepest = hrefs.iter().filter(|href| inside(href)).max_by_key(|href| href.len()).cloned();
        let children: Vec<SubItem> = sections
            .iter()
            .zip(hrefs)
            .map(|((label, section), href)| SubItem {
                label,
                section,
                current: Some(&href) == deepest.as_ref(),
                href,
                waiting: 0,
            })
            .collect();
        let href = children.first().map_or_else(|| home.clone(), |child| child.href.clone());
        Self { label, help, href, icon, current: children.iter().any(|child| child.current), children }
    }
}

#[derive(Debug, Clone)]
pub struct SubItem {
    pub label: &'static str,
    /// Its address below the portal's.
    pub section: &'static str,
    pub href: String,
    pub current: bool,
    /// What waits there for the person, counted up to one more than [`COUNTED`].
    pub waiting: i64,
}

impl SubItem {
    /// What waits, as it is shown.
    pub fn counted(&self) -> String {
        counted(self.waiting)
    }
}

/// The address of a picture by the hash of what was kept of it.
pub fn picture(hash: &str) -> String {
    format!("/images/{hash}")
}

#[derive(Debug, Clone)]
pub struct OtherAccount {
    pub name: String,
    pub logo: Option<String>,
    pub role: &'static str,
    pub id: String,
    pub href: String,
}

/// The bell of the header: unread notifications as a number, and as it is shown.
#[derive(Debug, Clone)]
pub struct Bell {
    pub unread: i64,
    pub shown: String,
}

impl Bell {
    pub fn of(unread: i64) -> Self {
        Self { unread, shown: counted(unread) }
    }

    /// What it is called.
    pub fn words(&self) -> Words {
        match self.unread {
            0 => t!("Notifications"),
            _ => t!("Notifications: {n} unread", n = &self.shown),
        }
    }
}

/// Who is signed in, for the header.
#[derive(Debug, Clone)]
pub struct Signed {
    pub name: String,
    pub email: String,
    /// The address of the person's picture.
    pub picture: Option<String>,
    pub account_name: String,
    pub account_id: String,
    pub logo: Option<String>,
    pub role: &'static str,
    pub home: String,
    /// What the person has not read at this company; no bell outside of one.
    pub bell: Option<Bell>,
    /// Where an administrator says in which language the company reads.
    pub language: Option<String>,
    pub others: Vec<OtherAccount>,
}

/// Addresses of the static files, with the hash of their bytes.
#[derive(Debug, Clone, Copy)]
pub struct Assets {
    pub css: &'static str,
    pub js: &'static str,
    pub icons: &'static str,
    pub favicon: &'static str,
    /// The script of the pages that ask for a passkey.
    pub pass_key: &'static str,
    /// The stylesheet of the page that shows the components.
    pub design: &'static str,
    /// The script of the pages that ask for a file.
    pub drop_file: &'static str,
    /// How a certificate looks, linked by it alone.
    pub certificate: &'static str,
}

/// The result of the last act, shown once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    pub kind: &'static str,
    pub text: Words,
    /// Where it is taken back, for as long as that is possible.
    pub undo: Option<String>,
}

impl<T> Done<T> {
    /// `words` of success, or that there was nothing to do.
    pub fn said(&self, words: impl Into<Words>) -> Flash {
        match self {
            Self::Changed(_) | Self::Repeated(_) => Flash::success(words),
            Self::Same(_) => Flash::notice("No changes to save."),
        }
    }
}

impl Flash {
    pub fn success(text: impl Into<Words>) -> Self {
        Self { kind: "success", text: text.into(), undo: None }
    }

    pub fn notice(text: impl Into<Words>) -> Self {
        Self { kind: "notice", text: text.into(), undo: None }
    }

    /// The same with a button that takes back what was done, by a form that is sent to this URL.
    pub fn undone_at(self, href: String) -> Self {
        Self { undo: Some(href), ..self }
    }

    /// The same, said in `lang` already: the page that shows it is in another language than the one that made it.
    pub fn spoken(self, lang: Option<Lang>) -> Self {
        match lang {
            Some(lang) => Self { text: Words::data(self.text.said(lang)), ..self },
            None => self,
        }
    }

    pub(super) fn seal(&self, key: &Key, lang: Lang) -> String {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        // a URL has no spaces
        let undo = self.undo.as_deref().unwrap_or("-");
        let body = URL_SAFE_NO_PAD.encode(format!("{} {undo} {}", self.kind, self.text.said(lang)));
        let seal = key.seal("flash", &[body.as_bytes()]);
        format!("{body}.{seal}")
    }

    pub(super) fn open(key: &Key, sealed: &str) -> Option<Self> {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        let (body, seal) = sealed.split_once('.')?;
        if !key.opens("flash", &[body.as_bytes()], seal) {
            return None;
        }
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(body).ok()?).ok()?;
        let (kind, rest) = text.split_once(' ')?;
        let (undo, text) = rest.split_once(' ')?;
        Some(Self {
            kind: if kind == "success" { "success" } else { "notice" },
            text: Words::data(text),
            undo: (undo != "-").then(|| undo.to_owned()),
        })
    }
}

/// A tab of a details page.
#[derive(Debug, Clone)]
pub struct Tab {
    pub label: &'static str,
    pub href: String,
    pub current: bool,
}

impl Tab {
    /// The tabs of a page at `base`: labels with the ends of their URLs, of which `current` is open.
    pub fn list(base: &str, tabs: &[(&'static str, &str)], current: &str) -> Vec<Self> {
        tabs.iter()
            .map(|(label, key)| Self {
                label,
                href: if key.is_empty() { base.to_owned() } else { format!("{base}/{key}") },
                current: *key == current,
            })
            .collect()
    }
}

/// The frame: what `layouts/*.html` need.
#[derive(Debug, Clone)]
pub struct Page {
    /// What it is about, most specific first.
    pub title: String,
    pub heading_portal: &'static str,
    pub portal_key: &'static str,
    pub path: String,
    pub menu: Vec<MenuItem>,
    /// What the person can be told how to do where the page belongs.
    pub tasks: Vec<&'static Task>,
    pub who: Option<Signed>,
    pub csrf: String,
    pub flash: Option<Flash>,
    pub assets: Assets,
    /// What is said, and where it ends, while it is looked at as a colleague sees it.
    pub viewing: Option<(Words, String)>,
    /// Whose name, logo and colour it shows.
    pub brand: Arc<Brand>,
    pub version: &'static str,
    pub zone: String,
    pub lang: Lang,
    /// Rows of lists are low.
    pub compact: bool,
    /// Whether single keys act for this person.
    pub shortcuts: bool,
}

impl Page {
    /// A page outside the portals.
    pub fn of_guest(visit: &Visit, title: impl Title) -> Self {
        let title = title.title(visit.lang);
        let brand = visit.active_brand.brand();
        Self {
            title: apart(&title),
            brand,
            viewing: visit.viewing.as_ref().map(said_of),
            heading_portal: "",
            portal_key: "none",
            path: visit.path.clone(),
            menu: Vec::new(),
            tasks: Vec::new(),
            who: None,
            csrf: visit.csrf.clone(),
            flash: visit.flash.clone(),
            assets: visit.house.assets,
            version: env!("CARGO_PKG_VERSION"),
            zone: "UTC".into(),
            lang: visit.lang,
            compact: visit.compact,
            shortcuts: visit.shortcuts,
        }
    }

    /// A page of the portal of `identity`'s company.
    pub fn of_member(visit: &Visit, identity: &Identity, title: impl Title) -> Self {
        let title = title.title(visit.lang);
        let company = &identity.company;
        let brand = visit.active_brand.brand_of(&company.brand);
        let menu = (visit.house.menu)(identity, &visit.path);
        let here = menu.iter().find(|item| item.current);
        let tasks = here.map_or_else(Vec::new, |item| (visit.house.tasks)(identity, item.help));
        Self {
            title: format!(
                "{} - {} - {}",
                apart(&title),
                typed::apart(&company.name),
                company.role.portal().said(visit.lang)
            ),
            brand,
            heading_portal: company.role.portal(),
            portal_key: company.role.key(),
            menu,
            tasks,
            who: Some(Signed {
                name: identity.person.name.clone(),
                email: identity.person.email.clone(),
                picture: identity.person.picture(),
                account_name: company.name.clone(),
                account_id: company.id.to_string(),
                logo: company.logo(),
                role: company.role.label(),
                home: company.home(),
                // what a colleague was told is not for who only looks
                bell: visit.viewing.is_none().then(|| Bell::of(identity.unread)),
                language: identity.administrator.then(|| format!("{}/language", company.home())),
                others: identity
                    .others
                    .iter()
                    .map(|other| OtherAccount {
                        name: other.name.clone(),
                        logo: other.logo(),
                        role: other.role.label(),
                        id: other.id.to_string(),
                        href: other.home(),
                    })
                    .collect(),
            }),
            zone: identity.person.zone.name().to_owned(),
            ..Self::of_guest(visit, "")
        }
    }

    /// The title in the browser, which ends with the name of the brand.
    pub fn full_title(&self) -> String {
        format!("{} - {}", self.title, typed::apart(&self.brand.name))
    }

    /// Where Help tells of what the page is a part of.
    pub fn help(&self) -> String {
        let here = self.menu.iter().find(|item| item.current);
        here.map_or_else(|| "/help".to_owned(), |item| format!("/help#{}", item.help))
    }

    /// The same page with errors to mend.
    pub fn failing(mut self) -> Self {
        self.title.insert_str(0, &format!("{} ", "Error:".said(self.lang)));
        self.flash = None;
        self
    }
}

/// As whom a portal is looked at, and for how long.
fn said_of(viewing: &Viewing) -> (Words, String) {
    let minutes = (viewing.until - shown_now()).num_minutes() + 1;
    let words = t!(
        "You're viewing this portal as {name} for up to {n} more minute. Nothing can be changed."
            | "You're viewing this portal as {name} for up to {n} more minutes. Nothing can be changed.",
        usize::try_from(minutes).unwrap_or(1),
        name = typed::apart(&viewing.name),
    );
    (words, viewing.end())
}

/// What a page is about, the narrowest first: one text, or its parts, such as `("Edit", &token.name, "Tokens")`. Each part is put into
/// the language for itself.
pub trait Title {
    /// The parts with " - " between them.
    fn title(self, lang: Lang) -> String;
}

macro_rules! titles {
    ($($text:ty),+ $(,)?) => { $(
        impl Title for $text {
            fn title(self, lang: Lang) -> String {
                Words::from(self).said(lang)
            }
        }
    )+ };
    ($($part:ident),+; $($rest:tt)*) => {
        impl<$($part: Into<Words>),+> Title for ($($part),+) {
            fn title(self, lang: Lang) -> String {
                #[allow(non_snake_case)]
                let ($($part),+) = self;
                [$($part.into().said(lang)),+].join(" - ")
            }
        }
        titles!($($rest)*);
    };
    () => {};
}
titles!(&'static str, String, &String, Words, &Words);
titles!(A, B; A, B, C; A, B, C, D;);

/// The parts of a title, each apart from the others.
fn apart(title: &str) -> String {
    title.split(" - ").map(typed::apart).collect::<Vec<_>>().join(" - ")
}

impl Page {
    /// The page of a form: its title says so when there is something to mend.
    pub fn with_errors(self, errors: &[FieldError]) -> Self {
        if errors.is_empty() { self } else { self.failing() }
    }
}

/// A page that answers 200.
pub fn html(visit: &Visit, template: &impl Template) -> Result<HttpResponse> {
    html_with(visit, StatusCode::OK, template)
}

/// The same page again with what is wrong in it: 422.
pub fn invalid(visit: &Visit, template: &impl Template) -> Result<HttpResponse> {
    html_with(visit, StatusCode::UNPROCESSABLE_ENTITY, template)
}

/// The same page again, because somebody else was faster: 409.
pub fn overtaken(visit: &Visit, template: &impl Template) -> Result<HttpResponse> {
    html_with(visit, StatusCode::CONFLICT, template)
}

pub fn html_with(visit: &Visit, status: StatusCode, template: &impl Template) -> Result<HttpResponse> {
    let body = template.render_with_values(&visit.reader()).map_err(Problem::internal)?;
    let mut response = HttpResponse::build(status);
    response.content_type("text/html; charset=utf-8");
    for cookie in visit.cookies() {
        response.cookie(cookie);
    }
    Ok(response.body(body))
}

/// 303 to `href`: a form was taken.
pub fn see(href: impl AsRef<str>) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, href.as_ref())).finish()
}

/// 303 with a message for the next page.
pub fn see_with(visit: &Visit, href: impl AsRef<str>, flash: &Flash) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, href.as_ref())).cookie(visit.flash_cookie(flash)).finish()
}
