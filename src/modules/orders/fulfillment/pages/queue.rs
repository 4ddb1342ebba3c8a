//! The list of requests: a vendor's queue, which it takes over by the dozen.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::{
    access::extract::Post,
    kit::{
        actor::Role,
        db::Db,
        page::{self, Flash, Page, Tab},
        problem::Result,
        time::{Zone, counted},
        viewer::Viewer,
        words::filters,
    },
    modules::{
        orders::{
            fulfillment::{
                Process, actions,
                grid::{Column, Requests, TO_DO},
            },
            subscriptions::{Order, View},
        },
        service,
        views::list::{Listed, list as listed},
    },
};

#[derive(Template)]
#[template(path = "orders/fulfillment/list.html")]
struct List {
    page: Page,
    list: Listed<Requests>,
    tabs: Vec<Tab>,
    zone: Zone,
    vendor: bool,
    /// Where many are taken over at once.
    assign: Option<String>,
    create: Option<String>,
    /// Where a vendor says how fast it answers.
    level: Option<String>,
}

pub async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let list = listed::<Requests>(&actor, &db).await?;
    let vendor = actor.identity.company.role == Role::Vendor;
    let waiting = if vendor { "Waiting for you, oldest first" } else { "Waiting for the vendor, oldest first" };
    let shown = List {
        page: actor.page("Fulfilment - Subscriptions"),
        tabs: list.queue(&actor.visit, waiting, TO_DO),
        zone: actor.zone(),
        vendor,
        assign: (vendor && actor.may::<Process>()).then(|| format!("{}/assign", list.base)),
        level: (vendor && actor.may::<service::Manage>()).then(|| actor.url("service-level")),
        create: actor.may::<Order>().then(|| actor.url("subscriptions/new")),
        list,
    };
    page::html(&actor.visit, &shown)
}

/// Takes over what was ticked.
pub async fn assign(post: Post<Process>, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let ids: Vec<_> = post.fields.all("id").filter_map(|id| id.parse().ok()).take(100).collect();
    let asked = ids.len();
    let done = db.write(&actor, move |tx| actions::assign(tx, &ids, true)).await?;
    let flash = match (asked, done) {
        (0, _) => Flash::notice("Tick the requests that you want to take over."),
        (asked, done) if asked == done => Flash::success(format!("{} yours now", are(done))),
        (asked, done) => {
            Flash::notice(format!("{} yours now; {} over or gone meanwhile.", are(done), are(asked - done)))
        }
    };
    Ok(page::see_with(&actor.visit, format!("{}{TO_DO}", actor.url("fulfillment")), &flash))
}

/// "1 request is", "2 requests are".
fn are(count: usize) -> String {
    format!("{} {}", counted(count, "request"), if count == 1 { "is" } else { "are" })
}
