//! The list of requests: a vendor's queue, which it takes over by the dozen.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::{
    access::extract::Post,
    kit::{
        actor::Role,
        db::Db,
        page::{self, Page, Tab},
        problem::Result,
        time::Zone,
        viewer::Viewer,
        words::filters,
    },
    modules::{
        orders::{
            fulfillment::{
                Process,
                grid::{Column, Requests, TO_DO},
                queue::Fulfillment,
            },
            subscriptions::{Order, View},
        },
        queue::pages::assign_many,
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
    let shown = List {
        page: actor.page(("Orders", "Subscriptions")),
        tabs: list.queue(
            &actor.visit,
            if vendor { "Waiting for you, oldest first" } else { "Waiting for the vendor, oldest first" },
            TO_DO,
        ),
        zone: actor.zone(),
        vendor,
        assign: (vendor && actor.may::<Process>()).then(|| format!("{}/assign", list.base)),
        level: (vendor && actor.may::<service::Manage>()).then(|| actor.url("service-level")),
        create: actor.may::<Order>().then(|| actor.url("subscriptions/new")),
        list,
    };
    page::html(&actor.visit, &shown)
}

pub async fn assign(post: Post<Process>, db: web::Data<Db>) -> Result<HttpResponse> {
    assign_many::<Fulfillment>(post, &db, TO_DO).await
}
