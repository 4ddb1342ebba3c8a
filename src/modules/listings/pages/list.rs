//! The list of requests: a vendor's, or the queue of a marketplace's owner.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::{
    kit::{
        actor::{Permission, Role},
        choice::Choice as _,
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
        listings::{
            Process, Request, Submit, View, actions,
            lifecycle::Action,
            queue::Reviews,
            requests::{Column, DRAFTS, Requests, TO_DO},
        },
        queue::bulk::{ASSIGN, Act, Bulk, Many, Marked, assign_one},
        service,
        views::list::{Listed, queue as listed},
    },
    t,
};

#[derive(Template)]
#[template(path = "listings/requests.html")]
struct List {
    page: Page,
    list: Listed<Requests>,
    tabs: Vec<Tab>,
    zone: Zone,
    vendor: bool,
    /// What may be done with many.
    bulk: Option<Bulk>,
    errors: Vec<FieldError>,
    manage: Option<String>,
    /// Where the owner of a marketplace says how fast it answers.
    level: Option<String>,
}

async fn list_page<P: Permission>(actor: &Viewer<P>, db: &Db, marked: Marked) -> Result<List> {
    let list = listed::<Requests>(&actor.with::<View>()?, db).await?;
    let vendor = actor.identity.company.role == Role::Vendor;
    let bulk = actor.may::<Process>().then(|| Bulk::new::<Reviews, P>(actor, &list, marked));
    let errors = bulk.as_ref().map(|bulk| bulk.errors.clone()).unwrap_or_default();
    Ok(List {
        page: actor.page("Listing requests").with_errors(&errors),
        tabs: list.tabs(match vendor {
            true => &[("Waiting for you", DRAFTS), ("Waiting for the distributor", TO_DO)],
            false => &[("Waiting for you", TO_DO)],
        }),
        zone: actor.zone(),
        vendor,
        bulk,
        errors,
        level: (actor.may::<Process>() && actor.may::<service::Manage>()).then(|| actor.url("service-level")),
        manage: actor.may::<Submit>().then(|| actor.url("listings/new")),
        list,
    })
}

pub async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&actor.visit, &list_page(&actor, &db, Marked::default()).await?)
}

impl Many for Reviews {
    type Right = Process;

    const ACTS: &'static [Act] = &[
        ASSIGN,
        Act {
            key: "deploy",
            label: "Mark as Deploying",
            reason: false,
            done: |n| t!("{n} request marked as Deploying" | "{n} requests marked as Deploying", n),
        },
        Act {
            key: "refine",
            label: "Refine",
            reason: true,
            done: |n| t!("{n} request sent back to its vendor" | "{n} requests sent back to their vendors", n),
        },
        Act {
            key: "cancel",
            label: "Cancel requests",
            reason: true,
            done: |n| t!("{n} request cancelled" | "{n} requests cancelled", n),
        },
    ];
    const REASON: Option<(&'static str, &'static str)> =
        Some(("Reason", "Required to refine or cancel. Shown to the vendors."));

    fn do_one(tx: &mut Tx<'_, Process>, id: &Id<Request>, act: &str, reason: &str, _: &str) -> Result<()> {
        match Action::from_key(act) {
            Some(action) => actions::decide(tx, id, action, reason),
            None => assign_one::<Self>(tx, id),
        }
    }

    async fn list<P: Permission>(actor: &Viewer<P>, db: &Db, marked: Marked) -> Result<impl Template> {
        list_page(actor, db, marked).await
    }
}
