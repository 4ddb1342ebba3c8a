//! The list of usage files.

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
        usage::{
            Report, View,
            grid::{Column, Files, SENT_BACK, TO_DO},
        },
        views::list::{Listed, queue as listed},
    },
};

#[derive(Template)]
#[template(path = "usage/list.html")]
struct List {
    page: Page,
    list: Listed<Files>,
    tabs: Vec<Tab>,
    zone: Zone,
    vendor: bool,
    may_report: bool,
}

pub async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let list = listed::<Files>(&actor, &db).await?;
    let vendor = actor.identity.company.role == Role::Vendor;
    let shown = List {
        page: actor.page(("Files", "Usage")),
        tabs: list.tabs(match vendor {
            true => {
                &[("Sent back to you, oldest first", SENT_BACK), ("Waiting for the distributor, oldest first", TO_DO)]
            }
            false => &[("Waiting for you, oldest first", TO_DO)],
        }),
        zone: actor.zone(),
        vendor,
        may_report: actor.may::<Report>(),
        list,
    };
    page::html(&actor.visit, &shown)
}
