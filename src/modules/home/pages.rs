//! Home of a portal: what waits for me, with links to it.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};

use super::store::{self, Begun, News, Opened, Pile};
use crate::{
    kit::{
        actor::{Actor, Member},
        db::{self, Db},
        page::{self, Page},
        problem::Result,
        time::{distance, shown_now},
    },
    modules::{
        agreements,
        contracts::{self, Create},
        customers, distribution, events, fulfillment, listings,
        mail::outbox::{self, Undelivered},
        subscriptions, tier_config,
    },
    portals::{Mount, get},
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

/// What waits, as far as the person may see it; none where it may not.
struct Waits {
    contracts: Option<Contracts>,
    to_process: Option<Pile>,
    to_mend: Option<Pile>,
    to_fulfil: Option<Pile>,
    to_answer: Option<Pile>,
    to_decide: Option<Pile>,
    to_settle: Option<Pile>,
    undelivered: Vec<Undelivered>,
    news: Vec<News>,
    since: Option<DateTime<Utc>>,
    /// Home was not looked at for a while.
    note: bool,
    opened: Vec<Opened>,
}

struct Contracts {
    to_sign: Pile,
    to_approve: Option<Pile>,
    links: Option<Pile>,
    ending: Pile,
    begun: Begun,
}

async fn look(actor: &Actor<Member>, db: &Db) -> Result<Waits> {
    let sees = actor.may::<contracts::View>();
    let (issues, approves) = (actor.may::<Create>(), actor.may::<distribution::Approve>());
    let (processes, submits) = (actor.may::<listings::Process>(), actor.may::<listings::Submit>());
    let (fulfils, orders) = (actor.may::<fulfillment::Process>(), actor.may::<subscriptions::Manage>());
    let (decides, settles) = (actor.may::<customers::requests::Decide>(), actor.may::<tier_config::Process>());
    let (buys, reads) = (orders && !fulfils, actor.may::<subscriptions::View>());
    let places = actor.visit.recent();
    db.read(actor, move |read| {
        let (seen, before) = store::seen(read)?;
        let now = db::now(read.conn)?;
        // the visit before this one; a person who was never here has no news
        let since = seen.filter(|seen| *seen < now - TimeDelta::minutes(30)).or(before);
        let news = match since {
            Some(since) if reads => store::news(read, since)?,
            _ => Vec::new(),
        };
        let contracts = match sees {
            true => Some(Contracts {
                to_sign: store::to_sign(read)?,
                to_approve: if approves { Some(store::to_approve(read)?) } else { None },
                links: if issues { Some(store::links_ending(read)?) } else { None },
                ending: store::ending(read)?,
                begun: store::begun(read)?,
            }),
            false => None,
        };
        Ok(Waits {
            contracts,
            to_process: if processes { Some(store::listings_to_process(read)?) } else { None },
            to_mend: if submits { Some(store::listings_to_mend(read)?) } else { None },
            to_fulfil: if fulfils { Some(store::orders_to_fulfil(read)?) } else { None },
            to_answer: if buys { Some(store::orders_to_answer(read)?) } else { None },
            to_decide: if decides { Some(store::changes_to_decide(read)?) } else { None },
            to_settle: if settles { Some(store::tiers_to_settle(read)?) } else { None },
            undelivered: outbox::undelivered(read, store::COUNTED)?,
            news,
            since,
            note: seen.is_none_or(|seen| seen < now - TimeDelta::minutes(1)),
            opened: store::opened(read, &places)?,
        })
    })
    .await
}

/// A heap of things at `section`, each leading to its page with `end` behind it; `all` is the list of them.
fn heap(
    actor: &Actor<Member>,
    (heading, nothing): (&'static str, &'static str),
    pile: &Pile,
    (section, end, all): (&str, &str, &str),
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
                href: actor.url(&format!("{section}/{}{end}", one.id)),
                name: one.name.clone(),
                about: about(one),
                test: one.environment.is_test(),
            })
            .collect(),
    }
}

pub async fn home(actor: Actor<Member>, db: web::Data<Db>) -> Result<HttpResponse> {
    let waits = look(&actor, &db).await?;
    let now = shown_now();
    if waits.note {
        db.draft(&actor, store::note_seen).await?;
    }
    let mut heaps = Vec::new();
    heaps.extend(not_delivered(&actor, &waits.undelivered, now));
    for (pile, words, section, to_do) in [
        (&waits.to_fulfil, ("Orders to fulfil", "No order waits for you."), "fulfillment", fulfillment::grid::TO_DO),
        (
            &waits.to_decide,
            ("Customers' changes", "No change of a customer waits for you."),
            "customer-requests",
            customers::requests::grid::TO_DO,
        ),
        (
            &waits.to_settle,
            ("Tier requests", "No reseller waits to be set up."),
            "tier-config-requests",
            tier_config::requests::TO_DO,
        ),
        (
            &waits.to_answer,
            ("Orders that wait for data", "No vendor asks you for data."),
            "fulfillment",
            "?status=inquiring",
        ),
    ] {
        if let Some(pile) = pile {
            let all = format!("{section}{to_do}");
            heaps.push(heap(&actor, words, pile, (section, "", &all), |one| {
                format!("{}, {}", one.id, distance(now, one.at))
            }));
        }
    }
    if let Some(pile) = &waits.to_process {
        let all = format!("listing-requests{}", listings::requests::TO_DO);
        heaps.push(heap(
            &actor,
            ("Listing requests", "No vendor waits for a listing."),
            pile,
            ("listing-requests", "", &all),
            |one| format!("{}, submitted {}", one.id, distance(now, one.at)),
        ));
    }
    if let Some(pile) = &waits.to_mend {
        heaps.push(heap(
            &actor,
            ("Listing requests to mend", "No request of yours came back."),
            pile,
            ("listing-requests", "", "listing-requests?status=draft"),
            |one| format!("{}, came back {}", one.id, distance(now, one.at)),
        ));
    }
    let mut tasks = Vec::new();
    if let Some(found) = &waits.contracts {
        let all = "contracts";
        heaps.push(heap(
            &actor,
            ("Contracts to sign", "Nothing waits for your signature."),
            &found.to_sign,
            ("contracts", "", all),
            |one| format!("{}, version {} offered {}", one.id, one.version, distance(now, one.at)),
        ));
        if let Some(pile) = &found.to_approve {
            heaps.push(heap(
                &actor,
                ("Contracts to approve", "No vendor waits for your approval."),
                pile,
                ("contracts", "", all),
                |one| format!("{}, enrolled {}", one.id, distance(now, one.at)),
            ));
        }
        if let Some(pile) = &found.links {
            heaps.push(heap(
                &actor,
                ("Links about to expire", "No activation link ends within a week."),
                pile,
                ("contracts", "", all),
                |one| {
                    let verb = if one.at < now { "expired" } else { "expires" };
                    format!("{}, {verb} {}", one.id, distance(now, one.at))
                },
            ));
        }
        heaps.push(heap(
            &actor,
            ("Contracts about to end", "No contract ends within thirty days."),
            &found.ending,
            ("contracts", "", all),
            |one| format!("{}, ends {}", one.id, distance(now, one.at)),
        ));
        tasks = first_steps(&actor, found.begun, actor.may::<Create>());
    }
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

/// Mails about what the person may see that nobody will get; nothing when there are none.
fn not_delivered(actor: &Actor<Member>, mails: &[Undelivered], now: DateTime<Utc>) -> Option<Heap> {
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
fn first_steps(actor: &Actor<Member>, begun: Begun, issues: bool) -> Vec<Task> {
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
