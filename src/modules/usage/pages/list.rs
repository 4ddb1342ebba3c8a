//! The list of usage files: a vendor's own, or those that the owner of a marketplace decides about, one by one or many at once.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::{
    kit::{
        actor::{Permission, Role},
        db::{Db, Tx},
        form::FieldError,
        id::Id,
        input::Input as _,
        page::{self, Page, Tab},
        problem::{Problem, Result},
        time::Zone,
        viewer::Viewer,
        words::filters,
    },
    modules::{
        queue::{
            Standing as _,
            bulk::{Act, Bulk, Many, Marked},
        },
        usage::{
            Report, Review, UsageFile, View, actions,
            data::{Acceptance, Rejection},
            grid::{Column, Files, SENT_BACK, TO_DO},
            queue::Reports,
        },
        views::list::{Listed, queue as listed},
    },
    t,
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
    /// What may be done with many.
    bulk: Option<Bulk>,
    errors: Vec<FieldError>,
    /// By which a file's page knows the list again, for whoever works through it.
    within: String,
}

async fn list_page<P: Permission>(actor: &Viewer<P>, db: &Db, marked: Marked) -> Result<List> {
    let list = listed::<Files>(&actor.with::<View>()?, db).await?;
    let vendor = actor.identity.company.role == Role::Vendor;
    let bulk = actor.may::<Review>().then(|| Bulk::new::<Reports, P>(actor, &list, marked));
    let errors = bulk.as_ref().map(|bulk| bulk.errors.clone()).unwrap_or_default();
    Ok(List {
        page: actor.page(("Files", "Usage")).with_errors(&errors),
        tabs: list.tabs(match vendor {
            true => &[("Sent back to you", SENT_BACK), ("Waiting for the distributor", TO_DO)],
            false => &[("Waiting for you", TO_DO)],
        }),
        zone: actor.zone(),
        vendor,
        may_report: actor.may::<Report>(),
        bulk,
        errors,
        within: if vendor { String::new() } else { list.within.clone() },
        list,
    })
}

pub async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&actor.visit, &list_page(&actor, &db, Marked::default()).await?)
}

impl Many for Reports {
    type Right = Review;

    const ACTS: &'static [Act] = &[
        Act {
            key: "accept",
            label: "Accept",
            reason: false,
            done: |n| t!("{n} file accepted" | "{n} files accepted", n),
        },
        Act {
            key: "reject",
            label: "Reject",
            reason: true,
            done: |n| t!("{n} file rejected" | "{n} files rejected", n),
        },
    ];
    const REASON: Option<(&'static str, &'static str)> =
        Some(("Reason for rejecting", "Required to reject. Shown to the vendors. Up to 200 characters."));
    const LONGEST: usize = 200;

    fn do_one(tx: &mut Tx<'_, Review>, id: &Id<UsageFile>, act: &str, reason: &str, row: &str) -> Result<()> {
        let shown = actions::listed(tx, id, row)?.token();
        match act {
            "reject" => {
                let said = Rejection::read(&[reason.to_owned()]).map_err(Problem::Invalid)?;
                actions::reject(tx, id, &said, &shown)
            }
            _ => actions::accept(tx, id, &Acceptance { note: String::new() }, &shown),
        }
    }

    async fn list<P: Permission>(actor: &Viewer<P>, db: &Db, marked: Marked) -> Result<impl Template> {
        list_page(actor, db, marked).await
    }
}
