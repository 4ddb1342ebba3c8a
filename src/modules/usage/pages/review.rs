//! A reviewer's numbers in words: why amounts changed, who makes them, and what to ask about.

use crate::{
    kit::{
        typed::apart,
        words::{Figure, Words},
    },
    modules::usage::{
        rules::verdict::Counted,
        store::{Odd, Review},
    },
    t,
};

/// A part of the change of an amount.
pub struct Reason {
    pub label: Words,
    pub change: Figure,
}

/// Why the amounts of a currency changed: parts that add up to exactly the change. None if nothing was accepted before.
pub fn reasons(review: &Review, currency: &str) -> Vec<Reason> {
    if review.headline.was_from.is_none() {
        return Vec::new();
    }
    let parts = [
        (t!("More or less was used"), &review.volume),
        (t!("The price of a unit changed"), &review.price),
        (t!("Not reported before"), &review.fresh),
        (t!("No longer reported"), &review.gone),
        (t!("Amounts without usage"), &review.other),
    ];
    let told = parts.into_iter().filter(|(_, change)| *change != "0");
    told.map(|(label, change)| Reason { label, change: Figure::money(change, currency).signed() }).collect()
}

fn count(n: i64) -> usize {
    usize::try_from(n).unwrap_or_default()
}

/// Who makes most of a rise; nothing when all do, or nothing rose.
fn risers(review: &Review) -> Option<Words> {
    let rose = review.headline.percent.as_deref().is_some_and(|percent| !percent.starts_with('-') && percent != "0.0");
    let (risers, share) = (review.risers?, review.risers_share.as_deref()?);
    (rose && review.rising? > risers).then(|| {
        t!(
            "{n} customer accounts for {share}% of the increase."
                | "{n} customers account for {share}% of the increase.",
            count(risers),
            share = Figure::of(share)
        )
    })
}

/// What stands behind the first sentence: who makes the rise, and what is missing.
pub fn behind(review: &Review, odd: &[Odd], currency: Option<&str>) -> Vec<Words> {
    let missing = odd.iter().find(|one| one.missing);
    let missing = missing.map(|one| Counted { n: one.all, amount: one.all_amount.clone() }.missing(currency));
    risers(review).into_iter().chain(missing).collect()
}

/// Who pays most, where several pay.
pub fn concentration(review: &Review) -> Vec<Words> {
    let (Some(largest), Some(share)) = (&review.largest, &review.largest_share) else { return Vec::new() };
    if review.customers < 2 {
        return Vec::new();
    }
    let largest =
        t!("{customer} accounts for {share}% of the amount.", customer = apart(largest), share = Figure::of(share));
    let five = review.five_share.as_deref().filter(|_| review.customers > 5);
    let five = five
        .map(|share| t!("The five largest customers account for {share}% of the amount.", share = Figure::of(share)));
    std::iter::once(largest).chain(five).collect()
}

/// What looks made up, and what has been silent.
pub fn oddities(review: &Review) -> Vec<Words> {
    let one = review.all_one.then(|| t!("All quantities are 1."));
    let same = review.all_same.then(|| t!("All subscription items have the same amount."));
    let silent = (review.silent > 0).then(|| {
        t!(
            "{n} item of an active subscription was last reported more than one period ago."
                | "{n} items of active subscriptions were last reported more than one period ago.",
            count(review.silent)
        )
    });
    let above = (review.above_order > 0).then(|| {
        t!(
            "{n} reservation item of a subscription has more usage than was ordered."
                | "{n} reservation items of subscriptions have more usage than was ordered.",
            count(review.above_order)
        )
    });
    one.into_iter().chain(same).chain(silent).chain(above).collect()
}
