//! What was used of a subscription: a tab of its page.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{days_in, over_time};
use crate::{
    kit::{
        chart::Chart,
        db::Db,
        page::{self, Page},
        problem::{Problem, Result},
        time::Zone,
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::{
        customers::pages::asked,
        orders::{self, Facts},
        usage::{
            View,
            reconciliation::subscription as told,
            store::{self, Span, Used},
        },
    },
};

/// Lines that the page lists.
const LISTED: i32 = 200;

/// Things that its chart can show.
const SERIES: i32 = 50;

/// A line, with its period in words and the page of its file for people who may see it.
struct Line {
    used: Used,
    period: Words,
    file: Option<String>,
}

/// What was reported, accepted and billed of an item, with its period in words.
struct Told {
    usage: told::Usage,
    /// None of all periods together.
    period: Option<Words>,
}

/// Something that the chart can show.
struct Series {
    label: Words,
    href: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "usage/subscription.html")]
struct UsageTab {
    page: Page,
    facts: Facts,
    chart: Option<Chart>,
    series: Vec<Series>,
    /// Whether there are more.
    more_series: bool,
    told: Vec<Told>,
    lines: Vec<Line>,
    amounts: bool,
    /// Whether there are more.
    more: bool,
}

pub async fn usage(
    actor: Viewer<orders::View>,
    path: web::Path<(String, String)>,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let facts = orders::facts(&actor, &db, &path.1, "usage").await?;
    if !facts.detail.metered {
        return Err(Problem::NotFound);
    }
    let wanted = facts.detail.row.id.clone();
    let (mut used, spans, told) = db
        .read(&actor, move |read| {
            let spans = store::used_over_time(read, &wanted, over_time::PERIODS, SERIES + 1)?;
            let told = told::usage(read, &wanted, LISTED)?;
            Ok((store::used(read, &wanted, LISTED + 1)?, spans, told))
        })
        .await?;
    let more = used.len() > LISTED as usize;
    used.truncate(LISTED as usize);
    let mut groups: Vec<&[Span]> = spans.chunk_by(|one, next| one.key() == next.key()).collect();
    let more_series = groups.len() > SERIES as usize;
    groups.truncate(SERIES as usize);
    let key = |group: &[Span]| group.first().map(|span| span.key().to_owned());
    let wanted = asked(&actor, "of");
    let chosen = groups.iter().position(|group| key(group) == wanted).unwrap_or_default();
    let series = |(at, group): (usize, &&[Span])| {
        let span = group.first()?;
        let href = format!("{}/usage?of={}", facts.base, span.key());
        Some(Series { label: over_time::label(span), href, current: at == chosen })
    };
    let line = |used: Used| Line {
        period: days_in(Zone::named(&used.zone), used.period_from, used.period_to),
        file: used.theirs.then(|| actor.leads::<View>(&format!("usage-files/{}", used.file))).flatten(),
        used,
    };
    let lines: Vec<Line> = used.into_iter().map(line).collect();
    let shown = UsageTab {
        page: actor.page(("Usage", &facts.detail.row.id, "Subscriptions")),
        chart: groups.get(chosen).and_then(|group| over_time::chart(group)),
        series: groups.iter().enumerate().filter_map(series).collect(),
        more_series,
        told: told
            .into_iter()
            .map(|usage| Told {
                period: usage
                    .period_from
                    .zip(usage.period_to)
                    .map(|(from, to)| days_in(Zone::named(&usage.zone), from, to)),
                usage,
            })
            .collect(),
        amounts: lines.iter().any(|line| line.used.amount.is_some()),
        lines,
        more,
        facts,
    };
    page::html(&actor.visit, &shown)
}
