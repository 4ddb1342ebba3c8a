//! A problem as the published API tells it.

use std::collections::BTreeMap;

use actix_web::{
    HttpResponse, ResponseError as _,
    http::{StatusCode, header},
};
use serde::Serialize;

use crate::kit::problem::{Problem, Refusal};

/// The published shape: clients take an answer for an error of the API only when it has the first two.
#[derive(Serialize)]
struct Body {
    error_code: &'static str,
    errors: Vec<String>,
    /// What is wrong at which place of the body.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    params: BTreeMap<String, Vec<String>>,
}

/// Seconds until a program that is full, or whose database is away, is worth another try.
const SOON: u64 = 3;

/// The answer to what `problem` stopped; `request` is the number under which an internal one stands in the log.
///
/// A business rule is answered with 400: clients know no 409, and repeat whatever is 5xx.
pub fn refusal(problem: &Problem, request: &str) -> HttpResponse {
    let (status, code, words) = told(problem, request);
    let mut body = Body { error_code: code, errors: vec![words], params: BTreeMap::new() };
    if let Problem::Invalid(wrong) = problem {
        body.errors = wrong.iter().map(|one| one.why.words.to_string()).collect();
        for one in wrong.iter().filter(|one| !one.at.is_empty()) {
            body.params.entry(one.at.to_string()).or_default().push(one.why.words.to_string());
        }
    }
    if let Problem::Query(wrong) = problem {
        body.errors = wrong.iter().map(|why| why.words.to_string()).collect();
    }
    let later = match problem {
        Problem::TooMany(seconds) => Some(*seconds),
        _ => (status == StatusCode::SERVICE_UNAVAILABLE).then_some(SOON),
    };
    let mut response = HttpResponse::build(status);
    if let Some(seconds) = later {
        response.insert_header((header::RETRY_AFTER, seconds.to_string()));
    }
    response.insert_header((header::CONTENT_TYPE, super::JSON)).body(serde_json::to_vec(&body).unwrap_or_default())
}

fn told(problem: &Problem, request: &str) -> (StatusCode, &'static str, String) {
    let bad = StatusCode::BAD_REQUEST;
    let ruled = |status, code, it: &Refusal| {
        let whole = [it.title.to_string(), it.text.to_string()].into_iter().filter(|part| !part.is_empty());
        (status, code, whole.collect::<Vec<_>>().join(": "))
    };
    let say = |code, words: &str| (problem.status_code(), code, words.to_owned());
    match problem {
        Problem::SignIn => say("AUTH_001", "API request is unauthorized."),
        Problem::Forbidden(why) => say("AUTH_003", &why.to_string()),
        Problem::NotFound | Problem::Lacking(_) | Problem::Gone(_) => {
            (StatusCode::NOT_FOUND, "REQ_404", "Object not found.".into())
        }
        Problem::Invalid(_) => (bad, "VAL_001", String::new()),
        Problem::Query(_) => (bad, "REQ_400", String::new()),
        Problem::Refused(it) | Problem::Stale(it) => ruled(bad, "REQ_409", it),
        Problem::Overtaken(it) => ruled(StatusCode::PRECONDITION_FAILED, "REQ_412", it),
        Problem::Coded(code, words) => say(code, words),
        Problem::BadRequest(why) => say("REQ_400", why),
        // only a browser's form or page is ever told these
        Problem::Elsewhere(_) | Problem::Untrusted | Problem::AnothersForm => {
            (bad, "REQ_400", "The request could not be read.".into())
        }
        Problem::TooLarge => say("REQ_413", "The request is too large."),
        Problem::MediaType => say("REQ_415", "Send JSON, as application/json."),
        Problem::TooMany(seconds) => {
            say("REQ_429", &format!("Too many requests with a wrong key. Try again in {seconds} seconds."))
        }
        // asked for again it would take as long again
        Problem::Unavailable(cause) if cause.contains("statement timeout") => {
            (bad, "REQ_408", "The request took too long: narrow its filter.".into())
        }
        Problem::Busy(_) | Problem::Full | Problem::Unavailable(_) => {
            say("SYS_503", "The service is busy. Try again in a few seconds.")
        }
        Problem::NoSpace(_) => say("SYS_503", "The server's disk is full. Nothing was saved. Try again later."),
        Problem::Internal(_) => {
            say("SYS_001", &format!("Something went wrong on our side. It is in the log under {request}."))
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::body::MessageBody as _;
    use serde_json::{Value, json};

    use super::*;
    use crate::{
        kit::{
            input::json::placed,
            violation::{Violation, Why},
        },
        modules::customers::data::Data,
    };

    fn answered(problem: &Problem) -> (u16, Value) {
        let answer = refusal(problem, "r-1");
        assert_eq!(answer.headers().get("content-type").map(|kind| kind.as_bytes()), Some(&b"application/json"[..]));
        let status = answer.status().as_u16();
        let bytes = answer.into_body().try_into_bytes().unwrap_or_default();
        (status, serde_json::from_slice(&bytes).unwrap())
    }

    #[test]
    fn every_problem_has_the_published_shape() {
        let (title, text) = (|| "Title".to_owned(), || "Text.".to_owned());
        for (problem, status, code) in [
            (Problem::SignIn, 401, "AUTH_001"),
            (Problem::Forbidden("why".into()), 403, "AUTH_003"),
            (Problem::NotFound, 404, "REQ_404"),
            (
                Problem::Gone(Box::new(Refusal {
                    title: title().into(),
                    text: text().into(),
                    next: None,
                    since: None,
                })),
                404,
                "REQ_404",
            ),
            (Problem::refused(title(), text()), 400, "REQ_409"),
            (Problem::stale(title(), text()), 400, "REQ_409"),
            (Problem::overtaken("this"), 412, "REQ_412"),
            (Problem::Coded("TAR_004", "why"), 400, "TAR_004"),
            (Problem::BadRequest("why"), 400, "REQ_400"),
            (Problem::Query(vec![Why::new("value", "RQL Value error.")]), 400, "REQ_400"),
            (Problem::Elsewhere("/".into()), 400, "REQ_400"),
            (Problem::Untrusted, 400, "REQ_400"),
            (Problem::AnothersForm, 400, "REQ_400"),
            (Problem::Invalid(vec![Violation::new("name", Why::missing("Enter a name"))]), 400, "VAL_001"),
            (Problem::TooLarge, 413, "REQ_413"),
            (Problem::MediaType, 415, "REQ_415"),
            (Problem::TooMany(5), 429, "REQ_429"),
            (Problem::Busy("documents"), 503, "SYS_503"),
            (Problem::Full, 503, "SYS_503"),
            (Problem::Unavailable("away".into()), 503, "SYS_503"),
            (Problem::NoSpace("No space left on device".into()), 503, "SYS_503"),
            (Problem::Unavailable("canceling statement due to statement timeout".into()), 400, "REQ_408"),
            (Problem::Internal("secret cause".into()), 500, "SYS_001"),
        ] {
            let (found, body) = answered(&problem);
            assert_eq!((found, body["error_code"].as_str()), (status, Some(code)), "{problem}");
            let errors = body["errors"].as_array().unwrap();
            assert!(errors.iter().all(|one| one.as_str().is_some_and(|words| !words.is_empty())), "{problem}: {body}");
            assert!(!body.to_string().contains("secret cause"));
        }
        assert_eq!(answered(&Problem::refused("Title", "Text.")).1["errors"], json!(["Title: Text."]));
    }

    #[test]
    fn what_is_wrong_is_told_at_its_place_in_the_published_object() {
        let wrong = vec![
            Violation::new("postal_code", Why::missing("Enter the postal code")),
            Violation::new("", Why::new("type", "Send an object here")),
        ];
        let (_, body) = answered(&placed::<Data>(Problem::Invalid(wrong)));
        assert_eq!(
            body,
            json!({
                "error_code": "VAL_001",
                "errors": ["Enter the postal code", "Send an object here"],
                "params": { "contact_info.postal_code": ["Enter the postal code"] },
            })
        );
    }
}
