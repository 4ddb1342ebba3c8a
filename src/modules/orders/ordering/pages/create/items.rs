//! How much of each item is ordered.

use actix_web::{HttpResponse, web};

use super::{OfWizard, Saved, at, back, choose_again, chosen, url};
use crate::{
    access::extract::Post,
    kit::{db::Db, page, problem::Result, typed::apart, viewer::Viewer, violation::none_left, wizard::StepPage},
    modules::{
        orders::{
            ordering::{actions, forms::ItemsForm, wizard::Step},
            subscriptions::{Order, orderable, store::Offer},
        },
        products::versions,
    },
    t,
};

async fn items_form(actor: &Viewer<Order>, db: &Db, saved: &Saved, offer: &Offer) -> Result<ItemsForm> {
    let (product, version, items) = (offer.product.clone(), offer.version, saved.answers.items.clone());
    let zone = actor.zone();
    db.read(actor, move |read| {
        let offered = orderable::all(read, &product, version, &[])?;
        let standing = versions::store::standing(read, &product)?;
        Ok(ItemsForm::new(&offered, &standing, &items, zone))
    })
    .await
}

fn items_page(actor: &Viewer<Order>, saved: &Saved, offer: &Offer, form: &ItemsForm) -> StepPage {
    StepPage::new(actor, Some(saved), Step::Items, "Quantities")
        .about(t!("{product}. Leave items you don't need empty.", product = apart(&offer.name)))
        .asking(|page| form.onto(page))
}

pub async fn items(actor: Viewer<Order>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (saved, offers) = at(&actor, &db, path.1, Step::Items).await?;
    let Some(offer) = chosen(&saved, &offers) else { return Ok(choose_again(&actor, &saved)) };
    let form = items_form(&actor, &db, &saved, offer).await?;
    page::html(&actor.visit, &items_page(&actor, &saved, offer, &form))
}

pub async fn items_answered(post: Post<Order>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let (saved, offers) = at(&actor, &db, id, Step::Items).await?;
    if post.fields.has("back") {
        return Ok(back(&actor, &saved, Step::Items));
    }
    let Some(offer) = chosen(&saved, &offers) else { return Ok(choose_again(&actor, &saved)) };
    let mut form = items_form(&actor, &db, &saved, offer).await?.typed(&post.fields);
    let items = match form.read() {
        Some(items) if items.is_empty() => {
            none_left(form.fail(vec![actions::no_items()]))?;
            None
        }
        other => other,
    };
    let Some(items) = items else {
        return page::invalid(&actor.visit, &items_page(&actor, &saved, offer, &form));
    };
    Saved::answer(&actor, &db, id, move |answers| answers.items = items).await?;
    Ok(page::see(url(&actor, id, Step::Parameters)))
}
