//! Adding host names, looking at them, and giving them up.

use std::sync::LazyLock;

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::{
    Claim, actions,
    fetch::{self, Looks},
    store,
};
use crate::{
    access::{extract::Post, throttle::Aim},
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
        words::Words,
        workshop::{Size, Workshop},
    },
    modules::branding::{
        Manage,
        pages::{Typed, page_of, refresh},
    },
    t,
};

/// Who looks at names: threads of their own, since a name may take its time to answer.
static LOOKERS: LazyLock<Workshop> =
    LazyLock::new(|| Workshop::new("host names", Size { threads: 2, places: 16, memory: 16 * 1024 }));

pub fn screens() -> Vec<Mount> {
    vec![
        post("/branding/hosts", || web::to(added)),
        post("/branding/hosts/check", || web::to(checked)),
        get("/branding/hosts/remove", || web::to(removing)),
        post("/branding/hosts/remove", || web::to(removed)),
    ]
}

async fn added(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let viewer = post.actor;
    let mut form = Form::<Claim>::typed(&post.fields);
    let public = viewer.visit.house.public.clone();
    let act = |claim: Claim| db.write(&viewer, move |tx| actions::claim(tx, &claim.host, &public));
    if form.sent(act).await?.is_none() {
        let typed = Typed { claim: form, ..Typed::nothing() };
        return page::invalid(&viewer.visit, &page_of(&viewer, &db, typed).await?);
    }
    let told = Flash::success("Host name added. Prove that it's yours to start using it");
    Ok(page::see_with(&viewer.visit, viewer.url("branding"), &told))
}

/// Looks at a name now. Whoever looks again and again without finding anything is told to wait.
async fn checked(post: Post<Manage>, db: web::Data<Db>, config: web::Data<Config>) -> Result<HttpResponse> {
    let viewer = post.actor;
    let host = post.fields.text("host").to_owned();
    let (me, asked) = (viewer.account().clone(), host.clone());
    let aim = Aim::at("host name").hard(me.as_str());
    let (row, counted) = db
        .read(&viewer, move |read| {
            let row = store::find(read, &me, &asked)?;
            Ok((row, aim.reserve(read.conn)?))
        })
        .await?;
    let looks = Looks { private: config.private_hosts, port: config.host_port };
    let (name, token, public) = (row.host.clone(), row.token.clone(), viewer.visit.house.public.host().to_owned());
    let proven = row.verified_at.is_some();
    // as long as it may take, no page waits for it
    let look = move || {
        let proof = if proven { Ok(()) } else { fetch::prove(&name, &token, looks) };
        (proof, fetch::leads_together(&name, &public))
    };
    let (proof, here) = LOOKERS.run(1, look).await?;
    if proof.is_ok() {
        db.open(move |conn| counted.right(conn)).await?;
    }
    // a look that finds nothing is written down, and is no event
    let here = db.draft(&viewer, move |tx| actions::looked(tx, &host, proof, here)).await?;
    refresh(&db, &viewer.visit).await;
    let told = match (proof, here) {
        (Ok(()), true) => Flash::success("Host name verified. It points here and is in use"),
        (Ok(()), false) => Flash::success("Host name verified. It doesn't point here yet"),
        (Err(trouble), _) => Flash::notice(t!("Host name not verified. {why}", why = Words::within(trouble))),
    };
    Ok(page::see_with(&viewer.visit, viewer.url("branding"), &told))
}

#[derive(Deserialize)]
struct Named {
    host: String,
}

async fn removing(viewer: Viewer<Manage>, named: Option<web::Query<Named>>, db: web::Data<Db>) -> Result<HttpResponse> {
    let host = named.ok_or(Problem::NotFound)?.into_inner().host;
    let me = viewer.account().clone();
    let row = db.read(&viewer, move |read| store::find(read, &me, &host)).await?;
    let effects = [
        Effect::from(t!("Pages can no longer be opened at {host}.", host = row.host.as_str())),
        Effect::from(t!("Everyone signed in there is signed out, and links to it in emails stop working.")),
    ];
    let back = (viewer.url("branding"), "Back to branding");
    let page = viewer.page(("Remove host name", "Branding"));
    let confirm = Confirm::new(page, "Remove host name", back, effects).danger().hiding("host", &row.host);
    page::html(&viewer.visit, &confirm)
}

async fn removed(post: Post<Manage>, db: web::Data<Db>) -> Result<HttpResponse> {
    let viewer = post.actor;
    let host = post.fields.text("host").to_owned();
    db.write(&viewer, move |tx| actions::remove(tx, &host)).await?;
    refresh(&db, &viewer.visit).await;
    Ok(page::see_with(&viewer.visit, viewer.url("branding"), &Flash::success("Host name removed")))
}
