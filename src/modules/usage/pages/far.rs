//! How far the work on a file is, as its page hears of it.

use actix_web::{HttpRequest, HttpResponse, web};

use super::{OfFile, id};
use crate::{
    kit::{
        actor::Permission,
        db::{Db, Read},
        id::Id,
        problem::Result,
        progress::{self, Progress},
        viewer::Viewer,
        words::{Say as _, Words},
    },
    modules::usage::UsageFile,
};

/// A state, how far it is in words, and the rows that were read.
pub(super) type Far = (&'static str, Words, i32);

/// Answers what `look` finds of a file, once or as it changes.
pub(super) async fn answer<P: Permission>(
    actor: Viewer<P>,
    path: OfFile,
    db: web::Data<Db>,
    request: HttpRequest,
    look: fn(&mut Read<'_, P>, &Id<UsageFile>) -> Result<Far>,
) -> Result<HttpResponse> {
    let (file, house, lang) = (id(&path.1)?, actor.visit.house.clone(), actor.visit.lang);
    let ask = move || {
        let (actor, db, file) = (actor.clone(), db.clone(), file.clone());
        async move {
            let (state, words, finished) = db.read(&actor, move |read| look(read, &file)).await?;
            // how many rows there are is known at the end
            Ok(Progress { state, words: words.said(lang), finished, work: 0 })
        }
    };
    Ok(progress::answer(&request, house, ask().await?, ask))
}
