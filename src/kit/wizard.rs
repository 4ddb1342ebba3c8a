//! Saved answers and ordered steps: the first gap decides where a person is.
//!
//! A wizard is a row, not a piece of a session: it survives a restart, a second tab and the back button.

use std::str::FromStr;

use actix_web::HttpResponse;
use askama::Template;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::{
    actor::{Actor, Permission},
    choice::Choice,
    db::{Db, Read, Tx},
    form::{Field, FieldError},
    form_page::{Ask, Asked, FormPage},
    page::{self, Page},
    problem::{Problem, Result},
    shown::Shown,
    statement::statement,
    time::When,
    viewer::Viewer,
    visit::Visit,
    words::{Words, filters},
};
use crate::{schema::wizards, t};

/// The answers of one kind of wizard.
pub trait Answers: Default + Serialize + DeserializeOwned + Send + 'static {
    /// Names the kind in the table.
    const KIND: &'static str;
    /// The list that it adds to, by its URL below the portal's.
    const SECTION: &'static str;
    /// What it does, as in "Create contract".
    const TITLE: &'static str;
    type Step: Choice + Eq;
    /// The steps that ask; a summary follows them.
    const STEPS: &'static [Self::Step];
    const SUMMARY: Self::Step;

    /// Whether `step` is shown at all: some answers follow from others.
    fn asks(&self, _step: Self::Step) -> bool {
        true
    }

    /// Whether `step` has its answers.
    fn answered(&self, step: Self::Step) -> bool;

    /// The first step without answers, or the last one.
    fn gap(&self) -> Self::Step {
        let last = Self::STEPS[Self::STEPS.len() - 1];
        Self::STEPS.iter().copied().find(|step| !self.answered(*step)).unwrap_or(last)
    }

    /// The step before `step` that is asked.
    fn before(&self, step: Self::Step) -> Option<Self::Step> {
        Self::STEPS.iter().copied().take_while(|other| *other != step).filter(|other| self.asks(*other)).last()
    }

    /// Whether `step` may be opened: everything before it is answered.
    fn reached(&self, step: Self::Step) -> bool {
        Self::STEPS.iter().take_while(|other| **other != step).all(|other| self.answered(*other))
    }
}

#[derive(Debug, Clone)]
pub struct Wizard<A> {
    pub id: Uuid,
    pub answers: A,
    /// What it made; a second submit leads there.
    pub finished_as: Option<String>,
    pub updated_at: DateTime<Utc>,
}

impl<A: Answers> Wizard<A> {
    /// The wizard for a page of `step`.
    ///
    /// # Errors
    /// As [`at`].
    pub async fn open<P: Permission>(actor: &Viewer<P>, db: &Db, id: Uuid, step: A::Step) -> Result<Self> {
        let saved = db.read(actor, move |read| find::<A, P>(read, id)).await?;
        at(actor, &saved, step)?;
        Ok(saved)
    }

    /// The wizard with an answer added or changed.
    ///
    /// # Errors
    /// [`Problem::NotFound`] when it is not this person's.
    pub async fn answer<P: Permission>(
        actor: &Viewer<P>,
        db: &Db,
        id: Uuid,
        change: impl FnOnce(&mut A) + Send + 'static,
    ) -> Result<Self> {
        db.draft(actor, move |tx| answer::<A, P>(tx, id, change)).await
    }
}

/// Unfinished wizards older than this are cleared away.
pub const KEPT_DAYS: i64 = 30;

/// Begins a wizard of this person for this company.
pub fn begin<A: Answers, P: Permission>(tx: &mut Tx<'_, P>) -> Result<Uuid> {
    let identity = tx.who.identity().ok_or_else(|| Problem::internal("a wizard belongs to a member"))?;
    let id = Uuid::now_v7();
    diesel::insert_into(wizards::table)
        .values((
            wizards::id.eq(id),
            wizards::kind.eq(A::KIND),
            wizards::account_id.eq(identity.company.id.clone()),
            wizards::user_id.eq(identity.person.id.clone()),
            wizards::answers.eq(encode(&A::default())?),
            wizards::created_at.eq(tx.at),
            wizards::updated_at.eq(tx.at),
        ))
        .execute(tx.conn)?;
    Ok(id)
}

type Columns = (Uuid, serde_json::Value, Option<String>, DateTime<Utc>);

fn decode<A: Answers>((id, answers, finished_as, updated_at): Columns) -> Wizard<A> {
    // answers of an older program that no longer read are asked again
    Wizard { id, answers: serde_json::from_value(answers).unwrap_or_default(), finished_as, updated_at }
}

fn encode<A: Answers>(answers: &A) -> Result<serde_json::Value> {
    serde_json::to_value(answers).map_err(Problem::internal)
}

/// The one tenancy condition: this person's wizard, made for this company.
macro_rules! own {
    ($identity:expr, $kind:ty) => {
        wizards::table
            .filter(wizards::account_id.eq($identity.company.id.clone()))
            .filter(wizards::user_id.eq($identity.person.id.clone()))
            .filter(wizards::kind.eq(<$kind>::KIND))
            .select((wizards::id, wizards::answers, wizards::finished_as, wizards::updated_at))
    };
}

pub fn find<A: Answers, P>(read: &mut Read<'_, P>, id: Uuid) -> Result<Wizard<A>> {
    let row = own!(read.actor.identity, A).filter(wizards::id.eq(id)).first::<Columns>(read.conn)?;
    Ok(decode(row))
}

/// The person's unfinished wizards, the latest first.
pub fn unfinished<A: Answers, P>(read: &mut Read<'_, P>) -> Result<Vec<Wizard<A>>> {
    let rows = own!(read.actor.identity, A)
        .filter(wizards::finished_as.is_null())
        .order(wizards::updated_at.desc())
        .limit(5)
        .load::<Columns>(read.conn)?;
    Ok(rows.into_iter().map(decode).collect())
}

/// Locks the wizard, so that two submits of one form go one after the other.
pub fn lock<A: Answers, P: Permission>(tx: &mut Tx<'_, P>, id: Uuid) -> Result<Wizard<A>> {
    let identity = tx.who.identity().ok_or_else(|| Problem::internal("a wizard belongs to a member"))?;
    let row = own!(identity, A).filter(wizards::id.eq(id)).for_update().first::<Columns>(tx.conn)?;
    Ok(decode(row))
}

/// Changes the answers of an unfinished wizard.
pub fn answer<A: Answers, P: Permission>(
    tx: &mut Tx<'_, P>,
    id: Uuid,
    change: impl FnOnce(&mut A),
) -> Result<Wizard<A>> {
    let mut wizard = lock::<A, P>(tx, id)?;
    if wizard.finished_as.is_none() {
        change(&mut wizard.answers);
        diesel::update(wizards::table.find(id))
            .set((wizards::answers.eq(encode(&wizard.answers)?), wizards::updated_at.eq(tx.at)))
            .execute(tx.conn)?;
    }
    Ok(wizard)
}

/// Marks the wizard as finished, in the transaction that made `object`.
pub fn finish<P: Permission>(tx: &mut Tx<'_, P>, id: Uuid, object: &str) -> Result<()> {
    diesel::update(wizards::table.find(id))
        .set((wizards::finished_as.eq(object), wizards::updated_at.eq(tx.at)))
        .execute(tx.conn)?;
    Ok(())
}

/// A form of one page is a wizard without answers: what it made before, if it was sent before. Sends of one form go one
/// after the other, since each locks its row. For [`super::done::once`].
pub(super) fn claim<T: FromStr, P: Permission>(tx: &mut Tx<'_, P>, form: Uuid) -> Result<Option<T>> {
    let identity = tx.who.identity().ok_or_else(|| Problem::internal("a form belongs to a member"))?;
    let (account, user) = (identity.company.id.clone(), identity.person.id.clone());
    diesel::insert_into(wizards::table)
        .values((
            wizards::id.eq(form),
            wizards::kind.eq("form"),
            wizards::account_id.eq(&account),
            wizards::user_id.eq(&user),
            wizards::answers.eq(serde_json::json!({})),
            wizards::created_at.eq(tx.at),
            wizards::updated_at.eq(tx.at),
        ))
        .on_conflict_do_nothing()
        .execute(tx.conn)?;
    let made: Option<String> = wizards::table
        .filter(wizards::id.eq(form))
        .filter(wizards::account_id.eq(&account))
        .select(wizards::finished_as)
        .for_update()
        .first(tx.conn)?;
    Ok(made.and_then(|made| made.parse().ok()))
}

/// Throws an unfinished wizard away.
pub fn discard<A: Answers, P: Permission>(tx: &mut Tx<'_, P>, id: Uuid) -> Result<()> {
    let wizard = lock::<A, P>(tx, id)?;
    if wizard.finished_as.is_none() {
        diesel::delete(wizards::table.find(id)).execute(tx.conn)?;
    }
    Ok(())
}

/// Whether `actor` may go on here is decided by the row; this only names its URL.
pub fn url<A: Answers, P: Permission>(actor: &Actor<P>, id: Uuid, step: A::Step) -> String {
    actor.url(&format!("{}/new/{id}/{}", A::SECTION, step.key()))
}

/// Leads to where a wizard really stands, when `step` cannot be shown.
pub fn at<A: Answers, P: Permission>(actor: &Actor<P>, saved: &Wizard<A>, step: A::Step) -> Result<()> {
    if saved.finished_as.is_some() {
        return Err(Problem::Elsewhere(url::<A, P>(actor, saved.id, A::SUMMARY)));
    }
    if saved.answers.reached(step) {
        Ok(())
    } else {
        Err(Problem::Elsewhere(url::<A, P>(actor, saved.id, saved.answers.gap())))
    }
}

/// A step in the list beside the question.
pub struct StepLink {
    pub label: &'static str,
    pub href: Option<String>,
    pub done: bool,
    pub current: bool,
}

/// What `layouts/wizard.html` shows around a question.
pub struct Frame {
    pub page: Page,
    pub title: &'static str,
    pub steps: Vec<StepLink>,
    pub count: Words,
    pub cancel: Option<String>,
    pub errors: Vec<FieldError>,
}

/// The frame of a step; `saved` is none before the first answer.
pub fn frame<A: Answers, P: Permission>(
    actor: &Viewer<P>,
    saved: Option<&Wizard<A>>,
    step: A::Step,
    errors: Vec<FieldError>,
) -> Frame {
    match saved {
        Some(saved) => framed(actor, Some(saved), &saved.answers, (step, errors)),
        None => framed(actor, None, &A::default(), (step, errors)),
    }
}

/// The same around what is known of `answers`.
fn framed<A: Answers, P: Permission>(
    actor: &Viewer<P>,
    saved: Option<&Wizard<A>>,
    answers: &A,
    (step, errors): (A::Step, Vec<FieldError>),
) -> Frame {
    let asked = |other: &A::Step| *other == step || answers.asks(*other);
    let all: Vec<A::Step> = A::Step::ALL.iter().copied().filter(asked).collect();
    let at = all.iter().position(|other| *other == step).unwrap_or(0);
    let finished = saved.is_some_and(|saved| saved.finished_as.is_some());
    let steps = all.iter().enumerate().map(|(place, other)| StepLink {
        label: other.label(),
        href: saved
            .filter(|saved| !finished && place < at && saved.answers.reached(*other))
            .map(|saved| url::<A, P>(actor, saved.id, *other)),
        done: place < at,
        current: *other == step,
    });
    Frame {
        page: actor
            .page(t!("{step} - {title}", step = Words::new(step.label()), title = Words::new(A::TITLE)))
            .with_errors(&errors),
        title: A::TITLE,
        steps: steps.collect(),
        count: t!("Step {at} of {all}", at = at + 1, all = all.len()),
        cancel: saved.map(|saved| actor.url(&format!("{}/new/{}/cancel", A::SECTION, saved.id))),
        errors,
    }
}

/// Clears away what nobody has gone on with for long.
pub fn sweep(conn: &mut PgConnection) -> Result<usize> {
    Ok(statement(format!("DELETE FROM wizards WHERE updated_at < now() - interval '{KEPT_DAYS} days'"))
        .execute(conn)?)
}

/// A wizard that a person began earlier, as the first page offers it.
pub struct Unfinished {
    pub words: Words,
    pub changed: When,
    pub href: String,
    /// Where it is thrown away.
    pub discard: String,
}

/// The person's unfinished wizards, each named by `words`.
pub fn offered<A: Answers, P: Permission, W: Into<Words>>(
    actor: &Actor<P>,
    unfinished: &[Wizard<A>],
    words: impl Fn(&A) -> W,
) -> Vec<Unfinished> {
    unfinished
        .iter()
        .map(|saved| Unfinished {
            words: t!(
                "{what}, at step {step}",
                what = words(&saved.answers).into(),
                step = Words::new(saved.answers.gap().label())
            ),
            changed: actor.zone().when(saved.updated_at),
            href: url::<A, P>(actor, saved.id, saved.answers.gap()),
            discard: actor.url(&format!("{}/new/{}/cancel", A::SECTION, saved.id)),
        })
        .collect()
}

/// An answer that was given, where it can be changed.
pub struct Given {
    pub label: &'static str,
    pub value: Words,
    pub href: String,
}

/// A step as one form: what is asked, in which way.
#[derive(Template)]
#[template(path = "layouts/step.html")]
pub struct StepPage {
    frame: Frame,
    page: Page,
    question: Words,
    about: Words,
    /// A field that finds what there is to choose from.
    search: Option<Field>,
    /// What was answered before, on a step that checks it or asks the last of it.
    given: Vec<Given>,
    asked: Vec<Asked>,
    /// Nothing can be chosen yet; why, and where to go.
    nothing: Vec<(Words, String)>,
    /// Where what can be chosen is made, and the words of the link.
    otherwise: Option<(&'static str, String)>,
    action: String,
    back: bool,
    button: &'static str,
    /// Another way to go on with the same answers, and where it is sent.
    shortcut: Option<(&'static str, String)>,
    unfinished: Vec<Unfinished>,
    list: String,
    /// What the step shows, when sending it binds somebody.
    shown: Option<Shown>,
    /// A file is asked for.
    files: bool,
}

impl StepPage {
    /// `saved` is none before the first answer.
    pub fn new<A: Answers, P: Permission>(
        actor: &Viewer<P>,
        saved: Option<&Wizard<A>>,
        step: A::Step,
        question: impl Into<Words>,
    ) -> Self {
        match saved {
            Some(saved) => Self::within(actor, Some(saved), &saved.answers, (step, question.into())),
            None => Self::within(actor, None, &A::default(), (step, question.into())),
        }
    }

    /// The first page of a wizard of which `answers` are known before anybody is asked.
    pub fn beginning<A: Answers, P: Permission>(
        actor: &Viewer<P>,
        answers: &A,
        step: A::Step,
        question: impl Into<Words>,
    ) -> Self {
        Self::within(actor, None, answers, (step, question.into()))
    }

    fn within<A: Answers, P: Permission>(
        actor: &Viewer<P>,
        saved: Option<&Wizard<A>>,
        answers: &A,
        (step, question): (A::Step, Words),
    ) -> Self {
        let frame = framed(actor, saved, answers, (step, Vec::new()));
        Self {
            page: frame.page.clone(),
            frame,
            question,
            about: Words::default(),
            search: None,
            given: Vec::new(),
            asked: Vec::new(),
            nothing: Vec::new(),
            otherwise: None,
            action: match saved {
                Some(saved) => url::<A, P>(actor, saved.id, step),
                None => actor.url(&format!("{}/new", A::SECTION)),
            },
            back: answers.before(step).is_some(),
            button: "Next",
            shortcut: None,
            unfinished: Vec::new(),
            list: actor.url(A::SECTION),
            shown: None,
            files: false,
        }
    }

    pub fn about(mut self, words: impl Into<Words>) -> Self {
        self.about = words.into();
        self
    }

    pub fn searching(mut self, field: Field) -> Self {
        self.search = Some(field);
        self
    }

    pub fn given(mut self, given: Vec<Given>) -> Self {
        self.given = given;
        self
    }

    /// Why nothing can be chosen, and where that is mended.
    pub fn nothing(mut self, words: impl Into<Words>, href: String) -> Self {
        self.nothing.push((words.into(), href));
        self
    }

    /// None of what is offered may fit: where another one is made. The answers are kept.
    pub fn otherwise(mut self, words: &'static str, href: String) -> Self {
        self.otherwise = Some((words, href));
        self
    }

    pub fn button(mut self, words: &'static str) -> Self {
        self.button = words;
        self
    }

    /// Another button beside the first one, which sends the same answers elsewhere.
    pub fn shortcut(mut self, words: &'static str, href: String) -> Self {
        self.shortcut = Some((words, href));
        self
    }

    /// What the step shows travels with its form, because the act binds somebody to it.
    pub fn binding(mut self, shown: Shown) -> Self {
        self.shown = Some(shown);
        self
    }

    pub fn unfinished(mut self, unfinished: Vec<Unfinished>) -> Self {
        self.unfinished = unfinished;
        self
    }

    /// Asks what a form's page asks, with its errors.
    pub fn asking(mut self, ask: impl FnOnce(FormPage) -> FormPage) -> Self {
        let form = ask(FormPage::new(self.page.clone(), "", (String::new(), ""), ""));
        self.frame.errors.extend(form.errors().iter().cloned());
        let (page, asked) = form.into_asked();
        self.page = page;
        self.files |= asked.iter().any(|one| matches!(one.ask, Ask::File(_)));
        self.asked.extend(asked);
        self
    }

    /// The step once more, since the answer does not fit: with what is wrong with it, or because there is nothing left to choose from.
    ///
    /// # Errors
    /// When it cannot be rendered.
    pub fn again(&self, visit: &Visit) -> Result<HttpResponse> {
        match self.nothing.is_empty() || !self.frame.errors.is_empty() {
            true => page::invalid(visit, self),
            false => page::overtaken(visit, self),
        }
    }

    /// Something that is wrong with the answers together.
    pub fn failing(mut self, words: impl Into<Words>) -> Self {
        if self.frame.errors.is_empty() {
            self.page = self.page.failing();
        }
        self.frame.errors.push(("answers".to_owned(), words.into()));
        self
    }
}
