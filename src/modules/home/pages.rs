//! Home of a portal: what waits for me, with links to it.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};

use super::store::{self, News, Opened, Pile, Sort, Welcome};
use crate::{
    kit::{
        actor::Member,
        db::Db,
        page::{self, Page},
        problem::Result,
        route::{Mount, get},
        time::{distance, shown_now},
        viewer::Viewer,
    },
    modules::{
        agreements,
        contracts::{self, Create},
        customers, distribution, events, listings,
        mail::outbox::{self, Undelivered},
        orders,
    },
};

pub fn screens() -> Vec<Mount> {
    vec![get("", || web::to(home))]
}

/// One thing that waits.
struct Item {
    href: String,
    name: String,
    about: String,
    test: bool,
}

/// A heap of one sort of thing that waits.
struct Heap {
    heading: &'static str,
    figure: String,
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
    since: Option<String>,
    /// What was opened last.
    opened: Vec<Item>,
    /// First steps, until they are done.
    tasks: Vec<Task>,
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
    piles: HashMap<Sort, Pile>,
    undelivered: Vec<Undelivered>,
    news: Vec<News>,
    since: Option<DateTime<Utc>>,
    opened: Vec<Opened>,
}

/// What may wait for this person.
fn sorts(actor: &Viewer<Member>) -> Vec<Sort> {
    let (sees, fulfils) = (actor.may::<contracts::View>(), actor.may::<orders::Process>());
    let all = [
        (Sort::Sign, sees),
        (Sort::Approve, sees && actor.may::<distribution::Approve>()),
        (Sort::Link, sees && actor.may::<Create>()),
        (Sort::End, sees),
        (Sort::List, actor.may::<listings::Process>()),
        (Sort::Mend, actor.may::<listings::Submit>()),
        (Sort::Fulfil, fulfils),
        (Sort::Answer, actor.may::<orders::Manage>() && !fulfils),
        (Sort::Decide, actor.may::<customers::requests::Decide>()),
        (Sort::Settle, actor.may::<orders::ProcessTiers>()),
    ];
    all.into_iter().filter(|(_, may)| *may).map(|(sort, _)| sort).collect()
}

async fn look(actor: &Viewer<Member>, db: &Db) -> Result<Waits> {
    let (sorts, reads) = (sorts(actor), actor.may::<orders::View>());
    let places = actor.visit.recent();
    db.read(actor, move |read| {
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
            piles: store::waiting(read, &sorts)?,
            undelivered: outbox::undelivered(read, store::COUNTED)?,
            news,
            since,
            opened: store::opened(read, &places)?,
        })
    })
    .await
}

/// A heap of things at `section`, each leading to its page, or to the one where it is answered; `all` is the list of them.
fn heap(
    actor: &Viewer<Member>,
    (heading, nothing): (&'static str, &'static str),
    pile: &Pile,
    (section, all): (&str, &str),
    about: impl Fn(&store::Waiting) -> String,
) -> Heap {
    Heap {
        heading,
        figure: pile.figure.clone(),
        nothing,
        more: pile.more.then(|| actor.url(all)),
        items: pile
            .first
            .iter()
            .map(|one| Item {
                href: actor.url(&format!("{section}/{}{}", one.id, answered_at(actor, one))),
                name: one.name.clone(),
                about: about(one),
                test: one.environment.is_test(),
            })
            .collect(),
    }
}

/// Below a contract, the page where what is offered is answered, for who may answer it.
fn answered_at(actor: &Viewer<Member>, one: &store::Waiting) -> &'static str {
    match one.what.as_str() {
        "extension" if actor.may::<contracts::Sign>() => "/extension",
        "renewal" if actor.may::<contracts::Sign>() => "/accept",
        _ => "",
    }
}

pub async fn home(actor: Viewer<Member>, db: web::Data<Db>) -> Result<HttpResponse> {
    let waits = look(&actor, &db).await?;
    let now = shown_now();
    if waits.welcome.seen_at.is_none_or(|seen| seen < actor.now() - TimeDelta::minutes(1)) {
        db.draft(&actor, store::note_seen).await?;
    }
    let mut heaps = Vec::new();
    heaps.extend(not_delivered(&actor, &waits.undelivered, now));
    let pile = |sort| waits.piles.get(&sort);
    for (sort, words, section, to_do) in [
        (Sort::Fulfil, ("Orders to fulfil", "No order waits for you."), "fulfillment", orders::TO_DO),
        (
            Sort::Decide,
            ("Customers' changes", "No change of a customer waits for you."),
            "customer-requests",
            customers::requests::grid::TO_DO,
        ),
        (
            Sort::Settle,
            ("Tier requests", "No reseller waits to be set up."),
            "tier-config-requests",
            orders::TIERS_TO_DO,
        ),
        (
            Sort::Answer,
            ("Orders that wait for data", "No vendor asks you for data."),
            "fulfillment",
            "?status=inquiring",
        ),
    ] {
        if let Some(pile) = pile(sort) {
            let all = format!("{section}{to_do}");
            heaps.push(heap(&actor, words, pile, (section, &all), |one| {
                format!("{}, {}", one.id, distance(now, one.at))
            }));
        }
    }
    if let Some(pile) = pile(Sort::List) {
        let all = format!("listing-requests{}", listings::requests::TO_DO);
        heaps.push(heap(
            &actor,
            ("Listing requests", "No vendor waits for a listing."),
            pile,
            ("listing-requests", &all),
            |one| format!("{}, submitted {}", one.id, distance(now, one.at)),
        ));
    }
    if let Some(pile) = pile(Sort::Mend) {
        heaps.push(heap(
            &actor,
            ("Listing requests to mend", "No request of yours came back."),
            pile,
            ("listing-requests", "listing-requests?status=draft"),
            |one| format!("{}, came back {}", one.id, distance(now, one.at)),
        ));
    }
    for (sort, words, about) in [
        (Sort::Sign, ("Contracts to sign", "Nothing waits for your signature."), offered as About),
        (Sort::Approve, ("Contracts to approve", "No vendor waits for your approval."), enrolled),
        (Sort::Link, ("Links about to expire", "No activation link ends within a week."), expiring),
        (Sort::End, ("Contracts about to end", "No contract ends within thirty days."), ending),
    ] {
        if let Some(pile) = pile(sort) {
            heaps.push(heap(&actor, words, pile, ("contracts", "contracts"), |one| about(one, now)));
        }
    }
    let tasks = match actor.may::<contracts::View>() {
        true => first_steps(&actor, waits.welcome, actor.may::<Create>()),
        false => Vec::new(),
    };
    let shown = Home {
        page: actor.page("Home"),
        company: actor.identity.company.name.clone(),
        quiet: heaps.is_empty(),
        news: waits
            .news
            .iter()
            .map(|one| Item {
                href: actor.url(&format!("{}/{}", one.section, one.id)),
                name: one.name.clone(),
                about: format!("{} {}, {}", one.who, events::store::words(&one.event), distance(now, one.at)),
                test: one.environment.is_test(),
            })
            .collect(),
        since: waits.since.map(|since| distance(now, since)),
        opened: waits
            .opened
            .iter()
            .map(|one| Item {
                href: actor.url(&one.place),
                name: one.name.clone(),
                about: one.place.split('/').nth(1).unwrap_or_default().to_owned(),
                test: one.environment.is_test(),
            })
            .collect(),
        heaps,
        tasks,
    };
    page::html(&actor.visit, &shown)
}

/// What is said of a contract that waits.
type About = fn(&store::Waiting, DateTime<Utc>) -> String;

fn offered(one: &store::Waiting, now: DateTime<Utc>) -> String {
    let what = match one.what.as_str() {
        "extension" => "new expiry date".to_owned(),
        "renewal" => "renewal".to_owned(),
        _ => format!("version {}", one.version),
    };
    format!("{}, {what} offered {}", one.id, distance(now, one.at))
}

fn enrolled(one: &store::Waiting, now: DateTime<Utc>) -> String {
    format!("{}, enrolled {}", one.id, distance(now, one.at))
}

fn expiring(one: &store::Waiting, now: DateTime<Utc>) -> String {
    let verb = if one.at < now { "expired" } else { "expires" };
    format!("{}, {verb} {}", one.id, distance(now, one.at))
}

fn ending(one: &store::Waiting, now: DateTime<Utc>) -> String {
    format!("{}, ends {}", one.id, distance(now, one.at))
}

/// Mails about what the person may see that nobody will get; nothing when there are none.
fn not_delivered(actor: &Viewer<Member>, mails: &[Undelivered], now: DateTime<Utc>) -> Option<Heap> {
    let items: Vec<Item> = mails
        .iter()
        .filter_map(|one| {
            // what is about many leads to their list
            let (section, id) = one.object.split_once('/').unwrap_or((&one.object, ""));
            actor.identity.holds(&format!("{}.view", seen_with(section)?)).then(|| Item {
                href: actor.url(&one.object),
                name: match (id, section) {
                    ("", "listings") => "Listings".to_owned(),
                    ("", _) => "Fulfilment".to_owned(),
                    (id, _) => id.to_owned(),
                },
                about: one.words(now),
                test: false,
            })
        })
        .collect();
    (!items.is_empty()).then(|| Heap {
        heading: "Mail that was not delivered",
        figure: items.len().to_string(),
        nothing: "",
        more: None,
        items: items.into_iter().take(store::SHOWN).collect(),
    })
}

/// The module whose permission shows a section.
fn seen_with(section: &str) -> Option<&'static str> {
    Some(match section {
        "contracts" => "contracts",
        "listings" | "listing-requests" => "listings",
        "products" => "products",
        "fulfillment" => "subscriptions",
        "tier-config-requests" => "tier_config",
        "customer-requests" => "customers",
        _ => return None,
    })
}

/// What a new distributor does first; gone once it is done.
fn first_steps(actor: &Viewer<Member>, begun: Welcome, issues: bool) -> Vec<Task> {
    if !issues || (begun.agreement && begun.contract) {
        return Vec::new();
    }
    vec![
        Task {
            words: "Write an agreement",
            about: "The terms that your partners sign",
            href: (!begun.agreement && actor.may::<agreements::Manage>()).then(|| actor.url("agreements/new")),
            done: begun.agreement,
        },
        Task {
            words: "Create a contract",
            about: "It gives you the link that brings a partner in",
            href: begun.agreement.then(|| actor.url("contracts/new")),
            done: begun.contract,
        },
    ]
}
