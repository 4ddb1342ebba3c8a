//! What was used of a subscription: a tab of its page.

use actix_web::{HttpResponse, web};
use askama::Template;

use super::days;
use crate::{
    kit::{
        db::Db,
        page::{self, Page},
        problem::{Problem, Result},
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::{
        orders::{self, Facts},
        usage::{
            View,
            store::{self, Used},
        },
    },
};

/// Lines that the page lists.
const LISTED: i32 = 200;

/// A line, with its period in words and the page of its file for who may see it.
struct Line {
    used: Used,
    period: Words,
    file: Option<String>,
}

#[derive(Template)]
#[template(path = "usage/subscription.html")]
struct UsageTab {
    page: Page,
    facts: Facts,
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
    let mut used = db.read(&actor, move |read| store::used(read, &wanted, LISTED + 1)).await?;
    let more = used.len() > LISTED as usize;
    used.truncate(LISTED as usize);
    let line = |used: Used| Line {
        period: days(used.period_from, used.period_to),
        file: used.theirs.then(|| actor.leads::<View>(&format!("usage-files/{}", used.file))).flatten(),
        used,
    };
    let lines: Vec<Line> = used.into_iter().map(line).collect();
    let shown = UsageTab {
        page: actor.page(("Usage", &facts.detail.row.id, "Subscriptions")),
        amounts: lines.iter().any(|line| line.used.amount.is_some()),
        lines,
        more,
        facts,
    };
    page::html(&actor.visit, &shown)
}
