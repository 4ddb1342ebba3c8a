//! A request's details: what is asked, where it stands, what was said; and what a vendor does with one that came back.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{OfObject, decide::forward_here};
use crate::{
    access::extract::Post,
    kit::{
        actor::Permission,
        acts::Acts,
        confirm::Confirm,
        db::Db,
        effect::Effect,
        form_page::FormPage,
        id::Id,
        input::Form,
        page::{self, Flash, Page},
        problem::{Problem, Result},
        time::When,
        typed::apart,
        viewer::Viewer,
        words::filters,
    },
    modules::{
        conversation::{self, Message, Said},
        listings::{
            Process, Request, RequestStatus, Submit, View, actions,
            data::Note,
            lifecycle::{Action, Part, RULES},
            queue::Reviews,
            store::{self, RequestDetail},
        },
        products,
        queue::{
            beside::{Beside, within},
            pages::{self as queue, Deciding},
        },
        service::Clock,
    },
    t,
};

fn id(text: &str) -> Result<Id<Request>> {
    queue::id::<Reviews>(text)
}

fn url<P: Permission>(actor: &Viewer<P>, id: &Id<Request>) -> String {
    queue::url::<Reviews, P>(actor, id)
}

#[derive(Template)]
#[template(path = "listings/request.html")]
pub struct Show {
    page: Page,
    detail: RequestDetail,
    beside: Option<Beside>,
    deciding: Option<Deciding>,
    submitted: When,
    clock: Option<Clock>,
    acts: Acts,
    owner: bool,
    product: Option<String>,
    listing: String,
    requests: String,
    talk: queue::Talk,
}

pub async fn show_page<P: Permission>(
    actor: &Viewer<P>,
    db: &Db,
    id: Id<Request>,
    form: &Form<Message>,
) -> Result<Show> {
    let (viewer, within) = (actor.with::<View>()?, within::<Reviews, P>(actor, actor.may::<Process>()));
    let (detail, said, beside) = db
        .read(&viewer, move |read| {
            let detail = store::find_request(read, &id)?;
            let said = conversation::all(read, id.as_str())?;
            let beside = within.around::<Reviews>(read, &id, detail.request.status.waits())?;
            Ok((detail, said, beside))
        })
        .await?;
    let request = &detail.request;
    let here = url(actor, &request.id);
    let talk = queue::Talk::new::<Reviews, P>(actor, (form, said), &here, beside.as_ref());
    let part = store::part(&actor.identity.company);
    let decides = match part {
        Part::Vendor => actor.may::<Submit>(),
        _ => actor.may::<Process>(),
    };
    let mut acts = Acts::of(
        (RULES, request.status),
        &[part],
        &here,
        |_, _| decides,
        |action| matches!(action, Action::Submit | Action::Deploy | Action::Complete),
    );
    if decides && request.status == RequestStatus::Draft && part == Part::Vendor {
        acts.button("Delete", format!("{here}/delete"), false);
    }
    let acts = match decides && part == Part::Owner && request.status.open() {
        true => acts.assigned(&here, request.assignee_id.as_ref(), &actor.identity.person.id),
        false => acts,
    };
    let query = beside.as_ref().map(|beside| beside.within.clone()).unwrap_or_default();
    let held = beside.as_ref().is_some_and(Beside::is_decided);
    let deciding = match decides && part == Part::Owner && !held {
        true => forward_here(actor, &detail, &query),
        false => None,
    };
    let acts = match (held, &deciding) {
        (true, _) => Acts::default(),
        (false, Some(deciding)) => acts.within(&query).without(&deciding.action),
        (false, None) => acts.within(&query),
    };
    let zone = actor.zone();
    let opens = detail.of.sees_product && actor.may::<products::View>();
    Ok(Show {
        page: talk.page(actor, (&request.id, &detail.of.product, "Listing requests")),
        submitted: zone.when(request.submitted_at),
        clock: request.status.waits().then(|| Clock::new(zone, request.submitted_at, request.due_at)),
        acts,
        owner: part == Part::Owner,
        product: opens.then(|| match part {
            Part::Vendor => actor.url(&format!("products/{}/versions/{}", request.product_id, request.version)),
            _ => actor.url(&format!("products/{}", request.product_id)),
        }),
        listing: actor.url(&format!("listings/{}", request.listing_id)),
        requests: actor.url("listing-requests"),
        beside,
        deciding,
        talk,
        detail,
    })
}

pub async fn show(actor: Viewer<View>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&actor.visit, &show_page(&actor, &db, id(&path.1)?, &Form::empty()).await?)
}

/// The request, when it waits for its vendor.
async fn draft(actor: &Viewer<Submit>, db: &Db, text: &str) -> Result<RequestDetail> {
    let id = id(text)?;
    let detail = db.read(actor, move |read| store::find_request(read, &id)).await?;
    if detail.request.status == RequestStatus::Draft {
        return Ok(detail);
    }
    Err(Problem::moved(&detail.request.id, detail.request.status)
        .leading_to(url(actor, &detail.request.id), "Back to request"))
}

fn resubmit_page(actor: &Viewer<Submit>, detail: &RequestDetail, note: &Form<Note>) -> FormPage {
    let request = &detail.request;
    let page = actor.page(("Submit", &request.id, "Listing requests"));
    let back = (url(actor, &request.id), "Back to request");
    note.onto(FormPage::new(page, "Submit", back, "Submit").below_heading(t!(
        "It goes to {company} again, with the latest public version. Their reason for sending it back: {reason}",
        company = apart(&detail.of.owner),
        reason = apart(&request.reason)
    )))
}

pub async fn resubmit(actor: Viewer<Submit>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let detail = draft(&actor, &db, &path.1).await?;
    let note = Form::filled(&Note { note: detail.request.note.clone() });
    page::html(&actor.visit, &resubmit_page(&actor, &detail, &note))
}

pub async fn resubmitted(post: Post<Submit>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let detail = draft(&actor, &db, &path.1).await?;
    let mut form = Form::<Note>::typed(&post.fields);
    let (id, here) = (detail.request.id.clone(), url(&actor, &detail.request.id));
    let act = |said: Note| db.write(&actor, move |tx| actions::resubmit(tx, &id, &said.note));
    match form.sent(act).await.map_err(|problem| problem.leading_to(&here, "Back to request"))? {
        Some(()) => Ok(page::see_with(&actor.visit, here, &Flash::success("Request submitted"))),
        None => page::invalid(&actor.visit, &resubmit_page(&actor, &detail, &form)),
    }
}

pub async fn delete(actor: Viewer<Submit>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let detail = draft(&actor, &db, &path.1).await?;
    let page = actor.page(("Delete request", &detail.request.id, "Listing requests"));
    let (listing, request) = (detail.of.listing.clone(), detail.request.id.clone());
    let bare = db.read(&actor, move |read| actions::bare(read, &listing, &request)).await?;
    let listing = &detail.of.listing.id;
    let goes = match bare {
        true => {
            Effect::from(t!("The listing {listing} will also be deleted because it has no other request.", listing))
        }
        false => t!("The listing {listing} stays as it is.", listing).into(),
    };
    let first = t!(
        "{request} will be permanently deleted. You can send a new request at any time.",
        request = detail.request.id
    );
    let effects = [first.into(), goes.at(actor.url(&format!("listings/{listing}")))];
    let back = (url(&actor, &detail.request.id), "Back to request");
    page::html(&actor.visit, &Confirm::new(page, "Delete request", back, effects).danger())
}

pub async fn deleted(post: Post<Submit>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let wanted = id(&path.1)?;
    let (here, all) = (url(&post.actor, &wanted), post.actor.url("listing-requests"));
    db.write(&post.actor, move |tx| actions::delete(tx, &wanted))
        .await
        .map_err(|problem| problem.leading_to(here, "Back to request"))?;
    Ok(page::see_with(&post.actor.visit, all, &Flash::success("Request deleted")))
}
