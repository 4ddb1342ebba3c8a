//! Where an order begins: at its environment, at its product where there is only one environment, or at a customer.

use actix_web::{HttpResponse, web};

use super::{
    OfWizard, Saved, at,
    customer::possible,
    place::{PRODUCT, choosing, product_question},
    url, vendor,
};
use crate::{
    access::extract::Post,
    kit::{
        choice::Choice as _,
        db::Db,
        environment::Environment,
        fields::Fields,
        id::Id,
        input::{Question, kinds::OneOf},
        page,
        problem::Result,
        viewer::Viewer,
        wizard::{self, StepPage},
    },
    modules::{
        customers::TierAccount,
        orders::{
            ordering::{
                forms::{environments, picks},
                wizard::{Answers, Step},
            },
            subscriptions::{
                Order,
                store::{self, Offer},
            },
        },
    },
    t,
};

fn environment_question(environments: &[Environment]) -> Question<String> {
    let kind = OneOf::cards(picks(environments), "Choose an environment");
    Question::new("environment", "Environment", kind).missing("Choose an environment")
}

const TITLE: &str = "Which environment?";

fn environment_page(actor: &Viewer<Order>, saved: &Saved, question: &Question<String>) -> StepPage {
    choosing_environment(StepPage::new(actor, Some(saved), Step::Environment, TITLE), question)
}

/// The question for an environment on its page.
fn choosing_environment(page: StepPage, question: &Question<String>) -> StepPage {
    page.about("Your order goes to the product's vendor, who fulfils it. You can follow it under Orders.")
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
    choosing_environment(StepPage::beginning(actor, &known, Step::Environment, TITLE), &question)
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
    page::html(&actor.visit, &environment_page(&actor, &saved, &question))
}

pub async fn environment_answered(post: Post<Order>, path: OfWizard, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, id) = (post.actor, path.1);
    let (saved, offers) = at(&actor, &db, id, Step::Environment).await?;
    let mut question = environment_question(&environments(vendor(&actor), &offers)).typed(&post.fields);
    let Some(environment) = question.read().and_then(|key| Environment::from_key(&key)) else {
        return page::invalid(&actor.visit, &environment_page(&actor, &saved, &question));
    };
    Saved::answer(&actor, &db, id, move |answers| answers.environment = Some(environment)).await?;
    Ok(page::see(url(&actor, id, Step::Product)))
}
