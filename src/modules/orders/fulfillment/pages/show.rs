//! A request on one page: what is wanted, for whom, what is filled in, and what was said.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::Open;
use crate::{
    access::extract::Post,
    kit::{
        actor::Permission,
        acts::Acts,
        db::Db,
        form::FieldError,
        form_page::Ask,
        id::Id,
        input::Form,
        lifecycle::allowed,
        markup::SafeHtml,
        page::{self, Page},
        problem::Result,
        time::When,
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::{
        conversation::{self, Message, Said},
        orders::{
            asking::approval::{Approval, approving},
            form_link::{self, form_of},
            fulfillment::{
                Process, Request, Status, Talk, actions,
                lifecycle::{Action, RULES},
                queue::Fulfillment,
                store::Detail,
            },
            message::rendered,
            party::Part,
            questions::by_phase,
            subscriptions::{Manage, View, orderable::committed},
            tiers::{ShownTier, shown_tiers},
        },
        products::parameters::{reveal, values::Line as Value},
        queue::{
            beside::{Beside, within},
            pages::{self as queue, Deciding, OfRequest, Pages as _},
        },
        service::Clock,
    },
};

#[derive(Template)]
#[template(path = "orders/fulfillment/show.html")]
pub struct Show {
    page: Page,
    detail: Detail,
    beside: Option<Beside>,
    deciding: Option<Deciding>,
    errors: Vec<FieldError>,
    created: When,
    planned: Option<When>,
    effective: Option<When>,
    clock: Option<Clock>,
    acts: Acts,
    vendor: bool,
    /// From when on it can be withdrawn, when it cannot be now.
    withdrawable_from: Option<When>,
    /// It asks for less before a commitment is over.
    early: bool,
    /// The commitments of the lines, in words.
    committed: Vec<Option<Words>>,
    /// Where fulfilment parameters are filled in.
    edit: Option<String>,
    values: Vec<(&'static str, Vec<Value>)>,
    /// Where secrets are asked for.
    reveal: Option<String>,
    tiers: Vec<ShownTier>,
    message: Option<SafeHtml>,
    form: Option<String>,
    subscription: String,
    requests: String,
    talk: queue::Talk,
}

impl Show {
    /// Whether the customer is bound to have any of the lines.
    fn commits(&self) -> bool {
        self.committed.iter().any(Option::is_some)
    }
}

pub async fn show_page<P: Permission>(
    actor: &Viewer<P>,
    db: &Db,
    wanted: Id<Request>,
    form: &Form<Message>,
    approval: Option<Approval>,
) -> Result<Show> {
    let processes = actor.may::<Process>();
    let (viewer, within) = (actor.with::<View>()?, within::<Fulfillment, P>(actor, processes));
    let (open, said, beside) = db
        .read(&viewer, move |read| {
            let open = Fulfillment::find(read, &wanted)?;
            let said = conversation::all(read, wanted.as_str())?;
            let beside = within.around::<Fulfillment>(read, &wanted, open.detail.row.status.waits())?;
            Ok((open, said, beside))
        })
        .await?;
    let approving = approving::<Fulfillment, P>(actor, &open, approval, beside.as_ref())?;
    let Open { detail, rows } = open;
    let row = &detail.row;
    let here = queue::url::<Fulfillment, P>(actor, &row.id);
    let talk = queue::Talk::new::<Fulfillment, P>(actor, (form, said), &here, beside.as_ref());
    let parts = row.parts(actor.account());
    let vendor = parts.contains(&Part::Vendor);
    let (manages, now) = (actor.may::<Manage>(), actor.now());
    // the buyer reads from when on it may be withdrawn
    let withdrawable_from = (parts.iter().any(|part| allowed(RULES, row.status, *part).contains(&Action::Withdraw))
        && !row.withdrawable(&parts, now))
    .then(|| actor.zone().when(row.due_at));
    let early = detail.lines.iter().any(|line| line.is_early(row.type_, row.created_at));
    let committed: Vec<_> = (detail.lines.iter())
        .map(|line| match line.quantity.is_none() && line.old.is_none() {
            true => None,
            false => committed(actor.zone(), line.commitment, line.committed_until),
        })
        .collect();
    let acts = Acts::of(
        (RULES, row.status),
        &parts,
        &here,
        |part, action| match (part, action) {
            (Part::Vendor, _) => processes,
            (_, Action::Withdraw) => manages && row.withdrawable(&parts, now),
            _ => manages,
        },
        |action| matches!(action, Action::Approve | Action::Confirm) || (action == Action::Answer && !vendor),
    );
    let acts = match vendor && processes && row.status.open() {
        true => acts.assigned(&here, row.assignee_id.as_ref(), &actor.identity.person.id),
        false => acts,
    };
    let acts = approving.left_of(acts, &here, beside.as_ref());
    let fills = vendor && processes && row.status.fillable() && approving.deciding.is_none();
    let values = row.values()?;
    let house = &actor.visit.house;
    let base = form_link::base(house, &actor.identity.company, &row.buyer_id);
    let form = form_of(&house.key, &base, row.id.as_str(), row.form_nonce.as_deref())
        .filter(|_| row.status == Status::Inquiring && actor.may::<Talk>());
    let zone = actor.zone();
    Ok(Show {
        errors: talk.errors.iter().chain(&approving.errors).cloned().collect(),
        page: talk.page(actor, (&row.id, "Orders")).with_errors(&approving.errors),
        created: zone.when(row.created_at),
        planned: row.planned_at.map(|at| zone.when(at)),
        effective: row.effective_at.map(|at| zone.when(at)),
        clock: row.status.waits().then(|| Clock::new(zone, row.created_at, row.due_at)),
        acts,
        vendor,
        withdrawable_from,
        early,
        committed,
        edit: (fills && rows.iter().any(|row| row.phase == crate::modules::products::parameters::Phase::Fulfillment))
            .then(|| format!("{here}/parameters")),
        message: row
            .message()
            .filter(|_| row.status == Status::Approved)
            .map(|message| rendered(&message, &rows, &values, "")),
        values: approving.others(by_phase(&rows, &values)),
        deciding: approving.deciding,
        reveal: (manages && (vendor || parts.contains(&Part::Buyer))).then(|| format!("{here}/reveal")),
        tiers: shown_tiers(actor, &row.tiers()?, &detail.seen),
        form,
        subscription: actor.url(&format!("subscriptions/{}", row.subscription_id)),
        requests: actor.url("fulfillment"),
        beside,
        talk,
        detail,
    })
}

pub async fn show(actor: Viewer<View>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&actor.visit, &show_page(&actor, &db, queue::id::<Fulfillment>(&path.1)?, &Form::empty(), None).await?)
}

pub async fn reveal(post: Post<Manage>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, wanted) = (post.actor, queue::id::<Fulfillment>(&path.1)?);
    let back = queue::at::<Fulfillment, _>(&actor, &wanted);
    let parameter = post.fields.text(reveal::FIELD).to_owned();
    let revealed = db.write(&actor, move |tx| actions::reveal(tx, &wanted, &parameter)).await?;
    reveal::page(&actor, revealed, (back, queue::BACK))
}
