//! A usage file is begun, and what is said of it is changed.

use actix_web::{HttpResponse, web};
use chrono::{Datelike as _, Days, NaiveDate};
use uuid::Uuid;

use super::{OfFile, id, url};
use crate::{
    access::extract::Post,
    kit::{
        confirm::Confirm,
        db::Db,
        done::once,
        edit::Edit,
        form::Pick,
        form_page::{Ask, FormPage},
        input::Form,
        page::{self, Flash},
        problem::{Problem, Result},
        typed::apart,
        viewer::Viewer,
        violation,
    },
    modules::usage::{
        Report, actions,
        data::{Details, Placed},
        lifecycle::EDITABLE,
        store::{self, FileRow, Place},
    },
    t,
};

/// The month before this day.
fn last_month(today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    let last = today.with_day(1)?.checked_sub_days(Days::new(1))?;
    Some((last.with_day(1)?, last))
}

fn create_page(
    actor: &Viewer<Report>,
    places: &[Place],
    (placed, details): (&Form<Placed>, &Form<Details>),
    copy: Uuid,
) -> FormPage {
    let picks: Vec<Pick> = places
        .iter()
        .map(|place| {
            let label = t!(
                "{product} on {marketplace} of {company}",
                product = apart(&place.product_name),
                marketplace = apart(&place.marketplace_name),
                company = apart(&place.owner_name)
            );
            Pick::new(place.listing.as_str(), label, "")
        })
        .collect();
    let page = FormPage::new(
        actor.page(("Create usage file", "Usage")),
        "Create usage file",
        (actor.url("usage-files"), "Usage files"),
        "Create",
    );
    let page =
        placed.onto_asking(page.hiding("form", copy), |_| Some(Ask::from_list("Choose a product", picks.clone())));
    details.onto(page)
}

pub async fn create(actor: Viewer<Report>, db: web::Data<Db>) -> Result<HttpResponse> {
    let places = db.read(&actor, store::places).await?;
    if places.is_empty() {
        let page = actor.page(("Create usage file", "Usage"));
        let back = (actor.url("usage-files"), "Usage files");
        let why = t!("None of your listed products have both a usage schema and an item whose usage is reported.");
        let none: [crate::kit::effect::Effect; 0] = [];
        let shown = Confirm::new(page, "Create usage file", back, none);
        return page::html(&actor.visit, &shown.refused("No product reports usage yet", Some(why)));
    }
    let mut details = Form::<Details>::empty();
    if let Some((from, to)) = last_month(actor.now().date_naive()) {
        let (from, to) = (from.to_string(), to.to_string());
        details = details.with("name", &format!("{from} – {to}")).with("from", &from).with("to", &to);
    }
    let mut placed = Form::<Placed>::empty();
    if let [only] = places.as_slice() {
        placed = placed.with("listing", only.listing.as_str());
        details = details.with("currency", &only.currency);
    }
    page::html(&actor.visit, &create_page(&actor, &places, (&placed, &details), Uuid::new_v4()))
}

pub async fn created(post: Post<Report>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, copy) = (post.actor, post.fields.form());
    let (mut placed, mut details) = (Form::<Placed>::typed(&post.fields), Form::<Details>::typed(&post.fields));
    let made = match (placed.read(), details.read()) {
        (Some(place), Some(new)) => {
            let act = db.attempt(&actor, move |tx| once(tx, copy, |tx| actions::create(tx, &place.listing, &new)));
            match violation::told(act.await)? {
                Ok(made) => Some(made.value()),
                Err(wrong) => {
                    let left = details.fail(wrong);
                    violation::none_left(placed.fail(left))?;
                    None
                }
            }
        }
        _ => None,
    };
    match made {
        Some(made) => Ok(page::see_with(&actor.visit, url(&actor, &made), &Flash::success("Usage file created"))),
        None => {
            let places = db.read(&actor, store::places).await?;
            page::invalid(&actor.visit, &create_page(&actor, &places, (&placed, &details), copy))
        }
    }
}

type Editing = Edit<FileRow, Details>;

fn edit_page(actor: &Viewer<Report>, edit: &Editing) -> FormPage {
    let file = &edit.row;
    let page = actor.page(("Edit", &file.name, "Usage files"));
    let back = (url(actor, &file.id), super::BACK);
    edit.onto(FormPage::new(page, t!("Edit {name}", name = apart(&file.name)), back, "Save"))
}

/// The file, while its vendor may still change it.
async fn editable(actor: &Viewer<Report>, db: &Db, text: &str) -> Result<Editing> {
    let file = id(text)?;
    let file = db.read(actor, move |read| store::find(read, &file)).await?.row;
    if EDITABLE.contains(&file.status) {
        let (saved, revision) = (Details::of(&file), file.revision);
        return Ok(Edit::of(file, saved, revision));
    }
    Err(Problem::moved(&file.id, file.status).leading_to(url(actor, &file.id), super::BACK))
}

pub async fn edit(actor: Viewer<Report>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let edit = editable(&actor, &db, &path.1).await?;
    page::html(&actor.visit, &edit_page(&actor, &edit))
}

pub async fn saved(post: Post<Report>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut edit = editable(&actor, &db, &path.1).await?.typed(&post.fields);
    let (key, revision, here) = (edit.row.id.clone(), edit.revision, url(&actor, &edit.row.id));
    let act = |new| db.attempt(&actor, move |tx| actions::update(tx, &key, revision, &new));
    match edit.save(act, editable(&actor, &db, &path.1)).await? {
        Some(done) => Ok(page::see_with(&actor.visit, here, &done.said("Usage file saved"))),
        None => edit.again(&actor.visit, &edit_page(&actor, &edit)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_reported_first_is_the_month_before() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(last_month(day("2026-03-29")), Some((day("2026-02-01"), day("2026-02-28"))));
        assert_eq!(last_month(day("2026-01-01")), Some((day("2025-12-01"), day("2025-12-31"))));
    }
}
