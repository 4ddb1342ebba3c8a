//! Screens of tier account requests: a queue that is worked through by keyboard, one difference after the other.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    Decide, Request, Status,
    actions::{self, Decision, Ignoring},
    grid::{Column, Requests, TO_DO, roles},
    queue::Changes,
    store::{self, Detail},
};
use crate::{
    access::extract::Post,
    kit::{
        actor::{Permission, Role},
        db::Db,
        form::{Field, FieldError},
        id::Id,
        input::Form,
        page::{self, Flash, Page, Tab},
        problem::{Problem, Result},
        route::{Mount, get, post},
        shown::{FIELD, Shown},
        time::{When, Zone},
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::{
        customers::View,
        events::{self, Entry},
        queue::pages::{self as queue, OfRequest},
        service::{self, Clock},
        views::{
            self,
            list::{Listed, list as listed},
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
        post("/customer-requests/decide", || web::to(decide_many)),
        post("/customer-requests/{id}/accept", || web::to(accept)).binding(),
        post("/customer-requests/{id}/ignore", || web::to(ignore)),
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
    decide: Option<String>,
    /// Where a vendor says how fast it answers.
    level: Option<String>,
    reason: Field,
    errors: Vec<FieldError>,
    /// What became of those that were ticked.
    results: Vec<(Words, Words)>,
    /// Those that are ticked still.
    ticked: Vec<String>,
}

async fn list_page<P: Permission>(
    actor: &Viewer<P>,
    db: &web::Data<Db>,
    reason: &Form<Ignoring>,
    results: Vec<(Words, Words)>,
) -> Result<List> {
    let viewer = actor.with::<View>()?;
    let list = listed::<Requests>(&viewer, db).await?;
    let vendor = actor.identity.company.role == Role::Vendor;
    let tabs = match vendor {
        true => list.queue(&actor.visit, "Waiting for you, oldest first", TO_DO),
        false => list.queue(&actor.visit, "Waiting for vendors, oldest first", TO_DO),
    };
    let errors = reason.errors();
    Ok(List {
        page: actor.page(("Customer changes", "Customers")).with_errors(&errors),
        tabs,
        zone: actor.zone(),
        vendor,
        decide: (vendor && actor.may::<Decide>()).then(|| format!("{}/decide", list.base)),
        level: (vendor && actor.may::<service::Manage>()).then(|| actor.url("service-level")),
        // needed for one of the two acts only
        reason: Field { optional: errors.is_empty(), ..reason.field("reason") },
        errors,
        results,
        ticked: Vec::new(),
        list,
    })
}

async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&actor.visit, &list_page(&actor, &db, &of_many(Form::empty()), Vec::new()).await?)
}

/// The reason of several at once.
fn of_many(form: Form<Ignoring>) -> Form<Ignoring> {
    form.saying("reason", "Reason for ignoring", "Needed to ignore; the accounts' owners read it.")
}

/// Accepts or ignores what was ticked, each for itself, and says what became of each.
async fn decide_many(post: Post<Decide>, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let ids: Vec<Id<Request>> = post.fields.all("id").filter_map(|id| id.parse().ok()).take(100).collect();
    let mut reason = of_many(Form::typed(&post.fields));
    let back = format!("{}{TO_DO}", actor.url("customer-requests"));
    if ids.is_empty() {
        let flash = Flash::notice("Tick the requests that you want to decide.");
        return Ok(page::see_with(&actor.visit, back, &flash));
    }
    let decision = if post.fields.text("decision") == "ignore" {
        match reason.read() {
            Some(ignoring) => Decision::Ignore(ignoring.reason),
            None => {
                let ticked = ids.iter().map(ToString::to_string).collect();
                let shown = List { ticked, ..list_page(&actor, &db, &reason, Vec::new()).await? };
                return page::invalid(&actor.visit, &shown);
            }
        }
    } else {
        Decision::Accept
    };
    let mut against = Vec::new();
    let mut done = 0;
    for id in ids {
        let (one, wanted) = (decision.clone(), id.clone());
        match db.write(&actor, move |tx| actions::decide(tx, &wanted, &one, None)).await {
            Ok(()) => done += 1,
            Err(Problem::Stale(refusal)) => against.push((Words::data(id.to_string()), refusal.text)),
            Err(Problem::NotFound) => against.push((Words::data(id.to_string()), t!("There is no such request."))),
            Err(other) => return Err(other),
        }
    }
    let said = match decision {
        Decision::Accept => t!("{n} request accepted" | "{n} requests accepted", done),
        Decision::Ignore(_) => t!("{n} request ignored" | "{n} requests ignored", done),
    };
    if against.is_empty() {
        return Ok(page::see_with(&actor.visit, back, &Flash::success(said)));
    }
    against.insert(0, (said, Words::default()));
    page::html(&actor.visit, &list_page(&actor, &db, &of_many(Form::empty()), against).await?)
}

#[derive(Template)]
#[template(path = "customers/requests/show.html")]
struct Show {
    page: Page,
    detail: Detail,
    errors: Vec<FieldError>,
    created: When,
    decided: Option<When>,
    clock: Option<Clock>,
    roles: Words,
    /// What is known now, besides what changed.
    lines: Vec<(&'static str, Words)>,
    account: Option<String>,
    may_decide: bool,
    /// What accepting binds to.
    shown: Shown,
    here: String,
    reason: Field,
    previous: Option<String>,
    next: Option<String>,
    requests: String,
    entries: Vec<Entry>,
}

async fn show_page<P: Permission>(actor: &Viewer<P>, db: &Db, text: &str, reason: &Form<Ignoring>) -> Result<Show> {
    let wanted = queue::id::<Changes>(text)?;
    let decides = actor.may::<Decide>();
    let (detail, neighbours, entries) = db
        .read(actor, move |read| {
            let detail = store::find(read, &wanted)?;
            let neighbours = if decides { store::neighbours(read, &detail.row)? } else { (None, None) };
            let entries = events::history(read, wanted.as_str())?;
            Ok((detail, neighbours, entries))
        })
        .await?;
    let errors = reason.errors();
    let row = &detail.row;
    let zone = actor.zone();
    let pending = row.status == Status::Pending;
    let changed: Vec<&str> = detail.changes.iter().map(|one| one.label).collect();
    let lines = detail.after.data.lines();
    Ok(Show {
        page: actor.page((&row.id, "Customer changes")).with_errors(&errors),
        errors,
        created: zone.when(row.created_at),
        decided: (!pending && row.decided_by_id.is_some()).then(|| zone.when(row.updated_at)),
        clock: pending.then(|| Clock::new(zone, row.created_at, row.due_at)),
        roles: roles(&row.roles),
        lines: lines.into_iter().filter(|(label, value)| !value.is_empty() && !changed.contains(label)).collect(),
        account: detail.sees.then(|| actor.url(&format!("customers/{}", row.tier_account_id))),
        may_decide: pending && decides && row.vendor_id == *actor.account(),
        shown: store::shown(row, detail.base, &detail.changes),
        here: queue::url::<Changes, _>(actor, &row.id),
        reason: reason.field("reason"),
        previous: neighbours.0.map(|id| queue::url::<Changes, _>(actor, &id)),
        next: neighbours.1.map(|id| queue::url::<Changes, _>(actor, &id)),
        requests: actor.url("customer-requests"),
        entries,
        detail,
    })
}

async fn show(actor: Viewer<View>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&actor.visit, &show_page(&actor, &db, &path.1, &Form::empty()).await?)
}

/// Decides, and leads to the next one that waits.
async fn decided(actor: &Viewer<Decide>, db: &Db, text: &str, decision: Decision, sent: &str) -> Result<HttpResponse> {
    let wanted = queue::id::<Changes>(text)?;
    let here = queue::url::<Changes, _>(actor, &wanted);
    let words = match decision {
        Decision::Accept => t!("{request} accepted", request = wanted),
        Decision::Ignore(_) => t!("{request} ignored", request = wanted),
    };
    db.write(actor, {
        let (wanted, sent) = (wanted.clone(), sent.to_owned());
        move |tx| actions::decide(tx, &wanted, &decision, Some(&sent))
    })
    .await
    .map_err(|problem| problem.leading_to(here, queue::BACK))?;
    let asked = wanted.clone();
    let (before, after) = db
        .read(actor, move |read| {
            let detail = store::find(read, &asked)?;
            store::neighbours(read, &detail.row)
        })
        .await?;
    let next =
        after.or(before).map_or_else(|| actor.url("customer-requests"), |next| queue::url::<Changes, _>(actor, &next));
    Ok(page::see_with(&actor.visit, next, &Flash::success(words)))
}

async fn accept(post: Post<Decide>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    decided(&post.actor, &db, &path.1, Decision::Accept, post.fields.text(FIELD)).await
}

async fn ignore(post: Post<Decide>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let mut form = Form::<Ignoring>::typed(&post.fields);
    let Some(Ignoring { reason }) = form.read() else {
        let shown = show_page(&post.actor, &db, &path.1, &form).await?;
        if !shown.may_decide {
            return Err(actions::stale(&shown.detail.row).leading_to(shown.here, "Back to the request"));
        }
        return page::invalid(&post.actor.visit, &shown);
    };
    decided(&post.actor, &db, &path.1, Decision::Ignore(reason), "").await
}
