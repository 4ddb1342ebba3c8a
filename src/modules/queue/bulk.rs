//! What is done with many requests at once: those that were ticked in a list, each for itself, with a result for each.

use std::future::Future;

use actix_web::{HttpResponse, web};
use askama::Template;

use super::{
    Assigned, Waiting as _, Worked,
    acts::{self, Reason},
    preview,
};
use crate::{
    access::extract::Post,
    kit::{
        actor::Permission,
        db::{Db, Tx},
        form::{Field, FieldError},
        id::{Id, Kind},
        input::Form,
        page,
        problem::{Problem, Result},
        viewer::Viewer,
        violation::{Violation, Why},
        words::Words,
    },
    modules::{events, views::list::Listed},
    t,
};

/// So many at once: what fits on the largest page of a list, so that everything that is ticked is seen.
pub const MOST: usize = 100;

/// Something that is done with many requests.
pub struct Act {
    pub key: &'static str,
    pub label: &'static str,
    /// Whether it needs the reason.
    pub reason: bool,
    /// "3 requests accepted".
    pub done: fn(usize) -> Words,
}

/// Taking requests over, as every kind does that is [`Assigned`].
pub const ASSIGN: Act = Act {
    key: "assign",
    label: "Assign to me",
    reason: false,
    done: |n| t!("{n} request assigned to you" | "{n} requests assigned to you", n),
};

/// A kind of request of which many are ticked.
pub trait Many: Worked {
    type Right: Permission;

    const ACTS: &'static [Act];
    /// The label of the reason, and who needs and reads it; none where no act has one.
    const REASON: Option<(&'static str, &'static str)> = None;
    /// Characters of the reason.
    const LONGEST: usize = 500;

    /// Does one of [`Self::ACTS`], by its key, with one request. `row`: what its tick says that its row showed, where an act binds to that.
    fn do_one(
        tx: &mut Tx<'_, <Self as Many>::Right>,
        id: &Id<Self::Kind>,
        act: &str,
        reason: &str,
        row: &str,
    ) -> Result<()>;

    /// The list as the actor's address asks for it, with what was `marked` in it.
    fn list<P: Permission>(actor: &Viewer<P>, db: &Db, marked: Marked) -> impl Future<Output = Result<impl Template>>;
}

/// What stands in a list besides its rows.
#[derive(Default)]
pub struct Marked {
    /// As it was typed.
    reason: Option<Form<Reason>>,
    ticked: Vec<String>,
    results: Option<Results>,
    /// Something was pressed.
    sent: bool,
    /// Why nothing was done at all: nothing was ticked, or no act was chosen.
    wrong: Option<Words>,
}

/// What became of those that were ticked.
pub struct Results {
    /// "3 requests accepted".
    pub done: Words,
    pub through: Vec<Named>,
    /// Each with why not.
    pub refused: Vec<(Named, Words)>,
}

/// One of them.
pub struct Named {
    /// Nothing where the person may not see it.
    pub name: String,
    pub id: String,
}

/// The bar below a list, while rows are ticked.
pub struct Bulk {
    pub acts: &'static [Act],
    pub reason: Option<Field>,
    /// Where it is sent: the list keeps its filters, its order and its page.
    pub href: String,
    /// "Select all 31 that match", and where; none when all are on this page.
    pub all: Option<(Words, String)>,
    /// The list with nothing ticked.
    pub clear: String,
    /// Whether all rows begin ticked.
    pub every: bool,
    /// How many match, where those that begin ticked are the first of them.
    pub first_of: Option<usize>,
    ticked: Vec<String>,
    pub results: Option<Results>,
    pub errors: Vec<FieldError>,
}

impl Bulk {
    /// Of a list whose rows the person may do something with.
    pub fn new<Q: Many, P: Permission>(actor: &Viewer<P>, list: &Listed<Q::List>, marked: Marked) -> Self {
        let (whole, room) = &list.whole;
        let shown = list.rows.len();
        let every = actor.visit.query.split('&').any(|pair| pair == EVERY) && !marked.sent;
        let words = match list.matching {
            Some(all) if all <= shown => None,
            Some(all) if all <= *room => Some(t!("Select all {n} that match", n = all)),
            _ if shown >= *room => None,
            _ => Some(t!("Select the first {n} that match", n = room)),
        };
        let reason = marked.reason.or_else(|| asked::<Q>(Form::empty()));
        let mut errors = reason.as_ref().map(Form::errors).unwrap_or_default();
        errors.extend(marked.wrong.map(|words| ("main".to_owned(), words)));
        Self {
            acts: Q::ACTS,
            reason: reason.map(|form| form.field("reason")),
            href: format!("{}/many{}", list.base, actor.visit.within()),
            all: words.map(|words| {
                let joined = if whole.len() > 1 { "&" } else { "" };
                (words, format!("{}{whole}{joined}{EVERY}", list.base))
            }),
            clear: format!("{}{}", list.base, list.within),
            every,
            first_of: list.matching.filter(|all| every && *all > shown),
            ticked: marked.ticked,
            results: marked.results,
            errors,
        }
    }

    pub fn has(&self, id: &str) -> bool {
        self.every || self.ticked.iter().any(|one| one == id)
    }
}

/// The part of an address with which every row begins ticked.
const EVERY: &str = "select=all";

/// The reason in the words of a kind of request, where it has any.
fn asked<Q: Many>(form: Form<Reason>) -> Option<Form<Reason>> {
    Q::REASON.map(|(label, hint)| form.saying("reason", label, hint))
}

/// The reason that was typed; none when it does not do, which its field then says.
fn said<Q: Many>(form: &mut Form<Reason>) -> Result<Option<String>> {
    let Some(Reason { reason }) = form.read() else { return Ok(None) };
    let label = Q::REASON.map_or("", |(label, _)| label);
    form.told(match reason.chars().count() <= Q::LONGEST {
        true => Ok(reason),
        false => Err(Violation::new("reason", Why::too_long(label, Q::LONGEST)).into()),
    })
}

/// A request that was ticked, and what its row showed of it: a tick sends both, with a space between.
fn ticked<K: Kind>(sent: &str) -> Option<(Id<K>, String)> {
    let (id, row) = sent.split_once(' ').unwrap_or((sent, ""));
    Some((id.parse().ok()?, row.to_owned()))
}

/// Takes one request over.
pub fn assign_one<Q: Assigned>(tx: &mut Tx<'_, Q::Process>, id: &Id<Q::Kind>) -> Result<()> {
    acts::assign::<Q>(tx, id, true)
}

/// Why one of many was not done, so that the others are told of all the same.
///
/// # Errors
/// What no result can tell.
pub fn why_not(problem: Problem) -> Result<Words> {
    Ok(match problem {
        Problem::Stale(why) | Problem::Refused(why) => why.text,
        Problem::NotFound => t!("It doesn't exist."),
        Problem::Invalid(wrong) => wrong.into_iter().map(|one| one.why.words).next().unwrap_or_default(),
        Problem::Unavailable(cause) | Problem::NoSpace(cause) => {
            tracing::warn!(cause, "one of many was not done");
            t!("Not done. Please try again.")
        }
        other => return Err(other),
    })
}

/// Does what was pressed with each request that was ticked, once a page has listed what that changes where they are many: with those that were on the page, whatever fits the filters by now.
pub async fn many<Q: Many>(post: Post<<Q as Many>::Right>, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let key = post.fields.text("act").to_owned();
    let act = Q::ACTS.iter().find(|act| act.key == key);
    let mut all: Vec<_> = post.fields.all("id").filter_map(ticked::<Q::Kind>).take(MOST).collect();
    let ticked: Vec<String> = all.iter().map(|(id, _)| id.to_string()).collect();
    // each is locked by itself, in one order all the same: two who do it at once get half of it each
    all.sort_unstable_by(|(one, _), (other, _)| one.as_str().cmp(other.as_str()));
    all.dedup_by(|(one, _), (other, _)| one.as_str() == other.as_str());
    let mut form = asked::<Q>(Form::typed(&post.fields));
    let reason = match &mut form {
        Some(form) if act.is_some_and(|act| act.reason) => said::<Q>(form)?,
        _ => Some(String::new()),
    };
    let wrong = match act {
        None => Some(t!("Choose what to do with the selected rows")),
        Some(_) if all.is_empty() => Some(t!("Select at least one row")),
        Some(_) => None,
    };
    let (Some(act), Some(words), None) = (act, reason, &wrong) else {
        let marked = Marked { wrong, reason: form, ticked, sent: true, results: None };
        return page::invalid(&actor.visit, &Q::list(&actor, &db, marked).await?);
    };
    if all.len() > preview::FEW && !post.fields.has(preview::SEEN) {
        let matching = post.fields.text("first_of").parse().ok();
        return preview::page::<Q>(&actor, &db, all, (act, words), matching).await;
    }
    let was = preview::sent(post.fields.all(preview::WAS));
    let names = preview::names::<Q>(&actor, &db, all.iter().map(|(id, _)| id.to_string()).collect()).await?;
    let called =
        |id: &Id<Q::Kind>| Named { name: names.get(id.as_str()).cloned().unwrap_or_default(), id: id.to_string() };
    let mut results = Results { done: Words::default(), through: Vec::new(), refused: Vec::new() };
    for (id, row) in all {
        let (wanted, words, sent) = (id.clone(), words.clone(), was.get(id.as_str()).cloned());
        let done = db.write(&actor, move |tx| {
            if let Some(sent) = sent {
                let (locked, _) = Q::lock(tx, &wanted)?;
                preview::shown(locked.status()).check(&sent, "Nothing was changed")?;
            }
            Q::do_one(tx, &wanted, act.key, &words, &row)
        });
        match done.await {
            Ok(()) => results.through.push(called(&id)),
            Err(problem) => {
                let problem = events::named(&actor, &db, problem).await;
                results.refused.push((called(&id), why_not(problem)?));
            }
        }
    }
    results.done = (act.done)(results.through.len());
    let ticked = results.refused.iter().map(|(one, _)| one.id.clone()).collect();
    let marked = Marked { results: Some(results), ticked, sent: true, ..Marked::default() };
    page::html(&actor.visit, &Q::list(&actor, &db, marked).await?)
}
