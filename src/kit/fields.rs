//! What a browser sent with a form: from which site, under which token, and what becomes of a form whose token is old.

use std::{io::Read as _, sync::Arc};

use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload, http::header, web};
use futures_util::future::LocalBoxFuture;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    body::{self, Share, TOKEN, TakesLargeFile},
    db::Db,
    kept::{self, Source},
    problem::{Problem, Result},
    secret::sha256_hex,
    spool::{Spool, Spooled},
    visit::{Standing, Visit},
};

/// A file as it came; its name is only ever shown, never used as a path.
#[derive(Debug, Clone)]
pub struct Upload {
    pub field: String,
    pub file_name: String,
    pub bytes: Vec<u8>,
}

/// A file that came in as a stream and lies on disk.
#[derive(Debug, Clone)]
pub struct Large {
    pub field: String,
    pub file_name: String,
    pub content: Spooled,
}

impl Large {
    fn chosen(&self) -> bool {
        !(self.file_name.is_empty() && self.content.size() == 0)
    }
}

/// The fields of a submitted form, in order, names repeated as sent.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    values: Vec<(String, String)>,
    files: Vec<Upload>,
    large: Vec<Large>,
    /// A file is missing that was sent: it was too large to be kept with the form.
    lacks_file: bool,
    /// Held for as long as any copy of the form is.
    _share: Option<Arc<Share>>,
}

/// Bytes of the largest file that is kept with a form that came too late.
const LARGEST_KEPT: u64 = 10 * 1024 * 1024;

/// Names the fields of a form whose values are secrets: passwords, and whatever else is typed unseen.
const SECRETS: &str = "secret";

impl Fields {
    pub fn new(values: Vec<(String, String)>) -> Self {
        Self { values, ..Self::default() }
    }

    pub fn with_files(self, files: Vec<Upload>) -> Self {
        Self { files, ..self }
    }

    pub fn with_large(self, large: Vec<Large>) -> Self {
        Self { large, ..self }
    }

    /// The same, counted in the program's budget until it is dropped.
    pub fn holding(self, share: Share) -> Self {
        Self { _share: Some(Arc::new(share)), ..self }
    }

    /// What was sent, told from anything else: SHA-256 of each file, beside its part and name.
    pub fn digest(&self) -> Value {
        let file = |file: &Upload| json!([file.field, file.file_name, sha256_hex(&file.bytes)]);
        let large = |file: &Large| json!([file.field, file.file_name, file.content.sha256()]);
        let files: Vec<Value> = self.files.iter().map(file).chain(self.large.iter().map(large)).collect();
        json!({ "values": self.values, "files": files })
    }

    /// The first value of that name, or nothing typed.
    pub fn text(&self, name: &str) -> &str {
        self.values.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// The number that a form hid in itself; 0 when it was tampered with, which fits no revision.
    pub fn number(&self, name: &str) -> i32 {
        self.text(name).parse().unwrap_or(0)
    }

    /// Which copy of a form was sent, so that two sends of it do one thing.
    pub fn form(&self) -> Uuid {
        self.text("form").parse().unwrap_or_else(|_| Uuid::new_v4())
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.values.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn has(&self, name: &str) -> bool {
        self.values.iter().any(|(key, _)| key == name)
    }

    /// A file of that name that was really chosen.
    pub fn file(&self, name: &str) -> Option<&Upload> {
        self.files.iter().find(|file| file.field == name && file.chosen())
    }

    /// Takes that file out, so that it is held once.
    pub fn take(&mut self, name: &str) -> Option<Upload> {
        let at = self.files.iter().position(|file| file.field == name && file.chosen())?;
        Some(self.files.swap_remove(at))
    }

    /// A file of that name that was really chosen, where the route takes large ones.
    pub fn large(&self, name: &str) -> Option<&Large> {
        self.large.iter().find(|file| file.field == name && file.chosen())
    }

    /// Whether a file was sent that is not here any more.
    pub(super) fn lacks_file(&self) -> bool {
        self.lacks_file
    }

    /// The same with all its files in memory, as a form is kept; without those that are too large for it.
    fn in_memory(mut self) -> Result<Self> {
        for file in std::mem::take(&mut self.large).into_iter().filter(Large::chosen) {
            if file.content.size() > LARGEST_KEPT {
                self.lacks_file = true;
                continue;
            }
            let mut bytes = Vec::new();
            file.content.reader().read_to_end(&mut bytes).map_err(Problem::internal)?;
            self.files.push(Upload { field: file.field, file_name: file.file_name, bytes });
        }
        Ok(self)
    }

    /// The same with its files on disk, as a route wants them that takes large ones.
    fn on_disk(mut self) -> Result<Self> {
        for file in std::mem::take(&mut self.files) {
            let mut spool = Spool::new()?;
            spool.write(&file.bytes)?;
            self.large.push(Large { field: file.field, file_name: file.file_name, content: spool.done(None) });
        }
        Ok(self)
    }

    /// All files that were really chosen.
    pub fn files(&self) -> impl Iterator<Item = &Upload> {
        self.files.iter().filter(|file| file.chosen())
    }

    /// All that was typed, for a form that has to be sent again; secrets and the token left out.
    pub fn typed(&self) -> Vec<(String, String)> {
        self.values.iter().filter(|(name, _)| name != TOKEN && !self.is_secret(name)).cloned().collect()
    }

    /// Whether a secret was typed.
    pub fn has_secrets(&self) -> bool {
        self.values.iter().any(|(name, value)| self.is_secret(name) && !value.is_empty())
    }

    fn is_secret(&self, name: &str) -> bool {
        name.contains("password") || self.all(SECRETS).any(|secret| secret == name)
    }
}

impl Upload {
    /// A browser sends a nameless, empty file where none was chosen.
    fn chosen(&self) -> bool {
        !(self.file_name.is_empty() && self.bytes.is_empty())
    }
}

/// Where a request comes from, by what the browser says of it. A page cannot set these headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Site {
    Ours,
    Foreign,
    /// No page made this request, or the browser does not say which; nothing is known.
    Unsaid,
}

fn site(request: &HttpRequest, visit: &Visit) -> Site {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    match (header("sec-fetch-site"), header(header::ORIGIN.as_str())) {
        (Some("same-origin"), _) => Site::Ours,
        // typed, or opened from a bookmark
        (Some("none"), _) | (None, None) => Site::Unsaid,
        (Some(_), _) => Site::Foreign,
        (None, Some(origin)) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            let asked = header(header::HOST.as_str());
            // by this request's own name: a page under another of ours is another's page
            let ours = origin == visit.base() || host.is_some() && host == asked;
            if ours { Site::Ours } else { Site::Foreign }
        }
    }
}

/// Who may send a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// One person, who is signed in and may use the page.
    Person,
    /// Whoever holds the page, signed in or not.
    Everybody,
}

/// Whether a form may be read at all: not when a page of another site sends it.
///
/// # Errors
/// [`Problem::Untrusted`].
pub fn welcome(request: &HttpRequest) -> Result<()> {
    if site(request, &Visit::of(request)) == Site::Foreign { Err(Problem::Untrusted) } else { Ok(()) }
}

/// Reads a form.
///
/// A form whose token is old but which surely comes from a page of ours is kept, and the answer leads to a page that shows what
/// was typed and offers to send it again. A browser that does not say where a form comes from is held to its token alone.
///
/// # Errors
/// [`Problem::Elsewhere`], to that page; [`Problem::Untrusted`], [`Problem::AnothersForm`], and what [`body::read`] says.
pub async fn receive(request: &HttpRequest, payload: &mut Payload, who: For) -> Result<Fields> {
    let visit = Visit::of(request);
    let site = site(request, &visit);
    if site == Site::Foreign {
        return Err(Problem::Untrusted);
    }
    let again = |token: &str| {
        let worn = match visit.standing(token) {
            Standing::Old | Standing::Unsealed => true,
            Standing::AnothersForm => who == For::Everybody,
            Standing::Current | Standing::Nothing => false,
        };
        worn && site == Site::Ours
    };
    let allow = |token: &str| {
        let standing = visit.standing(token);
        match standing {
            Standing::Current => Ok(()),
            _ if again(token) => Ok(()),
            Standing::AnothersForm => Err(Problem::AnothersForm),
            _ => Err(Problem::Untrusted),
        }
    };
    let fields = body::read(request, payload, &visit.house.budget, allow).await?;
    if again(fields.text(TOKEN)) {
        let id = keep(request, &visit, fields, visit.user.clone().filter(|_| who == For::Person)).await?;
        return Err(Problem::Elsewhere(kept::url(id)));
    }
    match fields.text(kept::FIELD) {
        "" => Ok(fields),
        id => sent_again(request, &visit, id.parse().unwrap_or_default()).await,
    }
}

/// Lets somebody sign out: a page of ours is enough, however old it is.
pub async fn leaving(request: &HttpRequest, payload: &mut Payload) -> Result<()> {
    let visit = Visit::of(request);
    let site = site(request, &visit);
    let allow = |token: &str| match (site, visit.standing(token)) {
        (Site::Ours, _) | (Site::Unsaid, Standing::Current) => Ok(()),
        _ => Err(Problem::Untrusted),
    };
    if visit.user.is_none() {
        return Ok(());
    }
    body::read(request, payload, &visit.house.budget, allow).await.map(drop)
}

/// Keeps the form of somebody whose session has ended, when it surely comes from a page of ours; sign-in leads back to it.
///
/// # Errors
/// Always: [`Problem::Elsewhere`], to sign-in, or the reason why nothing was kept.
pub async fn after_sign_in(request: &HttpRequest, payload: &mut Payload) -> Problem {
    let visit = Visit::of(request);
    match site(request, &visit) {
        Site::Foreign => return Problem::Untrusted,
        Site::Unsaid => return Problem::SignIn,
        Site::Ours => {}
    }
    let upload = request.content_type().eq_ignore_ascii_case("multipart/form-data");
    let allow = |token: &str| match visit.standing(token) {
        Standing::Nothing => Err(Problem::SignIn),
        // nobody sends a file whom we never gave a form
        _ if upload && visit.given_to(token).is_none() => Err(Problem::SignIn),
        _ => Ok(()),
    };
    let fields = match body::read(request, payload, &visit.house.budget, allow).await {
        Ok(fields) => fields,
        Err(problem) => return problem,
    };
    let user = visit.given_to(fields.text(TOKEN));
    match keep(request, &visit, fields, user).await {
        Ok(id) => Problem::Elsewhere(format!("/sign-in?{}={id}", kept::FIELD)),
        Err(problem) => problem,
    }
}

/// Keeps the form of somebody who has to say the password once more, at the page `ask`, which leads back to it.
///
/// # Errors
/// Always: [`Problem::Elsewhere`], to that page, or the reason why nothing was kept.
pub async fn until_proved(request: &HttpRequest, fields: Fields, ask: &str) -> Problem {
    let visit = Visit::of(request);
    match keep(request, &visit, fields, visit.user.clone()).await {
        Ok(id) => Problem::Elsewhere(format!("{ask}?{}={id}", kept::FIELD)),
        Err(problem) => problem,
    }
}

/// Tells the outermost layer to give this browser its cookie with an answer that is no page.
#[derive(Debug, Clone, Copy)]
pub struct NeedsBrowser;

async fn keep(request: &HttpRequest, visit: &Visit, fields: Fields, user: Option<String>) -> Result<Uuid> {
    request.extensions_mut().insert(NeedsBrowser);
    let source = Source {
        browser: visit.browser_hash(),
        user: user.and_then(|user| user.parse().ok()),
        network: visit.caller.network(),
        page: page_before(request, visit).unwrap_or_else(|| visit.path.clone()),
    };
    let target = visit.here();
    db(request)?.open(move |conn| kept::put(conn, &source, &target, &fields.in_memory()?)).await
}

/// The page of ours that a request was made from: its path and query, as browsers say it within one site.
fn page_before(request: &HttpRequest, visit: &Visit) -> Option<String> {
    let header = |name: header::HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
    let page = header(header::REFERER)?;
    let path = page.strip_prefix(&visit.base()).or_else(|| {
        let (_, rest) = page.split_once("://")?;
        rest.strip_prefix(header(header::HOST)?)
    })?;
    path.starts_with('/').then(|| path.to_owned())
}

/// The form that a page offered to send again, in place of the one that said so.
async fn sent_again(request: &HttpRequest, visit: &Visit, id: Uuid) -> Result<Fields> {
    let (browser, user, target) = (visit.browser_hash(), visit.user.clone(), visit.here());
    let found = db(request)?
        .open(move |conn| {
            let Some(kept) = kept::find(conn, id, &browser)? else { return Ok(None) };
            if kept.target != target || !kept.is_for(user.as_deref()) {
                return Ok(None);
            }
            kept::take(conn, id).map(Some)
        })
        .await?;
    let fields = found.ok_or_else(kept::gone)?;
    let mut share = Share::of(&visit.house.budget);
    share.grow(fields.files().map(|file| file.bytes.len()).sum())?;
    let fields = fields.holding(share);
    if !request.extensions().contains::<TakesLargeFile>() {
        return Ok(fields);
    }
    web::block(move || fields.on_disk()).await.map_err(Problem::internal)?
}

fn db(request: &HttpRequest) -> Result<Db> {
    request.app_data::<web::Data<Db>>().map(|db| db.get_ref().clone()).ok_or_else(|| Problem::internal("no database"))
}

/// A form sent to a public page.
pub struct GuestPost {
    pub visit: Arc<Visit>,
    pub fields: Fields,
}

impl FromRequest for GuestPost {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let fields = receive(&request, &mut payload, For::Everybody).await?;
            Ok(Self { visit: Visit::of(&request), fields })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        Fields::new(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }

    #[test]
    fn secrets_and_tokens_are_not_kept() {
        let typed =
            fields(&[("csrf", "x"), ("new-password", "y"), ("secret", "PRM-1"), ("PRM-1", "s3cret"), ("name", "z")]);
        let kept = typed.typed();
        assert!(typed.has_secrets());
        assert!(kept.contains(&("name".to_owned(), "z".to_owned())));
        assert!(!kept.iter().any(|(_, value)| ["x", "y", "s3cret"].contains(&value.as_str())), "{kept:?}");
    }

    #[test]
    fn a_form_without_a_password_typed_has_no_secret() {
        assert!(!fields(&[("secret", "password"), ("password", ""), ("name", "z")]).has_secrets());
    }
}
