//! The wizard Create Subscription, step by step: here what its steps share, and its end.

mod beginning;
mod customer;
mod items;
mod parameters;
mod place;
mod review;

pub use beginning::{begin, environment, environment_answered, start};
pub use customer::{customer, customer_answered};
pub use items::{items, items_answered};
pub use parameters::{ordered_at_once, parameters, parameters_answered};
pub use place::{marketplace, marketplace_answered, product, product_answered};
pub use review::{ordered, review};

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use crate::{
    access::extract::Post,
    kit::{
        actor::Role,
        db::Db,
        id::Id,
        page::{self, Flash},
        problem::Result,
        viewer::Viewer,
        wizard::{self, Answers as _, Wizard},
    },
    modules::orders::{
        ordering::wizard::{Answers, Step},
        subscriptions::{
            Order, Subscription,
            store::{self, Offer},
        },
    },
};

type OfWizard = web::Path<(String, Uuid)>;
type Saved = Wizard<Answers>;

fn url(actor: &Viewer<Order>, id: Uuid, step: Step) -> String {
    wizard::url::<Answers, _>(actor, id, step)
}

/// To the step before this one.
fn back(actor: &Viewer<Order>, saved: &Saved, step: Step) -> HttpResponse {
    page::see(url(actor, saved.id, saved.answers.before(step).unwrap_or(step)))
}

fn vendor(actor: &Viewer<Order>) -> bool {
    actor.identity.company.role == Role::Vendor
}

async fn at(actor: &Viewer<Order>, db: &Db, id: Uuid, step: Step) -> Result<(Saved, Vec<Offer>)> {
    let preview = vendor(actor);
    let found =
        db.read(actor, move |read| Ok((wizard::find::<Answers, _>(read, id)?, store::offers(read, preview)?))).await?;
    wizard::at(actor, &found.0, step)?;
    Ok(found)
}

/// The offer that was chosen; none when it is offered no more.
fn chosen<'a>(saved: &Saved, offers: &'a [Offer]) -> Option<&'a Offer> {
    offers.iter().find(|offer| Some(&offer.id) == saved.answers.offer.as_ref())
}

/// Back to the choice of a product, with the reason.
fn choose_again(actor: &Viewer<Order>, saved: &Saved) -> HttpResponse {
    let words = "Your choice is no longer offered: it was unlisted, or its contract has ended. Choose again. If you \
        choose the same product, your other answers are kept.";
    page::see_with(&actor.visit, url(actor, saved.id, Step::Product), &Flash::notice(words))
}

/// The page of what was ordered.
fn details(actor: &Viewer<Order>, id: &Id<Subscription>) -> String {
    actor.url(&format!("subscriptions/{id}"))
}

/// Where every step of a finished wizard leads.
pub async fn summary(actor: Viewer<Order>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    let saved = db.read(&actor, move |read| wizard::find::<Answers, _>(read, id)).await?;
    let made = saved.finished_as.as_deref().and_then(|made| made.parse::<Id<Subscription>>().ok());
    Ok(page::see(match made {
        Some(made) => details(&actor, &made),
        None => url(&actor, saved.id, saved.answers.gap()),
    }))
}

pub async fn cancel(post: Post<Order>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    db.draft(&post.actor, move |tx| wizard::discard::<Answers, _>(tx, id)).await?;
    Ok(page::see(post.actor.url("subscriptions")))
}
