//! The queue of requests, and one of them on a page.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::{OfObject, config_url, id, url};
use crate::{
    access::extract::Post,
    kit::{
        actor::{Permission, Role},
        acts::Acts,
        db::Db,
        form::{self, Field, FieldError},
        page::{self, Page, Tab},
        problem::Result,
        time::{When, Zone},
        viewer::Viewer,
        words::filters,
    },
    modules::{
        conversation::{self, Said},
        orders::{
            fulfillment::{asked, pages::message_field},
            subscriptions::pages::by_phase,
            tier_config::{
                Manage, Process, RequestStatus, View,
                actions::{self, parameters_of},
                lifecycle::{Action, Part, RULES},
                requests::{Column, Requests, TO_DO},
                store::{self, Detail, RequestRow},
            },
        },
        products::parameters::{reveal, values::Line},
        service::Clock,
        views::list::{Listed, list as listed},
    },
};

#[derive(Template)]
#[template(path = "orders/tier_config/requests.html")]
struct List {
    page: Page,
    list: Listed<Requests>,
    tabs: Vec<Tab>,
    zone: Zone,
}

pub async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    let list = listed::<Requests>(&actor, &db).await?;
    let vendor = actor.identity.company.role == Role::Vendor;
    let waiting = if vendor { "Waiting for you, oldest first" } else { "Waiting for the vendor, oldest first" };
    let shown = List {
        page: actor.page("Requests - Tier Config"),
        tabs: list.queue(&actor.visit, waiting, TO_DO),
        zone: actor.zone(),
        list,
    };
    page::html(&actor.visit, &shown)
}

#[derive(Template)]
#[template(path = "orders/tier_config/request.html")]
struct Show {
    page: Page,
    row: RequestRow,
    detail: Detail,
    assignee: Option<String>,
    errors: Vec<FieldError>,
    created: When,
    effective: Option<When>,
    clock: Option<Clock>,
    acts: Acts,
    vendor: bool,
    edit: Option<String>,
    values: Vec<(&'static str, Vec<Line>)>,
    /// Where secrets are asked for.
    reveal: Option<String>,
    form: Option<String>,
    config: String,
    requests: String,
    text: Field,
    once: Uuid,
    may_talk: bool,
    said: Vec<Said>,
}

async fn show_page<P: Permission>(actor: &Viewer<P>, db: &Db, path: &str, text: Field) -> Result<Show> {
    let wanted = id(path)?;
    let (row, detail, assignee, rows, said) = db
        .read(actor, move |read| {
            let (row, detail, assignee) = store::find_request(read, &wanted)?;
            let rows = parameters_of(read.conn, &detail.row.product_id, detail.row.level)?;
            let said = conversation::all(read, wanted.as_str())?;
            Ok((row, detail, assignee, rows, said))
        })
        .await?;
    let errors = form::errors([&text]);
    let here = url(actor, &row.id);
    let parts = detail.row.parts(actor.account());
    let (vendor, manages, processes) = (parts.contains(&Part::Vendor), actor.may::<Manage>(), actor.may::<Process>());
    let acts = Acts::of(
        (RULES, row.status),
        &parts,
        &here,
        |_, action| if matches!(action, Action::Answer | Action::Fail) { manages } else { processes },
        |action| action == Action::Approve,
    );
    let acts = match vendor && processes && row.status.open() {
        true => acts.assigned(&here, row.assignee_id.as_ref(), &actor.identity.person.id),
        false => acts,
    };
    let fills = vendor && processes && row.status.fillable();
    let house = &actor.visit.house;
    let zone = actor.zone();
    Ok(Show {
        page: actor.page(&format!("{} - Tier Config", row.id)).with_errors(&errors),
        errors,
        created: zone.when(row.created_at),
        effective: row.effective_at.map(|at| zone.when(at)),
        clock: row.status.waits().then(|| Clock::new(zone, row.created_at, row.due_at)),
        acts,
        vendor,
        edit: fills.then(|| format!("{here}/parameters")),
        values: by_phase(&rows, &row.values()?),
        reveal: (manages && !parts.is_empty()).then(|| format!("{here}/reveal")),
        form: asked::form_of(&house.key, &house.public_url, row.id.as_str(), row.form_nonce.as_deref())
            .filter(|_| row.status == RequestStatus::Inquiring && manages),
        config: config_url(actor, &detail.row.id),
        requests: actor.url("tier-config-requests"),
        text,
        once: Uuid::new_v4(),
        may_talk: manages,
        said,
        assignee,
        row,
        detail,
    })
}

pub async fn show(actor: Viewer<View>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&actor.visit, &show_page(&actor, &db, &path.1, message_field()).await?)
}

pub async fn reveal(post: Post<Manage>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, wanted) = (post.actor, id(&path.1)?);
    let back = url(&actor, &wanted);
    let parameter = post.fields.text(reveal::FIELD).to_owned();
    let revealed = db.write(&actor, move |tx| actions::reveal_asked(tx, &wanted, &parameter)).await?;
    reveal::page(&actor, revealed, (back, "Back to the request"))
}

pub async fn said(post: Post<Manage>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let wanted = id(&path.1)?;
    let mut text = message_field().from(&post.fields);
    let Some(words) = text.text("a message", 2_000) else {
        return page::invalid(&actor.visit, &show_page(&actor, &db, &path.1, text).await?);
    };
    let (here, once) = (url(&actor, &wanted), post.fields.form());
    db.write(&actor, move |tx| actions::say(tx, once, &wanted, &words)).await?;
    Ok(page::see(here))
}
