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
    modules::usage::{
        Report, Status, UsageFile,
        store::{self, FileRow},
    },
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
    /// Why it is not done, and what becomes of it.
    shut: Option<(Words, Words)>,
}

/// While it is not over, while it is not done, and then.
const RUNS: &str = "runs";
const SHUT: &str = "shut";
const OVER: &str = "over";

/// Why a dry run of a file is not done, and what becomes of it. A file that is checked itself takes reports again afterwards, and this one is
/// read then.
fn not_done(file: &FileRow) -> Option<(Words, Words)> {
    let why = shut(file).filter(|_| !file.status.runs())?;
    let then = match file.status {
        Status::Pending => {
            t!("This dry run will not be done, unless the file is rejected within a day. Otherwise it is deleted then.")
        }
        _ => t!("This dry run will not be done."),
    };
    Some((why, then))
}

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
        shut: not_done(&file),
        name: file.name,
        file_name: trial.file_name,
        before,
    };
    page::html(&actor.visit, &shown)
}

fn look(read: &mut Read<'_, Report>, file: &Id<UsageFile>) -> Result<Far> {
    let row = store::find(read, file)?.row;
    let trial = store::trial_work(read, file)?.ok_or(Problem::NotFound)?;
    let state = match (trial.over, not_done(&row)) {
        (true, _) => OVER,
        (false, Some(_)) => SHUT,
        (false, None) => RUNS,
    };
    Ok((state, words(trial.work), trial.work))
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
