//! The grid of contracts.

use actix_web::{HttpResponse, web};
use askama::Template;

use crate::{
    kit::{
        actor::Permission,
        db::Db,
        page::{self, Page, Tab},
        problem::Result,
        time::Zone,
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::{
        contracts::{
            Create, Manage, View,
            grid::{Column, Contracts, ENDING, WAITING},
        },
        views::list::{Listed, list as listed},
    },
};

/// What became of those that were ticked: in one sentence, then of each.
type Results = (Words, Vec<(Words, Words)>);

#[derive(Template)]
#[template(path = "contracts/list.html")]
pub(super) struct List {
    page: Page,
    list: Listed<Contracts>,
    /// All contracts, those waiting for partners, and those ending soon. None for companies that send no links.
    tabs: Vec<Tab>,
    zone: Zone,
    /// The company that looks: a row names the other one.
    me: String,
    may_create: bool,
    rights_missing: bool,
    /// Where partners are reminded, when a row waits for one.
    remind: Option<String>,
    /// Where their links are revoked.
    revoke: String,
    /// Where new expiry dates are offered, when the list is of what ends soon and a row may have one.
    extend: Option<String>,
    /// Where renewals are offered.
    renew: String,
    /// The same page with all such rows ticked, and whether they are.
    select: String,
    selected: bool,
    results: Option<Results>,
}

/// Everything, what waits for partners, and what ends soon, whether its rows are ticked or not.
fn tabs(base: &str, query: &str) -> Vec<Tab> {
    let here = |list: &str| query == list.trim_start_matches('?');
    vec![
        Tab { label: "All", href: format!("{base}?"), current: !here(WAITING) && !here(ENDING) },
        Tab { label: "Waiting for partners", href: format!("{base}{WAITING}"), current: here(WAITING) },
        Tab { label: "Ending soon", href: format!("{base}{ENDING}"), current: here(ENDING) },
    ]
}

/// Ticks all rows that can be.
const SELECT: &str = "select=all";

pub(super) async fn list_page<P: Permission>(
    actor: &Viewer<P>,
    db: &web::Data<Db>,
    results: Option<Results>,
) -> Result<List> {
    let viewer = actor.with::<View>()?;
    let list = listed::<Contracts>(&viewer, db).await?;
    let manages = actor.may::<Manage>();
    let query: Vec<&str> = actor.visit.query.split('&').filter(|pair| !pair.is_empty() && *pair != SELECT).collect();
    let (query, selected) = (query.join("&"), actor.visit.query.split('&').any(|pair| pair == SELECT));
    let (me, ending) = (actor.account().to_string(), query.split('&').any(|pair| pair.starts_with("ends=")));
    let offers = ending && actor.may::<Create>() && list.rows.iter().any(|row| row.runs(&me));
    let separator = if query.is_empty() { "" } else { "&" };
    Ok(List {
        page: actor.page(("Contracts", "Partners")),
        tabs: if manages { tabs(&list.base, &query) } else { Vec::new() },
        zone: actor.zone(),
        me,
        may_create: actor.may::<Create>(),
        rights_missing: !actor.identity.rights.any(),
        remind: (manages && list.rows.iter().any(|row| row.waits())).then(|| format!("{}/remind?{query}", list.base)),
        revoke: format!("{}/revoke?{query}", list.base),
        extend: offers.then(|| format!("{}/extend?{query}", list.base)),
        renew: format!("{}/renew?{query}", list.base),
        select: format!("{}?{query}{separator}{SELECT}", list.base),
        selected,
        results,
        list,
    })
}

pub async fn list(actor: Viewer<View>, db: web::Data<Db>) -> Result<HttpResponse> {
    page::html(&actor.visit, &list_page(&actor, &db, None).await?)
}

/// Back to the list, from the page that says what became of what was ticked.
pub async fn again(actor: Viewer<View>) -> Result<HttpResponse> {
    Ok(page::see(format!("{}?{}", actor.url("contracts"), actor.visit.query)))
}
