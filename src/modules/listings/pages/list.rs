//! The list of requests: a vendor's, or the queue of a marketplace's owner.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::{
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
        listings::{
            Process, Submit, View,
            requests::{self, Column, TO_DO},
        },
        service,
        views::list::{Listed, list as listed},
    },
};

#[derive(Template)]
#[template(path = "listings/requests.html")]
struct Requests {
    page: Page,
    list: Listed<requests::Requests>,
    tabs: Vec<Tab>,
    zone: Zone,
    vendor: bool,
    manage: Option<String>,
    /// Where the owner of a marketplace says how fast it answers.
    level: Option<String>,
}

pub async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let list = listed::<requests::Requests>(&actor, &db).await?;
    let shown = Requests {
        page: actor.page("Listing requests"),
        tabs: list.queue(&actor.visit, "In progress, oldest first", TO_DO),
        zone: actor.zone(),
        vendor: actor.identity.company.role == Role::Vendor,
        level: (actor.may::<Process>() && actor.may::<service::Manage>()).then(|| actor.url("service-level")),
        manage: actor.may::<Submit>().then(|| actor.url("listings/new")),
        list,
    };
    page::html(&actor.visit, &shown)
}
