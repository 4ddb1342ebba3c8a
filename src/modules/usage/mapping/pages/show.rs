//! The list of mappings, and one of them.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{OfMapping, id, url};
use crate::{
    access::extract::Post,
    kit::{
        acts::Acts,
        confirm::Confirm,
        db::Db,
        input::Input as _,
        page::{self, Flash, Page},
        problem::Result,
        time::{When, Zone},
        typed::apart,
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::{
        events::{self, Entry},
        usage::{
            Report, View,
            mapping::{
                actions,
                data::Mapping,
                grid::{Column, Mappings},
                store::{self, MappingRow},
            },
        },
        views::list::{Listed, list as listed},
    },
    t,
};

#[derive(Template)]
#[template(path = "usage/mapping/list.html")]
struct List {
    page: Page,
    list: Listed<Mappings>,
    zone: Zone,
    may_report: bool,
}

pub async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let shown = List {
        page: actor.page(("Mappings", "Usage")),
        list: listed(&actor, &db).await?,
        zone: actor.zone(),
        may_report: actor.may::<Report>(),
    };
    page::html(&actor.visit, &shown)
}

/// A field of a mapping that says something.
struct Said {
    label: &'static str,
    text: Words,
}

#[derive(Template)]
#[template(path = "usage/mapping/show.html")]
struct Show {
    page: Page,
    row: MappingRow,
    product: String,
    created: When,
    updated: When,
    groups: Vec<(&'static str, Vec<Said>)>,
    entries: Vec<Entry>,
    mappings: String,
    acts: Acts,
}

/// What a mapping says, in the groups of its form.
fn said(mapping: &Mapping) -> Vec<(&'static str, Vec<Said>)> {
    let mut groups: Vec<(&'static str, Vec<Said>)> = Vec::new();
    for (entry, text) in Mapping::TABLE.iter().zip(mapping.shown()).filter(|(_, text)| !text.is_empty()) {
        let one = Said { label: entry.label, text };
        match groups.last_mut() {
            Some((group, all)) if *group == entry.group => all.push(one),
            _ => groups.push((entry.group, vec![one])),
        }
    }
    groups
}

pub async fn show(actor: Viewer<View>, path: OfMapping, db: web::Data<Db>) -> Result<HttpResponse> {
    let mapping = id(&path.1)?;
    let ((row, product), entries) = db
        .read(&actor, move |read| Ok((store::find(read, &mapping)?, events::history(read, mapping.as_str())?)))
        .await?;
    let here = url(&actor, &row.id);
    let mut acts = Acts::default();
    if actor.may::<Report>() {
        acts.button(t!("Edit"), format!("{here}/edit"), false);
        acts.ending(t!("Delete mapping"), format!("{here}/delete"));
    }
    let shown = Show {
        page: actor.page((&row.name, "Mappings")),
        product,
        created: actor.zone().when(row.created_at),
        updated: actor.zone().when(row.updated_at),
        groups: said(&row.mapping),
        entries,
        mappings: actor.url("usage-mappings"),
        acts,
        row,
    };
    page::html(&actor.visit, &shown)
}

pub async fn delete(actor: Viewer<Report>, path: OfMapping, db: web::Data<Db>) -> Result<HttpResponse> {
    let mapping = id(&path.1)?;
    let (row, _) = db.read(&actor, move |read| store::find(read, &mapping)).await?;
    let page = actor.page(("Delete mapping", &row.name, "Mappings"));
    let effects = [
        t!("{name} ({id}) will be permanently deleted. This cannot be undone.", name = apart(&row.name), id = row.id),
        t!("Files that were read with it stay as they are."),
    ];
    let back = (url(&actor, &row.id), super::BACK);
    page::html(&actor.visit, &Confirm::new(page, "Delete mapping", back, effects).danger())
}

pub async fn deleted(post: Post<Report>, path: OfMapping, db: web::Data<Db>) -> Result<HttpResponse> {
    let mapping = id(&path.1)?;
    let (here, all) = (url(&post.actor, &mapping), post.actor.url("usage-mappings"));
    db.write(&post.actor, move |tx| actions::delete(tx, &mapping))
        .await
        .map_err(|problem| problem.leading_to(here, super::BACK))?;
    Ok(page::see_with(&post.actor.visit, all, &Flash::success("Mapping deleted")))
}
