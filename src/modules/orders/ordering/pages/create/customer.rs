//! For whom it is ordered: a customer, which brings its resellers along.

use actix_web::{HttpResponse, web};

use super::{OfWizard, Saved, at, back, url};
use crate::{
    access::extract::Post,
    kit::{
        db::Db,
        form::{Field, Pick},
        form_page::Ask,
        id::Id,
        input::{
            Question,
            kinds::{IdOf, Maybe},
        },
        page,
        problem::Result,
        typed::apart,
        viewer::Viewer,
        wizard::StepPage,
    },
    modules::{
        customers::{self, TierAccount, pages::asked},
        orders::{
            ordering::{actions, wizard::Step},
            subscriptions::Order,
            tiers::tiers,
        },
    },
    t,
};

/// The customer, when something can be ordered for it.
pub(super) async fn possible(
    actor: &Viewer<Order>,
    db: &Db,
    wanted: Id<TierAccount>,
) -> Result<Option<Id<TierAccount>>> {
    db.read(actor, move |read| {
        let there = customers::store::find(read, &wanted).is_ok();
        let tiers = if there { tiers(read, &wanted)? } else { None };
        Ok(tiers.map(|_| wanted))
    })
    .await
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
        return customer_page(&actor, &db, &saved, &question).await?.again(&actor.visit);
    };
    Saved::answer(&actor, &db, id, move |answers| answers.customer = Some(customer)).await?;
    Ok(page::see(url(&actor, id, Step::Items)))
}
