//! What is ordered, and where: the product, and the marketplace where it is listed on several.

use actix_web::{HttpResponse, web};

use super::{OfWizard, Saved, at, back, url, vendor};
use crate::{
    access::extract::Post,
    kit::{
        db::Db,
        environment::Environment,
        form::Pick,
        input::{Question, kinds::OneOf},
        page::{self, Flash},
        problem::Result,
        viewer::Viewer,
        wizard::StepPage,
        words::Words,
    },
    modules::{
        orders::{
            ordering::wizard::Step,
            subscriptions::{Order, store::Offer},
        },
        products::Status as ProductStatus,
    },
    t,
};

pub(super) fn product_question(offers: &[Offer]) -> Question<String> {
    let mut picks: Vec<Pick> = Vec::new();
    for offer in offers {
        if !picks.iter().any(|pick| pick.value == offer.product.as_str()) {
            let about = t!("{vendor}, {product}", vendor = offer.vendor_name, product = offer.product);
            let about = match offer.status {
                ProductStatus::EndOfSale => t!("{about} - End of Sale", about),
                _ => about,
            };
            let about = match offer.environment(Environment::Production) {
                Environment::Test => t!("{about} - ordered as a test, because the contract is a test", about),
                _ => about,
            };
            picks.push(Pick::new(offer.product.as_str(), &offer.name, about));
        }
    }
    let kind = OneOf::few(picks, "Choose a product");
    Question::new("product", "Product", kind).missing("Choose a product")
}

pub(super) const PRODUCT: &str = "Which product?";

fn product_page(actor: &Viewer<Order>, saved: &Saved, offers: &[Offer], question: &Question<String>) -> StepPage {
    let page = StepPage::new(actor, Some(saved), Step::Product, PRODUCT);
    // what would be lost is said before it is
    let page = match saved.answers.items.is_empty() {
        true => page,
        false => {
            page.about("If you choose another product, you'll need to enter its quantities and order details again.")
        }
    };
    choosing(actor, page, offers, question)
}

/// The question for a product on its page, or why there is none.
pub(super) fn choosing(
    actor: &Viewer<Order>,
    page: StepPage,
    offers: &[Offer],
    question: &Question<String>,
) -> StepPage {
    if !offers.is_empty() {
        return page.asking(|page| question.onto(page));
    }
    match vendor(actor) {
        true => page.nothing("Publish a version of a product first.", actor.url("products")),
        false if !actor.identity.rights.program => page.nothing(
            "You have no products to order yet. Enroll in a product of the Catalog first. Its distributor then approves your contract.",
            actor.url("catalog"),
        ),
        false => page.nothing(
            "No products are listed on your marketplaces yet. Complete a vendor's listing request first.",
            actor.url("listing-requests"),
        ),
    }
}

pub async fn product(actor: Viewer<Order>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (saved, offers) = at(&actor, &db, path.1, Step::Product).await?;
    let question = product_question(&offers).filled(saved.answers.product.as_ref().map_or("", |id| id.as_str()));
    page::html(&actor.visit, &product_page(&actor, &saved, &offers, &question))
}

pub async fn product_answered(post: Post<Order>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let (saved, offers) = at(&actor, &db, id, Step::Product).await?;
    if post.fields.has("back") {
        return Ok(back(&actor, &saved, Step::Product));
    }
    let mut question = product_question(&offers).typed(&post.fields);
    let Some(product) = question.read() else {
        return product_page(&actor, &saved, &offers, &question).again(&actor.visit);
    };
    let another = saved.answers.product.as_ref().is_some_and(|before| before.as_str() != product);
    let drops = another && !saved.answers.items.is_empty();
    let saved = Saved::answer(&actor, &db, id, move |answers| answers.choose(&product, &offers)).await?;
    let there = url(&actor, id, saved.answers.after_place());
    Ok(match drops {
        true => page::see_with(
            &actor.visit,
            there,
            &Flash::notice("You chose another product, so enter its quantities and order details again."),
        ),
        false => page::see(there),
    })
}

/// The offers of the product that was chosen, by their marketplaces.
fn marketplace_question(saved: &Saved, offers: &[Offer]) -> Question<String> {
    let here = offers.iter().filter(|offer| Some(&offer.product) == saved.answers.product.as_ref());
    let picks = here.map(|offer| {
        let id = offer.marketplace.as_ref().map(ToString::to_string).unwrap_or_default();
        let name = if id.is_empty() { t!("Preview") } else { Words::data(&offer.marketplace_name) };
        match &offer.contract {
            Some(contract) if offer.syndicated() => Pick::new(&offer.id, name, t!("Sold under {contract}", contract)),
            _ => Pick::new(&offer.id, name, id),
        }
    });
    let kind = OneOf::few(picks.collect(), "Choose a marketplace");
    Question::new("marketplace", "Marketplace", kind).missing("Choose a marketplace")
}

fn marketplace_page(actor: &Viewer<Order>, saved: &Saved, question: &Question<String>) -> StepPage {
    StepPage::new(actor, Some(saved), Step::Marketplace, "Which marketplace?")
        .about("Marketplaces where the product is listed.")
        .asking(|page| question.onto(page))
}

pub async fn marketplace(actor: Viewer<Order>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (saved, offers) = at(&actor, &db, path.1, Step::Marketplace).await?;
    let question = marketplace_question(&saved, &offers).filled(saved.answers.offer.clone().unwrap_or_default());
    page::html(&actor.visit, &marketplace_page(&actor, &saved, &question))
}

pub async fn marketplace_answered(post: Post<Order>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let (saved, offers) = at(&actor, &db, id, Step::Marketplace).await?;
    if post.fields.has("back") {
        return Ok(back(&actor, &saved, Step::Marketplace));
    }
    let mut question = marketplace_question(&saved, &offers).typed(&post.fields);
    let Some(chosen) = question.read() else {
        return page::invalid(&actor.visit, &marketplace_page(&actor, &saved, &question));
    };
    let saved = Saved::answer(&actor, &db, id, move |answers| answers.offer = Some(chosen)).await?;
    Ok(page::see(url(&actor, id, saved.answers.after_place())))
}
