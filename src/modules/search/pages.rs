//! The screen of the search. An id leads to its object at once.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::store::{self, Found, SHOWN};
use crate::{
    kit::{
        actor::Member,
        db::Db,
        page::{self, Page},
        problem::Result,
        route::{Mount, get},
        typed,
        viewer::Viewer,
        words::{Say as _, Words, filters},
    },
    manifest::Find,
    modules,
};

pub fn screens() -> Vec<Mount> {
    vec![get("/search", || web::to(search))]
}

/// What was found of one section.
struct Group {
    heading: &'static str,
    items: Vec<Item>,
    /// Its list with the same search, when there is more.
    more: Option<String>,
}

struct Item {
    href: String,
    name: String,
    id: String,
}

/// A screen whose name fits.
struct Screen {
    href: String,
    label: &'static str,
}

#[derive(Template)]
#[template(path = "search/show.html")]
struct Search {
    page: Page,
    here: String,
    text: String,
    screens: Vec<Screen>,
    groups: Vec<Group>,
}

/// What was typed, at most 100 signs of it.
fn asked(query: &str) -> String {
    let value = typed::parameters(query).into_iter().find(|(key, _)| key == "q").map(|(_, value)| value);
    let line = typed::line(&value.unwrap_or_default());
    line.chars().take(100).collect::<String>().trim_end().to_owned()
}

async fn search(viewer: Viewer<Member>, db: web::Data<Db>) -> Result<HttpResponse> {
    let text = asked(&viewer.visit.query);
    let all = modules::ALL.iter().flat_map(|module| module.finds);
    let finds: Vec<&'static Find> = all.filter(|find| (find.may)(&viewer.identity)).collect();
    let (wanted, sought) = (finds.clone(), text.clone());
    let found = db.read(&viewer, move |read| store::found(read, &wanted, &sought)).await?;
    if let Some(exact) = found.iter().find(|one| one.id.eq_ignore_ascii_case(&text)) {
        return Ok(page::see(viewer.url(&format!("{}/{}", exact.section, exact.id))));
    }
    let page = match text.is_empty() {
        true => viewer.page("Search"),
        false => viewer.page((Words::data(&text), "Search")),
    };
    let shown = Search {
        here: viewer.url("search"),
        screens: screens_named(&page, &text),
        groups: finds.iter().filter_map(|find| group(&viewer, find, &found, &text)).collect(),
        page,
        text,
    };
    page::html(&viewer.visit, &shown)
}

/// The entries of the menu whose names hold the text, in the page's language.
fn screens_named(page: &Page, text: &str) -> Vec<Screen> {
    let wanted = text.to_lowercase();
    let fits = |label: &'static str| !wanted.is_empty() && label.said(page.lang).to_lowercase().contains(&wanted);
    let entries = page.menu.iter().flat_map(|item| match item.children.is_empty() {
        true => vec![(item.label, item.href.clone())],
        false => item.children.iter().map(|child| (child.label, child.href.clone())).collect(),
    });
    entries.filter(|(label, _)| fits(label)).map(|(label, href)| Screen { href, label }).collect()
}

fn group(viewer: &Viewer<Member>, find: &Find, found: &[Found], text: &str) -> Option<Group> {
    let here: Vec<&Found> = found.iter().filter(|one| one.section == find.section).collect();
    let query = serde_html_form::to_string([("q", text)]).unwrap_or_default();
    let item = |one: &&Found| Item {
        href: viewer.url(&format!("{}/{}", one.section, one.id)),
        name: one.name.clone(),
        id: one.id.clone(),
    };
    (!here.is_empty()).then(|| Group {
        heading: find.heading,
        items: here.iter().take(SHOWN).map(item).collect(),
        more: (here.len() > SHOWN).then(|| viewer.url(&format!("{}?{query}", find.section))),
    })
}
