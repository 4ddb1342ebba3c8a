//! Screens of tier account requests: a queue that is worked through by keyboard, one difference after the other.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    Decide, Request, Status,
    actions::{self, Decision, Ignoring},
    grid::{Column, Requests, TO_DO, roles},
    queue::{Changes, Decided},
    store::{self, Detail},
};
use crate::{
    access::extract::Post,
    kit::{
        actor::{Permission, Role},
        db::{Db, Tx},
        form::{Field, FieldError},
        id::Id,
        input::Form,
        page::{self, Flash, Page, Tab},
        problem::Result,
        route::{Mount, get, post},
        shown::{FIELD, Shown},
        time::{When, Zone},
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::{
        customers::View,
        events::{self, Entry},
        queue::{
            Settled as _,
            beside::{self, Beside},
            bulk::{self, Act, Bulk, Many, Marked},
            pages::{self as queue, OfRequest, UNDO},
        },
        service::{self, Clock},
        views::{
            self,
            list::{Listed, queue as listed},
        },
    },
    t,
};

/// For all sides.
pub fn screens() -> Vec<Mount> {
    let mut screens = views::pages::screens::<Requests>();
    screens.extend([get("/customer-requests", || web::to(list)), get("/customer-requests/{id}", || web::to(show))]);
    screens
}

/// For the vendor.
pub fn vendor() -> Vec<Mount> {
    vec![
        post("/customer-requests/many", || web::to(bulk::many::<Changes>)),
        post("/customer-requests/{id}/accept", || web::to(accept)).binding(),
        post("/customer-requests/{id}/ignore", || web::to(ignore)),
        post("/customer-requests/{id}/undo", || web::to(queue::undo::<Changes>)),
    ]
}

#[derive(Template)]
#[template(path = "customers/requests/list.html")]
struct List {
    page: Page,
    list: Listed<Requests>,
    tabs: Vec<Tab>,
    zone: Zone,
    vendor: bool,
    /// What may be done with many.
    bulk: Option<Bulk>,
    /// Where a vendor says how fast it answers.
    level: Option<String>,
    errors: Vec<FieldError>,
}

async fn list_page<P: Permission>(actor: &Viewer<P>, db: &Db, marked: Marked) -> Result<List> {
    let viewer = actor.with::<View>()?;
    let list = listed::<Requests>(&viewer, db).await?;
    let vendor = actor.identity.company.role == Role::Vendor;
    let tabs = list.tabs(&[(if vendor { "Waiting for you" } else { "Waiting for vendors" }, TO_DO)]);
    let bulk = (vendor && actor.may::<Decide>()).then(|| Bulk::new::<Changes, _>(actor, &list, marked));
    let errors = bulk.as_ref().map(|bulk| bulk.errors.clone()).unwrap_or_default();
    Ok(List {
        page: actor.page(("Customer changes", "Customers")).with_errors(&errors),
        tabs,
        zone: actor.zone(),
        vendor,
        bulk,
        level: (vendor && actor.may::<service::Manage>()).then(|| actor.url("service-level")),
        errors,
        list,
    })
}

async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&actor.visit, &list_page(&actor, &db, Marked::default()).await?)
}

impl Many for Changes {
    type Right = Decide;

    const ACTS: &'static [Act] = &[
        Act {
            key: "accept",
            label: "Accept",
            reason: false,
            done: |n| t!("{n} request accepted" | "{n} requests accepted", n),
        },
        Act {
            key: "ignore",
            label: "Ignore",
            reason: true,
            done: |n| t!("{n} request ignored" | "{n} requests ignored", n),
        },
    ];
    const REASON: Option<(&'static str, &'static str)> =
        Some(("Reason for ignoring", "Required to ignore. Shown to the accounts' owners."));

    fn do_one(tx: &mut Tx<'_, Decide>, id: &Id<Request>, act: &str, reason: &str, _: &str) -> Result<()> {
        let decision = if act == "ignore" { Decision::Ignore(reason.to_owned()) } else { Decision::Accept };
        actions::decide(tx, id, &decision, None)
    }

    async fn list<P: Permission>(actor: &Viewer<P>, db: &Db, marked: Marked) -> Result<impl Template> {
        list_page(actor, db, marked).await
    }
}

#[derive(Template)]
#[template(path = "customers/requests/show.html")]
struct Show {
    page: Page,
    detail: Detail,
    beside: Option<Beside>,
    errors: Vec<FieldError>,
    created: When,
    decided: Option<When>,
    clock: Option<Clock>,
    roles: Words,
    /// The current data that did not change.
    lines: Vec<(&'static str, Words)>,
    account: Option<String>,
    may_decide: bool,
    /// What accepting binds to.
    shown: Shown,
    here: String,
    /// The list that the page belongs to.
    within: String,
    reason: Field,
    requests: String,
    entries: Vec<Entry>,
}

async fn show_page<P: Permission>(actor: &Viewer<P>, db: &Db, text: &str, reason: &Form<Ignoring>) -> Result<Show> {
    let wanted = queue::id::<Changes>(text)?;
    let decides = actor.may::<Decide>();
    let viewer = actor.with::<View>()?;
    let within = beside::within::<Changes, _>(actor, decides);
    let (detail, beside, entries) = db
        .read(&viewer, move |read| {
            let detail = store::find(read, &wanted)?;
            let beside = within.around::<Changes>(read, &wanted, detail.row.status == Status::Pending)?;
            let entries = events::history(read, wanted.as_str())?;
            Ok((detail, beside, entries))
        })
        .await?;
    let errors = reason.errors();
    let row = &detail.row;
    let zone = actor.zone();
    let pending = row.status == Status::Pending;
    let changed: Vec<&str> = detail.changes.iter().map(|one| one.label).collect();
    let lines = detail.after.data.lines();
    let within = beside.as_ref().map(|beside| beside.within.clone()).unwrap_or_default();
    let decided = beside.as_ref().is_some_and(Beside::is_decided);
    Ok(Show {
        page: actor.page((&row.id, "Customer changes")).with_errors(&errors),
        errors,
        created: zone.when(row.created_at),
        decided: (!pending && row.decided_by_id.is_some()).then(|| zone.when(row.updated_at)),
        clock: pending.then(|| Clock::new(zone, row.created_at, row.due_at)),
        roles: roles(&row.roles),
        lines: lines.into_iter().filter(|(label, value)| !value.is_empty() && !changed.contains(label)).collect(),
        account: detail.sees.then(|| actor.url(&format!("customers/{}", row.tier_account_id))),
        may_decide: pending && decides && !decided && row.vendor_id == *actor.account(),
        shown: store::shown(row, detail.base, &detail.changes),
        here: queue::url::<Changes, _>(actor, &row.id),
        reason: reason.field("reason"),
        requests: beside.as_ref().map_or_else(|| actor.url("customer-requests"), |beside| beside.list.clone()),
        within,
        beside,
        entries,
        detail,
    })
}

async fn show(actor: Viewer<View>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&actor.visit, &show_page(&actor, &db, &path.1, &Form::empty()).await?)
}

/// Decides with ten seconds to undo it, and leads to the next request; at once when the form is sent without its page.
async fn decided(post: Post<Decide>, db: &Db, text: &str, decided: Decided) -> Result<HttpResponse> {
    let actor = post.actor;
    let wanted = queue::id::<Changes>(text)?;
    if post.fields.has(UNDO) {
        let asked = wanted.clone();
        let name = db.read(&actor, move |read| store::name(read, &asked)).await?;
        return queue::hold::<Changes>(&actor, db, (&wanted, &name), decided).await;
    }
    let words = match decided.decision {
        Decision::Accept => t!("{request} accepted", request = wanted),
        Decision::Ignore(_) => t!("{request} ignored", request = wanted),
    };
    let next = beside::next::<Changes, _>(&actor, db, &wanted).await?;
    queue::act::<Changes, _, _>(&actor, db, &wanted, move |tx, id| Changes::settle(tx, id, &decided)).await?;
    Ok(beside::onwards::<Changes, _>(&actor, &wanted, next, &Flash::success(words)))
}

async fn accept(post: Post<Decide>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let sent = post.fields.text(FIELD).to_owned();
    decided(post, &db, &path.1, Decided { decision: Decision::Accept, sent }).await
}

async fn ignore(post: Post<Decide>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let mut form = Form::<Ignoring>::typed(&post.fields);
    let Some(Ignoring { reason }) = form.read() else {
        let shown = show_page(&post.actor, &db, &path.1, &form).await?;
        if !shown.may_decide {
            let here = queue::at::<Changes, _>(&post.actor, &shown.detail.row.id);
            return Err(actions::stale(&shown.detail.row).leading_to(here, queue::BACK));
        }
        return page::invalid(&post.actor.visit, &shown);
    };
    decided(post, &db, &path.1, Decided { decision: Decision::Ignore(reason), sent: String::new() }).await
}
