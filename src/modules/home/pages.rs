//! Home of a portal: what waits for me, with links to it.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};

use super::store::{self, News, Opened, Pile, Welcome};
use crate::{
    kit::{
        actor::Member,
        db::Db,
        grid::{Apart, Total},
        page::{self, Page},
        problem::Result,
        route::{Mount, get},
        time::{distance, shown_now},
        viewer::Viewer,
        words::{Words, filters},
    },
    mail::outbox::{self, Undelivered},
    manifest::{Queue, Waiting},
    modules::{
        self,
        accounts::links::data::Tile,
        agreements,
        contracts::{self, Create},
        events, orders,
    },
    t,
};

pub fn screens() -> Vec<Mount> {
    vec![get("", || web::to(home))]
}

/// One thing that waits.
struct Item {
    href: String,
    name: Words,
    about: Words,
    test: bool,
}

/// A heap of one sort of thing that waits.
struct Heap {
    heading: &'static str,
    figure: Apart,
    nothing: &'static str,
    more: Option<String>,
    items: Vec<Item>,
}

#[derive(Template)]
#[template(path = "home/show.html")]
struct Home {
    page: Page,
    company: String,
    heaps: Vec<Heap>,
    /// What others did since the person was last here, and when that was.
    news: Vec<Item>,
    since: Option<Words>,
    /// What was opened last.
    opened: Vec<Item>,
    /// First steps, until they are done.
    tasks: Vec<Task>,
    /// The company's own links.
    tiles: Vec<Tile>,
    /// Nothing here needs this person, and nothing can be begun.
    quiet: bool,
}

struct Task {
    words: &'static str,
    about: &'static str,
    href: Option<String>,
    done: bool,
}

/// What waits, as far as the person may see it: a pile of each sort that it may.
struct Waits {
    welcome: Welcome,
    queues: Vec<&'static Queue>,
    piles: HashMap<&'static str, Pile>,
    undelivered: Vec<Undelivered>,
    news: Vec<News>,
    since: Option<DateTime<Utc>>,
    opened: Vec<Opened>,
}

/// What may wait for this person, in the order of Home.
fn queues(viewer: &Viewer<Member>) -> Vec<&'static Queue> {
    let all = modules::ALL.iter().flat_map(|module| module.queues);
    let mut queues: Vec<&Queue> = all.filter(|queue| (queue.may)(&viewer.identity)).collect();
    queues.sort_by_key(|queue| queue.place);
    queues
}

async fn look(viewer: &Viewer<Member>, db: &Db) -> Result<Waits> {
    let (queues, reads) = (queues(viewer), viewer.may::<orders::View>());
    let places = viewer.visit.recent();
    db.read(viewer, move |read| {
        let welcome = store::welcome(read)?;
        // the visit before this one; a person who was never here has no news
        let over = |seen: &DateTime<Utc>| *seen < read.actor.now() - TimeDelta::minutes(30);
        let since = welcome.seen_at.filter(over).or(welcome.seen_before_at);
        let news = match since {
            Some(since) if reads => store::news(read, since)?,
            _ => Vec::new(),
        };
        Ok(Waits {
            welcome,
            piles: store::waiting(read, &queues)?,
            queues,
            undelivered: outbox::undelivered(read, page::COUNTED)?,
            news,
            since,
            opened: store::opened(read, &places)?,
        })
    })
    .await
}

/// What waits in a queue, each leading to its page, or to the one where it is answered.
fn heap(viewer: &Viewer<Member>, queue: &Queue, pile: &Pile, now: DateTime<Utc>) -> Heap {
    let href = |one: &Waiting| {
        viewer.url(&format!("{}/{}{}", queue.section, one.id, (queue.answered_at)(&viewer.identity, one)))
    };
    Heap {
        heading: queue.heading,
        figure: pile.figure.clone(),
        nothing: queue.nothing,
        // the list that has exactly these, where there is one
        more: (pile.more || !queue.list.is_empty()).then(|| viewer.url(&format!("{}{}", queue.section, queue.list))),
        items: pile
            .first
            .iter()
            .map(|one| Item {
                href: href(one),
                name: if one.name.is_empty() { t!("No partner yet") } else { Words::data(&one.name) },
                about: (queue.about)(one, now),
                test: one.environment.is_test(),
            })
            .collect(),
    }
}

pub async fn home(viewer: Viewer<Member>, db: web::Data<Db>) -> Result<HttpResponse> {
    let waits = look(&viewer, &db).await?;
    let now = shown_now();
    // an administrator who views as a colleague does not count as a visit of the colleague
    let looks_only = viewer.caller.looks_only;
    if !looks_only && waits.welcome.seen_at.is_none_or(|seen| seen < viewer.now() - TimeDelta::minutes(1)) {
        db.draft(&viewer, store::note_seen).await?;
    }
    let mut heaps = Vec::new();
    heaps.extend(not_delivered(&viewer, &waits.undelivered, now));
    for queue in &waits.queues {
        heaps.extend(waits.piles.get(queue.name).map(|pile| heap(&viewer, queue, pile, now)));
    }
    let tasks = match viewer.may::<contracts::View>() {
        true => first_steps(&viewer, &waits.welcome, viewer.may::<Create>()),
        false => Vec::new(),
    };
    let shown = Home {
        page: viewer.page("Home"),
        company: viewer.identity.company.name.clone(),
        quiet: heaps.is_empty(),
        news: waits
            .news
            .iter()
            .map(|one| Item {
                href: viewer.url(&format!("{}/{}", one.section, one.id)),
                name: Words::data(&one.name),
                about: t!(
                    "{who} {deed}, {when}",
                    who = one.who,
                    deed = events::store::words(&one.event),
                    when = distance(now, one.at)
                ),
                test: one.environment.is_test(),
            })
            .collect(),
        since: waits.since.map(|since| distance(now, since)),
        opened: waits
            .opened
            .iter()
            .map(|one| Item {
                href: viewer.url(&one.place),
                name: Words::data(&one.name),
                about: one.about(),
                test: one.environment.is_test(),
            })
            .collect(),
        heaps,
        tasks,
        tiles: waits.welcome.tiles()?,
    };
    page::html(&viewer.visit, &shown)
}

/// Mails about what the person may see that nobody will get; nothing when there are none.
fn not_delivered(viewer: &Viewer<Member>, mails: &[Undelivered], now: DateTime<Utc>) -> Option<Heap> {
    let items: Vec<Item> = mails
        .iter()
        .filter_map(|one| {
            // what is about many leads to their list
            let (path, id) = one.object.split_once('/').unwrap_or((&one.object, ""));
            let section = modules::section(path)?;
            viewer.identity.holds(section.view).then(|| Item {
                href: viewer.url(&one.object),
                name: match (id, path) {
                    ("", "listings") => t!("Listings"),
                    ("", _) => t!("Orders"),
                    (id, _) => t!("{kind}, {id}", kind = Words::new(section.label), id),
                },
                about: one.words(now),
                test: false,
            })
        })
        .collect();
    (!items.is_empty()).then(|| Heap {
        heading: "Undelivered emails",
        figure: Apart::plain(Total::all(items.len() as i64)),
        nothing: "",
        more: None,
        items: items.into_iter().take(store::SHOWN).collect(),
    })
}

/// What a new distributor does first; gone once it is done.
fn first_steps(viewer: &Viewer<Member>, begun: &Welcome, issues: bool) -> Vec<Task> {
    if !issues || (begun.agreement && begun.contract) {
        return Vec::new();
    }
    vec![
        Task {
            words: "Create an agreement",
            about: "The terms your partners sign",
            href: (!begun.agreement && viewer.may::<agreements::Manage>()).then(|| viewer.url("agreements/new")),
            done: begun.agreement,
        },
        Task {
            words: "Create a contract",
            about: "It gives you a link to invite a partner",
            href: begun.agreement.then(|| viewer.url("contracts/new")),
            done: begun.contract,
        },
    ]
}
