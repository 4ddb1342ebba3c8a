//! An answer that can be kept and given again.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header},
};
use serde::Serialize;
use serde_json::Value;

use super::JSON;
use crate::kit::problem::{Problem, Result};

/// What an operation answers, as far as it differs from call to call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub(super) status: StatusCode,
    /// Nothing where there is no body.
    pub(super) body: Option<String>,
    /// Of the object in it.
    pub(super) revision: Option<i32>,
}

impl Answer {
    /// An object, or several that an act made.
    pub fn object(value: &impl Serialize) -> Result<Self> {
        let body = serde_json::to_string(value).map_err(Problem::internal)?;
        Ok(Self { status: StatusCode::OK, body: Some(body), revision: None })
    }

    /// The only object that was found, at this revision.
    ///
    /// # Errors
    /// [`Problem::NotFound`] when none was.
    pub fn first(mut found: Vec<Value>, revision: i32) -> Result<Self> {
        Ok(Self::object(&found.pop().ok_or(Problem::NotFound)?)?.of_revision(revision))
    }

    /// Something was taken away. Without a body, and so without a type: some clients try to read what calls itself JSON.
    pub fn nothing() -> Self {
        Self { status: StatusCode::NO_CONTENT, body: None, revision: None }
    }

    /// What is answered was made by the act.
    pub fn created(self) -> Self {
        Self { status: StatusCode::CREATED, ..self }
    }

    /// The revision of the object, which a client may send back as `If-Match`.
    pub fn of_revision(self, revision: i32) -> Self {
        Self { revision: Some(revision), ..self }
    }

    pub fn respond(self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if let Some(revision) = self.revision {
            response.insert_header((header::ETAG, format!("\"{revision}\"")));
        }
        match self.body {
            Some(body) => response.insert_header((header::CONTENT_TYPE, JSON)).body(body),
            None => response.finish(),
        }
    }
}
