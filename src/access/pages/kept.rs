//! What was typed into a form that came too late: shown as it is, with where it goes, and sent again by its person only.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use crate::{
    access::identity,
    kit::{
        actor::User,
        db::Db,
        id::Id,
        kept::{self, Kept, KeptFile, MINUTES},
        page::{self, Flash, Page},
        problem::{Problem, Result},
        typed,
        visit::{Guest, Visit},
        words::filters,
    },
};

/// One field as the page lists it.
struct Line {
    name: String,
    value: String,
}

#[derive(Template)]
#[template(path = "access/kept.html")]
struct KeptPage {
    page: Page,
    kept: Kept,
    /// Who sends it.
    name: Option<String>,
    lines: Vec<Line>,
    files: Vec<KeptFile>,
    minutes: i32,
    /// The password was asked for, and nothing else stood in its way.
    proved: bool,
}

/// Fields that no person fills in: which copy of a form it is, on which state it was opened, what it showed.
const UNSEEN: &[&str] = &["form", "revision", "shown", "secret"];

/// "internal_note" as a person reads it.
fn words(name: &str) -> String {
    let plain = name.replace(['_', '-'], " ");
    let mut letters = plain.chars();
    match letters.next() {
        // an id of something is called by its id
        Some(first) if first.is_lowercase() => first.to_uppercase().chain(letters).collect(),
        _ => name.to_owned(),
    }
}

pub async fn show(guest: Guest, path: web::Path<String>, db: web::Data<Db>) -> Result<HttpResponse> {
    let visit = guest.0;
    let id: Uuid = path.parse().map_err(|_| Problem::NotFound)?;
    let browser = visit.browser_hash();
    let found = db.open(move |conn| Ok(kept::find(conn, id, &browser)?.zip(Some(kept::files(conn, id)?)))).await?;
    let (kept, files) = found.ok_or_else(kept::gone)?;
    if !kept.is_for(visit.user.as_deref()) {
        return match visit.user {
            Some(_) => Err(Problem::AnothersForm),
            None => Ok(page::see(format!("/sign-in?{}={id}", kept::FIELD))),
        };
    }
    let values = kept.values()?;
    if kept.target.split('?').next() == Some("/sign-in") {
        return Ok(sign_in_once_more(&visit, &values));
    }
    let name = match visit.user.as_deref().and_then(|user| user.parse::<Id<User>>().ok()) {
        Some(user) => Some(db.open(move |conn| identity::person(conn, &user)).await?.0.name),
        None => None,
    };
    let lines = values
        .into_iter()
        .filter(|(name, _)| !UNSEEN.contains(&name.as_str()))
        .map(|(name, value)| Line { name: words(&name), value })
        .collect();
    let page = Page::of_guest(&visit, "Send what you typed");
    let proved = typed::parameters(&visit.query).iter().any(|(name, _)| name == kept::PROVED);
    page::html(&visit, &KeptPage { page, kept, name, lines, files, minutes: MINUTES, proved })
}

/// A sign-in page that was open for too long: there is nothing to look at, since its password is not kept.
fn sign_in_once_more(visit: &Visit, values: &[(String, String)]) -> HttpResponse {
    let along = [("next", "next"), (kept::FIELD_AT_SIGN_IN, kept::FIELD)];
    let query: Vec<(&str, &str)> = along
        .iter()
        .filter_map(|(sent, asked)| Some((*asked, values.iter().find(|(name, _)| name == sent)?.1.as_str())))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    let query = serde_html_form::to_string(query).unwrap_or_default();
    let words = Flash::notice("This page was open for a long time. Enter your password again.");
    page::see_with(visit, format!("/sign-in?{query}"), &words)
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn fields_are_called_as_people_read_them() {
        for (name, read) in [
            ("internal_note", "Internal note"),
            ("expires_on", "Expires on"),
            ("PRM-276-377-545-0001", "PRM-276-377-545-0001"),
        ] {
            assert_eq!(words(name), read);
        }
    }
}
