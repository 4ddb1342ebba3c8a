//! Pause and resume a listing.

use actix_web::{HttpResponse, web};

use super::OfObject;
use crate::{
    access::extract::Post,
    kit::{
        confirm::Confirm,
        db::Db,
        input::Form,
        page::{self, Flash},
        problem::{Problem, Result},
        typed::apart,
        viewer::Viewer,
        words::Words,
    },
    modules::{
        contracts::data::Reason,
        listings::{
            Process,
            actions::listing_id,
            pausing,
            store::{self, Detail},
        },
    },
    t,
};

const BACK: &str = "Back to listing";

/// The listing, when it is on a marketplace of the actor's company.
async fn own(actor: &Viewer<Process>, db: &Db, text: &str) -> Result<Detail> {
    let id = listing_id(text)?;
    let detail = db.read(actor, move |read| store::find(read, &id)).await?;
    if detail.listing.owner_id == *actor.account() { Ok(detail) } else { Err(Problem::NotFound) }
}

fn here(actor: &Viewer<Process>, detail: &Detail) -> String {
    actor.url(&format!("listings/{}", detail.listing.id))
}

/// The page of an act that is possible while `fits`.
fn asking(
    actor: &Viewer<Process>,
    detail: &Detail,
    (heading, fits): (Words, bool),
    effects: [Words; 3],
) -> Result<Confirm> {
    if !fits {
        return Err(pausing::not_now(&detail.listing).leading_to(here(actor, detail), BACK));
    }
    let page = actor.page((&heading, &detail.product, "Listings"));
    let about =
        t!("{product} on {marketplace}", product = apart(&detail.product), marketplace = apart(&detail.marketplace));
    Ok(Confirm::new(page, heading, (here(actor, detail), BACK), effects).about(about))
}

fn pause_page(actor: &Viewer<Process>, detail: &Detail, form: &Form<Reason>) -> Result<Confirm> {
    let effects = [
        t!("It stays listed, and nothing new can be ordered until you resume it. Subscriptions in use continue."),
        t!("It leaves your partners' catalogs. Their contracts about it stay active."),
        t!("We'll email {vendor} and the partners that sell it.", vendor = apart(&detail.vendor)),
    ];
    Ok(asking(actor, detail, (t!("Pause listing"), detail.listing.sells()), effects)?.asking(form))
}

fn reason(form: Form<Reason>) -> Form<Reason> {
    form.saying("reason", "Reason", "Shown to the vendor and to your partners. Up to 200 characters.")
}

/// Asks for the reason, and tells what pausing does.
pub async fn pause(actor: Viewer<Process>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let detail = own(&actor, &db, &path.1).await?;
    page::html(&actor.visit, &pause_page(&actor, &detail, &reason(Form::empty()))?)
}

/// Pauses it.
pub async fn paused(post: Post<Process>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let detail = own(&actor, &db, &path.1).await?;
    let mut form = reason(Form::typed(&post.fields));
    let Some(said) = form.read() else {
        return page::invalid(&actor.visit, &pause_page(&actor, &detail, &form)?);
    };
    let (id, there) = (detail.listing.id.clone(), here(&actor, &detail));
    db.write(&actor, move |tx| pausing::pause(tx, &id, &said.reason))
        .await
        .map_err(|problem| problem.leading_to(&there, BACK))?;
    Ok(page::see_with(&actor.visit, there, &Flash::success("Listing paused")))
}

/// Tells what resuming does.
pub async fn resume(actor: Viewer<Process>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let detail = own(&actor, &db, &path.1).await?;
    let effects = [
        t!("It can be ordered again at once."),
        t!("It is offered in your partners' catalogs again."),
        t!("We'll email {vendor} and the partners that sell it.", vendor = apart(&detail.vendor)),
    ];
    let fits = detail.listing.paused_at.is_some();
    page::html(&actor.visit, &asking(&actor, &detail, (t!("Resume listing"), fits), effects)?)
}

/// Resumes it.
pub async fn resumed(post: Post<Process>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let detail = own(&actor, &db, &path.1).await?;
    let (id, there) = (detail.listing.id.clone(), here(&actor, &detail));
    db.write(&actor, move |tx| pausing::resume(tx, &id)).await.map_err(|problem| problem.leading_to(&there, BACK))?;
    Ok(page::see_with(&actor.visit, there, &Flash::success("Listing resumed")))
}
