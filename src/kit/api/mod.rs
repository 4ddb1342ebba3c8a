//! How the published API answers: objects, lists with their range, and refusals, all in JSON.

mod answer;
mod description;
pub mod key;
mod list;
mod operation;
mod refusal;
mod schema;
pub mod table;

use actix_web::{HttpResponse, HttpResponseBuilder, http::header};
use serde::Serialize;

pub use answer::Answer;
pub use description::{Document, Permits, describe, described};
pub use list::{asked, held, list};
pub use operation::{Arguments, Group, Needs, Operation};
pub use refusal::refusal;
pub use schema::{Object, Schema};
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
