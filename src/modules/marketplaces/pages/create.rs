//! The wizard Create Marketplace, step by step.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use crate::{
    access::extract::Post,
    kit::{
        db::{Db, Tx},
        done,
        form_page::{Ask, Asked, FormPage},
        id::Id,
        input::Form,
        page::{self, Page},
        problem::{Problem, Result},
        viewer::Viewer,
        violation,
        wizard::{self, Answers as _, Frame, StepPage, Wizard},
        words::filters,
    },
    modules::marketplaces::{
        Hub, Manage, Marketplace, actions,
        data::{General, HubsForm, NewMarketplace, Prices},
        hubs as registered,
        store::{self, MarketplaceRow},
        wizard::{Answers, Step},
    },
    t,
};

type OfWizard = web::Path<(String, Uuid)>;
type Saved = Wizard<Answers>;

fn url(actor: &Viewer<Manage>, id: Uuid, step: Step) -> String {
    wizard::url::<Answers, _>(actor, id, step)
}

fn general_step(actor: &Viewer<Manage>, saved: Option<&Saved>, form: &Form<General>) -> StepPage {
    StepPage::new(actor, saved, Step::General, "Name the marketplace").asking(|page| form.onto(page))
}

/// The first page: a new one begins with its first answer, unfinished ones are offered.
pub async fn start(actor: Viewer<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let unfinished = db.read(&actor, wizard::unfinished::<Answers, _>).await?;
    let unfinished = wizard::offered(&actor, &unfinished, |answers: &Answers| {
        answers.general.as_ref().map_or_else(|| t!("New marketplace"), |general| (&general.name).into())
    });
    page::html(&actor.visit, &general_step(&actor, None, &Form::empty()).unfinished(unfinished))
}

pub async fn begin(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let mut form = Form::<General>::typed(&post.fields);
    let Some(general) = form.read() else {
        return page::invalid(&actor.visit, &general_step(&actor, None, &form));
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
    let saved = Saved::open(&actor, &db, path.1, Step::General).await?;
    let form = saved.answers.general.as_ref().map_or_else(Form::empty, Form::filled);
    page::html(&actor.visit, &general_step(&actor, Some(&saved), &form))
}

pub async fn general_answered(post: Post<Manage>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let saved = Saved::open(&actor, &db, id, Step::General).await?;
    let mut form = Form::<General>::typed(&post.fields);
    let Some(general) = form.read() else {
        return page::invalid(&actor.visit, &general_step(&actor, Some(&saved), &form));
    };
    Saved::answer(&actor, &db, id, |answers| answers.general = Some(general)).await?;
    Ok(page::see(url(&actor, id, Step::Hubs)))
}

#[derive(Template)]
#[template(path = "marketplaces/new/hubs.html")]
struct HubsStep {
    frame: Frame,
    page: Page,
    asked: Vec<Asked>,
    /// There is none to choose.
    none: bool,
    register: String,
}

fn hubs_step(actor: &Viewer<Manage>, saved: &Saved, form: &HubsForm) -> HubsStep {
    let frame = wizard::frame(actor, Some(saved), Step::Hubs, form.errors());
    let (_, asked) = form.onto(FormPage::new(actor.page(""), "", (String::new(), ""), "")).into_asked();
    HubsStep { page: frame.page.clone(), frame, asked, none: form.is_empty(), register: actor.url("hubs/new") }
}

async fn own_hubs(actor: &Viewer<Manage>, db: &Db) -> Result<Vec<(Id<Hub>, String)>> {
    db.read(actor, registered::store::all).await
}

pub async fn hubs(actor: Viewer<Manage>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = Saved::open(&actor, &db, path.1, Step::Hubs).await?;
    let reached = saved.answers.hubs.clone().unwrap_or_default();
    let form = HubsForm::of(&own_hubs(&actor, &db).await?, &reached);
    page::html(&actor.visit, &hubs_step(&actor, &saved, &form))
}

pub async fn hubs_answered(post: Post<Manage>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let saved = Saved::open(&actor, &db, id, Step::Hubs).await?;
    let mut form = HubsForm::typed(&own_hubs(&actor, &db).await?, &post.fields);
    if post.fields.has("back") {
        let kept = form.kept();
        Saved::answer(&actor, &db, id, |answers| answers.hubs = Some(kept)).await?;
        return Ok(page::see(url(&actor, id, Step::General)));
    }
    if form.is_empty() {
        // the page has no question then
        return Err(Problem::Elsewhere(url(&actor, id, Step::Hubs)));
    }
    let Some(reached) = form.read() else {
        return page::invalid(&actor.visit, &hubs_step(&actor, &saved, &form));
    };
    Saved::answer(&actor, &db, id, |answers| answers.hubs = Some(reached)).await?;
    Ok(page::see(url(&actor, id, Step::Prices)))
}

fn prices_step(actor: &Viewer<Manage>, saved: &Saved, form: &Form<Prices>) -> StepPage {
    let page = StepPage::new(actor, Some(saved), Step::Prices, "Choose price attributes").button("Create");
    page.asking(|page| form.onto(page))
}

pub async fn prices(actor: Viewer<Manage>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let saved = Saved::open(&actor, &db, path.1, Step::Prices).await?;
    let form = saved.answers.prices.clone().map_or_else(Form::empty, |prices| Form::filled(&Prices { prices }));
    page::html(&actor.visit, &prices_step(&actor, &saved, &form))
}

/// Create, or Back with what was ticked kept.
pub async fn finish(post: Post<Manage>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let mut form = Form::<Prices>::typed(&post.fields);
    let prices = form.read();
    let kept = prices.clone().map(|kept| kept.prices);
    let saved = Saved::answer(&actor, &db, id, |answers| answers.prices = kept).await?;
    wizard::at(&actor, &saved, Step::Prices)?;
    if post.fields.has("back") {
        return Ok(page::see(url(&actor, id, Step::Hubs)));
    }
    let Some(prices) = prices else {
        return page::invalid(&actor.visit, &prices_step(&actor, &saved, &form));
    };
    let elsewhere = Problem::Elsewhere(url(&actor, id, saved.answers.gap()));
    let act = move |tx: &mut Tx<'_, Manage>, answers: Answers| {
        let (general, hubs) = answers.general.zip(answers.hubs).ok_or(elsewhere)?;
        actions::create(tx, &NewMarketplace { general, hubs, prices })
    };
    match violation::told(db.attempt(&actor, move |tx| done::finish(tx, id, act)).await)? {
        Ok(_) => Ok(page::see(url(&actor, id, Step::Summary))),
        Err(wrong) => {
            // what was answered may not do any more
            let mut general = saved.answers.general.as_ref().map_or_else(Form::empty, Form::filled);
            let of_hubs = general.fail(wrong);
            if of_hubs.is_empty() {
                return page::invalid(&actor.visit, &general_step(&actor, Some(&saved), &general));
            }
            let reached = saved.answers.hubs.clone().unwrap_or_default();
            let mut hubs = HubsForm::of(&own_hubs(&actor, &db).await?, &reached);
            violation::none_left(hubs.fail(of_hubs))?;
            page::invalid(&actor.visit, &hubs_step(&actor, &saved, &hubs))
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
