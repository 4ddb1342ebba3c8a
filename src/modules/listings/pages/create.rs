//! The wizard Manage Listings, step by step.

use actix_web::{HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use crate::{
    access::extract::Post,
    kit::{
        actor::Account,
        choice::Choice as _,
        db::{Db, Read, Tx},
        done,
        form::Pick,
        id::Id,
        input::{Form, Question, kinds::OneOf},
        page::{self, Page},
        problem::{Problem, Result},
        viewer::Viewer,
        violation::{self, Violation},
        wizard::{self, Answers as _, Frame, Given, StepPage, Wizard},
        words::{Words, filters},
    },
    modules::{
        listings::{
            Request, Status, Submit, Type, View,
            actions::{self, Asked},
            data::Note,
            store::{self, Door, Listable, ListingRow, RequestDetail, RequestRow},
            wizard::{Answers, Step},
        },
        products::{Product, Status as ProductStatus},
    },
    t,
};

type OfWizard = web::Path<(String, Uuid)>;
type Saved = Wizard<Answers>;

fn url(actor: &Viewer<Submit>, id: Uuid, step: Step) -> String {
    wizard::url::<Answers, _>(actor, id, step)
}

/// What there is to choose from.
struct Offers {
    products: Vec<Listable>,
    doors: Vec<Door>,
}

impl Offers {
    fn read(read: &mut Read<'_, Submit>) -> Result<Self> {
        Ok(Self { products: store::listable(read)?, doors: store::doors(read)? })
    }

    fn product(&self, id: &Id<Product>) -> Option<&Listable> {
        self.products.iter().find(|one| one.id == *id)
    }

    /// What has to be done first, with where; nothing when the wizard can start.
    fn missing(&self, actor: &Viewer<Submit>) -> Vec<(Words, String)> {
        let mut missing = Vec::new();
        if self.products.is_empty() {
            missing.push((
                t!("Publish a version of a product first. Only public versions can be listed."),
                actor.url("products"),
            ));
        }
        if self.doors.is_empty() {
            missing.push((
                t!("Enroll in a distributor's agreement first. Listing requires an active distribution contract."),
                actor.url("agreements"),
            ));
        }
        missing
    }
}

#[derive(Template)]
#[template(path = "listings/new/introduction.html")]
struct Introduction {
    frame: Frame,
    page: Page,
    action: String,
    missing: Vec<(Words, String)>,
    unfinished: Vec<wizard::Unfinished>,
    listings: String,
}

fn introduction_page(actor: &Viewer<Submit>, saved: Option<&Saved>, offers: &Offers) -> Introduction {
    let frame = wizard::frame(actor, saved, Step::Introduction, Vec::new());
    Introduction {
        page: frame.page.clone(),
        frame,
        action: saved.map_or_else(|| actor.url("listings/new"), |saved| url(actor, saved.id, Step::Introduction)),
        missing: offers.missing(actor),
        unfinished: Vec::new(),
        listings: actor.url("listings"),
    }
}

/// The first page explains; unfinished wizards are offered.
pub async fn start(actor: Viewer<Submit>, db: web::Data<Db>) -> Result<HttpResponse> {
    let (offers, unfinished) =
        db.read(&actor, |read| Ok((Offers::read(read)?, wizard::unfinished::<Answers, _>(read)?))).await?;
    let unfinished = wizard::offered(&actor, &unfinished, |answers: &Answers| {
        let product = answers.product.as_ref().and_then(|id| offers.product(id));
        product.map_or_else(|| t!("New listing"), |one| Words::data(&one.name))
    });
    let shown = Introduction { unfinished, ..introduction_page(&actor, None, &offers) };
    page::html(&actor.visit, &shown)
}

pub async fn begin(post: Post<Submit>, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let offers = db.read(&actor, Offers::read).await?;
    if !offers.missing(&actor).is_empty() {
        // the page says so and has no button then
        return Err(Problem::Elsewhere(actor.url("listings/new")));
    }
    let id = db.draft(&actor, wizard::begin::<Answers, _>).await?;
    Ok(page::see(url(&actor, id, Step::Product)))
}

pub async fn introduction(actor: Viewer<Submit>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (saved, offers) = at(&actor, &db, path.1, Step::Introduction).await?;
    page::html(&actor.visit, &introduction_page(&actor, Some(&saved), &offers))
}

pub async fn introduced(post: Post<Submit>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    at(&post.actor, &db, path.1, Step::Introduction).await?;
    Ok(page::see(url(&post.actor, path.1, Step::Product)))
}

async fn at(actor: &Viewer<Submit>, db: &Db, id: Uuid, step: Step) -> Result<(Saved, Offers)> {
    let found = db.read(actor, move |read| Ok((wizard::find::<Answers, _>(read, id)?, Offers::read(read)?))).await?;
    wizard::at(actor, &found.0, step)?;
    Ok(found)
}

/// A step with one question.
fn choose(
    actor: &Viewer<Submit>,
    saved: &Saved,
    step: Step,
    (heading, about): (Words, Words),
    question: &Question<String>,
) -> StepPage {
    StepPage::new(actor, Some(saved), step, heading).about(about).asking(|page| question.onto(page))
}

fn product_page(actor: &Viewer<Submit>, saved: &Saved, question: &Question<String>) -> StepPage {
    let words = (t!("Which product?"), t!("Products with a public version."));
    choose(actor, saved, Step::Product, words, question)
}

fn product_question(offers: &Offers) -> Question<String> {
    let picks = offers.products.iter().map(|one| {
        let about = match one.status {
            ProductStatus::EndOfSale => {
                t!("{id} - End of Sale: listings can only be changed or ended", id = one.id)
            }
            _ => Words::data(one.id.to_string()),
        };
        Pick::new(one.id.as_str(), &one.name, about)
    });
    let kind = OneOf::few(picks.collect(), "Choose a product");
    Question::new("product", "Product", kind).missing("Choose a product")
}

pub async fn product(actor: Viewer<Submit>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (saved, offers) = at(&actor, &db, path.1, Step::Product).await?;
    let question = product_question(&offers).filled(saved.answers.product.as_ref().map_or("", |id| id.as_str()));
    page::html(&actor.visit, &product_page(&actor, &saved, &question))
}

pub async fn product_answered(post: Post<Submit>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let (saved, offers) = at(&actor, &db, id, Step::Product).await?;
    let mut question = product_question(&offers).typed(&post.fields);
    let key = question.read();
    let Some(chosen) = offers.products.iter().find(|one| Some(one.id.as_str()) == key.as_deref()) else {
        return page::invalid(&actor.visit, &product_page(&actor, &saved, &question));
    };
    let product = chosen.id.clone();
    Saved::answer(&actor, &db, id, move |answers| {
        if answers.product.as_ref() != Some(&product) {
            // what is listed where depends on the product
            *answers =
                Answers { product: Some(product), distributor: answers.distributor.take(), ..Answers::default() };
        }
    })
    .await?;
    Ok(page::see(url(&actor, id, Step::Distributor)))
}

fn distributor_page(actor: &Viewer<Submit>, saved: &Saved, question: &Question<String>) -> StepPage {
    let words = (t!("Which distributor?"), t!("Companies you have an active distribution contract with."));
    choose(actor, saved, Step::Distributor, words, question)
}

fn distributor_question(offers: &Offers) -> Question<String> {
    let mut picks: Vec<Pick> = Vec::new();
    for door in &offers.doors {
        if !picks.iter().any(|pick| pick.value == door.owner.as_str()) {
            picks.push(Pick::new(door.owner.as_str(), &door.owner_name, door.owner.to_string()));
        }
    }
    let kind = OneOf::few(picks, "Choose a distributor");
    Question::new("distributor", "Distributor", kind).missing("Choose a distributor")
}

pub async fn distributor(actor: Viewer<Submit>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (saved, offers) = at(&actor, &db, path.1, Step::Distributor).await?;
    let chosen = saved.answers.distributor.as_ref().map_or("", |id| id.as_str());
    let question = distributor_question(&offers).filled(chosen);
    page::html(&actor.visit, &distributor_page(&actor, &saved, &question))
}

pub async fn distributor_answered(post: Post<Submit>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let (saved, offers) = at(&actor, &db, id, Step::Distributor).await?;
    let mut question = distributor_question(&offers).typed(&post.fields);
    if post.fields.has("back") {
        return Ok(page::see(url(&actor, id, Step::Product)));
    }
    let chosen = question.read();
    let Some(door) = offers.doors.iter().find(|door| Some(door.owner.as_str()) == chosen.as_deref()) else {
        return page::invalid(&actor.visit, &distributor_page(&actor, &saved, &question));
    };
    let distributor: Id<Account> = door.owner.clone();
    Saved::answer(&actor, &db, id, move |answers| {
        if answers.distributor.as_ref() != Some(&distributor) {
            answers.distributor = Some(distributor);
            (answers.contract, answers.listed, answers.action) = (None, false, None);
        }
    })
    .await?;
    Ok(page::see(url(&actor, id, Step::Marketplace)))
}

fn marketplace_page(actor: &Viewer<Submit>, saved: &Saved, question: &Question<String>) -> StepPage {
    let words = (t!("Which marketplace?"), t!("Marketplaces available under your contracts."));
    choose(actor, saved, Step::Marketplace, words, question)
}

/// The distributor's marketplaces, by the contracts that open them.
fn marketplace_question(saved: &Saved, offers: &Offers) -> Question<String> {
    let here = offers.doors.iter().filter(|door| Some(&door.owner) == saved.answers.distributor.as_ref());
    let picks = here.map(|door| Pick::new(door.contract.as_str(), &door.name, door.marketplace.to_string()));
    let kind = OneOf::few(picks.collect(), "Choose a marketplace");
    Question::new("marketplace", "Marketplace", kind).missing("Choose a marketplace")
}

pub async fn marketplace(actor: Viewer<Submit>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (saved, offers) = at(&actor, &db, path.1, Step::Marketplace).await?;
    let chosen = saved.answers.contract.as_ref().map_or("", |id| id.as_str());
    let question = marketplace_question(&saved, &offers).filled(chosen);
    page::html(&actor.visit, &marketplace_page(&actor, &saved, &question))
}

type There = Option<(ListingRow, Option<RequestRow>)>;

fn listed(there: &There) -> bool {
    there.as_ref().is_some_and(|(listing, _)| listing.status == Status::Listed)
}

pub async fn marketplace_answered(post: Post<Submit>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let (saved, offers) = at(&actor, &db, id, Step::Marketplace).await?;
    let mut question = marketplace_question(&saved, &offers).typed(&post.fields);
    if post.fields.has("back") {
        return Ok(page::see(url(&actor, id, Step::Distributor)));
    }
    let chosen = question.read();
    let door = offers.doors.iter().find(|door| Some(door.contract.as_str()) == chosen.as_deref());
    let (Some(door), Some(product)) = (door, saved.answers.product.clone()) else {
        return page::invalid(&actor.visit, &marketplace_page(&actor, &saved, &question));
    };
    let (contract, asked) = (door.contract.clone(), (product.clone(), door.contract.clone()));
    let there = db.read(&actor, move |read| store::at(read, &asked.0, &asked.1)).await?;
    let listed = listed(&there);
    let ended = offers.product(&product).is_some_and(|one| one.status == ProductStatus::EndOfSale);
    if let Some(against) = actions::against(ended, there.as_ref(), if listed { Type::Update } else { Type::New }) {
        question.fail(against.words());
        return page::invalid(&actor.visit, &marketplace_page(&actor, &saved, &question));
    }
    Saved::answer(&actor, &db, id, move |answers| {
        if answers.contract.as_ref() != Some(&contract) || answers.listed != listed {
            answers.action = None;
        }
        (answers.contract, answers.listed) = (Some(contract), listed);
    })
    .await?;
    // a new listing has nothing to choose
    Ok(page::see(url(&actor, id, if listed { Step::Action } else { Step::Submit })))
}

fn action_page(actor: &Viewer<Submit>, saved: &Saved, question: &Question<String>) -> StepPage {
    let words = (t!("What do you want to do with the listing?"), t!("The product is already listed there."));
    choose(actor, saved, Step::Action, words, question)
}

fn action_question() -> Question<String> {
    let picks = vec![
        Pick::new(
            Type::Update.key(),
            Type::Update.label(),
            "The distributor will review it again. Until then it stays listed",
        ),
        Pick::new(Type::Remove.key(), Type::Remove.label(), "It stays listed until the distributor removes it"),
    ];
    let kind = OneOf::few(picks, "Choose an action");
    Question::new("action", "Action", kind).missing("Choose an action")
}

/// Without a listing there is nothing to choose.
fn must_be_listed(actor: &Viewer<Submit>, saved: &Saved) -> Result<()> {
    if saved.answers.listed { Ok(()) } else { Err(Problem::Elsewhere(url(actor, saved.id, saved.answers.gap()))) }
}

pub async fn action(actor: Viewer<Submit>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (saved, _) = at(&actor, &db, path.1, Step::Action).await?;
    must_be_listed(&actor, &saved)?;
    let question = action_question().filled(saved.answers.action.map_or("", |action| action.key()));
    page::html(&actor.visit, &action_page(&actor, &saved, &question))
}

pub async fn action_answered(post: Post<Submit>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let (saved, _) = at(&actor, &db, id, Step::Action).await?;
    must_be_listed(&actor, &saved)?;
    let mut question = action_question().typed(&post.fields);
    if post.fields.has("back") {
        return Ok(page::see(url(&actor, id, Step::Marketplace)));
    }
    let Some(chosen) = question.read().and_then(|key| Type::from_key(&key)) else {
        return page::invalid(&actor.visit, &action_page(&actor, &saved, &question));
    };
    Saved::answer(&actor, &db, id, move |answers| answers.action = Some(chosen)).await?;
    Ok(page::see(url(&actor, id, Step::Submit)))
}

fn submit_page(
    actor: &Viewer<Submit>,
    saved: &Saved,
    offers: &Offers,
    note: &Form<Note>,
    wrong: &[Violation],
) -> StepPage {
    let answers = &saved.answers;
    let door = offers.doors.iter().find(|door| Some(&door.contract) == answers.contract.as_ref());
    let product = answers.product.as_ref().and_then(|id| offers.product(id));
    let given = |label, value: Words, step: Option<Step>| Given {
        label,
        value,
        href: step.map_or_else(String::new, |step| url(actor, saved.id, step)),
    };
    let page = StepPage::new(actor, Some(saved), Step::Submit, "Check and submit")
        .given(vec![
            given("Product", Words::data(product.map_or("", |one| &one.name)), Some(Step::Product)),
            given("Distributor", Words::data(door.map_or("", |door| &door.owner_name)), Some(Step::Distributor)),
            given("Marketplace", Words::data(door.map_or("", |door| &door.name)), Some(Step::Marketplace)),
            match answers.listed {
                true => given("Action", answers.type_().label().into(), Some(Step::Action)),
                false => given("Action", t!("New listing"), None),
            },
        ])
        .asking(|page| note.onto(page))
        .button("Submit");
    wrong.iter().fold(page, |page, one| page.failing(&one.why.words))
}

pub async fn submit(actor: Viewer<Submit>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (saved, offers) = at(&actor, &db, path.1, Step::Submit).await?;
    let note = Form::filled(&Note { note: saved.answers.note.clone() });
    page::html(&actor.visit, &submit_page(&actor, &saved, &offers, &note, &[]))
}

/// Submit, or Back with the note kept.
pub async fn submitted(post: Post<Submit>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let kept = post.fields.text("note").to_owned();
    let saved = Saved::answer(&actor, &db, id, move |answers| answers.note = kept).await?;
    wizard::at(&actor, &saved, Step::Submit)?;
    if post.fields.has("back") {
        let before = if saved.answers.listed { Step::Action } else { Step::Marketplace };
        return Ok(page::see(url(&actor, id, before)));
    }
    let mut form = Form::<Note>::typed(&post.fields);
    let offers = db.read(&actor, Offers::read).await?;
    let (Some(said), Some(product), Some(contract)) =
        (form.read(), saved.answers.product.clone(), saved.answers.contract.clone())
    else {
        return page::invalid(&actor.visit, &submit_page(&actor, &saved, &offers, &form, &[]));
    };
    let asked = Asked { product, contract, type_: saved.answers.type_(), note: said.note };
    let act = move |tx: &mut Tx<'_, Submit>, _: Answers| actions::submit(tx, &asked);
    match violation::told(db.attempt(&actor, move |tx| done::finish(tx, id, act)).await)? {
        Ok(_) => Ok(page::see(url(&actor, id, Step::Summary))),
        Err(wrong) => page::invalid(&actor.visit, &submit_page(&actor, &saved, &offers, &form, &wrong)),
    }
}

#[derive(Template)]
#[template(path = "listings/new/summary.html")]
struct Summary {
    frame: Frame,
    page: Page,
    detail: RequestDetail,
    details: String,
    listings: String,
}

pub async fn summary(actor: Viewer<Submit>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    let saved = db.read(&actor, move |read| wizard::find::<Answers, _>(read, id)).await?;
    let Some(made) = saved.finished_as.as_deref().and_then(|made| made.parse::<Id<Request>>().ok()) else {
        return Ok(page::see(url(&actor, saved.id, saved.answers.gap())));
    };
    let detail = db.read(&actor, move |read| store::find_request(read, &made)).await?;
    let frame = wizard::frame(&actor, Some(&saved), Step::Summary, Vec::new());
    let details = actor.url(&format!("listing-requests/{}", detail.request.id));
    let listings = actor.url(if actor.may::<View>() { "listings" } else { "" });
    page::html(&actor.visit, &Summary { page: frame.page.clone(), frame, detail, details, listings })
}

pub async fn cancel(post: Post<Submit>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    db.draft(&post.actor, move |tx| wizard::discard::<Answers, _>(tx, id)).await?;
    Ok(page::see(post.actor.url("listings")))
}
