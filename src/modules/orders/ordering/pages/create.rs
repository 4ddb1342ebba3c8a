//! The wizard Create Subscription, step by step.

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use crate::{
    access::extract::Post,
    kit::{
        actor::Role,
        choice::Choice as _,
        db::{Db, Read},
        environment::Environment,
        fields::Fields,
        form::{Field, Pick},
        form_page::Ask,
        id::Id,
        input::{
            Form, Question,
            kinds::{IdOf, Maybe, OneOf},
        },
        page::{self, Flash},
        problem::{Problem, Result},
        shown::FIELD,
        typed::apart,
        viewer::Viewer,
        violation::{self, Violations, none_left},
        wizard::{self, Answers as _, Given, StepPage, Wizard},
        words::Words,
    },
    modules::{
        customers::{self, TierAccount, pages::asked},
        orders::{
            fulfillment::store::Line,
            ordering::{
                actions::{self, Ordered},
                forms::{ItemsForm, Keys, environments, picks},
                shown,
                wizard::{Answers, Step},
            },
            questions::{of_phase, of_tier, parameters_of},
            subscriptions::{
                Order, Subscription,
                orderable::{self, committed},
                store::{self, Offer},
            },
            tier_config,
            tiers::{Tiers, tiers},
        },
        products::{
            Status as ProductStatus,
            parameters::{Phase, store::ParameterRow, value_form::ValueForm, values},
            versions,
        },
    },
    t,
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

async fn answer(
    actor: &Viewer<Order>,
    db: &Db,
    id: Uuid,
    change: impl FnOnce(&mut Answers) + Send + 'static,
) -> Result<Saved> {
    db.draft(actor, move |tx| wizard::answer::<Answers, _>(tx, id, change)).await
}

fn environment_question(environments: &[Environment]) -> Question<String> {
    let kind = OneOf::cards(picks(environments), "Choose an environment");
    Question::new("environment", "Environment", kind).missing("Choose an environment")
}

fn environment_page(actor: &Viewer<Order>, saved: Option<&Saved>, question: &Question<String>) -> StepPage {
    StepPage::new(actor, saved, Step::Environment, "Which environment?")
        .about("Your order goes to the product's vendor, who fulfils it. You can follow it under Orders.")
        .asking(|page| question.onto(page))
}

/// What is known before anybody is asked: the environment and the place, where there is only one.
fn known(environments: &[Environment], offers: &[Offer]) -> Answers {
    let several = |offer: &Offer| offers.iter().filter(|other| other.product == offer.product).count() > 1;
    Answers {
        environment: environments.first().copied(),
        one_environment: environments.len() == 1,
        one_place: !offers.iter().any(several),
        ..Answers::default()
    }
}

/// The first question, which begins a wizard with its answer: the environment, or the product where there is only one environment.
fn first_page(
    actor: &Viewer<Order>,
    (environments, offers): (&[Environment], &[Offer]),
    typed: Option<&Fields>,
) -> StepPage {
    let known = known(environments, offers);
    if known.one_environment {
        let mut question = product_question(offers);
        if let Some(typed) = typed {
            question = question.typed(typed);
            question.read();
        }
        let page = StepPage::beginning(actor, &known, Step::Product, PRODUCT);
        return choosing(actor, page, offers, &question);
    }
    let mut question = environment_question(environments);
    question = match typed {
        Some(typed) => question.typed(typed),
        None => question.filled(known.environment.map_or("", |one| one.key())),
    };
    if typed.is_some() {
        question.read();
    }
    environment_page(actor, None, &question)
}

/// The first page: a new one begins with its first answer, unfinished ones are offered.
pub async fn start(actor: Viewer<Order>, db: web::Data<Db>) -> Result<HttpResponse> {
    let preview = vendor(&actor);
    let (unfinished, offers) = db
        .read(&actor, move |read| Ok((wizard::unfinished::<Answers, _>(read)?, store::offers(read, preview)?)))
        .await?;
    let offered = wizard::offered(&actor, &unfinished, |answers: &Answers| {
        answers
            .environment
            .map_or_else(|| t!("New subscription"), |environment| t!("{environment} subscription", environment))
    });
    let page = first_page(&actor, (&environments(preview, &offers), &offers), None);
    page::html(&actor.visit, &page.unfinished(offered))
}

/// The customer, when something can be ordered for it.
async fn possible(actor: &Viewer<Order>, db: &Db, wanted: Id<TierAccount>) -> Result<Option<Id<TierAccount>>> {
    db.read(actor, move |read| {
        let there = customers::store::find(read, &wanted).is_ok();
        let tiers = if there { tiers(read, &wanted)? } else { None };
        Ok(tiers.map(|_| wanted))
    })
    .await
}

pub async fn begin(post: Post<Order>, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let customer = match post.fields.text("customer").parse::<Id<TierAccount>>() {
        Ok(wanted) => possible(&actor, &db, wanted).await?,
        Err(_) => None,
    };
    let preview = vendor(&actor);
    let offers = db.read(&actor, move |read| store::offers(read, preview)).await?;
    let environments = environments(preview, &offers);
    let mut answers = known(&environments, &offers);
    let mut question = environment_question(&environments).typed(&post.fields);
    // who begins at a customer means it, and takes the first environment; both can be changed in the review
    let taken = customer.is_some() && question.field().value.is_empty();
    if !taken && !answers.one_environment {
        answers.environment = question.read().and_then(|key| Environment::from_key(&key));
    }
    let mut question = product_question(&offers).typed(&post.fields);
    let product = question.read();
    let asked = answers.one_environment && customer.is_none();
    if answers.environment.is_none() || asked && product.is_none() {
        let page = first_page(&actor, (&environments, &offers), Some(&post.fields));
        return page::invalid(&actor.visit, &page);
    }
    answers.for_customer = customer.is_some();
    answers.customer = customer;
    let next = match product.filter(|_| asked) {
        Some(product) => {
            answers.choose(&product, &offers);
            answers.after_place()
        }
        None => Step::Product,
    };
    let id = db
        .draft(&actor, move |tx| {
            let id = wizard::begin::<Answers, _>(tx)?;
            wizard::answer::<Answers, _>(tx, id, |begun| *begun = answers)?;
            Ok(id)
        })
        .await?;
    Ok(page::see(url(&actor, id, next)))
}

pub async fn environment(actor: Viewer<Order>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (saved, offers) = at(&actor, &db, path.1, Step::Environment).await?;
    let question = environment_question(&environments(vendor(&actor), &offers))
        .filled(saved.answers.environment.map_or("", |one| one.key()));
    page::html(&actor.visit, &environment_page(&actor, Some(&saved), &question))
}

pub async fn environment_answered(post: Post<Order>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let (saved, offers) = at(&actor, &db, id, Step::Environment).await?;
    let mut question = environment_question(&environments(vendor(&actor), &offers)).typed(&post.fields);
    let Some(environment) = question.read().and_then(|key| Environment::from_key(&key)) else {
        return page::invalid(&actor.visit, &environment_page(&actor, Some(&saved), &question));
    };
    answer(&actor, &db, id, move |answers| answers.environment = Some(environment)).await?;
    Ok(page::see(url(&actor, id, Step::Product)))
}

fn product_question(offers: &[Offer]) -> Question<String> {
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

const PRODUCT: &str = "Which product?";

fn product_page(actor: &Viewer<Order>, saved: &Saved, offers: &[Offer], question: &Question<String>) -> StepPage {
    choosing(actor, StepPage::new(actor, Some(saved), Step::Product, PRODUCT), offers, question)
}

/// The question for a product on its page, or why there is none.
fn choosing(actor: &Viewer<Order>, page: StepPage, offers: &[Offer], question: &Question<String>) -> StepPage {
    if !offers.is_empty() {
        return page.asking(|page| question.onto(page));
    }
    match vendor(actor) {
        true => page.nothing("Publish a version of a product first.", actor.url("products")),
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
        return page::invalid(&actor.visit, &product_page(&actor, &saved, &offers, &question));
    };
    let another = saved.answers.product.as_ref().is_some_and(|before| before.as_str() != product);
    let drops = another && !saved.answers.items.is_empty();
    let saved = answer(&actor, &db, id, move |answers| answers.choose(&product, &offers)).await?;
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
        Pick::new(&offer.id, if id.is_empty() { t!("Preview") } else { Words::data(&offer.marketplace_name) }, id)
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
    let saved = answer(&actor, &db, id, move |answers| answers.offer = Some(chosen)).await?;
    Ok(page::see(url(&actor, id, saved.answers.after_place())))
}

type Customer = Question<Option<Id<TierAccount>>>;

fn customer_question() -> Customer {
    Question::new("customer", "Customer", Maybe(IdOf::new(actions::NO_CUSTOMER))).missing(actions::NO_CUSTOMER)
}

async fn customer_page(actor: &Viewer<Order>, db: &Db, saved: &Saved, question: &Customer) -> Result<StepPage> {
    let text = asked(actor, "q").unwrap_or_default();
    let wanted = text.clone();
    let chosen = saved.answers.customer.clone();
    let (found, all) = db
        .read(actor, move |read| {
            let mut found = customers::store::possible_customers(read, &wanted)?;
            let all = match found.len() < customers::store::POSSIBLE {
                true => found.len() as i64,
                false => customers::store::count_possible(read, &wanted)?,
            };
            if let Some(chosen) = chosen.filter(|id| !found.iter().any(|one| one.id == id.as_str())) {
                found.extend(customers::store::possible_customer(read, &chosen)?);
            }
            Ok((found, all))
        })
        .await?;
    let shown = found.len() as i64;
    let picks: Vec<Pick> = found
        .into_iter()
        .map(|one| {
            let about = match one.tier2 {
                Some(tier2) => t!(
                    "{id}. Tier 1: {tier1}, tier 2: {tier2}",
                    id = one.id,
                    tier1 = apart(&one.tier1),
                    tier2 = apart(&tier2)
                ),
                None => t!("{id}. Tier 1: {tier1}", id = one.id, tier1 = apart(&one.tier1)),
            };
            Pick::new(&one.id, &one.name, about)
        })
        .collect();
    let about = match shown < all {
        true => t!("The resellers above the customer become the order's tiers. Showing {n} of {all}.", n = shown, all),
        false => t!("The resellers above the customer become the order's tiers."),
    };
    let search = Field::new("q", "Find a customer").hint("By name, ID, external ID or email.").filled(text.clone());
    let page = StepPage::new(actor, Some(saved), Step::Customer, "Which customer?").about(about);
    Ok(match picks.is_empty() {
        true if text.is_empty() => {
            page.nothing("Create a customer under a reseller first.", actor.url("customers/new"))
        }
        true => page.searching(search).nothing("No matching customer. Create one?", actor.url("customers/new")),
        false => page.searching(search).asking(|page| question.onto_as(page, Ask::Cards(picks))),
    })
}

/// "Tier 1: Southside Sports, tier 2: Delphi Gyms".
fn chain(tiers: &Tiers) -> Words {
    let tier1 = apart(&tiers.tier1.data.name);
    match &tiers.tier2 {
        Some(tier) => t!("Tier 1: {tier1}, tier 2: {tier2}", tier1, tier2 = apart(&tier.data.name)),
        None => t!("Tier 1: {tier1}", tier1),
    }
}

pub async fn customer(actor: Viewer<Order>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (saved, _) = at(&actor, &db, path.1, Step::Customer).await?;
    let question = customer_question().holding(&saved.answers.customer);
    page::html(&actor.visit, &customer_page(&actor, &db, &saved, &question).await?)
}

pub async fn customer_answered(post: Post<Order>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let (saved, _) = at(&actor, &db, id, Step::Customer).await?;
    if post.fields.has("back") {
        return Ok(back(&actor, &saved, Step::Customer));
    }
    let mut question = customer_question().typed(&post.fields);
    let chosen = match question.read().flatten() {
        Some(customer) => possible(&actor, &db, customer).await?,
        None => None,
    };
    let Some(customer) = chosen else {
        question.fail(actions::NO_CUSTOMER);
        return page::invalid(&actor.visit, &customer_page(&actor, &db, &saved, &question).await?);
    };
    answer(&actor, &db, id, move |answers| answers.customer = Some(customer)).await?;
    Ok(page::see(url(&actor, id, Step::Items)))
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
    answer(&actor, &db, id, move |answers| answers.items = items).await?;
    Ok(page::see(url(&actor, id, Step::Parameters)))
}

/// What is asked about the subscription, and about tiers that are not set up yet: with whose name.
struct Asks {
    groups: Vec<(Words, ValueForm)>,
}

fn asks(read: &mut Read<'_, Order>, saved: &Saved, offer: &Offer) -> Result<Asks> {
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
    Ok(Asks { groups })
}

fn parameters_page(actor: &Viewer<Order>, saved: &Saved, asks: &Asks, keys: &Form<Keys>) -> StepPage {
    let about = match asks.groups.is_empty() {
        true => t!("This product doesn't need any more information."),
        false => t!("Before the order continues, we'll email the customer to ask for anything you leave empty."),
    };
    StepPage::new(actor, Some(saved), Step::Parameters, "Order details").about(about).asking(|page| {
        let page = asks.groups.iter().fold(page, |page, (heading, form)| form.onto(page.group(heading.clone())));
        keys.onto(page)
    })
}

async fn read_asks(actor: &Viewer<Order>, db: &Db, saved: &Saved, offer: &Offer) -> Result<Asks> {
    let (saved, offer) = (saved.clone(), offer.clone());
    db.read(actor, move |read| asks(read, &saved, &offer)).await
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
    page::html(&actor.visit, &parameters_page(&actor, &saved, &asks, &Form::filled(&keys)))
}

pub async fn parameters_answered(post: Post<Order>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let (saved, offers) = at(&actor, &db, id, Step::Parameters).await?;
    if post.fields.has("back") {
        return Ok(back(&actor, &saved, Step::Parameters));
    }
    let Some(offer) = chosen(&saved, &offers) else { return Ok(choose_again(&actor, &saved)) };
    let asks = read_asks(&actor, &db, &saved, offer).await?;
    let mut asks =
        Asks { groups: asks.groups.into_iter().map(|(heading, form)| (heading, form.typed(&post.fields))).collect() };
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
        return page::invalid(&actor.visit, &parameters_page(&actor, &saved, &asks, &keys));
    };
    answer(&actor, &db, id, move |answers| {
        answers.values = all;
        answers.external_uid = Some(given.external_uid.unwrap_or_else(Uuid::new_v4));
        (answers.external_id, answers.note) = (given.external_id, given.note);
    })
    .await?;
    Ok(page::see(url(&actor, id, Step::Review)))
}

/// Everything that was answered, in words.
fn given(
    read: &Read<'_, Order>,
    saved: &Saved,
    (offer, of): (&Offer, &Reviewed),
    urls: &impl Fn(Step) -> String,
) -> Vec<Given> {
    let answers = &saved.answers;
    let one = |label, value: Words, step| Given { label, value, href: urls(step) };
    let zone = read.actor.zone();
    let items = of.lines.iter().filter(|line| !line.quantity.is_none()).map(|line| {
        let item = t!("{quantity} × {item}", quantity = line.quantity, item = apart(&line.name));
        match committed(zone, line.commitment, None) {
            Some(then) => t!("{first}. {then}", first = item, then),
            None => item,
        }
    });
    let tiers = of.tiers.as_ref();
    let lines = values::lines(&of.rows, &answers.values)
        .into_iter()
        .filter(|line| !line.value.is_empty())
        .map(|line| t!("{label}: {value}", label = line.title, value = line.value));
    let mut given = vec![
        one(
            "Environment",
            answers.environment.map(|one| offer.environment(one).label().into()).unwrap_or_default(),
            Step::Environment,
        ),
        one(
            "Product",
            t!("{product} ({vendor})", product = apart(&offer.name), vendor = apart(&offer.vendor_name)),
            Step::Product,
        ),
    ];
    if offer.marketplace.is_some() {
        given.push(one("Marketplace", Words::data(&offer.marketplace_name), Step::Marketplace));
    }
    given.extend([
        one(
            "Customer",
            tiers
                .map(|tiers| Words::lines([Words::data(apart(&tiers.customer.data.name)), chain(tiers)]))
                .unwrap_or_default(),
            Step::Customer,
        ),
        one("Items", Words::lines(items), Step::Items),
        one("Parameters", Words::lines(lines), Step::Parameters),
        one("External ID", Words::data(&answers.external_id), Step::Parameters),
        one("Note", Words::data(&answers.note), Step::Parameters),
    ]);
    given.retain(|one| !one.value.is_empty());
    given
}

/// What the answers come to now: the lines, the customer with its resellers, and what is asked.
struct Reviewed {
    lines: Vec<Line>,
    tiers: Option<Tiers>,
    rows: Vec<ParameterRow>,
}

fn reviewed(read: &mut Read<'_, Order>, new: &Ordered) -> Result<Reviewed> {
    let offered = orderable::all(read, &new.offer.product, new.offer.version, &[])?;
    Ok(Reviewed {
        lines: actions::lines(&offered, &new.items),
        tiers: tiers(read, &new.customer)?,
        rows: actions::questions(read, &new.offer.product)?,
    })
}

/// The order that the answers make; none while something is not answered.
fn ordered_of(answers: &Answers, offer: &Offer) -> Option<Ordered> {
    Some(Ordered {
        environment: offer.environment(answers.environment?),
        offer: offer.clone(),
        customer: answers.customer.clone()?,
        items: answers.items.clone(),
        values: answers.values.clone(),
        external_id: answers.external_id.clone(),
        external_uid: answers.external_uid?,
        note: answers.note.clone(),
    })
}

async fn review_page(
    actor: &Viewer<Order>,
    db: &Db,
    saved: &Saved,
    offer: &Offer,
    against: Violations,
) -> Result<StepPage> {
    let (here, answered, offered) = (actor.clone(), saved.clone(), offer.clone());
    let new = ordered_of(&saved.answers, offer)
        .ok_or_else(|| Problem::Elsewhere(url(actor, saved.id, saved.answers.gap())))?;
    let (given, shown) = db
        .read(actor, move |read| {
            let of = reviewed(read, &new)?;
            let new = new.fitting(&of.rows);
            let given = given(read, &answered, (&offered, &of), &|step| url(&here, answered.id, step));
            Ok((given, shown::order(&new, &offered, (&of.lines, of.tiers.as_ref()), &of.rows)?))
        })
        .await?;
    let page =
        StepPage::new(actor, Some(saved), Step::Review, "Check and order").given(given).button("Order").binding(shown);
    let page = match offer.status {
        ProductStatus::EndOfSale => page.about("This product is at End of Sale. Plan what will replace it."),
        _ => page,
    };
    Ok(against.into_iter().fold(page, |page, one| page.failing(one.why.words)))
}

pub async fn review(actor: Viewer<Order>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (saved, offers) = at(&actor, &db, path.1, Step::Review).await?;
    let Some(offer) = chosen(&saved, &offers) else { return Ok(choose_again(&actor, &saved)) };
    page::html(&actor.visit, &review_page(&actor, &db, &saved, offer, Violations::new()).await?)
}

pub async fn ordered(post: Post<Order>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let (saved, offers) = at(&actor, &db, id, Step::Review).await?;
    if post.fields.has("back") {
        return Ok(back(&actor, &saved, Step::Review));
    }
    let Some(offer) = chosen(&saved, &offers) else { return Ok(choose_again(&actor, &saved)) };
    let Some(new) = ordered_of(&saved.answers, offer) else {
        return Err(Problem::Elsewhere(url(&actor, id, saved.answers.gap())));
    };
    let sent = post.fields.text(FIELD).to_owned();
    let vendor = offer.vendor_name.clone();
    let outcome = db.attempt(&actor, move |tx| actions::create(tx, id, &new, &sent)).await;
    let against = match violation::told(outcome)? {
        Ok(made) => {
            let words = t!(
                "Subscription ordered. {vendor} will fulfil it, and we'll email you the outcome.",
                vendor = apart(&vendor)
            );
            return Ok(page::see_with(&actor.visit, details(&actor, &made.value()), &Flash::success(words)));
        }
        Err(against) => against,
    };
    // as it stands by now, which may be that nothing is offered
    let (saved, offers) = at(&actor, &db, id, Step::Review).await?;
    match chosen(&saved, &offers) {
        Some(offer) => page::invalid(&actor.visit, &review_page(&actor, &db, &saved, offer, against).await?),
        None => Ok(choose_again(&actor, &saved)),
    }
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
