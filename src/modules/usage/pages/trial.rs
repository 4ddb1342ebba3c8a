//! A dry run that the job checks: how far it is, and what it found.

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;

use super::{
    OfFile,
    far::{self, Far},
    id,
    upload::{Tried, shut},
    url,
};
use crate::{
    kit::{
        db::{Db, Read},
        id::Id,
        page::{self, Page},
        problem::{Problem, Result},
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::usage::{Report, Status, UsageFile, store},
    t,
};

/// A dry run while its rows are read.
#[derive(Template)]
#[template(path = "usage/trying.html")]
struct Trying {
    page: Page,
    name: String,
    file_name: String,
    words: Words,
    before: i64,
    here: String,
    /// Why it waits without an end in sight.
    shut: Option<Words>,
}

/// While it is not over, and then.
const RUNS: &str = "runs";
const OVER: &str = "over";

fn words(work: i32) -> Words {
    match usize::try_from(work).unwrap_or_default() {
        0 => t!("Waiting to be checked."),
        read => t!("{n} row checked so far." | "{n} rows checked so far.", read),
    }
}

pub async fn result(actor: Viewer<Report>, path: OfFile, db: web::Data<Db>) -> Result<HttpResponse> {
    let file = id(&path.1)?;
    let (file, mut trial, before) = db
        .read(&actor, move |read| {
            let row = store::find(read, &file)?.row;
            let trial = store::trial(read, &file)?.ok_or(Problem::NotFound)?;
            let before = if trial.outcome.is_none() { store::trials_before(read, trial.sent_at)? } else { 0 };
            Ok((row, trial, before))
        })
        .await?;
    if let Some(found) = trial.outcome.take() {
        return page::html(&actor.visit, &Tried::of(&actor, file, trial, found));
    }
    let shown = Trying {
        page: actor.page(("Dry run", &file.name, "Usage files")),
        words: words(trial.work),
        here: url(&actor, &file.id),
        // a file that is checked itself takes reports again afterwards, and this one is read then
        shut: shut(&file).filter(|_| !matches!(file.status, Status::Uploading | Status::Processing)),
        name: file.name,
        file_name: trial.file_name,
        before,
    };
    page::html(&actor.visit, &shown)
}

fn look(read: &mut Read<'_, Report>, file: &Id<UsageFile>) -> Result<Far> {
    store::find(read, file)?;
    let trial = store::trial_work(read, file)?.ok_or(Problem::NotFound)?;
    Ok((if trial.over { OVER } else { RUNS }, words(trial.work), trial.work))
}

/// How far it is.
pub async fn progress(
    actor: Viewer<Report>,
    path: OfFile,
    db: web::Data<Db>,
    request: HttpRequest,
) -> Result<HttpResponse> {
    far::answer(actor, path, db, request, look).await
}
