//! Adding, checking and removing domains.

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::{Claim, actions, look, store};
use crate::{
    access::{extract::Post, proof::Proved, throttle::Aim},
    config::Config,
    kit::{
        confirm::Confirm,
        db::Db,
        effect::Effect,
        input::Form,
        page::{self, Flash},
        problem::{Problem, Result},
        route::{Mount, get, post},
        viewer::Viewer,
    },
    modules::sso::{Manage, actions::refusal, pages::page_of, store as providers},
    t,
};

pub fn screens() -> Vec<Mount> {
    vec![
        post("/single-sign-on/domains", || web::to(added)),
        post("/single-sign-on/domains/check", || web::to(checked)),
        get("/single-sign-on/domains/remove", || web::to(removing)),
        post("/single-sign-on/domains/remove", || web::to(removed)),
    ]
}

async fn added(post: Proved<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let viewer = post.actor;
    let mut form = Form::<Claim>::typed(&post.fields);
    let act = |claim: Claim| db.write(&viewer, move |tx| actions::claim(tx, &claim.domain));
    if form.sent(act).await?.is_none() {
        return page::invalid(&viewer.visit, &page_of(&viewer, &db, form).await?);
    }
    let told = Flash::success("Domain added. Prove that it's yours to start using it");
    Ok(page::see_with(&viewer.visit, viewer.url("single-sign-on"), &told))
}

/// Checks a domain now. After repeated checks without success, the person has to wait.
async fn checked(post: Post<Manage>, db: web::Data<Db>, config: web::Data<Config>) -> Result<HttpResponse> {
    let viewer = post.actor;
    let domain = post.fields.text("domain").to_owned();
    let (me, asked, aim) =
        (viewer.account().clone(), domain.clone(), Aim::at("domain").hard(viewer.account().as_str()));
    let (row, counted) = db
        .read(&viewer, move |read| {
            let row = store::find(read, &me, &asked)?;
            Ok((row, aim.reserve(read.conn)?))
        })
        .await?;
    // one that stands has nothing to prove
    let found = if row.is_wanting() { Some(look(&config, &row.domain, &row.token).await) } else { None };
    let missing = found.filter(|found| !found.proves());
    if missing.is_none() {
        db.open(move |conn| counted.right(conn)).await?;
    }
    if let Some(found) = found {
        // a look that finds nothing is written down, and is no event
        db.draft(&viewer, move |tx| actions::looked(tx, &domain, &found)).await?;
    }
    let told = match missing {
        None => Flash::success("Domain verified"),
        Some(found) if row.verified_at.is_some() => Flash::notice(found.still_missing()),
        Some(found) => Flash::notice(found.words()),
    };
    Ok(page::see_with(&viewer.visit, viewer.url("single-sign-on"), &told))
}

#[derive(Deserialize)]
struct Named {
    domain: String,
}

async fn removing(viewer: Viewer<Manage>, named: Option<web::Query<Named>>, db: web::Data<Db>) -> Result<HttpResponse> {
    let domain = named.ok_or(Problem::NotFound)?.into_inner().domain;
    let me = viewer.account().clone();
    let (row, own, provider) = db
        .read(&viewer, move |read| {
            Ok((store::find(read, &me, &domain)?, store::own(read, &me)?, providers::find(read, &me)?))
        })
        .await?;
    let needed = provider.filter(|provider| actions::is_needed(provider, &own, &row.domain));
    let effects = [
        Effect::from(t!(
            "People with an email address at {domain} who haven't used single sign-on yet can't start using it.",
            domain = row.domain.as_str()
        )),
        Effect::from(t!(
            "Users who have signed in through your provider stay linked to it, but the sign-in page no longer sends people with an address at this domain there."
        )),
    ];
    let back = (viewer.url("single-sign-on"), "Back to single sign-on");
    let page = viewer.page(("Remove domain", "Single sign-on"));
    let confirm = Confirm::new(page, "Remove domain", back, effects).danger().hiding("domain", &row.domain);
    let refusal = needed.as_ref().and_then(refusal);
    page::html(&viewer.visit, &confirm.refused("Single sign-on is required in your company", refusal))
}

async fn removed(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let viewer = post.actor;
    let domain = post.fields.text("domain").to_owned();
    db.write(&viewer, move |tx| actions::remove(tx, &domain))
        .await
        .map_err(|no| no.leading_to(viewer.url("single-sign-on"), "Back to single sign-on"))?;
    Ok(page::see_with(&viewer.visit, viewer.url("single-sign-on"), &Flash::success("Domain removed")))
}
