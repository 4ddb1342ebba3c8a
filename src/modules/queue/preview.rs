//! What an act on many requests comes to, before it is done: each is tried and undone at once, and a page lists what will change, and what
//! will not with why. What it showed travels with its form, one by one, so that whatever moves meanwhile is left alone.

use std::collections::HashMap;

use actix_web::HttpResponse;
use askama::Template;

use super::{
    Waiting as _,
    bulk::{Act, Many, why_not},
};
use crate::{
    kit::{
        choice::Choice,
        db::Db,
        grid::Listing,
        id::Id,
        page::{self, Page},
        problem::{Problem, Result},
        shown::Shown,
        viewer::Viewer,
        words::{Words, filters},
    },
    modules::events,
    t,
};

/// So many are done at once: they are all in sight with their ticks.
pub const FEW: usize = 10;
/// The field that says that the page was seen.
pub const SEEN: &str = "sure";
/// The field of each request that says what the page showed of it: its id, a space, the token.
pub const WAS: &str = "was";

/// One that will change.
pub struct Change {
    pub id: String,
    pub name: Words,
    pub href: String,
    pub now: Words,
    pub then: Words,
    /// What its tick sent, which is sent again.
    pub tick: String,
    /// What is shown of it here.
    pub was: String,
}

/// One that cannot be changed so.
pub struct Stays {
    pub id: String,
    pub name: Words,
    pub href: String,
    pub why: Words,
}

#[derive(Template)]
#[template(path = "queue/preview.html")]
pub struct Preview {
    pub page: Page,
    pub heading: Words,
    pub sub: Words,
    pub changes: Vec<Change>,
    pub stays: Vec<Stays>,
    pub button: Words,
    pub act: &'static str,
    pub reason: String,
    /// What else was said of all of them: the name of a field, and its text.
    pub said: Option<(&'static str, String)>,
    /// Where it is done, and the list.
    pub action: String,
    pub back: String,
}

/// What the page shows of a request that the act binds to.
pub fn shown<S: Choice>(status: S) -> Shown {
    Shown::new().part("the status", status.key())
}

/// What was shown of each request, as it was sent.
pub fn sent<'a>(all: impl Iterator<Item = &'a str>) -> HashMap<String, String> {
    all.filter_map(|one| one.split_once(' ')).map(|(id, token)| (id.to_owned(), token.to_owned())).collect()
}

/// Where a request stands and would stand, or why nothing can be done with it.
type Trial<Q> = std::result::Result<(<Q as super::Queue>::Status, <Q as super::Queue>::Status), Words>;

async fn tried<Q: Many>(
    actor: &Viewer<<Q as Many>::Right>,
    db: &Db,
    (id, row): (Id<Q::Kind>, String),
    (act, reason): (&'static Act, String),
) -> Result<Trial<Q>> {
    let outcome = db
        .draft(actor, move |tx| {
            let mut moves = None;
            tx.tried(|tx| {
                let (before, _) = Q::lock(tx, &id)?;
                Q::do_one(tx, &id, act.key, &reason, &row)?;
                let (after, _) = Q::lock(tx, &id)?;
                moves = Some((before.status(), after.status()));
                Ok(())
            })?;
            moves.ok_or_else(|| Problem::internal("what was tried was done"))
        })
        .await;
    match outcome {
        Ok(moves) => Ok(Ok(moves)),
        Err(problem) => Ok(Err(why_not(events::named(actor, db, problem).await)?)),
    }
}

/// What each of these requests is called, as far as the person may see it.
///
/// # Errors
/// When the person may see none of them.
pub async fn names<Q: Many>(
    actor: &Viewer<<Q as Many>::Right>,
    db: &Db,
    ids: Vec<String>,
) -> Result<HashMap<String, String>> {
    let viewer = actor.with::<<Q::List as Listing>::View>()?;
    let rows = db.read(&viewer, move |read| <Q::List as Listing>::these(read, ids)).await?;
    Ok(rows.iter().map(|row| (Q::waits(row).id.as_str().to_owned(), Q::name(row).to_owned())).collect())
}

/// The page that lists what `act` does with `all`, each with what its tick sent. `matching`: how many fit the list's filters, where these are
/// the first of them.
///
/// # Errors
/// What no result can tell.
pub async fn page<Q: Many>(
    actor: &Viewer<<Q as Many>::Right>,
    db: &Db,
    all: Vec<(Id<Q::Kind>, String)>,
    (act, reason): (&'static Act, String),
    matching: Option<usize>,
) -> Result<HttpResponse> {
    let named = names::<Q>(actor, db, all.iter().map(|(id, _)| id.to_string()).collect()).await?;
    let (selected, base) = (all.len(), actor.url(Q::PATH));
    let (mut changes, mut stays) = (Vec::new(), Vec::new());
    for (id, row) in all {
        let name = named.get(id.as_str()).map_or_else(Words::default, Words::data);
        let (href, text) = (format!("{base}/{id}"), id.to_string());
        match tried::<Q>(actor, db, (id, row.clone()), (act, reason.clone())).await? {
            Ok((now, then)) => changes.push(Change {
                tick: format!("{text} {row}").trim_end().to_owned(),
                was: format!("{text} {}", shown(now).token()),
                now: Words::new(now.label()),
                then: Words::new(then.label()),
                id: text,
                name,
                href,
            }),
            Err(why) => stays.push(Stays { id: text, name, href, why }),
        }
    }
    let heading = t!("{act}: {n} selected", act = Words::new(act.label), n = selected);
    let shown = Preview {
        page: actor.page((heading.clone(), Q::TITLE)),
        heading,
        sub: match matching {
            Some(all) => {
                t!("These are the first {n} of {all} that match. The others stay as they are.", n = selected, all)
            }
            None => Words::default(),
        },
        button: t!("{act} ({n})", act = Words::new(act.label), n = changes.len()),
        changes,
        stays,
        act: act.key,
        reason,
        said: None,
        action: format!("{base}/many{}", actor.visit.within()),
        back: format!("{base}{}", actor.visit.within()),
    };
    page::html(&actor.visit, &shown)
}
