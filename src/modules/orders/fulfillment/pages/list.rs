//! The list of requests: a vendor's queue, which it takes over by the dozen.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::{
    kit::{
        actor::{Permission, Role},
        db::{Db, Tx},
        form::FieldError,
        id::Id,
        page::{self, Page, Tab},
        problem::Result,
        time::Zone,
        viewer::Viewer,
        words::filters,
    },
    modules::{
        orders::{
            fulfillment::{
                Process, Request, actions,
                grid::{Column, ON_HOLD, Requests, TO_DO},
                queue::Fulfillment,
            },
            subscriptions::{Order, View},
        },
        queue::bulk::{ASSIGN, Act, Bulk, Many, Marked, assign_one},
        service,
        views::list::{Listed, queue as listed},
    },
    t,
};

#[derive(Template)]
#[template(path = "orders/fulfillment/list.html")]
struct List {
    page: Page,
    list: Listed<Requests>,
    tabs: Vec<Tab>,
    zone: Zone,
    vendor: bool,
    /// What may be done with many.
    bulk: Option<Bulk>,
    errors: Vec<FieldError>,
    create: Option<String>,
    /// Where a vendor says how fast it answers.
    level: Option<String>,
}

async fn list_page<P: Permission>(actor: &Viewer<P>, db: &Db, marked: Marked) -> Result<List> {
    let list = listed::<Requests>(&actor.with::<View>()?, db).await?;
    let vendor = actor.identity.company.role == Role::Vendor;
    let bulk = (vendor && actor.may::<Process>()).then(|| Bulk::new::<Fulfillment, P>(actor, &list, marked));
    let errors = bulk.as_ref().map(|bulk| bulk.errors.clone()).unwrap_or_default();
    Ok(List {
        page: actor.page(("Orders", "Subscriptions")).with_errors(&errors),
        tabs: list.tabs(match vendor {
            true => &[("Waiting for you", TO_DO)],
            false => &[("Waiting for you", ON_HOLD), ("Waiting for the vendor", TO_DO)],
        }),
        zone: actor.zone(),
        vendor,
        bulk,
        errors,
        level: (vendor && actor.may::<service::Manage>()).then(|| actor.url("service-level")),
        create: actor.may::<Order>().then(|| actor.url("subscriptions/new")),
        list,
    })
}

pub async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&actor.visit, &list_page(&actor, &db, Marked::default()).await?)
}

impl Many for Fulfillment {
    type Right = Process;

    const ACTS: &'static [Act] = &[
        ASSIGN,
        Act { key: "fail", label: "Fail", reason: true, done: |n| t!("{n} request failed" | "{n} requests failed", n) },
    ];
    const REASON: Option<(&'static str, &'static str)> = Some(("Reason", "Required to fail. Shown to the buyers."));

    fn do_one(tx: &mut Tx<'_, Process>, id: &Id<Request>, act: &str, reason: &str, _: &str) -> Result<()> {
        match act {
            "fail" => actions::fail(tx, id, reason),
            _ => assign_one::<Self>(tx, id),
        }
    }

    async fn list<P: Permission>(actor: &Viewer<P>, db: &Db, marked: Marked) -> Result<impl Template> {
        list_page(actor, db, marked).await
    }
}
