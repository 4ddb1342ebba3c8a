//! The wizard Create Marketplace, step by step.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use crate::{
    access::extract::Post,
    kit::{
        db::Db,
        form::Pick,
        id::Id,
        page::{self, Page},
        problem::{Problem, Result},
        viewer::Viewer,
        wizard::{self, Answers as _, Frame, Wizard},
    },
    modules::{
        hubs::{self, Hub},
        marketplaces::{
            Manage, Marketplace, actions,
            actions::NameTaken,
            forms::{GeneralForm, HubsForm, PricesForm},
            reference,
            store::{self, MarketplaceRow, NewMarketplace},
            wizard::{Answers, Step},
        },
    },
};

type OfWizard = web::Path<(String, Uuid)>;
type Saved = Wizard<Answers>;

fn url(actor: &Viewer<Manage>, id: Uuid, step: Step) -> String {
    wizard::url::<Answers, _>(actor, id, step)
}

async fn at(actor: &Viewer<Manage>, db: &Db, id: Uuid, step: Step) -> Result<Saved> {
    let saved = db.read(actor, move |read| wizard::find::<Answers, _>(read, id)).await?;
    wizard::at(actor, &saved, step)?;
    Ok(saved)
}

async fn answer(
    actor: &Viewer<Manage>,
    db: &Db,
    id: Uuid,
    change: impl FnOnce(&mut Answers) + Send + 'static,
) -> Result<Saved> {
    db.draft(actor, move |tx| wizard::answer::<Answers, _>(tx, id, change)).await
}

#[derive(Template)]
#[template(path = "marketplaces/new/general.html")]
struct GeneralStep {
    frame: Frame,
    page: Page,
    action: String,
    form: GeneralForm,
    countries: Vec<Pick>,
    currencies: Vec<Pick>,
    unfinished: Vec<wizard::Unfinished>,
    marketplaces: String,
}

fn general_step(actor: &Viewer<Manage>, saved: Option<&Saved>, form: GeneralForm) -> GeneralStep {
    let frame = wizard::frame(actor, saved, Step::General, form.errors());
    GeneralStep {
        page: frame.page.clone(),
        frame,
        action: saved.map_or_else(|| actor.url("marketplaces/new"), |saved| url(actor, saved.id, Step::General)),
        form,
        countries: reference::countries(),
        currencies: reference::currencies(),
        unfinished: Vec::new(),
        marketplaces: actor.url("marketplaces"),
    }
}

/// The first page: a new one begins with its first answer, unfinished ones are offered.
pub async fn start(actor: Viewer<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let unfinished = db.read(&actor, wizard::unfinished::<Answers, _>).await?;
    let unfinished = wizard::offered(&actor, &unfinished, |answers: &Answers| {
        answers.general.as_ref().map_or("A marketplace", |general| general.name.as_str()).to_owned()
    });
    let shown = GeneralStep { unfinished, ..general_step(&actor, None, GeneralForm::empty()) };
    page::html(&actor.visit, &shown)
}

pub async fn begin(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut form = GeneralForm::typed(&post.fields);
    let Some(general) = form.parse() else {
        return page::invalid(&actor.visit, &general_step(&actor, None, form));
    };
    let id = db
        .draft(&actor, move |tx| {
            let id = wizard::begin::<Answers, _>(tx)?;
            wizard::answer::<Answers, _>(tx, id, |answers| answers.general = Some(general))?;
            Ok(id)
        })
        .await?;
    Ok(page::see(url(&actor, id, Step::Hubs)))
}

pub async fn general(actor: Viewer<Manage>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = at(&actor, &db, path.1, Step::General).await?;
    let form = saved.answers.general.as_ref().map_or_else(GeneralForm::empty, GeneralForm::filled);
    page::html(&actor.visit, &general_step(&actor, Some(&saved), form))
}

pub async fn general_answered(post: Post<Manage>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let saved = at(&actor, &db, id, Step::General).await?;
    let mut form = GeneralForm::typed(&post.fields);
    let Some(general) = form.parse() else {
        return page::invalid(&actor.visit, &general_step(&actor, Some(&saved), form));
    };
    answer(&actor, &db, id, |answers| answers.general = Some(general)).await?;
    Ok(page::see(url(&actor, id, Step::Hubs)))
}

#[derive(Template)]
#[template(path = "marketplaces/new/hubs.html")]
struct HubsStep {
    frame: Frame,
    page: Page,
    form: HubsForm,
    register: String,
}

fn hubs_step(actor: &Viewer<Manage>, saved: &Saved, form: HubsForm) -> HubsStep {
    let frame = wizard::frame(actor, Some(saved), Step::Hubs, form.errors());
    HubsStep { page: frame.page.clone(), frame, form, register: actor.url("hubs/new") }
}

async fn own_hubs(actor: &Viewer<Manage>, db: &Db) -> Result<Vec<(Id<Hub>, String)>> {
    db.read(actor, hubs::store::all).await
}

pub async fn hubs(actor: Viewer<Manage>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = at(&actor, &db, path.1, Step::Hubs).await?;
    let reached = saved.answers.hubs.clone().unwrap_or_default();
    let form = HubsForm::of(&own_hubs(&actor, &db).await?, &reached);
    page::html(&actor.visit, &hubs_step(&actor, &saved, form))
}

pub async fn hubs_answered(post: Post<Manage>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let saved = at(&actor, &db, id, Step::Hubs).await?;
    let mut form = HubsForm::typed(&own_hubs(&actor, &db).await?, &post.fields);
    if post.fields.has("back") {
        let kept = form.kept();
        answer(&actor, &db, id, |answers| answers.hubs = Some(kept)).await?;
        return Ok(page::see(url(&actor, id, Step::General)));
    }
    if form.hubs.is_empty() {
        // the page has no question then
        return Err(Problem::Elsewhere(url(&actor, id, Step::Hubs)));
    }
    let Some(reached) = form.parse() else {
        return page::invalid(&actor.visit, &hubs_step(&actor, &saved, form));
    };
    answer(&actor, &db, id, |answers| answers.hubs = Some(reached)).await?;
    Ok(page::see(url(&actor, id, Step::Prices)))
}

#[derive(Template)]
#[template(path = "marketplaces/new/prices.html")]
struct PricesStep {
    frame: Frame,
    page: Page,
    form: PricesForm,
    choices: Vec<Pick>,
}

fn prices_step(actor: &Viewer<Manage>, saved: &Saved, form: PricesForm) -> PricesStep {
    let frame = wizard::frame(actor, Some(saved), Step::Prices, form.errors());
    PricesStep { page: frame.page.clone(), frame, form, choices: PricesForm::choices() }
}

pub async fn prices(actor: Viewer<Manage>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = at(&actor, &db, path.1, Step::Prices).await?;
    let form = PricesForm::filled(saved.answers.prices.as_deref().unwrap_or_default());
    page::html(&actor.visit, &prices_step(&actor, &saved, form))
}

/// Everything that was answered, checked once more: a hub may have gone meanwhile.
fn all(answers: &Answers, hubs: &[(Id<Hub>, String)], prices: &mut PricesForm) -> Result<Option<NewMarketplace>, Step> {
    let general = answers.general.as_ref().and_then(|general| GeneralForm::filled(general).parse());
    let reached = answers.hubs.as_ref().and_then(|reached| HubsForm::of(hubs, reached).parse());
    let (general, reached) = (general.ok_or(Step::General)?, reached.ok_or(Step::Hubs)?);
    Ok(prices.parse().map(|prices| NewMarketplace { general, hubs: reached, prices }))
}

/// Create, or Back with what was ticked kept.
pub async fn finish(post: Post<Manage>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let mut form = PricesForm::typed(&post.fields);
    let kept = form.kept();
    let saved = answer(&actor, &db, id, |answers| answers.prices = Some(kept)).await?;
    wizard::at(&actor, &saved, Step::Prices)?;
    if post.fields.has("back") {
        return Ok(page::see(url(&actor, id, Step::Hubs)));
    }
    let new = match all(&saved.answers, &own_hubs(&actor, &db).await?, &mut form) {
        Ok(Some(new)) => new,
        Ok(None) => return page::invalid(&actor.visit, &prices_step(&actor, &saved, form)),
        Err(step) => return Ok(page::see(url(&actor, id, step))),
    };
    match db.write(&actor, move |tx| actions::create(tx, id, &new)).await? {
        Ok(()) => Ok(page::see(url(&actor, id, Step::Summary))),
        Err(NameTaken) => {
            let mut form = saved.answers.general.as_ref().map_or_else(GeneralForm::empty, GeneralForm::filled);
            form.name.fail("Another marketplace of yours has this name");
            page::invalid(&actor.visit, &general_step(&actor, Some(&saved), form))
        }
    }
}

#[derive(Template)]
#[template(path = "marketplaces/new/summary.html")]
struct Summary {
    frame: Frame,
    page: Page,
    marketplace: MarketplaceRow,
    details: String,
    marketplaces: String,
}

pub async fn summary(actor: Viewer<Manage>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    let saved = db.read(&actor, move |read| wizard::find::<Answers, _>(read, id)).await?;
    let Some(made) = saved.finished_as.as_deref().and_then(|made| made.parse::<Id<Marketplace>>().ok()) else {
        return Ok(page::see(url(&actor, saved.id, saved.answers.gap())));
    };
    let marketplace = db.read(&actor, move |read| store::find(read, &made)).await?;
    let frame = wizard::frame(&actor, Some(&saved), Step::Summary, Vec::new());
    let shown = Summary {
        page: frame.page.clone(),
        frame,
        details: actor.url(&format!("marketplaces/{}", marketplace.id)),
        marketplaces: actor.url("marketplaces"),
        marketplace,
    };
    page::html(&actor.visit, &shown)
}

pub async fn cancel(post: Post<Manage>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    db.draft(&post.actor, move |tx| wizard::discard::<Answers, _>(tx, id)).await?;
    Ok(page::see(post.actor.url("marketplaces")))
}
