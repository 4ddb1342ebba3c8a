//! Stylesheets of brands' colours.

use actix_web::{HttpResponse, http::header, web};

use crate::kit::{
    brand,
    problem::{Problem, Result},
};

/// `/brand/{colour}-{hash}.css`: made from its address, so browsers may keep it for good. `/brand/{colour}.css` shows what a colour
/// that is not chosen yet would look like.
///
/// # Errors
/// [`Problem::NotFound`] for what is no colour, and for the hash of something else.
pub async fn serve(file: web::Path<String>) -> Result<HttpResponse> {
    let (sheet, lasts) = brand::sheet_at(&file).ok_or(Problem::NotFound)?;
    let kept = if lasts { "public, max-age=31536000, immutable" } else { "no-store" };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/css; charset=utf-8"))
        .insert_header((header::CACHE_CONTROL, kept))
        .body(sheet))
}
