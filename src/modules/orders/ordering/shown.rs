//! What the pages of orders show, as it travels with their forms.

use super::actions::Ordered;
use crate::{
    kit::{problem::Result, shown::Shown},
    modules::{
        orders::{
            fulfillment::store::Line,
            questions::questions,
            subscriptions::{
                orderable::{InUse, Orderable},
                shown::{subscription, values},
                store::{Offer, SubscriptionRow},
            },
            tiers::Tiers,
        },
        products::parameters::store::ParameterRow,
    },
};

fn tiers(tiers: Option<&Tiers>) -> String {
    tiers.and_then(|tiers| serde_json::to_string(tiers).ok()).unwrap_or_default()
}

/// What was chosen before the last questions are asked.
pub fn so_far(new: &Ordered, offer: &Offer, (lines, of): (&[Line], Option<&Tiers>), asked: &[ParameterRow]) -> Shown {
    let place = offer.marketplace.as_ref().map_or("", |id| id.as_str());
    Shown::new()
        .part("the environment", new.environment)
        .part("the product", format!("{} {} {} {}", offer.product, offer.version, offer.name, offer.status))
        .part("the marketplace", format!("{} {place} {}", offer.id, offer.marketplace_name))
        .part("the contract", offer.contract.as_ref().map_or("", |id| id.as_str()))
        .part("the items", format!("{lines:?}"))
        .part("the customer or its resellers", tiers(of))
        .part("the vendor's questions", questions(asked))
}

/// What was answered to the last questions.
pub fn details(new: &Ordered) -> Result<Shown> {
    Ok(Shown::new()
        .part("the parameters", values(&new.values)?)
        .part("the external ID, UID or note", format!("{}\n{}\n{}", new.external_id, new.external_uid, new.note)))
}

/// What is reviewed before it is ordered.
pub fn order(new: &Ordered, offer: &Offer, lines: (&[Line], Option<&Tiers>), asked: &[ParameterRow]) -> Result<Shown> {
    Ok(so_far(new, offer, lines, asked).and(details(new)?))
}

/// What is offered when a subscription is changed.
pub fn change(
    of: &SubscriptionRow,
    (held, offered, version): (&[InUse], &[Orderable], i32),
    now: Option<&Tiers>,
    asked: &[ParameterRow],
) -> Result<Shown> {
    let lines: Vec<_> = offered.iter().map(|one| (&one.line, one.offered)).collect();
    Ok(subscription(of, held)?
        .part("the offer", format!("{version} {lines:?}"))
        .part("the customer or its resellers", tiers(now))
        .part("the vendor's questions", questions(asked)))
}
