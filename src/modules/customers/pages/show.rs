//! An account's details: what is known, where it stands, what was known before.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{OfCustomer, id, url};
use crate::{
    kit::{
        acts::Acts,
        choice::Choice as _,
        db::{Db, Read},
        id::Id,
        page::{self, Page, Tab},
        problem::{Problem, Result},
        time::When,
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::{
        customers::{
            Manage, Status, TierAccount, Type, View,
            requests::{self, store::RequestRow},
            snapshot::Changed,
            store::{self, AccountRow, Node, Subtree},
        },
        events::{self, Asked, Trail},
    },
    t,
};

/// The facts above every tab.
pub struct Facts {
    pub row: AccountRow,
    /// From the root down to the account's parent, with links.
    pub above: Vec<(Node, String)>,
    pub level: usize,
    pub tiers: Words,
    pub created: When,
    pub updated: When,
    pub tabs: Vec<Tab>,
    pub directory: String,
    /// What this person can do here.
    pub acts: Acts,
    /// The company's own, and not only used with its products.
    pub own: bool,
}

const TABS: &[(&str, &str)] =
    &[("General", ""), ("Changes", "requests"), ("Versions", "versions"), ("History", "history")];

/// "Tier 1–3": the tier depends on the customer it is counted from.
fn tiers(type_: Type, below: Subtree) -> Words {
    match (type_, below.nearest, below.furthest) {
        (Type::Customer, ..) => t!("Customer"),
        (_, 0, _) => t!("No customers under it"),
        (_, near, far) if near == far => t!("Tier {level}", level = near),
        (_, near, far) => t!("Tier {nearest}–{furthest}", nearest = near, furthest = far),
    }
}

/// What is read of an account that the company may look at: another's without its place in the tree.
struct Seen {
    row: AccountRow,
    path: Vec<Node>,
    below: Subtree,
    own: bool,
}

fn see(read: &mut Read<'_, View>, account: &Id<TierAccount>) -> Result<Seen> {
    let (row, own) = store::look(read, account)?;
    let path = if own { store::path(read, account)? } else { Vec::new() };
    let below = store::subtree(read, account)?;
    Ok(Seen { row, path, below, own })
}

fn facts(actor: &Viewer<View>, seen: Seen, tab: &str) -> Facts {
    let Seen { row, path, below, own } = seen;
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
    let mut acts = Acts::default();
    if own && row.status == Status::Active {
        acts.begin(actor, "customers", row.id.as_str(), row.type_.key());
    }
    if own && row.status == Status::Active && actor.may::<Manage>() {
        acts.button(t!("Edit"), format!("{base}/edit"), false);
        acts.rare(t!("Move account"), format!("{base}/move"));
        acts.ending(t!("Decommission account"), format!("{base}/decommission"));
    }
    Facts {
        tiers: tiers(row.type_, below),
        level,
        above,
        created: actor.zone().when(row.created_at),
        updated: actor.zone().when(row.updated_at),
        tabs: Tab::list(&base, if own { TABS } else { &TABS[..2] }, tab),
        directory: actor.url("customers"),
        acts,
        own,
        row,
    }
}

#[derive(Template)]
#[template(path = "customers/show/general.html")]
struct General {
    page: Page,
    facts: Facts,
    lines: Vec<(&'static str, Words)>,
    below: Vec<(Node, String)>,
    /// There are more below than are shown.
    more: bool,
    tree: String,
}

pub async fn general(actor: Viewer<View>, path: OfCustomer, db: web::Data<Db>) -> Result<HttpResponse> {
    let account = id(&path.1)?;
    let (seen, mut below) =
        db.read(&actor, move |read| Ok((see(read, &account)?, store::below(read, &[account.to_string()])?))).await?;
    let more = below.len() > store::SHOWN;
    below.truncate(store::SHOWN);
    let open: Vec<(&str, &str)> = seen.path.iter().map(|node| ("open", node.id.as_str())).collect();
    let tree = format!("customers/tree?{}#{}", serde_html_form::to_string(open).unwrap_or_default(), seen.row.id);
    let shown = General {
        page: actor.page((&seen.row.name, "Customers")),
        lines: seen.row.data().lines().filter(|(_, value)| !value.is_empty()).collect(),
        below: below
            .into_iter()
            .map(|node| {
                let href = actor.url(&format!("customers/{}", node.id));
                (node, href)
            })
            .collect(),
        more,
        tree: actor.url(&tree),
        facts: facts(&actor, seen, ""),
    };
    page::html(&actor.visit, &shown)
}

async fn found(actor: &Viewer<View>, db: &Db, text: &str, tab: &str) -> Result<Facts> {
    let account = id(text)?;
    let seen = db.read(actor, move |read| see(read, &account)).await?;
    if !(seen.own || tab == "requests") {
        return Err(Problem::NotFound);
    }
    Ok(facts(actor, seen, tab))
}

#[derive(Template)]
#[template(path = "customers/show/requests.html")]
struct Requests {
    page: Page,
    facts: Facts,
    requests: Vec<(RequestRow, String, When, String)>,
}

pub async fn requests(actor: Viewer<View>, path: OfCustomer, db: web::Data<Db>) -> Result<HttpResponse> {
    let facts = found(&actor, &db, &path.1, "requests").await?;
    let account = facts.row.id.clone();
    let rows = db.read(&actor, move |read| requests::store::of_account(read, &account)).await?;
    let shown = rows.into_iter().map(|(row, product)| {
        let href = actor.url(&format!("customer-requests/{}", row.id));
        let at = actor.zone().when(row.created_at);
        (row, product, at, href)
    });
    let page = actor.page(("Changes", &facts.row.name, "Customers"));
    page::html(&actor.visit, &Requests { page, requests: shown.collect(), facts })
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

pub async fn versions(actor: Viewer<View>, path: OfCustomer, db: web::Data<Db>) -> Result<HttpResponse> {
    let facts = found(&actor, &db, &path.1, "versions").await?;
    let account = facts.row.id.clone();
    let (versions, changes) = db
        .read(&actor, move |read| {
            let versions = store::versions(read, &account)?;
            let before = versions.iter().skip(1).map(Some).chain([None]);
            let mut changes: Vec<_> = (versions.iter().zip(before))
                .map(|(one, before)| {
                    before.map(|before| one.snapshot.changes_since(&before.snapshot)).unwrap_or_default()
                })
                .collect();
            store::name_parents(read, changes.iter_mut().flatten())?;
            Ok((versions, changes))
        })
        .await?;
    let shown = versions.iter().zip(changes).map(|(version, changes)| ShownVersion {
        number: version.number,
        author: version.author.clone(),
        at: actor.zone().when(version.at),
        changes,
    });
    let shown =
        Versions { page: actor.page(("Versions", &facts.row.name, "Customers")), versions: shown.collect(), facts };
    page::html(&actor.visit, &shown)
}

#[derive(Template)]
#[template(path = "customers/show/history.html")]
struct History {
    page: Page,
    facts: Facts,
    trail: Trail,
}

pub async fn history(actor: Viewer<View>, path: OfCustomer, db: web::Data<Db>) -> Result<HttpResponse> {
    let facts = found(&actor, &db, &path.1, "history").await?;
    let account = facts.row.id.clone();
    let asked = Asked::of(&actor.visit);
    let trail = db.read(&actor, move |read| events::trail(read, account.as_str(), &asked)).await?;
    let page = actor.page(("History", &facts.row.name, "Customers"));
    page::html(&actor.visit, &History { page, facts, trail })
}
