//! A secret value on a page of its own, for people who ask for it. Each view is recorded.

use actix_web::HttpResponse;
use askama::Template;

use super::{Parameter, Type, store::ParameterRow, values::Values};
use crate::kit::{
    actor::Permission,
    db::Tx,
    event::Event,
    id::Id,
    page::{self, Page},
    problem::{Problem, Result},
    viewer::Viewer,
    words::filters,
};

/// A value that was asked for, and whose it is.
pub struct Revealed {
    pub title: String,
    pub value: String,
}

/// The name of the field that says which parameter.
pub const FIELD: &str = "parameter";

/// Opens the value of one of `rows` for a party of `object`, and records it in the object's history; `place`: the request whose value
/// it is, or nothing.
pub fn reveal<P>(
    tx: &mut Tx<'_, P>,
    (event, object, place): (&'static str, &str, &str),
    rows: &[ParameterRow],
    values: &Values,
    parameter: &str,
) -> Result<Revealed> {
    let wanted: Id<Parameter> = parameter.parse().map_err(|_| Problem::NotFound)?;
    let secret = |row: &&ParameterRow| row.id == wanted && row.type_ == Type::Password && !row.hidden;
    let row = rows.iter().find(secret).ok_or(Problem::NotFound)?;
    let sealed = values.get(&row.id);
    if sealed.is_empty() {
        return Err(Problem::NotFound);
    }
    let value = tx.vault()?.open(row.id.as_str(), sealed)?;
    let note = if place.is_empty() { row.title.clone() } else { format!("{}, in {place}", row.title) };
    tx.record(Event::new(event, object).note(note))?;
    Ok(Revealed { title: row.title.clone(), value })
}

#[derive(Template)]
#[template(path = "products/secret.html")]
struct Secret {
    page: Page,
    revealed: Revealed,
    back: (String, &'static str),
}

/// The page that shows it; it is kept nowhere, so it is shown once for each time it is asked for.
pub fn page<P: Permission>(
    actor: &Viewer<P>,
    revealed: Revealed,
    back: (String, &'static str),
) -> Result<HttpResponse> {
    let page = actor.page(&revealed.title);
    page::html(&actor.visit, &Secret { page, revealed, back })
}
