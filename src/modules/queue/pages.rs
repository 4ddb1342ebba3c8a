//! Pages of requests of any kind: taking over, talking, and acts that are asked once more.

use std::future::Future;

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use uuid::Uuid;

use super::{
    Assigned, Queue, Settled, Talks, Waiting as _, Worked, acts,
    beside::{Beside, next, onwards},
    held,
};
use crate::{
    access::extract::Post,
    kit::{
        actor::{Company, Permission},
        choice::Choice as _,
        confirm::Confirm,
        db::{Db, Read, Tx},
        done::once,
        effect::Effect,
        form::{Field, FieldError},
        form_page::{Asked, FormPage},
        id::Id,
        input::Form,
        lifecycle::allowed,
        page::{self, Flash, Page, Title},
        problem::{Problem, Result},
        shown::FIELD,
        typed::apart,
        viewer::Viewer,
        words::Words,
    },
    modules::{
        conversation::{Message, Said},
        queue::acts::Reason,
    },
    t,
};

pub type OfRequest = web::Path<(String, String)>;

pub const BACK: &str = "Back to request";

/// The request that a path names.
///
/// # Errors
/// [`Problem::NotFound`] when it names none.
pub fn id<Q: Queue>(text: &str) -> Result<Id<Q::Kind>> {
    text.parse().map_err(|_| Problem::NotFound)
}

pub fn url<Q: Queue, P: Permission>(actor: &Viewer<P>, id: &Id<Q::Kind>) -> String {
    actor.url(&format!("{}/{id}", Q::PATH))
}

/// The same within the list that this page belongs to.
pub fn at<Q: Queue, P: Permission>(actor: &Viewer<P>, id: &Id<Q::Kind>) -> String {
    format!("{}{}", url::<Q, P>(actor, id), actor.visit.within())
}

/// Back to the request, with what was done.
pub fn done<Q: Queue, P: Permission>(actor: &Viewer<P>, id: &Id<Q::Kind>, words: impl Into<Words>) -> HttpResponse {
    page::see_with(&actor.visit, at::<Q, P>(actor, id), &Flash::success(words))
}

/// Does something with a request; what stops it leads back to it.
///
/// # Errors
/// As `verb`.
pub async fn act<Q: Queue, P: Permission, T: Send + 'static>(
    actor: &Viewer<P>,
    db: &Db,
    id: &Id<Q::Kind>,
    verb: impl FnOnce(&mut Tx<'_, P>, &Id<Q::Kind>) -> Result<T> + Send + 'static,
) -> Result<T> {
    crate::kit::acts::act(actor, db, id, (at::<Q, P>(actor, id), Q::BACK), verb).await
}

/// The form by which a request is decided about where it is read.
pub struct Deciding {
    pub action: String,
    pub hidden: Vec<(&'static str, String)>,
    /// What the decision ends.
    pub effects: Vec<Effect>,
    pub asked: Vec<Asked>,
    pub button: &'static str,
    pub danger: bool,
    /// Where the same fields are saved without deciding.
    pub save: Option<String>,
}

/// The field that says that a decision can be taken back: a page that asks once more has none.
pub const UNDO: &str = "undo";

/// Decides about a request, so that it can be taken back, and goes on to the next one.
///
/// # Errors
/// As [`held::hold`]; what stops it leads back to the request.
pub async fn hold<S: Settled>(
    actor: &Viewer<S::Right>,
    db: &Db,
    (id, name): (&Id<S::Kind>, &str),
    decision: S::Decision,
) -> Result<HttpResponse> {
    let next = next::<S, _>(actor, db, id).await?;
    let (here, wanted) = (at::<S, _>(actor, id), id.clone());
    let came_to = S::came_to(S::action(&decision));
    db.draft(actor, move |tx| held::hold::<S>(tx, &wanted, &decision))
        .await
        .map_err(|problem| problem.leading_to(here, S::BACK))?;
    let undo = format!("{}/undo{}", url::<S, _>(actor, id), actor.visit.within());
    let said = t!("{done}: {name}", done = Words::new(came_to), name = apart(name));
    Ok(onwards::<S, _>(actor, id, next, &Flash::success(said).undone_at(undo)))
}

/// Takes back what the person has just decided, and leads to the request.
pub async fn undo<S: Settled>(post: Post<S::Right>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let (wanted, actor) = (id::<S>(&path.1)?, post.actor);
    let here = at::<S, _>(&actor, &wanted);
    let taken_back = db
        .draft(&actor, move |tx| held::take_back::<S>(tx, &wanted))
        .await
        .map_err(|problem| problem.leading_to(here.as_str(), S::BACK))?;
    let flash = match taken_back {
        true => Flash::success("Undone. You can decide again."),
        false => Flash::notice("There was nothing to undo. You can still decide."),
    };
    Ok(page::see_with(&actor.visit, here, &flash))
}

/// A kind of request whose pages are made here.
pub trait Pages: Worked {
    /// A request with what its pages show.
    type Detail: Send + 'static;

    /// As far as the reader's company sees it.
    fn find<P: Permission>(read: &mut Read<'_, P>, id: &Id<Self::Kind>) -> Result<Self::Detail>;

    fn row(detail: &Self::Detail) -> &Self::Row;

    /// What a company is in it.
    fn parts_in(detail: &Self::Detail, company: &Company) -> Vec<Self::Part>;

    /// What stands below the headings of its forms.
    fn about(detail: &Self::Detail) -> Words;
}

/// A kind of request with a conversation on the page of its details.
pub trait TalkPages: Pages + Talks {
    /// That page, with the message that is being written.
    fn show<P: Permission>(
        actor: &Viewer<P>,
        db: &Db,
        id: Id<Self::Kind>,
        form: &Form<Message>,
    ) -> impl Future<Output = Result<impl Template>>;
}

/// A request as the actor's company sees it.
pub async fn open<Q: Pages, P: Permission>(actor: &Viewer<P>, db: &Db, text: &str) -> Result<Q::Detail> {
    let wanted = id::<Q>(text)?;
    db.read(actor, move |read| Q::find(read, &wanted)).await
}

/// The same, and what an act on it would be told when somebody of the company has just decided: for pages that ask before one.
pub async fn open_to_act<Q: Pages, P: Permission>(
    actor: &Viewer<P>,
    db: &Db,
    text: &str,
) -> Result<(Q::Detail, Option<Problem>)> {
    let wanted = id::<Q>(text)?;
    let here = at::<Q, P>(actor, &wanted);
    let (detail, already) =
        db.read(actor, move |read| Ok((Q::find(read, &wanted)?, held::already(read, &wanted)?))).await?;
    Ok((detail, already.map(|problem| problem.leading_to(here, Q::BACK))))
}

/// That a request has moved, with the way back to it.
pub fn moved<Q: Pages, P: Permission>(actor: &Viewer<P>, row: &Q::Row) -> Problem {
    Problem::moved(row.id(), row.status()).leading_to(at::<Q, P>(actor, row.id()), Q::BACK)
}

/// A request of which `action` is possible for the actor's company now.
///
/// # Errors
/// [`Problem::NotFound`] when the act is never theirs, [`Problem::Stale`] when it is not possible now.
pub async fn ready<Q: Pages, P: Permission>(
    actor: &Viewer<P>,
    db: &Db,
    text: &str,
    action: Q::Action,
) -> Result<Q::Detail> {
    possible::<Q, P>(actor, open::<Q, P>(actor, db, text).await?, action)
}

/// The same for a page that asks before the act.
///
/// # Errors
/// As [`ready`]; [`Problem::Stale`] as well when somebody of the company has just decided, as the act itself would say.
pub async fn to_ask<Q: Pages, P: Permission>(
    actor: &Viewer<P>,
    db: &Db,
    text: &str,
    action: Q::Action,
) -> Result<Q::Detail> {
    let (detail, already) = open_to_act::<Q, P>(actor, db, text).await?;
    let detail = possible::<Q, P>(actor, detail, action)?;
    already.map_or(Ok(detail), Err)
}

/// A request that was read, when `action` is possible for the actor's company now.
fn possible<Q: Pages, P: Permission>(actor: &Viewer<P>, detail: Q::Detail, action: Q::Action) -> Result<Q::Detail> {
    let row = Q::row(&detail);
    let parts = Q::parts_in(&detail, &actor.identity.company);
    if parts.iter().any(|part| allowed(Q::RULES, row.status(), *part).contains(&action)) {
        return Ok(detail);
    }
    let ever = Q::RULES.iter().any(|rule| rule.action == action && parts.iter().any(|part| rule.by.contains(part)));
    Err(if ever { moved::<Q, P>(actor, row) } else { Problem::NotFound })
}

/// A form about a request.
pub fn form<Q: Pages, P: Permission>(
    actor: &Viewer<P>,
    detail: &Q::Detail,
    heading: impl Into<Words>,
    button: &'static str,
) -> FormPage {
    let id = Q::row(detail).id();
    let heading = heading.into();
    let page = actor.page((heading.clone(), id, Q::TITLE));
    FormPage::new(page, heading, (at::<Q, P>(actor, id), Q::BACK), button).below_heading(Q::about(detail))
}

/// A page that asks once more before an act on a request.
pub fn confirm<Q: Pages, P: Permission, E: Into<Effect>>(
    actor: &Viewer<P>,
    id: &Id<Q::Kind>,
    heading: impl Into<Words>,
    effects: impl IntoIterator<Item = E>,
) -> Confirm {
    let heading = heading.into();
    let page = actor.page((heading.clone(), id, Q::TITLE));
    Confirm::new(page, heading, (at::<Q, P>(actor, id), Q::BACK), effects)
}

pub async fn assign<Q: Assigned>(post: Post<Q::Process>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    assigned::<Q>(post, &path.1, &db, true).await
}

pub async fn unassign<Q: Assigned>(post: Post<Q::Process>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    assigned::<Q>(post, &path.1, &db, false).await
}

async fn assigned<Q: Assigned>(post: Post<Q::Process>, text: &str, db: &Db, to_me: bool) -> Result<HttpResponse> {
    let (wanted, actor) = (id::<Q>(text)?, post.actor);
    act::<Q, _, _>(&actor, db, &wanted, move |tx, id| acts::assign::<Q>(tx, id, to_me)).await?;
    Ok(done::<Q, _>(&actor, &wanted, if to_me { t!("Assigned to you") } else { t!("Unassigned") }))
}

/// The conversation of a request, with the message that is being written.
pub struct Talk {
    pub text: Field,
    pub errors: Vec<FieldError>,
    pub once: Uuid,
    pub may: bool,
    pub said: Vec<Said>,
    /// Where the message is sent: the request's own page, whichever act the page answers.
    pub to: String,
}

impl Talk {
    pub fn new<Q: Talks, P: Permission>(
        actor: &Viewer<P>,
        (form, said): (&Form<Message>, Vec<Said>),
        here: &str,
        beside: Option<&Beside>,
    ) -> Self {
        Self {
            to: format!("{here}{}", beside.map_or("", |beside| beside.within.as_str())),
            text: form.field("text"),
            errors: form.errors(),
            once: Uuid::new_v4(),
            may: actor.may::<Q::Talk>(),
            said,
        }
    }

    /// The page that it stands on.
    pub fn page<P: Permission>(&self, actor: &Viewer<P>, title: impl Title) -> Page {
        actor.page(title).with_errors(&self.errors)
    }
}

/// Says something, once for each form.
pub async fn said<Q: TalkPages>(post: Post<Q::Talk>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let wanted = id::<Q>(&path.1)?;
    let mut form = Form::<Message>::typed(&post.fields);
    let (here, copy, asked) = (at::<Q, _>(&actor, &wanted), post.fields.form(), wanted.clone());
    let act = |said: Message| {
        db.attempt(&actor, move |tx| {
            once(tx, copy, |tx| acts::say::<Q>(tx, &wanted, &said).map(|()| wanted.to_string()))
        })
    };
    match form.sent(act).await? {
        Some(_) => Ok(page::see(here)),
        None => page::invalid(&actor.visit, &Q::show(&actor, &db, asked, &form).await?),
    }
}

/// Acts on a kind of request that are asked once more before somebody with the right `P` does them. Their pages end with the act's key.
pub trait Decides<P: Permission>: Pages {
    /// The page that asks, without the reason.
    fn asked(
        actor: &Viewer<P>,
        db: &Db,
        detail: &Self::Detail,
        action: Self::Action,
    ) -> impl Future<Output = Result<Confirm>>;

    /// Who reads the reason, of acts that need one.
    fn why(action: Self::Action) -> Option<&'static str>;

    /// Does it. `sent`: what the page showed.
    fn decide(tx: &mut Tx<'_, P>, id: &Id<Self::Kind>, action: Self::Action, reason: &str, sent: &str) -> Result<()>;

    /// What is said when it is done.
    fn told(action: Self::Action) -> &'static str;
}

/// The act at the end of a request's path.
///
/// # Errors
/// [`Problem::NotFound`] when it names none.
pub fn action<Q: Queue>(request: &HttpRequest) -> Result<Q::Action> {
    let last = request.path().rsplit('/').next().unwrap_or_default();
    Q::Action::from_key(last).ok_or(Problem::NotFound)
}

async fn asked<Q: Decides<P>, P: Permission>(
    actor: &Viewer<P>,
    db: &Db,
    text: &str,
    (action, reason): (Q::Action, Option<Form<Reason>>),
) -> Result<Confirm> {
    let detail = to_ask::<Q, P>(actor, db, text, action).await?;
    let page = Q::asked(actor, db, &detail, action).await?;
    Ok(match reason {
        Some(reason) => page.asking(&reason),
        None => page,
    })
}

/// The reason as it is asked for, of acts that need one.
fn saying<Q: Decides<P>, P: Permission>(action: Q::Action, form: Form<Reason>) -> Option<Form<Reason>> {
    Q::why(action).map(|hint| form.saying("reason", "Reason", hint))
}

pub async fn ask<Q: Decides<P>, P: Permission>(
    request: HttpRequest,
    actor: Viewer<P>,
    path: OfRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let action = action::<Q>(&request)?;
    let page = asked::<Q, P>(&actor, &db, &path.1, (action, saying::<Q, P>(action, Form::empty()))).await?;
    page::html(&actor.visit, &page)
}

pub async fn decide<Q: Decides<P>, P: Permission>(
    request: HttpRequest,
    post: Post<P>,
    path: OfRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let (actor, wanted, action) = (post.actor, id::<Q>(&path.1)?, action::<Q>(&request)?);
    let mut form = saying::<Q, P>(action, Form::typed(&post.fields));
    let words = form.as_ref().map(|form| form.text("reason").to_owned()).unwrap_or_default();
    let sent = post.fields.text(FIELD).to_owned();
    let next = next::<Q, P>(&actor, &db, &wanted).await?;
    let outcome = act::<Q, P, _>(&actor, &db, &wanted, move |tx, id| Q::decide(tx, id, action, &words, &sent)).await;
    let told = match &mut form {
        Some(form) => form.told(outcome)?,
        None => outcome.map(Some)?,
    };
    match told {
        Some(()) => Ok(onwards::<Q, P>(&actor, &wanted, next, &Flash::success(Q::told(action)))),
        None => page::invalid(&actor.visit, &asked::<Q, P>(&actor, &db, &path.1, (action, form)).await?),
    }
}
