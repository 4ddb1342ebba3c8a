//! What a browser sent with a form, checked for its origin, bounded in size and time.

use std::time::Duration;

use actix_multipart::Multipart;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, dev::Payload, http::header, web};
use futures_util::{StreamExt as _, future::LocalBoxFuture};
use uuid::Uuid;

use super::{
    problem::{Problem, Result},
    visit::{Guest, Visit},
};

/// A form's text altogether; a file may be larger.
const TEXT_LIMIT: usize = 64 * 1024;
/// A whole upload: the largest document and its form.
const UPLOAD_LIMIT: usize = 10 * 1024 * 1024 + TEXT_LIMIT;
const DEADLINE: Duration = Duration::from_secs(15);
const UPLOAD_DEADLINE: Duration = Duration::from_secs(120);

/// A file as it came; its name is only ever shown, never used as a path.
#[derive(Debug, Clone)]
pub struct Upload {
    pub field: String,
    pub file_name: String,
    pub bytes: Vec<u8>,
}

/// The fields of a submitted form, in order, names repeated as sent.
#[derive(Debug, Clone, Default)]
pub struct Fields {
    values: Vec<(String, String)>,
    files: Vec<Upload>,
}

impl Fields {
    pub fn new(values: Vec<(String, String)>) -> Self {
        Self { values, files: Vec::new() }
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
        self.files.iter().find(|file| file.field == name && !(file.file_name.is_empty() && file.bytes.is_empty()))
    }

    /// All that was typed, for a form that has to be sent again; secrets and tokens left out.
    pub fn typed(&self) -> Vec<(String, String)> {
        self.values.iter().filter(|(name, _)| name != "csrf" && !name.contains("password")).cloned().collect()
    }
}

/// What was typed into a form that came after its session had ended: kept for after sign-in.
pub struct Kept(pub Fields);

/// Reads a form's body and refuses one that another site made the browser send.
pub async fn receive(request: &HttpRequest, payload: &mut Payload) -> Result<Fields> {
    let fields = read(request, payload).await?;
    let visit = Visit::of(request);
    if !same_site(request, &visit) || !visit.trusts(fields.text("csrf")) {
        return Err(Problem::Untrusted);
    }
    Ok(fields)
}

/// Reads a form's body without trusting it.
pub async fn read(request: &HttpRequest, payload: &mut Payload) -> Result<Fields> {
    let upload = request.content_type().eq_ignore_ascii_case("multipart/form-data");
    let deadline = if upload { UPLOAD_DEADLINE } else { DEADLINE };
    let reading = async { if upload { multipart(request, payload).await } else { urlencoded(request, payload).await } };
    tokio::time::timeout(deadline, reading)
        .await
        .unwrap_or(Err(Problem::BadRequest("The form took too long to arrive.")))
}

async fn urlencoded(request: &HttpRequest, payload: &mut Payload) -> Result<Fields> {
    if !request.content_type().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        // a bare POST without a body is an empty form
        return match payload.next().await {
            None => Ok(Fields::default()),
            Some(_) => Err(Problem::BadRequest("This is not a form of ours.")),
        };
    }
    let mut body = web::BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::BadRequest("The form arrived incomplete."))?;
        if body.len() + chunk.len() > TEXT_LIMIT {
            return Err(Problem::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    let values = serde_html_form::from_bytes::<Vec<(String, String)>>(&body)
        .map_err(|_| Problem::BadRequest("The form could not be read."))?;
    Ok(Fields::new(values.into_iter().map(|(name, value)| (name, storable(&value))).collect()))
}

async fn multipart(request: &HttpRequest, payload: &mut Payload) -> Result<Fields> {
    let broken = |_| Problem::BadRequest("The upload arrived incomplete.");
    let mut fields = Fields::default();
    let mut parts = Multipart::new(request.headers(), payload.take());
    let (mut text, mut total) = (0, 0);
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(broken)?;
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part.content_disposition().and_then(|sent| sent.get_filename()).map(str::to_owned);
        let mut bytes = Vec::new();
        while let Some(chunk) = part.next().await {
            let chunk = chunk.map_err(|_| Problem::BadRequest("The upload arrived incomplete."))?;
            total += chunk.len();
            if file_name.is_none() {
                text += chunk.len();
            }
            if total > UPLOAD_LIMIT || text > TEXT_LIMIT {
                return Err(Problem::TooLarge);
            }
            bytes.extend_from_slice(&chunk);
        }
        match file_name {
            Some(file_name) => fields.files.push(Upload { field: name, file_name: storable(&file_name), bytes }),
            None => fields.values.push((name, storable(&String::from_utf8_lossy(&bytes)))),
        }
    }
    Ok(fields)
}

/// Line ends as one character, and without the control characters that PostgreSQL refuses and no keyboard makes.
fn storable(text: &str) -> String {
    text.replace("\r\n", "\n").chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

/// Browsers say where a request comes from; those that do not are held to their `Origin`.
fn same_site(request: &HttpRequest, visit: &Visit) -> bool {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    match (header("sec-fetch-site"), header(header::ORIGIN.as_str())) {
        (Some(site), _) => site == "same-origin" || site == "none",
        (None, Some(origin)) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            origin == visit.house.public_url || host == header(header::HOST.as_str())
        }
        (None, None) => true,
    }
}

/// A form sent to a public page.
pub struct GuestPost {
    pub visit: std::sync::Arc<Visit>,
    pub fields: Fields,
}

impl FromRequest for GuestPost {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let fields = receive(&request, &mut payload).await?;
            let Guest(visit) = Guest(Visit::of(&request));
            Ok(Self { visit, fields })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_the_database_refuses_gets_through() {
        assert_eq!(storable("a\0b\u{7}c\r\nd\te\u{1f600}"), "abc\nd\te\u{1f600}");
    }

    #[test]
    fn passwords_and_tokens_are_not_kept() {
        let fields = Fields::new(
            [("csrf", "x"), ("new-password", "y"), ("name", "z")].map(|(n, v)| (n.to_owned(), v.to_owned())).into(),
        );
        assert_eq!(fields.typed(), [("name".to_owned(), "z".to_owned())]);
    }
}
