//! The wizard Enroll: what was chosen, by which agreement, and where it will be sold.

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::{
    Enroll, finish, store,
    wizard::{Answers, Step},
};
use crate::{
    access::extract::Post,
    kit::{
        actor::Permission,
        db::Db,
        form::Pick,
        id::Id,
        input::{Question, kinds::OneOf},
        page::{self, Flash},
        problem::Result,
        route::{Mount, get, post},
        viewer::Viewer,
        wizard::{self, Answers as _, StepPage, Wizard},
        words::Words,
    },
    modules::{
        agreements::Type,
        catalog::store::{Offer, offers},
        ids::{Marketplace, Product},
        marketplaces,
    },
    t,
};

/// They stand below the Catalog.
pub fn screens() -> Vec<Mount> {
    vec![
        get("/catalog/enroll", || web::to(nothing_chosen)),
        post("/catalog/enroll", || web::to(begin)),
        get("/catalog/enroll/new/{wizard}/agreement", || web::to(agreement)),
        post("/catalog/enroll/new/{wizard}/agreement", || web::to(agreement_answered)),
        get("/catalog/enroll/new/{wizard}/marketplace", || web::to(marketplace)),
        post("/catalog/enroll/new/{wizard}/marketplace", || web::to(marketplace_answered)),
        get("/catalog/enroll/new/{wizard}/submit", || web::to(finish::submit)),
        post("/catalog/enroll/new/{wizard}/submit", || web::to(finish::submitted)).binding(),
        get("/catalog/enroll/new/{wizard}/summary", || web::to(finish::summary)),
        post("/catalog/enroll/new/{wizard}/cancel", || web::to(cancel)),
    ]
}

pub(super) type OfWizard = web::Path<(String, Uuid)>;
pub(super) type Saved = Wizard<Answers>;

/// So many products at once.
const MOST: usize = 50;

pub(super) fn url<P: Permission>(actor: &Viewer<P>, id: Uuid, step: Step) -> String {
    wizard::url::<Answers, _>(actor, id, step)
}

/// Products are chosen in the catalog.
async fn nothing_chosen(actor: Viewer<Enroll>) -> Result<HttpResponse> {
    Ok(page::see(actor.url("catalog/all")))
}

async fn begin(post: Post<Enroll>, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut products: Vec<Id<Product>> = post.fields.all("id").filter_map(|text| text.parse().ok()).collect();
    products.sort_by(|one, other| one.as_str().cmp(other.as_str()));
    products.dedup();
    let wrong = match products.len() {
        0 => Some(t!("Select at least one product.")),
        n if n > MOST => Some(t!("Select at most {most} products at once.", most = MOST)),
        _ => None,
    };
    if let Some(words) = wrong {
        return Ok(page::see_with(&actor.visit, actor.url("catalog/all"), &Flash::notice(words)));
    }
    let agreement = post.fields.text("agreement").parse().ok();
    let answers = Answers { products, agreement, marketplace: None };
    let next = answers.gap();
    let id = db
        .draft(&actor, move |tx| {
            let id = wizard::begin::<Answers, _>(tx)?;
            wizard::answer::<Answers, _>(tx, id, |begun| *begun = answers)?;
            Ok(id)
        })
        .await?;
    Ok(page::see(url(&actor, id, next)))
}

/// The agreements that cover what was chosen, each with how much of it.
async fn offered(actor: &Viewer<Enroll>, db: &Db, saved: &Saved) -> Result<Vec<(Offer, usize)>> {
    let (me, products) = (actor.account().clone(), saved.answers.products.clone());
    let found = db.read(actor, move |read| offers(read, &me, &products, Type::Syndication)).await?;
    let mut agreements: Vec<(Offer, usize)> = Vec::new();
    for offer in found {
        match agreements.iter_mut().find(|(one, _)| one.agreement == offer.agreement) {
            Some((_, count)) => *count += 1,
            None => agreements.push((offer, 1)),
        }
    }
    Ok(agreements)
}

fn agreement_question(saved: &Saved, offered: &[(Offer, usize)]) -> Question<String> {
    let all = saved.answers.products.len();
    let picks = offered.iter().map(|(offer, count)| {
        let about = t!(
            "{owner}, {agreement}. It covers {count} of {all}.",
            owner = offer.owner,
            agreement = offer.agreement,
            count,
            all
        );
        Pick::new(offer.agreement.as_str(), &offer.name, about)
    });
    let kind = OneOf::few(picks.collect(), "Choose an agreement");
    Question::new("agreement", "Agreement", kind).missing("Choose an agreement")
}

fn agreement_page(
    actor: &Viewer<Enroll>,
    saved: &Saved,
    offered: &[(Offer, usize)],
    question: &Question<String>,
) -> StepPage {
    let page = StepPage::new(actor, Some(saved), Step::Agreement, "Which agreement do you want to enroll in?");
    if offered.is_empty() {
        let words = t!("No syndication agreement covers what you chose. Choose other products in the Catalog.");
        return page.nothing(words, actor.url("catalog"));
    }
    page.about("Syndication agreements of your distributors that cover what you chose.")
        .asking(|page| question.onto(page))
}

async fn agreement(actor: Viewer<Enroll>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = Saved::open(&actor, &db, path.1, Step::Agreement).await?;
    let offered = offered(&actor, &db, &saved).await?;
    let chosen = saved.answers.agreement.as_ref().map_or("", |id| id.as_str());
    let question = agreement_question(&saved, &offered).filled(chosen);
    page::html(&actor.visit, &agreement_page(&actor, &saved, &offered, &question))
}

async fn agreement_answered(post: Post<Enroll>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let saved = Saved::open(&actor, &db, id, Step::Agreement).await?;
    let offered = offered(&actor, &db, &saved).await?;
    let mut question = agreement_question(&saved, &offered).typed(&post.fields);
    let key = question.read();
    let Some((chosen, _)) = offered.iter().find(|(one, _)| Some(one.agreement.as_str()) == key.as_deref()) else {
        return agreement_page(&actor, &saved, &offered, &question).again(&actor.visit);
    };
    let chosen = chosen.agreement.clone();
    Saved::answer(&actor, &db, id, move |answers| answers.agreement = Some(chosen)).await?;
    Ok(page::see(url(&actor, id, Step::Marketplace)))
}

/// A marketplace of the company, by its name.
type Own = (Id<Marketplace>, String);

fn marketplace_question(own: &[Own]) -> Question<String> {
    let picks = own.iter().map(|(id, name)| Pick::new(id.as_str(), name, Words::data(id.as_str())));
    let kind = OneOf::few(picks.collect(), "Choose one of your marketplaces");
    Question::new("marketplace", "Marketplace", kind).missing("Choose one of your marketplaces")
}

fn marketplace_page(actor: &Viewer<Enroll>, saved: &Saved, own: &[Own], question: &Question<String>) -> StepPage {
    let page = StepPage::new(actor, Some(saved), Step::Marketplace, "Where will you sell it?");
    let make = actor.leads::<marketplaces::Manage>("marketplaces/new");
    if own.is_empty() {
        let words = match make {
            Some(_) => t!("Create a marketplace of your own first. We'll keep your answers."),
            None => {
                t!("Your company needs a marketplace of its own. A colleague who manages marketplaces can create one.")
            }
        };
        return page.nothing(words, make.unwrap_or_else(|| actor.url("catalog")));
    }
    let page = page.about("Choose one of your own marketplaces.").asking(|page| question.onto(page));
    match make {
        Some(href) => page.otherwise("Create marketplace", href),
        None => page,
    }
}

async fn marketplace(actor: Viewer<Enroll>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = Saved::open(&actor, &db, path.1, Step::Marketplace).await?;
    let own = db.read(&actor, store::own).await?;
    let only = if let [(only, _)] = own.as_slice() { only.as_str() } else { "" };
    let chosen = saved.answers.marketplace.as_ref().map_or(only, |id| id.as_str());
    let question = marketplace_question(&own).filled(chosen);
    page::html(&actor.visit, &marketplace_page(&actor, &saved, &own, &question))
}

async fn marketplace_answered(post: Post<Enroll>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let saved = Saved::open(&actor, &db, id, Step::Marketplace).await?;
    if post.fields.has("back") {
        return Ok(page::see(url(&actor, id, Step::Agreement)));
    }
    let own = db.read(&actor, store::own).await?;
    let mut question = marketplace_question(&own).typed(&post.fields);
    let key = question.read();
    let Some((chosen, _)) = own.iter().find(|(one, _)| Some(one.as_str()) == key.as_deref()) else {
        return marketplace_page(&actor, &saved, &own, &question).again(&actor.visit);
    };
    let chosen = chosen.clone();
    Saved::answer(&actor, &db, id, move |answers| answers.marketplace = Some(chosen)).await?;
    Ok(page::see(url(&actor, id, Step::Submit)))
}

async fn cancel(post: Post<Enroll>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    db.draft(&post.actor, move |tx| wizard::discard::<Answers, _>(tx, id)).await?;
    Ok(page::see(post.actor.url("catalog")))
}
