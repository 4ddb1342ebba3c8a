//! The queue of requests, and one of them on a page.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{config_url, decide::Open};
use crate::{
    access::extract::Post,
    kit::{
        actor::{Permission, Role},
        acts::Acts,
        db::{Db, Tx},
        form::FieldError,
        form_page::Ask,
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
            asking::approval::{Approval, approving},
            form_link::{self, form_of},
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
        queue::{
            beside::{Beside, within},
            bulk::{ASSIGN, Act, Bulk, Many, Marked, assign_one},
            pages::{self as queue, Deciding, OfRequest, Pages as _},
        },
        service::Clock,
        views::list::{Listed, queue as listed},
    },
    t,
};

#[derive(Template)]
#[template(path = "orders/tier_config/requests.html")]
struct List {
    page: Page,
    list: Listed<Requests>,
    tabs: Vec<Tab>,
    zone: Zone,
    /// What may be done with many.
    bulk: Option<Bulk>,
    errors: Vec<FieldError>,
}

async fn list_page<P: Permission>(actor: &Viewer<P>, db: &Db, marked: Marked) -> Result<List> {
    let list = listed::<Requests>(&actor.with::<View>()?, db).await?;
    let vendor = actor.identity.company.role == Role::Vendor;
    let bulk = (vendor && actor.may::<Process>()).then(|| Bulk::new::<Tiers, P>(actor, &list, marked));
    let errors = bulk.as_ref().map(|bulk| bulk.errors.clone()).unwrap_or_default();
    Ok(List {
        page: actor.page(("Tier requests", "Tier Config")).with_errors(&errors),
        tabs: list.tabs(&[(if vendor { "Waiting for you" } else { "Waiting for the vendor" }, TO_DO)]),
        zone: actor.zone(),
        bulk,
        errors,
        list,
    })
}

pub async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&actor.visit, &list_page(&actor, &db, Marked::default()).await?)
}

impl Many for Tiers {
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

#[derive(Template)]
#[template(path = "orders/tier_config/request.html")]
pub struct Show {
    page: Page,
    beside: Option<Beside>,
    deciding: Option<Deciding>,
    errors: Vec<FieldError>,
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
    approval: Option<Approval>,
) -> Result<Show> {
    let (viewer, within) = (actor.with::<View>()?, within::<Tiers, P>(actor, actor.may::<Process>()));
    let (open, said, beside) = db
        .read(&viewer, move |read| {
            let open = Tiers::find(read, &wanted)?;
            let said = conversation::all(read, wanted.as_str())?;
            let beside = within.around::<Tiers>(read, &wanted, open.row.status.waits())?;
            Ok((open, said, beside))
        })
        .await?;
    let approving = approving::<Tiers, P>(actor, &open, approval, beside.as_ref())?;
    let Open { row, detail, assignee, rows, .. } = open;
    let here = queue::url::<Tiers, P>(actor, &row.id);
    let talk = queue::Talk::new::<Tiers, P>(actor, (form, said), &here, beside.as_ref());
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
    let acts = approving.left_of(acts, &here, beside.as_ref());
    let fills = vendor && processes && row.status.fillable() && approving.deciding.is_none();
    let house = &actor.visit.house;
    let base = form_link::base(house, &actor.identity.company, &detail.row.buyer_id);
    let zone = actor.zone();
    Ok(Show {
        errors: talk.errors.iter().chain(&approving.errors).cloned().collect(),
        page: talk.page(actor, (&row.id, "Tier requests")).with_errors(&approving.errors),
        created: zone.when(row.created_at),
        effective: row.effective_at.map(|at| zone.when(at)),
        clock: row.status.waits().then(|| Clock::new(zone, row.created_at, row.due_at)),
        acts,
        vendor,
        edit: fills.then(|| format!("{here}/parameters")),
        values: approving.others(by_phase(&rows, &row.values()?)),
        deciding: approving.deciding,
        reveal: (manages && !parts.is_empty()).then(|| format!("{here}/reveal")),
        form: form_of(&house.key, &base, row.id.as_str(), row.form_nonce.as_deref())
            .filter(|_| row.status == RequestStatus::Inquiring && manages),
        config: config_url(actor, &detail.row.id),
        requests: actor.url("tier-config-requests"),
        beside,
        talk,
        assignee,
        row,
        detail,
    })
}

pub async fn show(actor: Viewer<View>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&actor.visit, &show_page(&actor, &db, queue::id::<Tiers>(&path.1)?, &Form::empty(), None).await?)
}

pub async fn reveal(post: Post<Manage>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, wanted) = (post.actor, queue::id::<Tiers>(&path.1)?);
    let back = queue::at::<Tiers, _>(&actor, &wanted);
    let parameter = post.fields.text(reveal::FIELD).to_owned();
    let revealed = db.write(&actor, move |tx| actions::reveal_asked(tx, &wanted, &parameter)).await?;
    reveal::page(&actor, revealed, (back, queue::BACK))
}
