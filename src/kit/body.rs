//! The body of a request, read within bounds: bytes as they come over the wire, parts, names, time, and what the whole program
//! holds at once.
//!
//! A form without a file may weigh 64 KB. A file is taken only by a route that says so, and only behind a token that was good:
//! the token is the first part of such a form, and nothing of what follows is read without it. What may be larger than memory should hold
//! goes to a file of the system while it comes in.

mod budget;
mod unread;

pub use budget::{Budget, LARGEST, MB, Share};
pub use unread::closing;

use std::{cell::RefCell, rc::Rc, sync::Arc, time::Duration};

use actix_multipart::Multipart;
use actix_web::{HttpMessage as _, HttpRequest, dev::Payload, error::PayloadError, http::header, web};
use futures_util::StreamExt as _;
use serde_json::{Map, Value};

use self::unread::Unread;
use super::{
    fields::{Fields, Large, Upload},
    file_name,
    problem::{Problem, Result},
    spool::Spool,
};

/// A form's text altogether; a file may be larger.
const TEXT_LIMIT: usize = 64 * 1024;
/// A whole upload as it comes over the wire: the largest document, its form, and what stands between the parts.
const UPLOAD_LIMIT: usize = 10 * 1024 * 1024 + 4 * TEXT_LIMIT;
/// Fields of a form, or parts of an upload. The largest form of ours lists some 250 countries.
const MOST_FIELDS: usize = 1_000;
/// Bytes of a field's name, and of a file's.
const LONGEST_NAME: usize = 200;
const LONGEST_FILE_NAME: usize = 1_000;
/// Bytes of the first part, which is the token.
const LONGEST_TOKEN: usize = 400;
const DEADLINE: Duration = Duration::from_secs(15);
const UPLOAD_DEADLINE: Duration = Duration::from_secs(120);
/// A large file has so much more time for each megabyte that it may have.
const LARGE_DEADLINE: Duration = Duration::from_secs(12);

/// What is held of such a file at a time.
const STEP: usize = 256 * 1024;

/// A body of a program: an object, or a list of them.
const JSON_LIMIT: usize = 1024 * 1024;

/// The name of the field that carries a form's token.
pub const TOKEN: &str = "csrf";

/// Marks a request to a route whose form has a file: no other takes `multipart/form-data`.
#[derive(Debug, Clone, Copy)]
pub struct TakesFile;

/// Marks a request to a route whose file may be larger than memory should hold.
#[derive(Debug, Clone, Copy)]
pub struct TakesLargeFile;

/// How large an upload may be, and how long it may take.
struct Bounds {
    limit: usize,
    deadline: Duration,
    /// Its file goes to disk.
    large: bool,
}

impl Bounds {
    fn of(request: &HttpRequest, budget: &Budget) -> Self {
        if !request.extensions().contains::<TakesLargeFile>() {
            return Self { limit: UPLOAD_LIMIT, deadline: UPLOAD_DEADLINE, large: false };
        }
        let megabytes = u32::try_from(budget.megabytes()).unwrap_or(u32::MAX);
        Self {
            limit: budget.largest.saturating_add(4 * TEXT_LIMIT),
            deadline: UPLOAD_DEADLINE.max(LARGE_DEADLINE.saturating_mul(megabytes)),
            large: true,
        }
    }

    /// What counts it. Of a large file the memory that it passes through is taken at once, and then its room on disk.
    fn meter(&self, budget: &Budget) -> Result<Meter> {
        let mut share = Share::of(budget);
        if self.large {
            share.grow(2 * STEP)?;
        }
        Ok(Meter { left: self.limit, share, spooled: self.large.then(|| Share::on_disk(budget)), refused: None })
    }
}

/// Counts a body as it arrives.
struct Meter {
    left: usize,
    share: Share,
    /// What its file takes on disk, when it goes there.
    spooled: Option<Share>,
    /// Why no more was taken.
    refused: Option<Problem>,
}

impl Meter {
    fn count(&mut self, bytes: usize) -> Result<()> {
        let outcome = match self.left.checked_sub(bytes) {
            None => Err(Problem::TooLarge),
            Some(left) => {
                self.left = left;
                self.spooled.as_mut().unwrap_or(&mut self.share).grow(bytes)
            }
        };
        if let Err(problem) = &outcome {
            self.refused = Some(problem.clone());
        }
        outcome
    }
}

/// Reads a form's body. `allow` looks at its token as soon as it is there and may end the reading.
///
/// # Errors
/// What `allow` says; [`Problem::MediaType`] for what is no form, or a file where none is asked for; [`Problem::TooLarge`] beyond
/// a bound, at once when the browser declared as much; [`Problem::Full`]; [`Problem::BadRequest`] for what is broken or too slow.
pub async fn read(
    request: &HttpRequest,
    payload: &mut Payload,
    budget: &Budget,
    allow: impl Fn(&str) -> Result<()>,
) -> Result<Fields> {
    let kind = request.content_type().to_ascii_lowercase();
    let upload = kind == "multipart/form-data";
    if upload && !request.extensions().contains::<TakesFile>() {
        return Err(Problem::MediaType);
    }
    let bounds = Bounds::of(request, budget);
    let (limit, deadline) = if upload { (bounds.limit, bounds.deadline) } else { (TEXT_LIMIT, DEADLINE) };
    let declared = declared(request);
    if declared.is_some_and(|bytes| bytes > limit) {
        return Err(Problem::TooLarge);
    }
    let reading = async {
        if upload {
            multipart(request, payload, bounds.meter(budget)?, declared.unwrap_or_default(), Some(&allow)).await
        } else {
            let meter = Meter { left: limit, share: Share::of(budget), spooled: None, refused: None };
            urlencoded(kind == "application/x-www-form-urlencoded", payload, meter, allow).await
        }
    };
    tokio::time::timeout(deadline, reading)
        .await
        .unwrap_or(Err(Problem::BadRequest("The form took too long to arrive.")))
}

/// Reads the files that a program sends: who it is was seen already, so no token stands before them.
///
/// # Errors
/// As [`read`].
pub async fn files(request: &HttpRequest, payload: &mut Payload, budget: &Budget) -> Result<Fields> {
    let bounds = Bounds::of(request, budget);
    let declared = declared(request);
    if declared.is_some_and(|bytes| bytes > bounds.limit) {
        return Err(Problem::TooLarge);
    }
    if !request.content_type().eq_ignore_ascii_case("multipart/form-data") {
        return Err(Problem::MediaType);
    }
    let meter = bounds.meter(budget)?;
    let reading = multipart(request, payload, meter, declared.unwrap_or_default(), None);
    tokio::time::timeout(bounds.deadline, reading)
        .await
        .unwrap_or(Err(Problem::BadRequest("The upload took too long to arrive.")))
}

/// Reads a JSON body, and what it takes of the budget. An empty one is an empty object, whatever it says it is.
///
/// # Errors
/// As [`read`]; [`Problem::MediaType`] for what does not call itself JSON.
pub async fn json(request: &HttpRequest, payload: &mut Payload, budget: &Budget) -> Result<(Value, Share)> {
    if declared(request).is_some_and(|bytes| bytes > JSON_LIMIT) {
        return Err(Problem::TooLarge);
    }
    let is_json = request.content_type().eq_ignore_ascii_case("application/json");
    let mut meter = Meter { left: JSON_LIMIT, share: Share::of(budget), spooled: None, refused: None };
    let reading = async {
        let mut body = web::BytesMut::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| Problem::BadRequest("The body was incomplete."))?;
            if !is_json && !chunk.is_empty() {
                return Err(Problem::MediaType);
            }
            meter.count(chunk.len())?;
            body.extend_from_slice(&chunk);
        }
        if body.is_empty() {
            return Ok((Value::Object(Map::new()), meter.share));
        }
        let read = serde_json::from_slice(&body).map_err(|_| Problem::BadRequest("The body is not valid JSON."))?;
        Ok((storable_json(read), meter.share))
    };
    tokio::time::timeout(DEADLINE, reading)
        .await
        .unwrap_or(Err(Problem::BadRequest("The body took too long to arrive.")))
}

/// [`storable`] for every text in it. It is no deeper than its parser allows.
fn storable_json(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(storable(&text)),
        Value::Array(all) => Value::Array(all.into_iter().map(storable_json).collect()),
        Value::Object(all) => {
            Value::Object(all.into_iter().map(|(name, value)| (storable(&name), storable_json(value))).collect())
        }
        other => other,
    }
}

/// How many bytes the browser says it sends.
fn declared(request: &HttpRequest) -> Option<usize> {
    request.headers().get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn urlencoded(
    is_form: bool,
    payload: &mut Payload,
    mut meter: Meter,
    allow: impl Fn(&str) -> Result<()>,
) -> Result<Fields> {
    let mut body = web::BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Problem::BadRequest("The form was incomplete."))?;
        // a bare POST without a body is an empty form, whatever it says it is
        if !is_form && !chunk.is_empty() {
            return Err(Problem::MediaType);
        }
        meter.count(chunk.len())?;
        body.extend_from_slice(&chunk);
    }
    if body.iter().filter(|byte| **byte == b'&').count() >= MOST_FIELDS {
        return Err(Problem::TooLarge);
    }
    let values = serde_html_form::from_bytes::<Vec<(String, String)>>(&body)
        .map_err(|_| Problem::BadRequest("The form could not be read."))?;
    if values.iter().any(|(name, _)| name.len() > LONGEST_NAME) {
        return Err(Problem::BadRequest("The form could not be read."));
    }
    let values = values.into_iter().map(|(name, value)| (storable(&name), storable(&value))).collect();
    let fields = Fields::new(values).holding(meter.share);
    allow(fields.text(TOKEN))?;
    Ok(fields)
}

async fn multipart(
    request: &HttpRequest,
    payload: &mut Payload,
    meter: Meter,
    declared: usize,
    // looks at the token, where one has to stand first
    allow: Option<Allow<'_>>,
) -> Result<Fields> {
    let meter = Rc::new(RefCell::new(meter));
    let counting = meter.clone();
    let source = Unread::new(payload.take());
    let counted = source.clone().map(move |chunk| {
        let chunk = chunk?;
        counting.borrow_mut().count(chunk.len()).map_err(|_| PayloadError::Overflow)?;
        Ok(chunk)
    });
    let broken = |_| {
        let refused = meter.borrow_mut().refused.take();
        refused.unwrap_or(Problem::BadRequest("The upload was incomplete."))
    };
    let mut parts = Multipart::new(request.headers(), counted);
    let (mut values, mut files, mut spooled) = (Vec::new(), Vec::new(), Vec::new());
    let large = meter.borrow().spooled.is_some();
    let (mut text, mut count) = (0, 0);
    while let Some(part) = parts.next().await {
        let mut part = part.map_err(broken)?;
        let name = storable(part.name().unwrap_or_default());
        let file_name = part
            .content_disposition()
            .and_then(|sent| sent.get_filename())
            .map(|name| storable(&file_name::sent(name)));
        count += 1;
        text += name.len();
        if name.len() > LONGEST_NAME || file_name.as_ref().is_some_and(|name| name.len() > LONGEST_FILE_NAME) {
            return Err(Problem::BadRequest("The upload could not be read."));
        }
        // the token stands first, so that nothing else is read without it
        let is_token = count == 1 && allow.is_some();
        if is_token && (name != TOKEN || file_name.is_some()) {
            return Err(allowed(allow, "").err().unwrap_or(Problem::Untrusted));
        }
        let mut bytes = Vec::new();
        let mut spool = if large && file_name.is_some() { Some(Spool::new()?) } else { None };
        while let Some(chunk) = part.next().await {
            let chunk = chunk.map_err(broken)?;
            if file_name.is_none() {
                text += chunk.len();
            } else if spool.is_some() {
                if bytes.len() + chunk.len() > STEP {
                    (spool, bytes) = aside(spool, bytes).await?;
                }
            } else if bytes.is_empty() {
                // one piece of memory instead of several that grow
                bytes.reserve_exact(declared.min(UPLOAD_LIMIT).max(chunk.len()));
            }
            if text > TEXT_LIMIT || is_token && text > LONGEST_TOKEN {
                return Err(Problem::TooLarge);
            }
            bytes.extend_from_slice(&chunk);
        }
        if count > MOST_FIELDS {
            return Err(Problem::TooLarge);
        }
        let typed = || storable(&String::from_utf8_lossy(&bytes));
        match file_name {
            None if is_token => {
                let token = typed();
                allowed(allow, &token)?;
                values.push((name, token));
            }
            None => values.push((name, typed())),
            Some(file_name) => match aside(spool, bytes).await? {
                (Some(spool), _) => spooled.push((name, file_name, spool)),
                (None, mut bytes) => {
                    bytes.shrink_to_fit();
                    files.push(Upload { field: name, file_name, bytes });
                }
            },
        }
    }
    if count == 0 {
        allowed(allow, "")?;
    }
    drop(parts);
    // what follows the last part belongs to nobody; read to its end, the connection can serve again
    let mut rest = source;
    while let Some(Ok(chunk)) = rest.next().await {
        meter.borrow_mut().count(chunk.len())?;
    }
    let mut meter = meter.borrow_mut();
    let on_disk = meter.spooled.take().map(Arc::new);
    let share = meter.share.taken();
    let large = spooled.into_iter().map(|(field, file_name, spool)| Large {
        field,
        file_name,
        content: spool.done(on_disk.clone()),
    });
    Ok(Fields::new(values).with_files(files).with_large(large.collect()).holding(share))
}

/// Writes what came in of a large file to disk, where nobody waits for it; of any other file, nothing.
async fn aside(spool: Option<Spool>, bytes: Vec<u8>) -> Result<(Option<Spool>, Vec<u8>)> {
    let Some(mut spool) = spool else { return Ok((None, bytes)) };
    if bytes.is_empty() {
        return Ok((Some(spool), bytes));
    }
    let written = web::block(move || -> Result<_> {
        spool.write(&bytes)?;
        let mut bytes = bytes;
        bytes.clear();
        Ok((Some(spool), bytes))
    });
    written.await.map_err(Problem::internal)?
}

/// What looks at the token of a form.
type Allow<'a> = &'a dyn Fn(&str) -> Result<()>;

/// What is said of a token, where one is asked for.
fn allowed(allow: Option<Allow<'_>>, token: &str) -> Result<()> {
    allow.map_or(Ok(()), |allow| allow(token))
}

/// Line ends as one character, and without the control characters that PostgreSQL refuses and no keyboard makes.
pub(super) fn storable(text: &str) -> String {
    text.replace("\r\n", "\n").chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_the_database_refuses_gets_through() {
        assert_eq!(storable("a\0b\u{7}c\r\nd\te\u{1f600}"), "abc\nd\te\u{1f600}");
    }

    #[test]
    fn a_body_of_a_program_is_read_within_bounds() {
        let read = |kind: &'static str, bytes: Vec<u8>| {
            let request = actix_web::test::TestRequest::post().insert_header(("content-type", kind));
            let (request, mut payload) = request.set_payload(bytes).to_http_parts();
            futures_executor(json(&request, &mut payload, &Budget::default())).map(|(value, _)| value)
        };
        let text = br#"{"a\u0000": ["b\u0007c", {"d": 1}]}"#.to_vec();
        assert_eq!(
            read("application/json; charset=utf-8", text).unwrap(),
            serde_json::json!({ "a": ["bc", { "d": 1 }] })
        );
        for kind in ["application/json", "text/plain", "multipart/form-data; boundary=x"] {
            assert_eq!(read(kind, Vec::new()).unwrap(), serde_json::json!({}), "a bare call is no mistake: {kind}");
        }
        assert!(matches!(read("text/plain", b"{}".to_vec()), Err(Problem::MediaType)));
        for bad in ["{", "", "nonsense", "{\"a\": 1} x"].iter().filter(|bad| !bad.is_empty()) {
            assert!(matches!(read("application/json", bad.as_bytes().to_vec()), Err(Problem::BadRequest(_))), "{bad}");
        }
        let deep = "[".repeat(10_000).into_bytes();
        assert!(matches!(read("application/json", deep), Err(Problem::BadRequest(_))));
        assert!(matches!(read("application/json", vec![b' '; JSON_LIMIT + 1]), Err(Problem::TooLarge)));
    }

    /// Runs what waits for nothing but itself.
    fn futures_executor<T>(future: impl Future<Output = T>) -> T {
        actix_web::rt::System::new().block_on(future)
    }

    #[test]
    fn the_program_holds_so_much_and_no_more() {
        let budget = Budget::default();
        let mut shares: Vec<Share> = (0..9).map(|_| Share::of(&budget)).collect();
        for share in &mut shares {
            share.grow(UPLOAD_LIMIT).unwrap();
        }
        let mut late = Share::of(&budget);
        assert!(matches!(late.grow(UPLOAD_LIMIT), Err(Problem::Full)));
        late.grow(TEXT_LIMIT).unwrap();
        drop(shares);
        late.grow(UPLOAD_LIMIT).unwrap();
    }
}
