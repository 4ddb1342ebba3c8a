//! How the published API answers: objects, lists with their range, and refusals, all in JSON.

mod page;
mod refusal;

use actix_web::{HttpResponse, http::header};
use serde::Serialize;

pub use page::Page;
pub use refusal::refusal;

use super::problem::{Problem, Result};

/// Where every operation stands.
pub const ROOT: &str = "/public/v1";

/// Exactly this: some clients compare the header for equality.
const JSON: &str = "application/json";

/// Which rows of all a list has, as `items 0-99/1234`.
const RANGE: &str = "content-range";

/// One object.
pub fn object(value: &impl Serialize) -> Result<HttpResponse> {
    json(&mut HttpResponse::Ok(), value)
}

/// One page of a list: the array alone, and `range` in a header, as [`Page::content_range`] writes it.
pub fn list(rows: &[impl Serialize], range: String) -> Result<HttpResponse> {
    json(HttpResponse::Ok().insert_header((RANGE, range)), &rows)
}

fn json(response: &mut actix_web::HttpResponseBuilder, value: &impl Serialize) -> Result<HttpResponse> {
    let body = serde_json::to_vec(value).map_err(Problem::internal)?;
    Ok(response.insert_header((header::CONTENT_TYPE, JSON)).body(body))
}
