//! An account's details: what is known, where it stands, what was known before.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{OfCustomer, id, url};
use crate::{
    kit::{
        actor::Actor,
        db::Db,
        page::{self, Page, Tab},
        problem::Result,
        time::When,
    },
    modules::{
        customers::{
            Manage, Status, Type, View,
            forms::Changed,
            store::{self, AccountRow, Node, Subtree},
        },
        events::{self, Entry},
    },
};

/// The facts above every tab.
pub struct Facts {
    pub row: AccountRow,
    /// From the root down to the account's parent, with links.
    pub above: Vec<(Node, String)>,
    pub level: usize,
    pub tiers: String,
    pub created: When,
    pub updated: When,
    pub tabs: Vec<Tab>,
    pub base: String,
    pub directory: String,
    pub may_change: bool,
}

/// "Tier 1–3": the tier depends on the customer it is counted from.
fn tiers(type_: Type, below: Subtree) -> String {
    match (type_, below.nearest, below.furthest) {
        (Type::Customer, ..) => "Customer".to_owned(),
        (_, 0, _) => "No customer below".to_owned(),
        (_, near, far) if near == far => format!("Tier {near}"),
        (_, near, far) => format!("Tier {near}–{far}"),
    }
}

fn facts(actor: &Actor<View>, row: AccountRow, path: Vec<Node>, below: Subtree, tab: &str) -> Facts {
    let base = url(actor, &row.id);
    let level = path.len();
    let mut above: Vec<(Node, String)> = path
        .into_iter()
        .map(|node| {
            let href = actor.url(&format!("customers/{}", node.id));
            (node, href)
        })
        .collect();
    above.pop();
    Facts {
        tiers: tiers(row.type_, below),
        level,
        above,
        created: actor.zone().when(row.created_at),
        updated: actor.zone().when(row.updated_at),
        tabs: Tab::list(&base, &[("General", ""), ("Versions", "versions"), ("History", "history")], tab),
        directory: actor.url("customers"),
        may_change: row.status == Status::Active && actor.may::<Manage>(),
        base,
        row,
    }
}

#[derive(Template)]
#[template(path = "customers/show/general.html")]
struct General {
    page: Page,
    facts: Facts,
    lines: Vec<(&'static str, String)>,
    below: Vec<(Node, String)>,
    /// There are more below than are shown.
    more: bool,
    tree: String,
}

pub async fn general(actor: Actor<View>, path: OfCustomer, db: web::Data<Db>) -> Result<HttpResponse> {
    let account = id(&path.1)?;
    let (row, above, subtree, mut below) = db
        .read(&actor, move |read| {
            let row = store::find(read, &account)?;
            let above = store::path(read.conn, &account)?;
            let subtree = store::subtree(read.conn, &account)?;
            Ok((row, above, subtree, store::below(read, &[account.to_string()])?))
        })
        .await?;
    let more = below.len() > store::SHOWN;
    below.truncate(store::SHOWN);
    let open: Vec<(&str, &str)> = above.iter().map(|node| ("open", node.id.as_str())).collect();
    let tree = format!("customers/tree?{}#{}", serde_html_form::to_string(open).unwrap_or_default(), row.id);
    let shown = General {
        page: actor.page(&format!("{} - Customers", row.name)),
        lines: row.data().lines().into_iter().filter(|(_, value)| !value.is_empty()).collect(),
        below: below
            .into_iter()
            .map(|node| {
                let href = actor.url(&format!("customers/{}", node.id));
                (node, href)
            })
            .collect(),
        more,
        tree: actor.url(&tree),
        facts: facts(&actor, row, above, subtree, ""),
    };
    page::html(&actor.visit, &shown)
}

async fn found(actor: &Actor<View>, db: &Db, text: &str, tab: &str) -> Result<Facts> {
    let account = id(text)?;
    let (row, above, subtree) = db
        .read(actor, move |read| {
            let row = store::find(read, &account)?;
            Ok((row, store::path(read.conn, &account)?, store::subtree(read.conn, &account)?))
        })
        .await?;
    Ok(facts(actor, row, above, subtree, tab))
}

struct ShownVersion {
    number: i32,
    author: String,
    at: When,
    changes: Vec<Changed>,
}

#[derive(Template)]
#[template(path = "customers/show/versions.html")]
struct Versions {
    page: Page,
    facts: Facts,
    versions: Vec<ShownVersion>,
}

pub async fn versions(actor: Actor<View>, path: OfCustomer, db: web::Data<Db>) -> Result<HttpResponse> {
    let facts = found(&actor, &db, &path.1, "versions").await?;
    let account = facts.row.id.clone();
    let versions = db.read(&actor, move |read| store::versions(read.conn, &account)).await?;
    let shown = versions.iter().enumerate().map(|(at, version)| ShownVersion {
        number: version.number,
        author: version.author.clone(),
        at: actor.zone().when(version.at),
        changes: versions
            .get(at + 1)
            .map(|before| version.snapshot.changes_since(&before.snapshot))
            .unwrap_or_default(),
    });
    let shown = Versions {
        page: actor.page(&format!("Versions - {} - Customers", facts.row.name)),
        versions: shown.collect(),
        facts,
    };
    page::html(&actor.visit, &shown)
}

#[derive(Template)]
#[template(path = "customers/show/history.html")]
struct History {
    page: Page,
    facts: Facts,
    entries: Vec<Entry>,
}

pub async fn history(actor: Actor<View>, path: OfCustomer, db: web::Data<Db>) -> Result<HttpResponse> {
    let facts = found(&actor, &db, &path.1, "history").await?;
    let account = facts.row.id.clone();
    let entries = db.read(&actor, move |read| events::history(read, account.as_str())).await?;
    let page = actor.page(&format!("History - {} - Customers", facts.row.name));
    page::html(&actor.visit, &History { page, facts, entries })
}
