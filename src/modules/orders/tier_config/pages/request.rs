//! The queue of requests, and one of them on a page.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{config_url, decide::Open};
use crate::{
    access::extract::Post,
    kit::{
        actor::{Permission, Role},
        acts::Acts,
        db::Db,
        id::Id,
        input::Form,
        page::{self, Page, Tab},
        problem::Result,
        time::{When, Zone},
        viewer::Viewer,
        words::filters,
    },
    modules::{
        conversation::{self, Message, Said},
        orders::{
            form_link::form_of,
            party::Part,
            questions::by_phase,
            tier_config::{
                Manage, Process, Request, RequestStatus, View, actions,
                lifecycle::{Action, RULES},
                queue::Tiers,
                requests::{Column, Requests, TO_DO},
                store::{Detail, RequestRow},
            },
        },
        products::parameters::{reveal, values::Line},
        queue::pages::{self as queue, OfRequest, Pages as _},
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
    let shown = List {
        page: actor.page(("Tier requests", "Tier Config")),
        tabs: list.queue(
            &actor.visit,
            if vendor { "Waiting for you, oldest first" } else { "Waiting for the vendor, oldest first" },
            TO_DO,
        ),
        zone: actor.zone(),
        list,
    };
    page::html(&actor.visit, &shown)
}

#[derive(Template)]
#[template(path = "orders/tier_config/request.html")]
pub struct Show {
    page: Page,
    row: RequestRow,
    detail: Detail,
    assignee: Option<String>,
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
    talk: queue::Talk,
}

pub async fn show_page<P: Permission>(
    actor: &Viewer<P>,
    db: &Db,
    wanted: Id<Request>,
    form: &Form<Message>,
) -> Result<Show> {
    let (open, said) = db
        .read(actor, move |read| Ok((Tiers::find(read, &wanted)?, conversation::all(read, wanted.as_str())?)))
        .await?;
    let Open { row, detail, assignee, rows } = open;
    let talk = queue::Talk::new::<Tiers, P>(actor, form, said);
    let here = queue::url::<Tiers, P>(actor, &row.id);
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
        page: talk.page(actor, (&row.id, "Tier requests")),
        created: zone.when(row.created_at),
        effective: row.effective_at.map(|at| zone.when(at)),
        clock: row.status.waits().then(|| Clock::new(zone, row.created_at, row.due_at)),
        acts,
        vendor,
        edit: fills.then(|| format!("{here}/parameters")),
        values: by_phase(&rows, &row.values()?),
        reveal: (manages && !parts.is_empty()).then(|| format!("{here}/reveal")),
        form: form_of(&house.key, &house.public_url, row.id.as_str(), row.form_nonce.as_deref())
            .filter(|_| row.status == RequestStatus::Inquiring && manages),
        config: config_url(actor, &detail.row.id),
        requests: actor.url("tier-config-requests"),
        talk,
        assignee,
        row,
        detail,
    })
}

pub async fn show(actor: Viewer<View>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&actor.visit, &show_page(&actor, &db, queue::id::<Tiers>(&path.1)?, &Form::empty()).await?)
}

pub async fn reveal(post: Post<Manage>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, wanted) = (post.actor, queue::id::<Tiers>(&path.1)?);
    let back = queue::url::<Tiers, _>(&actor, &wanted);
    let parameter = post.fields.text(reveal::FIELD).to_owned();
    let revealed = db.write(&actor, move |tx| actions::reveal_asked(tx, &wanted, &parameter)).await?;
    reveal::page(&actor, revealed, (back, queue::BACK))
}
