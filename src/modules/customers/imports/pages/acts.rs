//! What is done with an import: applied, stopped, checked again, discarded.

use actix_web::{HttpResponse, web};

use super::{OfImport, url};
use crate::{
    access::extract::Post,
    kit::{
        confirm::Confirm,
        db::Db,
        effect::Effect,
        page::{self, Flash},
        problem::Result,
        shown,
        typed::apart,
        viewer::Viewer,
    },
    modules::customers::{
        Manage,
        imports::{
            State, actions,
            store::{self, ImportRow},
        },
    },
    t,
};

pub(super) async fn applied(post: Post<Manage>, path: OfImport, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    let here = url(&post.actor, id);
    let sent = post.fields.text(shown::FIELD).to_owned();
    db.attempt(&post.actor, move |tx| actions::apply(tx, id, &sent))
        .await
        .map_err(|problem| problem.leading_to(here.clone(), "Back to import"))?;
    Ok(page::see(here))
}

fn confirm(actor: &Viewer<Manage>, import: &ImportRow, heading: &'static str, effects: Vec<Effect>) -> Confirm {
    let page = actor.page((heading, &import.file_name, "Imports", "Customers"));
    Confirm::new(page, heading, (url(actor, import.id), "Back to import"), effects).danger()
}

pub(super) async fn stopping(actor: Viewer<Manage>, path: OfImport, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    let (import, asked) = db
        .read(&actor, move |read| {
            let import = store::find(read, id)?;
            let asked = store::asked(read, id, import.round)?.len();
            Ok((import, asked))
        })
        .await?;
    let rows = |count: i32| usize::try_from(count).unwrap_or_default();
    let effects = [
        Effect::touched(
            rows(import.finished),
            "{n} row has been applied and won't be reverted.",
            "{n} rows have been applied and won't be reverted.",
        ),
        Effect::touched(
            rows(import.work - import.finished),
            "{n} row may not be applied. The import continues while you read this.",
            "{n} rows may not be applied. The import continues while you read this.",
        ),
        Effect::touched(
            asked,
            "{n} vendor will get an email about the changes to accept.",
            "{n} vendors will get an email about the changes to accept.",
        ),
        Some(t!("You can check the remaining rows again later.").into()),
    ];
    let over = (import.state != State::Applying).then(|| t!("The import is no longer running."));
    let page = confirm(&actor, &import, "Stop import", effects.into_iter().flatten().collect());
    let page = page.refused("There is nothing to stop", over);
    page::html(&actor.visit, &page)
}

pub(super) async fn discarding(actor: Viewer<Manage>, path: OfImport, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    let (import, rows, applied) = db
        .read(&actor, move |read| {
            let rows: i64 = store::counts(read, id)?.0.iter().map(|(_, count)| count).sum();
            Ok((store::find(read, id)?, rows, store::anything_applied(read, id)?))
        })
        .await?;
    let effects = [
        Some(Effect::from(t!(
            "{file_name} and its check results will be deleted.",
            file_name = apart(&import.file_name)
        ))),
        Effect::touched(
            usize::try_from(rows).unwrap_or_default(),
            "{n} row that was read will be deleted. It was not applied.",
            "{n} rows that were read will be deleted. None were applied.",
        )
        .map(|effect| effect.at(url(&actor, id))),
    ];
    let kept = (applied || import.state == State::Applying).then(|| t!("It was applied, so its results must be kept."));
    let page = confirm(&actor, &import, "Discard import", effects.into_iter().flatten().collect());
    let page = page.refused("This import cannot be discarded", kept);
    page::html(&actor.visit, &page)
}

pub(super) async fn stopped(post: Post<Manage>, path: OfImport, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    db.attempt(&post.actor, move |tx| actions::stop(tx, id)).await?;
    Ok(page::see(url(&post.actor, id)))
}

pub(super) async fn checked_again(post: Post<Manage>, path: OfImport, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    let here = url(&post.actor, id);
    db.attempt(&post.actor, move |tx| actions::again(tx, id))
        .await
        .map_err(|problem| problem.leading_to(here.clone(), "Back to import"))?;
    Ok(page::see(here))
}

pub(super) async fn discarded(post: Post<Manage>, path: OfImport, db: web::Data<Db>) -> Result<HttpResponse> {
    let id = path.1;
    let (here, all) = (url(&post.actor, id), post.actor.url("customers/imports"));
    db.write(&post.actor, move |tx| actions::discard(tx, id))
        .await
        .map_err(|problem| problem.leading_to(here, "Back to import"))?;
    Ok(page::see_with(&post.actor.visit, all, &Flash::success("Import discarded")))
}
