//! What can stop a request, each with its status and its page.

use std::{fmt, io};

use actix_web::{
    HttpResponse, ResponseError,
    http::{StatusCode, header},
};

use super::{
    violation::{Violations, Why},
    words::{ToArg, Words},
};
use crate::t;

/// Words of a refusal: what happened, why, and where to go from here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub title: Words,
    pub text: Words,
    /// Where to go, and the words of the link.
    pub next: Option<(String, Words)>,
    /// What happened to which object, so that it stands otherwise now.
    pub since: Option<Since>,
}

/// What a refusal stands since: the page that shows it names who did it, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Since {
    pub object: String,
    /// The names of events, of which the last one counts; none: the last one that moved the object.
    pub events: &'static [&'static str],
}

#[derive(Debug, Clone)]
pub enum Problem {
    /// Nothing is wrong: this page cannot be shown now, and the URL leads to the one that can.
    Elsewhere(String),
    /// Nobody is signed in; the page offers to, and comes back.
    SignIn,
    /// The person's groups lack a permission; the text says which and who can grant it.
    Forbidden(Words),
    /// Missing, malformed, or another company's: one answer for all three.
    NotFound,
    /// Not there for this company, because none of its contracts gives it the right; a page says which right. Anybody else is told as of
    /// what is missing.
    Lacking(Box<Refusal>),
    /// The form came from another site, or carries nothing that shows it was ours.
    Untrusted,
    /// The form was given to a person who is not the one that is signed in now.
    AnothersForm,
    /// What somebody gave does not do. A page says it at its fields, a program's answer at their places; the act is undone.
    Invalid(Violations),
    /// A query of the API that is malformed, or asks what its list cannot answer.
    Query(Vec<Why>),
    /// The request makes no sense to any page of ours.
    BadRequest(&'static str),
    /// The object moved since the page was shown.
    Stale(Box<Refusal>),
    /// Something that the published API tells under a code of its own; the act is undone.
    Coded(&'static str, &'static str),
    /// Somebody else saved the object while this form was open. A form shows both versions and lets the person choose
    /// ([`super::edit::Edit`]); otherwise a page says so.
    Overtaken(Box<Refusal>),
    /// The object's state, or a rule, does not allow this.
    Refused(Box<Refusal>),
    /// A link that was good once.
    Gone(Box<Refusal>),
    TooLarge,
    /// This address takes no such body: a file where none is asked for, or what is no form at all.
    MediaType,
    /// The program holds as much of what people send as it may.
    Full,
    /// Too many failures from here; seconds to wait.
    TooMany(u64),
    /// So many files are being read that another has no room; says which.
    Busy(&'static str),
    /// The database is away or every connection busy.
    Unavailable(String),
    /// A disk is full, the program's or the database's: only an operator can make room. The text goes to the log only.
    NoSpace(String),
    /// Ours to mend; the text goes to the log only.
    Internal(String),
}

pub type Result<T, E = Problem> = std::result::Result<T, E>;

impl Problem {
    /// An act that a rule forbids.
    pub fn refused(title: impl Into<Words>, text: impl Into<Words>) -> Self {
        Self::Refused(Box::new(Refusal { title: title.into(), text: text.into(), next: None, since: None }))
    }

    /// An object that changed under the person's hands.
    pub fn stale(title: impl Into<Words>, text: impl Into<Words>) -> Self {
        Self::Stale(Box::new(Refusal { title: title.into(), text: text.into(), next: None, since: None }))
    }

    /// An edit of `what`, as in "this hub", that was opened before somebody else saved.
    pub fn overtaken(what: &'static str) -> Self {
        Self::Overtaken(Box::new(Refusal {
            title: t!("Someone else changed {what}", what = Words::new(what)),
            text: t!("They saved while you were editing, so your changes were not saved."),
            next: None,
            since: None,
        }))
    }

    /// A request whose act does not fit any more, and where it stands now.
    pub fn moved(request: impl fmt::Display, status: impl ToArg) -> Self {
        let words = t!("{request} is now {status}.", request = request.to_string(), status = Words::within(&status));
        Self::stale(t!("Someone else has already acted on this request"), words).decided(request)
    }

    /// The same refusal, which stands since `object` was last moved.
    pub fn decided(self, object: impl fmt::Display) -> Self {
        self.decided_by(object, &[])
    }

    /// The same refusal, which stands since the last of these `events` happened to `object`.
    pub fn decided_by(mut self, object: impl fmt::Display, events: &'static [&'static str]) -> Self {
        if let Self::Stale(refusal) = &mut self {
            refusal.since = Some(Since { object: object.to_string(), events });
        }
        self
    }

    /// The same problem with a way out.
    pub fn leading_to(mut self, href: impl Into<String>, words: impl Into<Words>) -> Self {
        if let Self::Stale(refusal)
        | Self::Overtaken(refusal)
        | Self::Refused(refusal)
        | Self::Gone(refusal)
        | Self::Lacking(refusal) = &mut self
        {
            refusal.next = Some((href.into(), words.into()));
        }
        self
    }

    pub fn internal(cause: impl fmt::Display) -> Self {
        Self::Internal(cause.to_string())
    }

    /// The problem behind an error while writing a file: no space, or an internal one.
    pub fn written(cause: impl fmt::Display) -> Self {
        let cause = cause.to_string();
        if starved(&cause) { Self::NoSpace(cause) } else { Self::Internal(cause) }
    }

    /// As [`Problem::written`], for an error from the operating system.
    pub fn io(error: &io::Error) -> Self {
        if is_full(error) { Self::NoSpace(error.to_string()) } else { Self::internal(error) }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(cause) => write!(f, "unavailable: {cause}"),
            Self::NoSpace(cause) => write!(f, "no space: {cause}"),
            Self::Internal(cause) => write!(f, "internal: {cause}"),
            other => write!(f, "{other:?}"),
        }
    }
}

impl std::error::Error for Problem {}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::Elsewhere(_) => StatusCode::SEE_OTHER,
            Self::SignIn => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) | Self::Untrusted | Self::AnothersForm => StatusCode::FORBIDDEN,
            Self::NotFound | Self::Lacking(_) => StatusCode::NOT_FOUND,
            Self::BadRequest(_) | Self::Query(_) | Self::Coded(..) => StatusCode::BAD_REQUEST,
            Self::Stale(_) | Self::Overtaken(_) | Self::Refused(_) => StatusCode::CONFLICT,
            Self::Gone(_) => StatusCode::GONE,
            Self::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy(_) | Self::Unavailable(_) | Self::NoSpace(_) | Self::Full => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The bare answer; `app.rs` dresses it as a page, since only there the request is known.
    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::new(self.status_code());
        if let Self::Elsewhere(url) = self
            && let Ok(url) = header::HeaderValue::from_str(url)
        {
            response.headers_mut().insert(header::LOCATION, url);
        }
        response.extensions_mut().insert(self.clone());
        response
    }
}

impl From<diesel::result::Error> for Problem {
    fn from(error: diesel::result::Error) -> Self {
        use diesel::result::{DatabaseErrorKind, Error};
        match error {
            Error::NotFound => Self::NotFound,
            Error::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                cause,
            ) => Self::Unavailable(cause.message().to_owned()),
            Error::DatabaseError(DatabaseErrorKind::Unknown, cause) if starved(cause.message()) => {
                Self::NoSpace(cause.message().to_owned())
            }
            Error::DatabaseError(DatabaseErrorKind::Unknown, cause) if passing(cause.message()) => {
                Self::Unavailable(cause.message().to_owned())
            }
            Error::BrokenTransactionManager => Self::Unavailable("the connection broke in a transaction".into()),
            other => Self::internal(other),
        }
    }
}

/// Errors that go by themselves: time-outs, a server that starts, stops, or ran out of places.
fn passing(message: &str) -> bool {
    [
        "canceling statement due to",
        "deadlock detected",
        "terminating connection",
        "server closed the connection",
        "could not connect",
        "connection to server",
        "the database system is",
        "too many clients",
        "remaining connection slots",
        "no connection to the server",
        "could not extend file",
    ]
    .iter()
    .any(|part| message.contains(part))
}

/// Shown when a file would take more space than the server's disk has: nothing is wrong with the file.
pub const NO_SPACE: &str = "The server's disk is full, so the file could not be read. Try again later";
/// How long a job waits before it retries what found no space, in seconds.
pub const SPACE_PAUSE: i32 = 60;

/// Whether an error means that there is no space for a file: a full disk, a quota, or a size limit of the process.
pub fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge)
}

/// The same for an error known only by its message, from PostgreSQL or a library. PostgreSQL's disk_full (53100) repeats the system's
/// message.
fn starved(message: &str) -> bool {
    let full = [
        NO_SPACE,
        "No space left",
        "Disk quota exceeded",
        "File too large",
        "StorageFull",
        "QuotaExceeded",
        "FileTooLarge",
    ];
    let cut = message.contains("could not extend file") && message.contains("wrote only");
    cut || full.iter().any(|part| message.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_from_what_goes_by_itself() {
        for (message, full) in [
            ("could not extend file \"base/16384/16385\": No space left on device", true),
            ("could not extend file \"base/16384/16385\": wrote only 4096 of 8192 bytes at block 7", true),
            ("could not write to file \"base/pgsql_tmp/pgsql_tmp7.0\": No space left on device", true),
            ("could not extend file \"base/16384/16385\": Input/output error", false),
            ("canceling statement due to statement timeout", false),
        ] {
            assert_eq!(starved(message), full, "{message}");
            assert!(full || passing(message), "{message}");
        }
        let full = io::Error::from_raw_os_error(nix::errno::Errno::ENOSPC as i32);
        assert!(matches!(Problem::io(&full), Problem::NoSpace(_)));
        assert!(matches!(Problem::written(full), Problem::NoSpace(_)));
        let large = io::Error::from_raw_os_error(nix::errno::Errno::EFBIG as i32);
        assert!(matches!(Problem::io(&large), Problem::NoSpace(_)));
        assert!(matches!(Problem::written(large), Problem::NoSpace(_)));
        assert!(matches!(Problem::io(&io::Error::from(io::ErrorKind::PermissionDenied)), Problem::Internal(_)));
    }
}
