//! A file beside the period before it: whether what it reports is plausible.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    OfFile, Way, days_in,
    facts::Facts,
    id, over_time,
    review::{self, Reason},
};
use crate::{
    kit::{
        chart::Chart,
        db::Db,
        page::{self, Page},
        problem::{Problem, Result},
        time::Zone,
        viewer::Viewer,
        words::{Figure, Words, figure::Places, filters},
    },
    modules::{
        orders,
        usage::{
            View,
            store::{self, Headline, Odd, Outlier, Pair, Prices},
        },
    },
    t,
};

/// Subscriptions that changed most, and things to ask about of each sort.
const LISTED: i32 = 10;

/// Items of a product; few have more.
const ITEMS: i32 = 200;

/// Something in both periods.
struct Line {
    pair: Pair,
    /// Its records in this file, if it has any.
    href: Option<String>,
    was: Option<Figure>,
    is: Option<Figure>,
    change: Figure,
}

impl Line {
    /// Amounts in a currency, or quantities if there is none.
    fn of(pair: Pair, href: Option<String>, currency: Option<&String>) -> Self {
        let figure = |exact: &String| exactly(exact, currency, pair.precision);
        Self {
            was: pair.was.as_ref().map(figure),
            is: pair.is.as_ref().map(figure),
            change: figure(&pair.change).signed(),
            href,
            pair,
        }
    }
}

/// An amount in a currency, or a quantity if there is none.
fn exactly(exact: &str, currency: Option<&String>, precision: impl Places) -> Figure {
    match currency {
        Some(currency) => Figure::money(exact, currency),
        None => Figure::quantity(exact, precision),
    }
}

/// Something to ask about.
struct Question {
    odd: Odd,
    subscription: Option<String>,
}

/// An item of a subscription that is far from what it usually is, with its records.
struct Unusual {
    median: Figure,
    now: Figure,
    one: Outlier,
    href: String,
}

/// An item with several prices, with its records.
struct Priced {
    one: Prices,
    href: String,
}

#[derive(Template)]
#[template(path = "usage/show/compare.html")]
struct Comparison {
    page: Page,
    facts: Facts,
    headline: Headline,
    /// The period before, in words.
    was: Option<Words>,
    sentence: Words,
    /// What else is to be known first.
    behind: Vec<Words>,
    /// The sum's change, with its sign.
    change: Option<Figure>,
    /// What it is made of.
    reasons: Vec<Reason>,
    /// Who makes most of the amount.
    concentration: Vec<Words>,
    others: Option<Words>,
    /// The periods up to the file's own, when there are others.
    chart: Option<Chart>,
    items: Vec<Line>,
    movers: Vec<Line>,
    /// What the movers that are not listed come to.
    rest: Option<Words>,
    missing: Vec<Question>,
    missing_words: Words,
    inactive: Vec<Question>,
    inactive_words: Words,
    unusual: Vec<Unusual>,
    unusual_words: Words,
    prices: Vec<Priced>,
    rates: Vec<Words>,
    amounts: bool,
    /// The currency of the numbers; none for quantities.
    currency: Option<String>,
}

pub async fn compare(actor: Viewer<View>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let file = id(&path.1)?;
    let (detail, review, spans, pairs, odd) = db
        .read(&actor, move |read| {
            let detail = store::find(read, &file)?;
            if !detail.row.status.shows_records(store::part(&read.actor.identity.company)) {
                return Err(Problem::NotFound);
            }
            let amounts = detail.row.schema.has_amounts();
            let review = store::review(read, &file)?;
            let spans = store::reported_over_time(read, &file, amounts, over_time::PERIODS)?;
            let pairs = store::pairs(read, &file, amounts, (ITEMS, LISTED))?;
            Ok((detail, review, spans, pairs, store::odd(read, &file, LISTED)?))
        })
        .await?;
    let facts = Facts::new(&actor, detail, ("compare", Way::here(&actor)));
    let file = facts.file();
    let currency = file.currency.clone().unwrap_or_default();
    let amounts = file.schema.has_amounts();
    // the currency of the numbers; none for quantities
    let measured = amounts.then_some(&currency);
    let lines = |pairs: Vec<Pair>, key: &str| -> Vec<Line> {
        let line = |pair: Pair| {
            let href = pair.is.is_some().then(|| facts.records_of(key, &pair.id));
            Line::of(pair, href, measured)
        };
        pairs.into_iter().map(line).collect()
    };
    let (movers, items): (Vec<Pair>, Vec<Pair>) = pairs.into_iter().partition(|pair| pair.mover);
    let rest = movers.first().and_then(|first| rest(first, movers.len(), &currency));
    let questions = |odd: Vec<Odd>| -> Vec<Question> {
        let question = |odd: Odd| Question {
            subscription: actor.leads::<orders::View>(&format!("subscriptions/{}", odd.id)),
            odd,
        };
        odd.into_iter().map(question).collect()
    };
    let behind = review::behind(&review, &odd, file.currency.as_deref());
    let (reasons, concentration) = match amounts {
        true => (review::reasons(&review, &currency), review::concentration(&review)),
        false => Default::default(),
    };
    let oddities = review::oddities(&review);
    let unusual_words = t!("{all} in all.", all = usize::try_from(review.all_outliers).unwrap_or_default());
    let unusual = review.outliers()?.into_iter().map(|one| {
        let figure = |exact: &str| exactly(exact, measured, one.precision);
        Unusual {
            median: figure(&one.median),
            now: figure(&one.now),
            href: facts.records_of("subscription", &one.id),
            one,
        }
    });
    let unusual: Vec<Unusual> = unusual.collect();
    let prices = review.prices()?.into_iter().map(|one| {
        let href = facts.records_of("item", &one.id);
        Priced { one, href }
    });
    let prices: Vec<Priced> = prices.collect();
    let headline = review.headline;
    let (missing, inactive): (Vec<Odd>, Vec<Odd>) = odd.into_iter().partition(|one| one.missing);
    let shown = Comparison {
        page: actor.page(("Comparison", &file.name, "Usage files")),
        was: was(&headline, facts.file().clock()),
        sentence: sentence(&headline, facts.file().clock(), amounts, &currency),
        behind,
        reasons,
        concentration,
        change: headline.change.as_ref().map(|change| Figure::money(change, &currency).signed()),
        others: (headline.others > 0).then(|| {
            t!(
                "Includes {n} other accepted file for the same period."
                    | "Includes {n} other accepted files for the same period.",
                usize::try_from(headline.others).unwrap_or_default()
            )
        }),
        chart: if spans.len() > 1 { over_time::chart(&spans) } else { None },
        items: lines(items, "item"),
        movers: lines(movers, "subscription"),
        rest,
        missing_words: summed(&missing, &currency),
        missing: questions(missing),
        inactive_words: summed(&inactive, &currency),
        inactive: questions(inactive),
        unusual,
        unusual_words,
        prices,
        rates: rates(&headline).into_iter().chain(oddities).collect(),
        amounts,
        currency: amounts.then_some(currency),
        headline,
        facts,
    };
    page::html(&actor.visit, &shown)
}

/// The period before, in days of the file's time zone.
fn was(headline: &Headline, zone: Zone) -> Option<Words> {
    headline.was_from.zip(headline.was_to).map(|(from, to)| days_in(zone, from, to))
}

/// What the file says, in one sentence.
fn sentence(headline: &Headline, zone: Zone, amounts: bool, currency: &str) -> Words {
    let Some(period) = was(headline, zone) else {
        return t!("No earlier period of this length has been accepted, so there is nothing to compare with.");
    };
    let amount = Figure::money(headline.amount.as_deref().unwrap_or("0"), currency);
    match headline.percent.as_deref() {
        _ if !amounts => t!("Quantities compared with {period}.", period),
        None => t!("{amount} {currency}. Nothing was billed for {period}.", amount, currency, period),
        Some(percent) => match percent.strip_prefix('-') {
            Some(less) => t!(
                "{amount} {currency}, {percent}% less per day than {period}.",
                amount,
                currency,
                percent = Figure::of(less),
                period
            ),
            None if percent == "0.0" => {
                t!("{amount} {currency}, the same per day as {period}.", amount, currency, period)
            }
            None => {
                t!(
                    "{amount} {currency}, {percent}% more per day than {period}.",
                    amount,
                    currency,
                    percent = Figure::of(percent),
                    period
                )
            }
        },
    }
}

/// What is said below the movers when not all are listed.
fn rest(first: &Pair, listed: usize, currency: &str) -> Option<Words> {
    let all = usize::try_from(first.all).unwrap_or_default();
    let others = all.checked_sub(listed).filter(|others| *others > 0)?;
    Some(match &first.all_change {
        Some(change) => t!(
            "{n} more changed. All of them together: {change} {currency}."
                | "{n} more changed. All of them together: {change} {currency}.",
            others,
            change = Figure::money(change, currency).signed(),
            currency
        ),
        None => t!("{others} more changed.", others),
    })
}

/// How many things of a sort there are, and what they come to.
fn summed(odd: &[Odd], currency: &str) -> Words {
    let Some(first) = odd.first() else { return Words::default() };
    let all = usize::try_from(first.all).unwrap_or_default();
    match &first.all_amount {
        Some(amount) => {
            t!("{all} in all, {amount} {currency}.", all, amount = Figure::money(amount, currency), currency)
        }
        None => t!("{all} in all.", all),
    }
}

/// Amounts that do not go with their quantities.
fn rates(headline: &Headline) -> Vec<Words> {
    let count = |n: i64| usize::try_from(n).unwrap_or_default();
    let unused = (headline.unused > 0).then(|| {
        t!(
            "{n} subscription item has an amount but no usage." | "{n} subscription items have an amount but no usage.",
            count(headline.unused)
        )
    });
    let free = (headline.free > 0).then(|| {
        t!(
            "{n} subscription item has usage but no amount." | "{n} subscription items have usage but no amount.",
            count(headline.free)
        )
    });
    unused.into_iter().chain(free).collect()
}
