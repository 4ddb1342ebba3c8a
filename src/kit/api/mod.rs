//! How the published API answers: objects, lists with their range, and refusals, all in JSON.

mod answer;
pub mod key;
mod list;
mod refusal;
pub mod table;

use actix_web::{HttpResponse, HttpResponseBuilder, http::header};
use serde::Serialize;

pub use answer::Answer;
pub use list::{asked, held, list};
pub use refusal::refusal;
pub use table::table;

use super::problem::{Problem, Result};

/// Where every operation stands.
pub const ROOT: &str = "/public/v1";

/// Exactly this: some clients compare the header for equality.
const JSON: &str = "application/json";

/// One object.
pub fn object(value: &impl Serialize) -> Result<HttpResponse> {
    json(&mut HttpResponse::Ok(), value)
}

fn json(response: &mut HttpResponseBuilder, value: &impl Serialize) -> Result<HttpResponse> {
    let body = serde_json::to_vec(value).map_err(Problem::internal)?;
    Ok(response.insert_header((header::CONTENT_TYPE, JSON)).body(body))
}
