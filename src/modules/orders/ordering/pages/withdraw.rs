//! Asks once more before a request is withdrawn, with what ends besides.

use actix_web::{HttpResponse, web};

use crate::{
    access::extract::Post,
    kit::{confirm::Confirm, db::Db, effect::Effect, input::Form, page, problem::Result, typed::apart, viewer::Viewer},
    modules::{
        orders::{
            fulfillment::{Type, lifecycle::Action, pages::Open, queue::Fulfillment},
            ordering::withdrawing::{Withdrawal, not_withdrawable, withdraw as take_back, withdrawn_with},
            subscriptions::{self, Manage},
        },
        queue::pages::{BACK, OfRequest, act, confirm, done, id, ready, url},
    },
    t,
};

/// The page that asks once more before a request is withdrawn, with what ends besides.
async fn withdraw_page(actor: &Viewer<Manage>, db: &Db, text: &str, said: &Form<Withdrawal>) -> Result<Confirm> {
    let Open { detail, .. } = ready::<Fulfillment, _>(actor, db, text, Action::Withdraw).await?;
    let (row, now) = (detail.row.clone(), actor.now());
    if !row.withdrawable(&row.parts(actor.account()), now) {
        return Err(not_withdrawable(&row, actor.zone()).leading_to(url::<Fulfillment, _>(actor, &row.id), BACK));
    }
    let (ends, setups) = db.read(actor, move |read| withdrawn_with(read, &row)).await?;
    let (customer, vendor, product) = (apart(&detail.row.customer_name), apart(&detail.vendor), apart(&detail.product));
    let first: Effect = match detail.row.type_ {
        Type::Purchase => t!("{product} will not be ordered for {customer}. This cannot be undone.", product, customer),
        Type::Cancel => t!("{customer} keeps {product}.", customer, product),
        _ => t!("{customer} keeps {product} as it is.", customer, product),
    }
    .into();
    let mut effects = vec![first];
    let subscription = actor.leads::<subscriptions::View>(&format!("subscriptions/{}", detail.row.subscription_id));
    effects.extend(ends.map(|effect| effect.at_if(subscription)));
    effects.extend(Effect::counted(
        "tier_config_request.failed",
        setups.len(),
        "{n} tier setup will fail because nothing else needs it.",
        "{n} tier setups will fail because nothing else needs them.",
    ));
    effects.push(t!("We'll tell {vendor} by email that no action is needed.", vendor).into());
    let page = confirm::<Fulfillment, _, _>(actor, &detail.row.id, t!("Withdraw request"), effects);
    Ok(page.danger().asking(said))
}

pub async fn withdraw(actor: Viewer<Manage>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&actor.visit, &withdraw_page(&actor, &db, &path.1, &Form::empty()).await?)
}

pub async fn withdrawn(post: Post<Manage>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let (actor, wanted) = (post.actor, id::<Fulfillment>(&path.1)?);
    let mut form = Form::<Withdrawal>::typed(&post.fields);
    let take =
        |said: Withdrawal| act::<Fulfillment, _, _>(&actor, &db, &wanted, move |tx, id| take_back(tx, id, &said));
    match form.sent(take).await? {
        Some(()) => Ok(done::<Fulfillment, _>(&actor, &wanted, t!("Request withdrawn"))),
        None => page::invalid(&actor.visit, &withdraw_page(&actor, &db, &path.1, &form).await?),
    }
}
