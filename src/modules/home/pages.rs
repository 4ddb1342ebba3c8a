//! Home of a portal, and the page that lists all that waits.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, Utc};

use super::{
    TO_DO,
    bands::{self, Group, Only},
    charts::{self, Part, Times},
    first::{self, Task},
    news::{self, News},
    store::{self, Opened, Pile, Welcome},
};
use crate::{
    kit::{
        actor::Member,
        db::Db,
        grid::Apart,
        page::{self, Page},
        problem::Result,
        route::{Mount, get},
        time::{distance, shown_now},
        viewer::Viewer,
        words::{Words, filters},
    },
    mail::outbox::{self, Undelivered},
    manifest::Queue,
    modules::{self, accounts::links::data::Tile, events},
    t,
};

pub fn screens() -> Vec<Mount> {
    vec![get("", || web::to(home)), get(format!("/{TO_DO}"), || web::to(to_do))]
}

/// How many emails are named.
const MAILS: usize = 5;

/// Something with a page of its own, and what is said of it.
struct Item {
    href: String,
    name: Words,
    about: Words,
    test: bool,
}

/// How many there are of one kind of thing that waits.
struct Kind {
    heading: &'static str,
    figure: Apart,
    /// The list of exactly these.
    href: String,
}

#[derive(Template)]
#[template(path = "home/show.html")]
struct Home {
    page: Page,
    company: String,
    groups: Vec<Group>,
    kinds: Vec<Kind>,
    /// What is said of the kinds of which nothing waits.
    nothing: Vec<&'static str>,
    undelivered: Vec<Item>,
    /// What others did since the person was last here, and when that was.
    news: Vec<Item>,
    since: Option<Words>,
    charts: Vec<Part>,
    /// What was opened last.
    opened: Vec<Item>,
    /// First steps, until they are done.
    tasks: Vec<Task>,
    /// The company's own links.
    tiles: Vec<Tile>,
    /// Nothing here needs this person.
    quiet: bool,
}

/// What waits, as far as the person may see it: a pile of each sort that it may.
struct Waits {
    welcome: Welcome,
    queues: Vec<&'static Queue>,
    piles: HashMap<&'static str, Pile>,
    undelivered: Vec<Undelivered>,
    news: Vec<News>,
    opened: Vec<Opened>,
}

/// What may wait for this person, in the order of Home.
fn queues(viewer: &Viewer<Member>) -> Vec<&'static Queue> {
    let all = modules::ALL.iter().flat_map(|module| module.queues);
    let mut queues: Vec<&Queue> = all.filter(|queue| (queue.may)(&viewer.identity)).collect();
    queues.sort_by_key(|queue| queue.place);
    queues
}

async fn look(viewer: &Viewer<Member>, db: &Db, times: Times) -> Result<Waits> {
    let queues = queues(viewer);
    let places = viewer.visit.recent();
    db.read(viewer, move |read| {
        let welcome = store::welcome(read, &times)?;
        Ok(Waits {
            piles: store::waiting(read, &queues)?,
            queues,
            undelivered: outbox::undelivered(read, page::COUNTED)?,
            // a person who was never here has no news
            news: match welcome.seen_before_at {
                Some(since) => news::news(read, since)?,
                None => Vec::new(),
            },
            opened: store::opened(read, &places)?,
            welcome,
        })
    })
    .await
}

/// Each kind of which something waits, and what is said of those of which nothing does.
fn kinds(viewer: &Viewer<Member>, waits: &Waits) -> (Vec<Kind>, Vec<&'static str>) {
    let (mut kinds, mut nothing) = (Vec::new(), Vec::new());
    for queue in &waits.queues {
        match waits.piles.get(queue.name) {
            Some(pile) if !pile.rows.is_empty() => kinds.push(Kind {
                heading: queue.heading,
                figure: pile.figure(),
                // where its own list shows more than what waits, the page of all that waits has exactly these
                href: match queue.whole {
                    true => viewer.url(&format!("{}{}", queue.section, queue.list)),
                    false => viewer.url(&format!("{TO_DO}?of={}", queue.name)),
                },
            }),
            _ => nothing.push(queue.nothing),
        }
    }
    (kinds, nothing)
}

async fn home(viewer: Viewer<Member>, db: web::Data<Db>) -> Result<HttpResponse> {
    let times = Times::until(viewer.now(), viewer.zone());
    let waits = look(&viewer, &db, times.clone()).await?;
    let now = shown_now();
    let days = waits.welcome.service_days;
    let (kinds, nothing) = kinds(&viewer, &waits);
    let undelivered = not_delivered(&viewer, &waits.undelivered, now);
    let shown = Home {
        page: viewer.page("Home"),
        company: viewer.identity.company.name.clone(),
        groups: bands::groups(&viewer, &waits.queues, &waits.piles, days, Only::default()),
        quiet: waits.queues.is_empty() && undelivered.is_empty(),
        kinds,
        nothing,
        undelivered,
        news: waits.news.iter().map(|one| told(&viewer, one, now)).collect(),
        since: waits.welcome.seen_before_at.map(|since| distance(now, since)),
        charts: charts::parts(&viewer, &waits.welcome.counts()?, &times),
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
        tasks: first::tasks(&viewer.identity, &waits.welcome.done),
        tiles: waits.welcome.tiles()?,
    };
    page::html(&viewer.visit, &shown)
}

/// What somebody else did, as one line.
fn told(viewer: &Viewer<Member>, one: &News, now: DateTime<Utc>) -> Item {
    Item {
        href: viewer.url(&format!("{}/{}", one.section, one.id)),
        name: Words::data(&one.name),
        about: t!(
            "{who} {deed}, {when}",
            who = one.who(),
            deed = events::store::words(&one.event),
            when = distance(now, one.at)
        ),
        test: one.environment.is_test(),
    }
}

/// Mails about what the person may see that nobody will get.
fn not_delivered(viewer: &Viewer<Member>, mails: &[Undelivered], now: DateTime<Utc>) -> Vec<Item> {
    let item = |one: &Undelivered| {
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
    };
    mails.iter().filter_map(item).take(MAILS).collect()
}

#[derive(Template)]
#[template(path = "home/to_do.html")]
struct ToDo {
    page: Page,
    home: String,
    title: Words,
    groups: Vec<Group>,
    /// Whether only some of what waits was asked for.
    only: bool,
    all: String,
}

async fn to_do(viewer: Viewer<Member>, db: web::Data<Db>) -> Result<HttpResponse> {
    let queues = queues(&viewer);
    let only = Only::asked(&viewer.visit.query, &queues);
    let heading = queues.iter().find(|queue| Some(queue.name) == only.of).map(|queue| queue.heading);
    let read = queues.clone();
    let (piles, days) = db
        .read(&viewer, move |look| {
            let account = look.actor.account().clone();
            Ok((store::waiting(look, &read)?, modules::service::level(look, &account)?))
        })
        .await?;
    let shown = ToDo {
        page: viewer.page("To do"),
        home: viewer.identity.company.home(),
        title: heading.map_or_else(|| t!("To do"), Words::new),
        groups: bands::groups(&viewer, &queues, &piles, days, only),
        only: only.of.is_some() || only.when.is_some(),
        all: viewer.url(TO_DO),
    };
    page::html(&viewer.visit, &shown)
}
