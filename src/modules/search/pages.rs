//! The screen of the search. An id leads to its object at once. A script shows the same in a panel over any page, and asks for it as JSON.

use actix_web::{HttpResponse, http::header, web};
use askama::Template;
use serde::Serialize;

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
        words::{Lang, Say as _, Words, filters},
    },
    manifest::{Find, Start},
    modules::{
        self,
        home::store::{Opened, opened},
    },
    t,
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
    /// How well the best of them fits.
    rank: i32,
}

struct Item {
    href: String,
    name: String,
    /// Its id; where its heading does not say what it is, that too.
    about: Words,
}

/// A screen, or the page of an act, whose name fits.
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
    /// What the person may begin.
    acts: Vec<Screen>,
    screens: Vec<Screen>,
    /// What was opened last, while nothing is looked for.
    recent: Vec<Item>,
    groups: Vec<Group>,
}

impl Search {
    fn nothing(&self) -> bool {
        self.acts.is_empty() && self.screens.is_empty() && self.groups.is_empty() && self.recent.is_empty()
    }
}

/// The same for the panel, in the reader's language.
#[derive(Serialize)]
struct Panel {
    /// What the field asks for.
    label: String,
    /// What the button says that closes the panel: a phone has no Esc.
    close: String,
    /// What is said of the whole: "3 results".
    said: String,
    groups: Vec<PanelGroup>,
}

#[derive(Serialize)]
struct PanelGroup {
    heading: String,
    items: Vec<PanelItem>,
}

#[derive(Serialize)]
struct PanelItem {
    href: String,
    name: String,
    /// What stands beside the name.
    id: String,
}

impl Panel {
    fn of(search: Search, lang: Lang) -> Self {
        let named = |all: Vec<Screen>| -> Vec<PanelItem> {
            let item = |one: Screen| PanelItem { href: one.href, name: one.label.said(lang), id: String::new() };
            all.into_iter().map(item).collect()
        };
        let found = |all: Vec<Item>| -> Vec<PanelItem> {
            let item = |one: Item| PanelItem { href: one.href, name: one.name, id: one.about.said(lang) };
            all.into_iter().map(item).collect()
        };
        let heading = |words: Words| words.said(lang);
        let mut groups = vec![
            PanelGroup { heading: heading(t!("Recently viewed")), items: found(search.recent) },
            PanelGroup { heading: heading(t!("Actions")), items: named(search.acts) },
            PanelGroup { heading: heading(t!("Screens")), items: named(search.screens) },
        ];
        let of_section = |group: Group| PanelGroup { heading: group.heading.said(lang), items: found(group.items) };
        groups.extend(search.groups.into_iter().map(of_section));
        groups.retain(|group| !group.items.is_empty());
        let number: usize = groups.iter().map(|group| group.items.len()).sum();
        let said = match number {
            0 => t!("Nothing found"),
            number => t!("{n} result" | "{n} results", number),
        };
        let label = t!("Search by name, ID or email, or choose an action");
        Self { label: label.said(lang), close: t!("Close").said(lang), said: said.said(lang), groups }
    }
}

/// What was typed, at most 100 signs of it, and whether the panel asks.
fn asked(query: &str) -> (String, bool) {
    let sent = typed::parameters(query);
    let value = sent.iter().find(|(key, _)| key == "q").map_or("", |(_, value)| value.as_str());
    let line = typed::line(value);
    let panel = sent.iter().any(|(key, _)| key == "panel");
    (line.chars().take(100).collect::<String>().trim_end().to_owned(), panel)
}

async fn search(viewer: Viewer<Member>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (text, panel) = asked(&viewer.visit.query);
    let all = modules::ALL.iter().flat_map(|module| module.finds);
    let finds: Vec<&'static Find> = all.filter(|find| (find.may)(&viewer.identity)).collect();
    let (wanted, sought) = (finds.clone(), text.clone());
    let places = if text.is_empty() { viewer.visit.recent() } else { Vec::new() };
    let (found, recent) =
        db.read(&viewer, move |read| Ok((store::found(read, &wanted, &sought)?, opened(read, &places)?))).await?;
    // the panel shows what it found and goes nowhere by itself
    let exact =
        |find: &&Find| found.iter().find(|one| one.section == find.section && one.id.eq_ignore_ascii_case(&text));
    if let Some(exact) = finds.iter().find_map(exact).filter(|_| !panel) {
        return Ok(page::see(viewer.url(&format!("{}/{}", exact.section, exact.id))));
    }
    let page = match text.is_empty() {
        true => viewer.page("Search"),
        false => viewer.page((Words::data(&text), "Search")),
    };
    let mut groups: Vec<Group> = finds.iter().filter_map(|find| group(&viewer, find, &found, &text)).collect();
    groups.sort_by_key(|group| group.rank);
    let shown = Search {
        here: viewer.url("search"),
        acts: acts(&viewer, page.lang, &text),
        screens: screens_named(&page, &text),
        recent: recent.iter().map(|one| remembered(&viewer, one)).collect(),
        groups,
        page,
        text,
    };
    if panel {
        let lang = shown.page.lang;
        let answer = Panel::of(shown, lang);
        return Ok(HttpResponse::Ok().insert_header((header::CACHE_CONTROL, "no-store")).json(answer));
    }
    page::html(&viewer.visit, &shown)
}

/// Whether every word of `text` stands in `label`, as the reader reads it.
fn fits(label: &'static str, lang: Lang, text: &str) -> bool {
    let label = label.said(lang).to_lowercase();
    text.to_lowercase().split_whitespace().all(|word| label.contains(word))
}

/// What the person may begin and the text names; all of it where there is no text.
fn acts(viewer: &Viewer<Member>, lang: Lang, text: &str) -> Vec<Screen> {
    let all = modules::ALL.iter().flat_map(|module| module.starts);
    let may = |start: &&'static Start| (start.may)(&viewer.identity) && fits(start.label, lang, text);
    all.filter(may).map(|start| Screen { href: viewer.url(start.to), label: start.label }).collect()
}

/// The entries of the menu whose names hold the text, in the page's language.
fn screens_named(page: &Page, text: &str) -> Vec<Screen> {
    let entries = page.menu.iter().flat_map(|item| match item.children.is_empty() {
        true => vec![(item.label, item.href.clone())],
        false => item.children.iter().map(|child| (child.label, child.href.clone())).collect(),
    });
    let named = entries.filter(|(label, _)| !text.is_empty() && fits(label, page.lang, text));
    named.map(|(label, href)| Screen { href, label }).collect()
}

/// Something that was opened before.
fn remembered(viewer: &Viewer<Member>, one: &Opened) -> Item {
    Item { href: viewer.url(&one.place), name: one.name.clone(), about: one.about() }
}

fn group(viewer: &Viewer<Member>, find: &Find, found: &[Found], text: &str) -> Option<Group> {
    let here: Vec<&Found> = found.iter().filter(|one| one.section == find.section).collect();
    let query = serde_html_form::to_string([("q", text)]).unwrap_or_default();
    let item = |one: &&Found| Item {
        href: viewer.url(&format!("{}/{}", one.section, one.id)),
        name: one.name.clone(),
        about: Words::data(&one.id),
    };
    here.first().map(|best| Group {
        heading: find.heading,
        items: here.iter().take(SHOWN).map(item).collect(),
        more: (here.len() > SHOWN).then(|| viewer.url(&format!("{}?{query}", find.section))),
        rank: best.rank,
    })
}
