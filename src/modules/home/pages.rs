//! Home of a portal: what waits for me, with links to it.

use actix_web::{HttpResponse, web};
use askama::Template;
use chrono::Utc;

use super::store::{self, Begun, Pile};
use crate::{
    kit::{
        actor::{Actor, Member},
        db::Db,
        page::{self, Page},
        problem::Result,
        time::distance,
    },
    modules::{
        agreements,
        contracts::{self, Create},
        distribution,
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

pub async fn home(actor: Actor<Member>, db: web::Data<Db>) -> Result<HttpResponse> {
    let sees = actor.may::<contracts::View>();
    let issues = actor.may::<Create>();
    let approves = actor.may::<distribution::Approve>();
    let found = match sees {
        true => Some(
            db.read(&actor, move |read| {
                let links = if issues { store::links_ending(read)? } else { Pile::default() };
                let approvals = if approves { Some(store::to_approve(read)?) } else { None };
                Ok((store::to_sign(read)?, approvals, links, store::ending(read)?, store::begun(read)?))
            })
            .await?,
        ),
        false => None,
    };
    let mut heaps = Vec::new();
    let mut tasks = Vec::new();
    if let Some((to_sign, approvals, links, ending, begun)) = found {
        let now = Utc::now();
        let heap = |heading, nothing, pile: Pile, about: &dyn Fn(&store::Waiting) -> String, end: &str| Heap {
            heading,
            figure: pile.figure(),
            nothing,
            more: (pile.count > pile.first.len()).then(|| actor.url("contracts")),
            items: pile
                .first
                .iter()
                .map(|one| Item {
                    href: actor.url(&format!("contracts/{}{end}", one.id)),
                    name: one.name.clone(),
                    about: about(one),
                })
                .collect(),
        };
        heaps.push(heap(
            "Contracts to sign",
            "No newer version waits for your signature.",
            to_sign,
            &|one| format!("{}, version {} offered {}", one.id, one.version, distance(now, one.at)),
            "/versions",
        ));
        if let Some(approvals) = approvals {
            heaps.push(heap(
                "Contracts to approve",
                "No vendor waits for your approval.",
                approvals,
                &|one| format!("{}, enrolled {}", one.id, distance(now, one.at)),
                "",
            ));
        }
        if issues {
            heaps.push(heap(
                "Links about to expire",
                "No activation link ends within a week.",
                links,
                &|one| {
                    let verb = if one.at < now { "expired" } else { "expires" };
                    format!("{}, {verb} {}", one.id, distance(now, one.at))
                },
                "",
            ));
        }
        heaps.push(heap(
            "Contracts about to end",
            "No contract ends within thirty days.",
            ending,
            &|one| format!("{}, ends {}", one.id, distance(now, one.at)),
            "",
        ));
        tasks = first_steps(&actor, begun, issues);
    }
    let shown = Home {
        page: actor.page("Home"),
        company: actor.identity.company.name.clone(),
        quiet: heaps.is_empty(),
        heaps,
        tasks,
    };
    page::html(&actor.visit, &shown)
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
