//! Everything that was answered, before it binds; and the order itself.

use actix_web::{HttpResponse, web};
use uuid::Uuid;

use super::{OfWizard, Saved, at, back, choose_again, chosen, details, url};
use crate::{
    access::extract::Post,
    kit::{
        choice::Choice as _,
        db::{Db, Read},
        page::{self, Flash},
        problem::{Problem, Result},
        shown::{FIELD, Shown},
        typed::apart,
        viewer::Viewer,
        violation::{self, Violations},
        wizard::{Answers as _, Given, StepPage},
        words::Words,
    },
    modules::{
        orders::{
            fulfillment::store::Line,
            ordering::{
                actions::{self, Ordered},
                shown,
                wizard::{Answers, Step},
            },
            subscriptions::{
                Order,
                orderable::{self, committed},
                store::Offer,
            },
            tiers::{Tiers, tiers},
        },
        products::{
            Status as ProductStatus,
            parameters::{store::ParameterRow, values},
        },
    },
    t,
};

/// "Tier 1: Southside Sports, tier 2: Delphi Gyms".
fn chain(tiers: &Tiers) -> Words {
    let tier1 = apart(&tiers.tier1.data.name);
    match &tiers.tier2 {
        Some(tier) => t!("Tier 1: {tier1}, tier 2: {tier2}", tier1, tier2 = apart(&tier.data.name)),
        None => t!("Tier 1: {tier1}", tier1),
    }
}

/// What was chosen before the last questions, in words; what was not asked is left out.
fn selected(
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
    ]);
    given.retain(|one| !one.value.is_empty());
    given
}

/// Everything that was answered, in words.
fn given(
    read: &Read<'_, Order>,
    saved: &Saved,
    (offer, of): (&Offer, &Reviewed),
    urls: &impl Fn(Step) -> String,
) -> Vec<Given> {
    let answers = &saved.answers;
    let one = |label, value: Words| Given { label, value, href: urls(Step::Parameters) };
    let lines = values::lines(&of.rows, &answers.values)
        .into_iter()
        .filter(|line| !line.value.is_empty())
        .map(|line| t!("{label}: {value}", label = line.title, value = line.value));
    let mut given = selected(read, saved, (offer, of), urls);
    // what was not asked is left out; what was left empty is not
    given.extend(Some(one("Parameters", Words::lines(lines))).filter(|one| !one.value.is_empty()));
    given.extend([one("External ID", Words::data(&answers.external_id)), one("Note", Words::data(&answers.note))]);
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

/// What was chosen up to the last questions, for the page that asks them: in words, and as it travels with its form.
pub(super) fn so_far(
    read: &mut Read<'_, Order>,
    saved: &Saved,
    offer: &Offer,
    urls: &impl Fn(Step) -> String,
) -> Result<(Vec<Given>, Shown)> {
    // the last answers count for nothing here, and may not be given yet
    let mut answers = saved.answers.clone();
    answers.external_uid.get_or_insert(Uuid::nil());
    let Some(new) = ordered_of(&answers, offer) else { return Ok((Vec::new(), Shown::new())) };
    let of = reviewed(read, &new)?;
    let given = selected(read, saved, (offer, &of), urls);
    Ok((given, shown::so_far(&new, offer, (&of.lines, of.tiers.as_ref()), &of.rows)))
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
    place(&actor, &db, (&saved, &offers), post.fields.text(FIELD).to_owned()).await
}

/// Orders with the last answers, which were `saved` just now; `sent`: what their page showed of the ones before.
pub(super) async fn ordered_with(actor: &Viewer<Order>, db: &Db, saved: &Saved, sent: &str) -> Result<HttpResponse> {
    let (_, offers) = at(actor, db, saved.id, Step::Review).await?;
    let Some(offer) = chosen(saved, &offers) else { return Ok(choose_again(actor, saved)) };
    let Some(new) = ordered_of(&saved.answers, offer) else {
        return Err(Problem::Elsewhere(url(actor, saved.id, saved.answers.gap())));
    };
    let product = offer.product.clone();
    let rows = db.read(actor, move |read| actions::questions(read, &product)).await?;
    let typed = shown::details(&new.fitting(&rows))?;
    place(actor, db, (saved, &offers), format!("{sent};{}", typed.token())).await
}

/// Orders what was answered; `sent`: what was shown. Where that is refused, the review says why.
async fn place(
    actor: &Viewer<Order>,
    db: &Db,
    (saved, offers): (&Saved, &[Offer]),
    sent: String,
) -> Result<HttpResponse> {
    let id = saved.id;
    let Some(offer) = chosen(saved, offers) else { return Ok(choose_again(actor, saved)) };
    let Some(new) = ordered_of(&saved.answers, offer) else {
        return Err(Problem::Elsewhere(url(actor, id, saved.answers.gap())));
    };
    let vendor = offer.vendor_name.clone();
    let outcome = db.attempt(actor, move |tx| actions::create(tx, id, &new, &sent)).await;
    let against = match violation::told(outcome)? {
        Ok(made) => {
            let words = t!(
                "Subscription ordered. {vendor} will fulfil it, and we'll email you the outcome.",
                vendor = apart(&vendor)
            );
            return Ok(page::see_with(&actor.visit, details(actor, &made.value()), &Flash::success(words)));
        }
        Err(against) => against,
    };
    // as it stands by now, which may be that nothing is offered
    let (saved, offers) = at(actor, db, id, Step::Review).await?;
    match chosen(&saved, &offers) {
        Some(offer) => page::invalid(&actor.visit, &review_page(actor, db, &saved, offer, against).await?),
        None => Ok(choose_again(actor, &saved)),
    }
}
