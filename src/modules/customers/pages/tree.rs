//! The trees: one table, indented; `?open=` says what is unfolded, so it works by links alone.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::asked;
use crate::{
    kit::{
        db::Db,
        form::Field,
        page::{self, Page},
        problem::Result,
        typed,
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::customers::{
        DEEPEST, Manage, View,
        store::{self, Node, SHOWN},
    },
    t,
};

/// How many accounts may be unfolded at once.
const OPEN: usize = 60;

struct Line {
    node: Node,
    /// From the root, which is 1.
    level: usize,
    href: String,
    /// Where it is folded or unfolded; nothing when there is nothing below.
    toggle: Option<String>,
    open: bool,
    /// There are more beside it than are shown.
    more: bool,
    /// The search found it, and not only something below it.
    found: bool,
}

#[derive(Template)]
#[template(path = "customers/tree.html")]
struct Tree {
    page: Page,
    lines: Vec<Line>,
    create: Option<String>,
    directory: String,
    search: Field,
    here: String,
    /// How many the search found; nothing when nothing was searched.
    found: Option<Words>,
}

pub async fn show(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let pairs = typed::parameters(&actor.visit.query);
    let mut open: Vec<String> = pairs.into_iter().filter(|(key, _)| key == "open").map(|(_, id)| id).collect();
    open.dedup();
    open.truncate(OPEN);
    let text = asked(&actor, "q").unwrap_or_default();
    if !text.is_empty() {
        return searched(&actor, &db, text).await;
    }
    let wanted = open.clone();
    let (roots, below) = db.read(&actor, move |read| Ok((store::roots(read)?, store::below(read, &wanted)?))).await?;
    let forest = Forest { base: actor.url("customers"), open: &open, below: &below };
    let mut lines = Vec::new();
    forest.add(&roots.iter().collect::<Vec<_>>(), 1, &mut lines);
    page::html(&actor.visit, &tree(&actor, lines, "", None))
}

fn tree(actor: &Viewer<View>, lines: Vec<Line>, text: &str, found: Option<Words>) -> Tree {
    Tree {
        page: actor.page(("Account tree", "Customers")),
        lines,
        create: actor.may::<Manage>().then(|| actor.url("customers/new")),
        directory: actor.url("customers"),
        search: Field::new("q", "Find in the tree").hint("By name, ID, external ID or email.").filled(text),
        here: actor.url("customers/tree"),
        found,
    }
}

/// What the search found, where it stands: with everything above it and nothing beside it.
async fn searched(actor: &Viewer<View>, db: &Db, text: String) -> Result<HttpResponse> {
    let wanted = text.clone();
    let (ids, nodes) = db.read(actor, move |read| store::around(read, &wanted)).await?;
    let open: Vec<String> = nodes
        .iter()
        .filter(|node| nodes.iter().any(|other| other.parent == node.id))
        .map(|node| node.id.clone())
        .collect();
    let roots: Vec<&Node> = nodes.iter().filter(|node| node.parent.is_empty()).collect();
    let forest = Forest { base: actor.url("customers"), open: &open, below: &nodes };
    let mut lines = Vec::new();
    forest.add(&roots, 1, &mut lines);
    for line in &mut lines {
        line.found = ids.contains(&line.node.id);
    }
    let words = match ids.len() {
        store::FOUND => t!("The first {n} matching accounts, with their parents.", n = store::FOUND),
        count => t!("{n} account, with its parents." | "{n} accounts, with their parents.", count),
    };
    page::html(&actor.visit, &tree(actor, lines, &text, Some(words)))
}

struct Forest<'a> {
    base: String,
    open: &'a [String],
    below: &'a [Node],
}

impl Forest<'_> {
    fn add(&self, nodes: &[&Node], level: usize, lines: &mut Vec<Line>) {
        for (at, node) in nodes.iter().take(SHOWN).enumerate() {
            let open = self.open.contains(&node.id);
            lines.push(Line {
                level,
                href: format!("{}/{}", self.base, node.id),
                toggle: (node.children > 0).then(|| self.toggled(&node.id, open)),
                open,
                found: false,
                more: at + 1 == SHOWN && nodes.len() > SHOWN,
                node: (*node).clone(),
            });
            if open && level < DEEPEST as usize {
                let children: Vec<&Node> = self.below.iter().filter(|one| one.parent == node.id).collect();
                self.add(&children, level + 1, lines);
            }
        }
    }

    /// The same page with one more account unfolded, or one less; the browser comes back to its row.
    fn toggled(&self, id: &str, open: bool) -> String {
        let kept = self.open.iter().map(String::as_str).filter(|other| *other != id);
        let all: Vec<(&str, &str)> = kept.chain((!open).then_some(id)).map(|id| ("open", id)).collect();
        let query = serde_html_form::to_string(all).unwrap_or_default();
        format!("{}/tree?{query}#{id}", self.base)
    }
}
