//! What the vendor asks about the subscription and its tiers, and the buyer's own IDs, below what was chosen: whoever needs no review
//! orders here.

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::{OfWizard, Saved, at, back, choose_again, chosen, review, url};
use crate::{
    access::extract::Post,
    kit::{
        db::{Db, Read},
        input::Form,
        page,
        problem::Result,
        shown::{FIELD, Shown},
        typed::apart,
        viewer::Viewer,
        wizard::{Given, StepPage},
        words::Words,
    },
    modules::{
        orders::{
            ordering::{forms::Keys, wizard::Step},
            questions::{of_phase, of_tier, parameters_of},
            subscriptions::{Order, store::Offer},
            tier_config,
            tiers::tiers,
        },
        products::parameters::{Phase, value_form::ValueForm},
    },
    t,
};

/// What is asked about the subscription, and about tiers that are not set up yet, with whose name; and what was chosen before.
struct Asks {
    groups: Vec<(Words, ValueForm)>,
    given: Vec<Given>,
    shown: Shown,
}

fn asks(read: &mut Read<'_, Order>, saved: &Saved, offer: &Offer, urls: &impl Fn(Step) -> String) -> Result<Asks> {
    let given = &saved.answers.values;
    let mut groups = Vec::new();
    let (customer, environment) = (saved.answers.customer.clone(), saved.answers.environment);
    let tiers = match &customer {
        Some(customer) => tiers(read, customer)?,
        None => None,
    };
    for level in tier_config::actions::levels(read, &offer.product)? {
        let tier = tiers.as_ref().and_then(|tiers| if level == 2 { tiers.tier2.as_ref() } else { Some(&tiers.tier1) });
        let (Some(tier), Some(environment)) = (tier, environment) else { continue };
        if tier_config::store::ready(read, &offer.product, environment, &[(level, &tier.id)])? {
            continue;
        }
        let rows = of_tier(read, &offer.product, level)?;
        let rows = of_phase(&rows, Phase::Ordering);
        let heading = t!("Tier {level}: {name}", level, name = apart(&tier.data.name));
        groups.push((heading, ValueForm::new(rows, given, read.vault()?)));
    }
    let rows = parameters_of(read, &offer.product)?;
    let rows = of_phase(&rows, Phase::Ordering);
    groups.insert(0, (t!("Information for the vendor"), ValueForm::new(rows, given, read.vault()?)));
    groups.retain(|(_, form)| !form.is_empty());
    let (given, shown) = review::so_far(read, saved, offer, urls)?;
    Ok(Asks { groups, given, shown })
}

fn parameters_page(actor: &Viewer<Order>, saved: &Saved, asks: Asks, keys: &Form<Keys>) -> StepPage {
    let Asks { groups, given, shown } = asks;
    let about = match groups.is_empty() {
        true => t!("This product doesn't need any more information."),
        false => t!("Before the order continues, we'll email the customer to ask for anything you leave empty."),
    };
    StepPage::new(actor, Some(saved), Step::Parameters, "Order details")
        .about(about)
        .given(given)
        .binding(shown)
        .shortcut("Order now", actor.url(&format!("subscriptions/new/{}/order", saved.id)))
        .asking(|page| {
            let page = groups.iter().fold(page, |page, (heading, form)| form.onto(page.group(heading.clone())));
            keys.onto(page)
        })
}

async fn read_asks(actor: &Viewer<Order>, db: &Db, saved: &Saved, offer: &Offer) -> Result<Asks> {
    let (here, saved, offer) = (actor.clone(), saved.clone(), offer.clone());
    db.read(actor, move |read| asks(read, &saved, &offer, &|step| url(&here, saved.id, step))).await
}

pub async fn parameters(actor: Viewer<Order>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (saved, offers) = at(&actor, &db, path.1, Step::Parameters).await?;
    let Some(offer) = chosen(&saved, &offers) else { return Ok(choose_again(&actor, &saved)) };
    let asks = read_asks(&actor, &db, &saved, offer).await?;
    let keys = match saved.answers.external_uid {
        Some(uid) => Keys {
            external_id: saved.answers.external_id.clone(),
            external_uid: Some(uid),
            note: saved.answers.note.clone(),
        },
        None => Keys::drawn(),
    };
    page::html(&actor.visit, &parameters_page(&actor, &saved, asks, &Form::filled(&keys)))
}

pub async fn parameters_answered(post: Post<Order>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    if post.fields.has("back") {
        let (saved, _) = at(&post.actor, &db, path.1, Step::Parameters).await?;
        return Ok(back(&post.actor, &saved, Step::Parameters));
    }
    Ok(match kept(&post, path.1, &db).await? {
        Ok(saved) => page::see(url(&post.actor, saved.id, Step::Review)),
        Err(instead) => instead,
    })
}

/// Orders with these answers, without the review.
pub async fn ordered_at_once(post: Post<Order>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    match kept(&post, path.1, &db).await? {
        Ok(saved) => review::ordered_with(&post.actor, &db, &saved, post.fields.text(FIELD)).await,
        Err(instead) => Ok(instead),
    }
}

/// Keeps the answers; or what is shown instead, where something is wrong with them.
async fn kept(post: &Post<Order>, id: Uuid, db: &Db) -> Result<Result<Saved, HttpResponse>> {
    let actor = &post.actor;
    let (saved, offers) = at(actor, db, id, Step::Parameters).await?;
    let Some(offer) = chosen(&saved, &offers) else { return Ok(Err(choose_again(actor, &saved))) };
    let mut asks = read_asks(actor, db, &saved, offer).await?;
    asks.groups = asks.groups.into_iter().map(|(heading, form)| (heading, form.typed(&post.fields))).collect();
    let mut keys = Form::<Keys>::typed(&post.fields);
    let mut all = saved.answers.values.clone();
    let mut good = true;
    for (_, form) in &mut asks.groups {
        match form.read(false) {
            Some(values) => all.replace(&values, form.rows()),
            None => good = false,
        }
    }
    let read = keys.read();
    let (Some(given), true) = (read, good) else {
        return page::invalid(&actor.visit, &parameters_page(actor, &saved, asks, &keys)).map(Err);
    };
    let saved = Saved::answer(actor, db, id, move |answers| {
        answers.values = all;
        answers.external_uid = Some(given.external_uid.unwrap_or_else(Uuid::new_v4));
        (answers.external_id, answers.note) = (given.external_id, given.note);
    })
    .await?;
    Ok(Ok(saved))
}
