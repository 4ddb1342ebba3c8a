//! Revoking activation links: of one contract, and of those that are ticked in the list.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};

use super::{
    OfObject,
    change::{BACK, own_url},
    deliver::waiting,
    id,
    list::list_page,
};
use crate::{
    access::extract::Post,
    kit::{
        confirm::Confirm,
        db::Db,
        grid::Listing as _,
        id::Id,
        page::{self, Flash},
        problem::{Problem, Result},
        viewer::Viewer,
        words::Words,
    },
    modules::{
        contracts::{Contract, Manage, View, activation, delivery::revoking, grid::Contracts},
        events,
        queue::{
            bulk::{MOST, why_not},
            preview::{self, Change, Preview, Stays},
        },
    },
    t,
};

pub async fn ask(actor: Viewer<Manage>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let detail = waiting(&actor, &db, &path.1, t!("The link can no longer be revoked")).await?;
    let contract = detail.contract.id.clone();
    let link = db.read(&actor, move |read| activation::progress(read, &contract)).await?;
    let effects = [
        t!("The activation link stops working immediately. Whoever opens it is asked to contact you."),
        t!("The contract stays pending. To create a new link, send the contract again or renew the link."),
    ];
    let page = actor.page(("Revoke link", &detail.contract.id, "Contracts"));
    let confirm = Confirm::new(page, "Revoke link", (own_url(&actor, &detail), BACK), effects);
    let shown = revoking::shown(link.number);
    page::html(&actor.visit, &confirm.about(detail.name()).danger().hiding(preview::WAS, shown.token()))
}

pub async fn revoked(post: Post<Manage>, path: OfObject, db: web::Data<Db>) -> Result<HttpResponse> {
    let contract = id::<Contract>(&path.1)?;
    let here = post.actor.url(&format!("contracts/{contract}"));
    let sent = post.fields.text(preview::WAS).to_owned();
    db.write(&post.actor, move |tx| {
        let link = revoking::revoke(tx, &contract)?;
        revoking::shown(link).check(&sent, "Nothing was revoked")
    })
    .await
    .map_err(|problem| problem.leading_to(&here, BACK))?;
    Ok(page::see_with(&post.actor.visit, here, &Flash::success("Link revoked. Nobody can use it any more.")))
}

/// Lists the ticked contracts whose links can be revoked, and those whose links cannot, with why.
async fn listed(actor: &Viewer<Manage>, db: &Db, all: Vec<Id<Contract>>) -> Result<HttpResponse> {
    let viewer = actor.with::<View>()?;
    let ids: Vec<String> = all.iter().map(ToString::to_string).collect();
    let rows = db.read(&viewer, move |read| Contracts::these(read, ids)).await?;
    let me = actor.account().to_string();
    let named: HashMap<&str, Words> = rows.iter().map(|row| (row.id.as_str(), row.called(&me))).collect();
    let (mut changes, mut stays) = (Vec::new(), Vec::new());
    let selected = all.len();
    for id in all {
        let wanted = id.clone();
        let tried = db
            .draft(actor, move |tx| {
                let mut link = None;
                tx.tried(|tx| {
                    link = Some(revoking::revoke(tx, &wanted)?);
                    Ok(())
                })?;
                link.ok_or_else(|| Problem::internal("what was tried was done"))
            })
            .await;
        let (text, href) = (id.to_string(), actor.url(&format!("contracts/{id}")));
        let name = named.get(id.as_str()).cloned().unwrap_or_default();
        match tried {
            Ok(link) => changes.push(Change {
                tick: text.clone(),
                was: format!("{text} {}", revoking::shown(link).token()),
                now: t!("Pending, the link works"),
                then: t!("Pending, the link is revoked"),
                id: text,
                name,
                href,
            }),
            Err(problem) => {
                let why = why_not(events::named(actor, db, problem).await)?;
                stays.push(Stays { id: text, name, href, why });
            }
        }
    }
    let heading = t!("Revoke links: {n} selected", n = selected);
    let shown = Preview {
        page: actor.page((&heading, "Contracts")),
        heading,
        sub: Words::default(),
        button: t!("Revoke links ({n})", n = changes.len()),
        changes,
        stays,
        act: "revoke",
        reason: String::new(),
        said: None,
        action: format!("{}{}", actor.url("contracts/revoke"), actor.visit.within()),
        back: format!("{}{}", actor.url("contracts"), actor.visit.within()),
    };
    page::html(&actor.visit, &shown)
}

/// Revokes the links of those that are ticked, each for itself, once a page has listed them, and says what became of each.
pub async fn many(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let back = format!("{}{}", actor.url("contracts"), actor.visit.within());
    let mut ids: Vec<Id<Contract>> = post.fields.all("id").filter_map(|id| id.parse().ok()).take(MOST).collect();
    ids.sort_unstable_by(|one, other| one.as_str().cmp(other.as_str()));
    ids.dedup();
    if ids.is_empty() {
        let flash = Flash::notice("Select the contracts whose links you want to revoke.");
        return Ok(page::see_with(&actor.visit, back, &flash));
    }
    if !post.fields.has(preview::SEEN) {
        return listed(&actor, &db, ids).await;
    }
    let was = preview::sent(post.fields.all(preview::WAS));
    let (mut done, mut results) = (0, Vec::new());
    let asked = ids.len();
    for id in ids {
        let (wanted, sent) = (id.clone(), was.get(id.as_str()).cloned().unwrap_or_default());
        let outcome = db
            .write(&actor, move |tx| {
                let link = revoking::revoke(tx, &wanted)?;
                revoking::shown(link).check(&sent, "Nothing was revoked")
            })
            .await;
        let became = match outcome {
            Ok(()) => {
                done += 1;
                t!("Link revoked")
            }
            Err(problem) => why_not(events::named(&actor, &db, problem).await)?,
        };
        results.push((Words::data(id.to_string()), became));
    }
    let said = t!("{n} link revoked" | "{n} links revoked", done);
    if done == asked {
        return Ok(page::see_with(&actor.visit, back, &Flash::success(said)));
    }
    page::html(&actor.visit, &list_page(&actor, &db, Some((said, results))).await?)
}
