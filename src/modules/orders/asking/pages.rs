//! The pages of filling in, asking and answering.

use actix_web::{HttpResponse, web};

use super::{Asks, acts, reply::ReplyForm};
use crate::{
    access::extract::Post,
    kit::{
        actor::Permission,
        choice::Choice as _,
        db::Db,
        form_page::FormPage,
        id::Id,
        page::{self, Flash},
        problem::Result,
        viewer::Viewer,
        violation::{self, Violations, none_left},
    },
    modules::{
        orders::questions::of_phase,
        products::parameters::{Phase, inquiry::Inquiry, store::ParameterRow, value_form::ValueForm, values::Values},
        queue::{
            Waiting as _,
            beside::{next, onwards},
            pages::{OfRequest, Pages, act, done, form, moved, open_to_act, ready, to_ask},
        },
    },
    t,
};

/// A kind of request whose pages of this sort are made here.
pub trait AskPages: Asks + Pages {
    /// "The customer is asked by email".
    const ASKED: &'static str;

    /// The parameters that were read with it.
    fn rows(detail: &Self::Detail) -> &[ParameterRow];

    fn question(row: &Self::Row) -> &str;
}

/// The form of the parameters of one phase.
pub fn value_form<A: AskPages, P: Permission>(
    actor: &Viewer<P>,
    detail: &A::Detail,
    phase: Phase,
) -> Result<ValueForm> {
    let values = A::values(A::row(detail))?;
    Ok(ValueForm::new(of_phase(A::rows(detail), phase), &values, actor.visit.vault()))
}

/// Says what is wrong at the values of a form.
///
/// # Errors
/// [`crate::kit::problem::Problem::Invalid`] with what has no field here.
pub fn said_at(values: &mut ValueForm, wrong: Violations) -> Result<()> {
    none_left(values.fail(wrong))
}

async fn fillable<A: AskPages>(actor: &Viewer<A::Process>, db: &Db, text: &str) -> Result<A::Detail> {
    let (detail, already) = open_to_act::<A, _>(actor, db, text).await?;
    match A::fillable(A::row(&detail).status()) {
        true => already.map_or(Ok(detail), Err),
        false => Err(moved::<A, _>(actor, A::row(&detail))),
    }
}

fn parameters_page<A: AskPages>(actor: &Viewer<A::Process>, detail: &A::Detail, values: &ValueForm) -> FormPage {
    values.onto(form::<A, _>(actor, detail, t!("Edit parameters"), "Save"))
}

pub async fn parameters<A: AskPages>(
    actor: Viewer<A::Process>,
    path: OfRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let detail = fillable::<A>(&actor, &db, &path.1).await?;
    let values = value_form::<A, _>(&actor, &detail, Phase::Fulfillment)?;
    page::html(&actor.visit, &parameters_page::<A>(&actor, &detail, &values))
}

pub async fn filled_in<A: AskPages>(
    post: Post<A::Process>,
    path: OfRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let actor = post.actor;
    let detail = fillable::<A>(&actor, &db, &path.1).await?;
    let mut values = value_form::<A, _>(&actor, &detail, Phase::Fulfillment)?.typed(&post.fields);
    let Some(parsed) = values.read(false) else {
        return page::invalid(&actor.visit, &parameters_page::<A>(&actor, &detail, &values));
    };
    let (wanted, own) = (A::row(&detail).id().clone(), values.own(&parsed));
    let outcome = act::<A, _, _>(&actor, &db, &wanted, move |tx, id| acts::fill_in::<A>(tx, id, &own)).await;
    match violation::told(outcome)? {
        Ok(()) => Ok(done::<A, _>(&actor, &wanted, t!("Parameters saved"))),
        Err(wrong) => {
            said_at(&mut values, wrong)?;
            page::invalid(&actor.visit, &parameters_page::<A>(&actor, &detail, &values))
        }
    }
}

fn inquiry_page<A: AskPages>(actor: &Viewer<A::Process>, detail: &A::Detail, inquiry: &Inquiry) -> FormPage {
    inquiry.onto(form::<A, _>(actor, detail, t!("Inquire"), "Inquire"))
}

pub async fn inquire<A: AskPages>(
    actor: Viewer<A::Process>,
    path: OfRequest,
    db: web::Data<Db>,
) -> Result<HttpResponse> {
    let detail = to_ask::<A, _>(&actor, &db, &path.1, A::INQUIRE).await?;
    let inquiry = Inquiry::new(&of_phase(A::rows(&detail), Phase::Ordering));
    page::html(&actor.visit, &inquiry_page::<A>(&actor, &detail, &inquiry))
}

pub async fn inquired<A: AskPages>(post: Post<A::Process>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let detail = ready::<A, _>(&actor, &db, &path.1, A::INQUIRE).await?;
    let mut inquiry = Inquiry::new(&of_phase(A::rows(&detail), Phase::Ordering)).typed(&post.fields);
    let Some((question, blamed)) = inquiry.read() else {
        return page::invalid(&actor.visit, &inquiry_page::<A>(&actor, &detail, &inquiry));
    };
    let wanted = A::row(&detail).id().clone();
    let next = next::<A, _>(&actor, &db, &wanted).await?;
    let outcome =
        act::<A, _, _>(&actor, &db, &wanted, move |tx, id| acts::inquire::<A>(tx, id, &question, &blamed)).await;
    match violation::told(outcome)? {
        Ok(()) => Ok(onwards::<A, _>(&actor, &wanted, next, &Flash::success(A::ASKED))),
        Err(wrong) => {
            none_left(inquiry.fail(wrong))?;
            page::invalid(&actor.visit, &inquiry_page::<A>(&actor, &detail, &inquiry))
        }
    }
}

fn answer_page<A: AskPages, P: Permission>(
    actor: &Viewer<P>,
    detail: &A::Detail,
    (values, reply): (&ValueForm, &ReplyForm),
) -> FormPage {
    let page = form::<A, P>(actor, detail, A::ANSWER.label(), "Send");
    let page = match A::question(A::row(detail)) {
        "" => page,
        question => page.below_heading(question.to_owned()),
    };
    reply.onto(values.onto(page))
}

pub async fn answer<A: AskPages>(actor: Viewer<A::Talk>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let detail = ready::<A, _>(&actor, &db, &path.1, A::ANSWER).await?;
    let values = value_form::<A, _>(&actor, &detail, Phase::Ordering)?.calm();
    let reply = ReplyForm::new(A::question(A::row(&detail)), &values);
    page::html(&actor.visit, &answer_page::<A, _>(&actor, &detail, (&values, &reply)))
}

pub async fn answered<A: AskPages>(post: Post<A::Talk>, path: OfRequest, db: web::Data<Db>) -> Result<HttpResponse> {
    let actor = post.actor;
    let detail = ready::<A, _>(&actor, &db, &path.1, A::ANSWER).await?;
    let mut values = value_form::<A, _>(&actor, &detail, Phase::Ordering)?.typed(&post.fields);
    let mut reply = ReplyForm::new(A::question(A::row(&detail)), &values).typed(&post.fields);
    let (Some(parsed), Some(said)) = (values.read(true), reply.read()) else {
        return page::invalid(&actor.visit, &answer_page::<A, _>(&actor, &detail, (&values, &reply)));
    };
    let (wanted, own): (Id<A::Kind>, Values) = (A::row(&detail).id().clone(), values.own(&parsed));
    let outcome =
        act::<A, _, _>(&actor, &db, &wanted, move |tx, id| acts::answer::<A, _>(tx, id, (&own, said.as_str()))).await;
    match violation::told(outcome)? {
        Ok(()) => Ok(done::<A, _>(&actor, &wanted, t!("Sent to the vendor"))),
        Err(wrong) => {
            said_at(&mut values, wrong)?;
            page::invalid(&actor.visit, &answer_page::<A, _>(&actor, &detail, (&values, &reply)))
        }
    }
}
