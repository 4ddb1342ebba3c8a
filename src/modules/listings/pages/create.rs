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
        form::{Field, Pick},
        form_page::Ask,
        id::Id,
        input::Form,
        page::{self, Page},
        problem::{Problem, Result},
        viewer::Viewer,
        violation::{self, Violation},
        wizard::{self, Answers as _, Frame, Given, StepPage, Wizard},
        words::filters,
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
    fn missing(&self, actor: &Viewer<Submit>) -> Vec<(&'static str, String)> {
        let mut missing = Vec::new();
        if self.products.is_empty() {
            missing.push((
                "Publish a version of a product first: only public versions can be listed.",
                actor.url("products"),
            ));
        }
        if self.doors.is_empty() {
            missing.push((
                "Enroll in a distributor's agreement first: listing needs an active distribution contract.",
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
    missing: Vec<(&'static str, String)>,
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
        product.map_or("A listing", |one| one.name.as_str()).to_owned()
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

async fn answer(
    actor: &Viewer<Submit>,
    db: &Db,
    id: Uuid,
    change: impl FnOnce(&mut Answers) + Send + 'static,
) -> Result<Saved> {
    db.draft(actor, move |tx| wizard::answer::<Answers, _>(tx, id, change)).await
}

/// A step with one question.
fn choose(
    actor: &Viewer<Submit>,
    saved: &Saved,
    step: Step,
    (question, about): (&'static str, &'static str),
    field: &Field,
    picks: Vec<Pick>,
) -> StepPage {
    StepPage::new(actor, Some(saved), step, question).about(about).asking(|page| page.ask(field, Ask::one_of(picks)))
}

fn product_page(actor: &Viewer<Submit>, saved: &Saved, offers: &Offers, field: &Field) -> StepPage {
    let picks = offers.products.iter().map(|one| {
        let about = match one.status {
            ProductStatus::EndOfSale => format!("{} - End of Sale: listings can only be changed or terminated", one.id),
            _ => one.id.to_string(),
        };
        Pick::new(one.id.as_str(), &one.name, about)
    });
    let words = ("Which product?", "Products with a public version.");
    choose(actor, saved, Step::Product, words, field, picks.collect())
}

fn product_field() -> Field {
    Field::new("product", "Product")
}

pub async fn product(actor: Viewer<Submit>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (saved, offers) = at(&actor, &db, path.1, Step::Product).await?;
    let field = product_field().filled(saved.answers.product.as_ref().map_or("", |id| id.as_str()));
    page::html(&actor.visit, &product_page(&actor, &saved, &offers, &field))
}

pub async fn product_answered(post: Post<Submit>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let (saved, offers) = at(&actor, &db, id, Step::Product).await?;
    let mut field = product_field().from(&post.fields);
    let Some(chosen) = offers.products.iter().find(|one| one.id.as_str() == field.value) else {
        field.fail("Choose a product");
        return page::invalid(&actor.visit, &product_page(&actor, &saved, &offers, &field));
    };
    let product = chosen.id.clone();
    answer(&actor, &db, id, move |answers| {
        if answers.product.as_ref() != Some(&product) {
            // what is listed where depends on the product
            *answers =
                Answers { product: Some(product), distributor: answers.distributor.take(), ..Answers::default() };
        }
    })
    .await?;
    Ok(page::see(url(&actor, id, Step::Distributor)))
}

fn distributor_field() -> Field {
    Field::new("distributor", "Distributor")
}

fn distributor_page(actor: &Viewer<Submit>, saved: &Saved, offers: &Offers, field: &Field) -> StepPage {
    let mut picks: Vec<Pick> = Vec::new();
    for door in &offers.doors {
        if !picks.iter().any(|pick| pick.value == door.owner.as_str()) {
            picks.push(Pick::new(door.owner.as_str(), &door.owner_name, door.owner.to_string()));
        }
    }
    let words = ("With which distributor?", "Companies whose distribution agreement you have an active contract on.");
    choose(actor, saved, Step::Distributor, words, field, picks)
}

pub async fn distributor(actor: Viewer<Submit>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (saved, offers) = at(&actor, &db, path.1, Step::Distributor).await?;
    let field = distributor_field().filled(saved.answers.distributor.as_ref().map_or("", |id| id.as_str()));
    page::html(&actor.visit, &distributor_page(&actor, &saved, &offers, &field))
}

pub async fn distributor_answered(post: Post<Submit>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let (saved, offers) = at(&actor, &db, id, Step::Distributor).await?;
    let mut field = distributor_field().from(&post.fields);
    if post.fields.has("back") {
        return Ok(page::see(url(&actor, id, Step::Product)));
    }
    let Some(door) = offers.doors.iter().find(|door| door.owner.as_str() == field.value) else {
        field.fail("Choose a distributor");
        return page::invalid(&actor.visit, &distributor_page(&actor, &saved, &offers, &field));
    };
    let distributor: Id<Account> = door.owner.clone();
    answer(&actor, &db, id, move |answers| {
        if answers.distributor.as_ref() != Some(&distributor) {
            answers.distributor = Some(distributor);
            (answers.contract, answers.listed, answers.action) = (None, false, None);
        }
    })
    .await?;
    Ok(page::see(url(&actor, id, Step::Marketplace)))
}

fn marketplace_field() -> Field {
    Field::new("marketplace", "Marketplace")
}

fn marketplace_page(actor: &Viewer<Submit>, saved: &Saved, offers: &Offers, field: &Field) -> StepPage {
    let here = offers.doors.iter().filter(|door| Some(&door.owner) == saved.answers.distributor.as_ref());
    let picks = here.map(|door| Pick::new(door.contract.as_str(), &door.name, door.marketplace.to_string()));
    let words = ("On which marketplace?", "Marketplaces that your contracts open to you.");
    choose(actor, saved, Step::Marketplace, words, field, picks.collect())
}

pub async fn marketplace(actor: Viewer<Submit>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (saved, offers) = at(&actor, &db, path.1, Step::Marketplace).await?;
    let field = marketplace_field().filled(saved.answers.contract.as_ref().map_or("", |id| id.as_str()));
    page::html(&actor.visit, &marketplace_page(&actor, &saved, &offers, &field))
}

type There = Option<(ListingRow, Option<RequestRow>)>;

fn listed(there: &There) -> bool {
    there.as_ref().is_some_and(|(listing, _)| listing.status == Status::Listed)
}

pub async fn marketplace_answered(post: Post<Submit>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let (saved, offers) = at(&actor, &db, id, Step::Marketplace).await?;
    let mut field = marketplace_field().from(&post.fields);
    if post.fields.has("back") {
        return Ok(page::see(url(&actor, id, Step::Distributor)));
    }
    let door = offers
        .doors
        .iter()
        .find(|door| door.contract.as_str() == field.value && Some(&door.owner) == saved.answers.distributor.as_ref());
    let (Some(door), Some(product)) = (door, saved.answers.product.clone()) else {
        field.fail("Choose a marketplace");
        return page::invalid(&actor.visit, &marketplace_page(&actor, &saved, &offers, &field));
    };
    let (contract, asked) = (door.contract.clone(), (product.clone(), door.contract.clone()));
    let there = db.read(&actor, move |read| store::at(read.conn, &asked.0, &asked.1)).await?;
    let listed = listed(&there);
    let ended = offers.product(&product).is_some_and(|one| one.status == ProductStatus::EndOfSale);
    if let Some(against) = actions::against(ended, there.as_ref(), if listed { Type::Update } else { Type::New }) {
        field.fail(against.words());
        return page::invalid(&actor.visit, &marketplace_page(&actor, &saved, &offers, &field));
    }
    answer(&actor, &db, id, move |answers| {
        if answers.contract.as_ref() != Some(&contract) || answers.listed != listed {
            answers.action = None;
        }
        (answers.contract, answers.listed) = (Some(contract), listed);
    })
    .await?;
    // a new listing has nothing to choose
    Ok(page::see(url(&actor, id, if listed { Step::Action } else { Step::Submit })))
}

fn action_field() -> Field {
    Field::new("action", "Action")
}

fn action_page(actor: &Viewer<Submit>, saved: &Saved, field: &Field) -> StepPage {
    let picks = vec![
        Pick::new(
            Type::Update.key(),
            Type::Update.label(),
            "The distributor looks at it again; it stays listed meanwhile",
        ),
        Pick::new(Type::Remove.key(), Type::Remove.label(), "It stays listed until the distributor has taken it off"),
    ];
    let words = ("What should happen to the listing?", "The product is listed there already.");
    choose(actor, saved, Step::Action, words, field, picks)
}

/// Without a listing there is nothing to choose.
fn must_be_listed(actor: &Viewer<Submit>, saved: &Saved) -> Result<()> {
    if saved.answers.listed { Ok(()) } else { Err(Problem::Elsewhere(url(actor, saved.id, saved.answers.gap()))) }
}

pub async fn action(actor: Viewer<Submit>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (saved, _) = at(&actor, &db, path.1, Step::Action).await?;
    must_be_listed(&actor, &saved)?;
    let field = action_field().filled(saved.answers.action.map_or("", |action| action.key()));
    page::html(&actor.visit, &action_page(&actor, &saved, &field))
}

pub async fn action_answered(post: Post<Submit>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let (saved, _) = at(&actor, &db, id, Step::Action).await?;
    must_be_listed(&actor, &saved)?;
    let mut field = action_field().from(&post.fields);
    if post.fields.has("back") {
        return Ok(page::see(url(&actor, id, Step::Marketplace)));
    }
    let Some(chosen) = Type::from_key(&field.value).filter(|type_| *type_ != Type::New) else {
        field.fail("Choose what should happen");
        return page::invalid(&actor.visit, &action_page(&actor, &saved, &field));
    };
    answer(&actor, &db, id, move |answers| answers.action = Some(chosen)).await?;
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
    let given = |label, value: &str, step: Option<Step>| Given {
        label,
        value: crate::kit::words::Words::data(value),
        href: step.map_or_else(String::new, |step| url(actor, saved.id, step)),
    };
    let page = StepPage::new(actor, Some(saved), Step::Submit, "Check and submit")
        .given(vec![
            given("Product", product.map_or("", |one| &one.name), Some(Step::Product)),
            given("Distributor", door.map_or("", |door| &door.owner_name), Some(Step::Distributor)),
            given("Marketplace", door.map_or("", |door| &door.name), Some(Step::Marketplace)),
            match answers.listed {
                true => given("Action", answers.type_().label(), Some(Step::Action)),
                false => given("Action", "New listing", None),
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
    let saved = answer(&actor, &db, id, move |answers| answers.note = kept).await?;
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
